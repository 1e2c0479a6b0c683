"""Base of the provider packages: redirect to a network's permission page, and the callback.

Linking never logs anybody in, so none of allauth's own views is routed; its clients and adapters
send the requests. A provider knows no models of ours: it takes settings (`app.settings`) and
parameters, and returns values. A new network is a package beside this file plus its entry in
settings.NETWORK_KEYS; one that does not speak OAuth 2 (OAuth 1, MiAuth) subclasses NetworkProvider.
Where the member names the server (`asks_server`), every method takes that `Server`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import Provider, ProviderAccount
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.providers.servers import NotAServer, Server, parse_host
from accounts.safe_http import HttpFailure
from accounts.text_sanitizing import replace_private_letters
from accounts.visible_text import visible_line

MAX_LIFE = 1000 * 365 * 86400.0  # seconds of an access token; some servers say a century


class LinkingFailed(Exception):
    """The network did not confirm the account. Holds no cause: its text may quote a token.

    `sentence`, if any, tells the member what is wrong and what to do next. `given` are credentials that the
    network issued before the failure: they are not kept.
    """

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.given: Mapping[str, Any] | None = None


class ScopesRefused(LinkingFailed):
    """The server does not know scopes as narrow as those requested: ask for broader ones."""


class RegistrationGone(LinkingFailed):
    """The server no longer knows our registration: delete ours, so that the next try registers again."""


@dataclass(frozen=True)
class LinkRedirect:
    """Redirect to a permission page, with what the callback needs.

    `url` is the permission page. `key` is what the network will return (`state`, `oauth_token`,
    MiAuth's session). `stash` is stored encrypted (PKCE verifier, request token's secret).
    """

    url: str = field(repr=False)
    key: str = field(repr=False)
    stash: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class LinkCallback:
    """A browser that returned: the network's parameters, what was stashed (LinkRedirect), the server named."""

    params: Mapping[str, str] = field(repr=False)
    stash: Mapping[str, str] = field(repr=False)
    server: Server | None = None


@dataclass(frozen=True)
class Authorized:
    """The account that consented, and its credentials.

    `credentials` has the keys that accounts.signals.account_linked names.
    """

    uid: str  # on networks of many servers <canonical host>/<id>
    name: str  # unambiguous: the display name with the handle
    credentials: Mapping[str, Any] = field(repr=False)
    profile_url: str = ""
    picture_url: str = ""
    shown: str = ""  # the display name alone, where `name` says more


@contextmanager
def discarding_on_failure(credentials: Mapping[str, Any]) -> Iterator[None]:
    """Turn any failure inside into LinkingFailed with these credentials as `given`."""
    try:
        yield
    except LinkingFailed as error:
        error.given = error.given or credentials
        raise
    except (HttpFailure, LookupError, TypeError, ValueError, AttributeError, OverflowError):
        failure = LinkingFailed()  # an answer that is not of the promised shape
        failure.given = credentials
        raise failure from None


def bounded_line(value: object, *, longest: int = 100) -> str:
    """Return a network's text as one line of at most `longest` characters."""
    return replace_private_letters(visible_line(str(value or "")))[:longest].strip()


def name_with_server(shown: object, acct: str, host: str) -> str:
    """Return `shown` and `@acct@host`."""
    return name_with_handle(shown, f"{acct}@{host}")


def name_with_handle(shown: object, handle: str, *, longest: int = 100) -> str:
    """Return `shown` and `@handle`. If too long, the end is kept: it names the server."""
    where = f"@{handle}"[-longest:]
    return f"{bounded_line(shown, longest=max(0, longest - len(where) - 1))} {where}".strip()


class NetworkAccount(ProviderAccount):
    """Name of an account for allauth."""

    def to_str(self) -> str:
        account: SocialAccount = self.account
        return str(account.extra_data.get("name") or account.uid)


