"""Connector errors, named by what to do next.

A connector raises one of five and nothing else: TryLater (with Unreachable and ResponseTooLarge), Rejected (with
TargetGone, TextRejected, CopyGone and duplicates.DuplicateRejected), Unauthorized, Unsupported, OutcomeUnknown.
`reason` is a code of connectors.reasons; `message` is what the network said, cleaned and short;
`status` and `excerpt` are for the attempt log. None of them holds a token.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from syndication.connectors.reasons import Reason


@dataclass(eq=False, repr=False)
class ConnectorError(Exception):
    """Base of the five. `status` is the HTTP status, 0 where no answer came."""

    reason: Reason
    _: KW_ONLY
    status: int = 0
    excerpt: str = ""
    message: str = ""

    def __str__(self) -> str:
        return f"{self.reason} ({self.message})" if self.message else self.reason


@dataclass(eq=False, repr=False, kw_only=True)
class TryLater(ConnectorError):
    """The network did not accept the request but may later: 429, a throttling 503, no connection.

    `after` is the number of seconds that the network asked for, or None.
    """

    after: float | None = None


class Unreachable(TryLater):
    """No connection was made, so nothing can have arrived. Opens the circuit breaker of that host."""


class ResponseTooLarge(TryLater):
    """The answer exceeds the size limit: ask for fewer entries. Also: a thread was not read to its end."""


class Rejected(ConnectorError):
    """The network refuses this post for good."""


class TargetGone(Rejected):
    """The post to be answered or liked is gone, not visible to the account, or takes no reply."""


class TextRejected(Rejected):
    """The text is too long for the server, whatever limit it states: the limit is read again, once."""


class CopyGone(Rejected):
    """The copy to be edited no longer exists: somebody deleted it on the network."""


@dataclass(eq=False, repr=False, kw_only=True)
class Unauthorized(ConnectorError):
    """The access has ended or is too narrow. `expired` asks for one refresh; `scope` names what is missing."""

    expired: bool = False
    scope: str = ""


class Unsupported(ConnectorError):
    """The network cannot carry this. Known before sending; the compose page says so."""


class OutcomeUnknown(ConnectorError):
    """The request was sent and no clear answer came. Look the post up before anything else."""
