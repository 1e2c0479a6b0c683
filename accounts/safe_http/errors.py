"""The two ways in which an exchange fails: the other side cannot, or may, have seen it.

Both are requests' own error too, because allauth answers that with its error page. Neither holds
an address, a header or a body: what they say may be logged.
"""

from __future__ import annotations

from typing import ClassVar

from requests import RequestException


class HttpFailure(RequestException):
    """No complete answer. `reason` is a word for logs and tests; `sent`: a request may have left."""

    sent: ClassVar[bool]

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotSent(HttpFailure):
    """Nothing can have reached the other side.

    `reason`: bad_address, bad_request, refused_address, dns, connect, timeout, tls.
    """

    sent = False


class MaybeSent(HttpFailure):
    """The request left, or began to, and no complete answer came.

    `reason`: timeout, reset, broken, too_big, redirects, downgrade.
    """

    sent = True