class NetworkProvider(Provider):
    """Linking with one network."""

    account_class = NetworkAccount
    asks_server: ClassVar[bool] = False  # the member names the server
    server_example: ClassVar[str] = ""  # what to type then
    has_app_password: ClassVar[bool] = False  # an app password links, too, without a redirect
    # The scope that liking takes beyond those that each link asks for: asked for when a member first
    # likes something, and again whenever that account is linked again. "": none.
    like_scope: ClassVar[str] = ""

    @property
    def permission_hint(self) -> str:
        """Tell the member which box to tick on the permission page."""
        return ""

    def permission_caution(self, account: Authorized) -> str:
        """Tell the member what to know about the permission before confirming it."""
        return ""

    def previous_input(self, account: SocialAccount) -> str:
        """Return what the member would type to reach `account` again: its handle, or the server alone
        where its name does not end in the handle. "" where no server is asked for."""
        host = account.uid.rpartition("/")[0]
        handle = str(account.extra_data.get("name")).rpartition(" ")[2]
        is_whole = handle.startswith("@") and (not host or handle.endswith(f"@{host}"))
        if not self.asks_server:
            return ""
        return handle if is_whole else host

    def find_server(self, typed: str) -> str:
        """Return the canonical host for `typed`. Raises LinkingFailed with a sentence."""
        try:
            return parse_host(typed)
        except NotAServer:
            raise LinkingFailed(
                _("This is not the name of a server. Type it like this: %(example)s")
                % {"example": self.server_example}
            ) from None

    def register(
        self, request: HttpRequest, host: str, *, is_broad: bool = False
    ) -> Mapping[str, str]:
        """Register with a new server; the result is stored encrypted, for all members.

        Asks the server, so that a member learns before the redirect if there is none or of another
        kind. `is_broad`: it is known to refuse narrow scopes. Raises LinkingFailed
        with a sentence.
        """
        return {}

    def is_registered(self, request: HttpRequest, server: Server) -> bool:
        """Whether `server` still knows our registration. True where it cannot be determined.

        Called before the redirect. Raises LinkingFailed with a sentence where it does not answer.
        """
        return True

    def begin_link(
        self, request: HttpRequest, *, server: Server | None = None, with_likes: bool = False
    ) -> LinkRedirect:
        """Begin a link. `with_likes` asks for `like_scope`, too; where that is "" it changes nothing.

        Raises LinkingFailed where the network must be asked first and fails.
        """
        raise NotImplementedError

    def link_by_password(self, request: HttpRequest, *, name: str, password: str) -> Authorized:
        """Link the account `name` by an app password. Raises LinkingFailed with a sentence."""
        raise NotImplementedError

    @classmethod
    def callback_key(cls, params: Mapping[str, str]) -> str:
        """Return `LinkRedirect.key` from the callback's parameters, "" where it is missing."""
        return params.get("state", "")

    @classmethod
    def is_denied(cls, params: Mapping[str, str]) -> bool:
        """Whether the member denied the permission."""
        return params.get("error") == "access_denied"

    def finish_link(self, request: HttpRequest, callback: LinkCallback) -> Authorized:
        """Return the account that consented. Asks the network at once. Raises LinkingFailed."""
        raise NotImplementedError


def credentials_of(answer: Mapping[str, Any], server: Server | None = None) -> dict[str, Any]:
    """Convert a token answer (RFC 6749, section 5.1) to our credentials. Raises LinkingFailed, LookupError."""
    given: dict[str, Any] = {
        "access_token": str(answer["access_token"]),
        "refresh_token": str(answer.get("refresh_token") or ""),
        "expires_in": None,
        "scopes": str(answer.get("scope") or "").split(),
        "token_type": str(answer.get("token_type") or "")[:20],
        "host": server.host if server else "",
        "extra": {},
    }
    with discarding_on_failure(given):
        given["expires_in"] = _lasting(answer.get("expires_in"))
    return given


def _lasting(expires_in: Any) -> float | None:
    """Return the lifetime in seconds; None where none is stated, or one that `datetime` cannot hold."""
    try:
        seconds = float(expires_in)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if abs(seconds) < MAX_LIFE else None
