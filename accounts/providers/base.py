"""What a network's provider package fills in: the way out to its permission page, and the way back.

Linking never logs anybody in, so none of allauth's own views is routed; its clients and adapters
do the wire. A provider knows no models of ours: it gets settings (`app.settings`) and parameters,
and hands back values. A new network is a package beside this file plus its entry in
settings.NETWORK_KEYS; one that does not speak OAuth 2 (OAuth 1, MiAuth) subclasses NetworkProvider.
Where the member names the server (`asks_server`), every method gets that `Server` along.
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
from accounts.text_sanitizing import public
from accounts.visible_text import visible_line

LONGEST_LIFE = 1000 * 365 * 86400.0  # seconds of an access token; some servers say a century


class ExchangeFailed(Exception):
    """The network did not say who came back. Holds no cause: its text may quote a token.

    `words`, where there are any, tell the member what is wrong there and what to do next. `given` are
    the credentials that the network had given before it went wrong: nobody keeps them.
    """

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.given: Mapping[str, Any] | None = None


class ScopesRefused(ExchangeFailed):
    """The server knows no permission as narrow as what we asked for: broader ones must be asked for."""


class RegistrationGone(ExchangeFailed):
    """The server knows our registration no more: it is forgotten here, and the next try makes one."""


@dataclass(frozen=True)
class LinkRedirect:
    """Where the member goes, what will come back with them, and what only we must know till then.

    `url` is the permission page. `key` is what the network will hand back (`state`, `oauth_token`,
    MiAuth's session). `stash` is kept sealed (PKCE verifier, request token's secret).
    """

    url: str = field(repr=False)
    key: str = field(repr=False)
    stash: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Authorized:
    """The account that agreed, and what opens it.

    `credentials` has the keys that accounts.signals.account_linked names.
    """

    uid: str  # on networks of many servers <canonical host>/<id>
    name: str  # as everybody can tell it from others: the shown one with the handle
    credentials: Mapping[str, Any] = field(repr=False)
    profile_url: str = ""
    picture_url: str = ""
    shown: str = ""  # the shown name alone, where `name` says more


@contextmanager
def discarding_on_failure(credentials: Mapping[str, Any]) -> Iterator[None]:
    """Whatever fails in here raises ExchangeFailed, which says that these were given in vain."""
    try:
        yield
    except ExchangeFailed as error:
        error.given = error.given or credentials
        raise
    except (HttpFailure, LookupError, TypeError, ValueError, AttributeError, OverflowError):
        failure = ExchangeFailed()  # an answer that is not of the promised shape
        failure.given = credentials
        raise failure from None


def bounded_line(value: object, *, longest: int = 100) -> str:
    """A network's own words, on one line, as a page and a row can hold them."""
    return public(visible_line(str(value or "")))[:longest].strip()


def name_with_server(shown: object, acct: str, host: str) -> str:
    """`shown` and `@acct@host`."""
    return name_with_handle(shown, f"{acct}@{host}")


def name_with_handle(shown: object, handle: str, *, longest: int = 100) -> str:
    """`shown` and `@handle`. Where that is too long, the end stays: it says whose server it is."""
    where = f"@{handle}"[-longest:]
    return f"{bounded_line(shown, longest=max(0, longest - len(where) - 1))} {where}".strip()


class NetworkAccount(ProviderAccount):
    """How an account is named on allauth's side."""

    def to_str(self) -> str:
        account: SocialAccount = self.account
        return str(account.extra_data.get("name") or account.uid)


class NetworkProvider(Provider):
    """One network, as far as linking goes."""

    account_class = NetworkAccount
    asks_server: ClassVar[bool] = False  # the member names the server
    has_app_password: ClassVar[bool] = False  # an app password links, too, without leaving

    @property
    def permission_hint(self) -> str:
        """Which box to tick there, in words."""
        return ""

    def permission_caution(self, account: Authorized) -> str:
        """What the member should know of the permission before they confirm it, in words."""
        return ""

    @property
    def server_example(self) -> str:
        """What a member types who is asked for the server."""
        return ""

    def previous_input(self, account: SocialAccount) -> str:
        """What its member would type to come to `account` again: its handle, or the server alone where
        its name does not end in that. "" where nothing is asked."""
        host = account.uid.rpartition("/")[0]
        handle = str(account.extra_data.get("name", "")).rpartition(" ")[2]
        is_whole = handle.startswith("@") and (not host or handle.endswith(f"@{host}"))
        if not self.asks_server:
            return ""
        return handle if is_whole else host

    def find_server(self, typed: str) -> str:
        """The canonical host that `typed` means. Raises ExchangeFailed with words."""
        try:
            return parse_host(typed)
        except NotAServer:
            raise ExchangeFailed(
                _("This names no server. Type it like this: %(example)s")
                % {"example": self.server_example}
            ) from None

    def register(
        self, request: HttpRequest, host: str, *, is_broad: bool = False
    ) -> Mapping[str, str]:
        """Our registration with a server that we do not know yet; kept sealed, for all members.

        Asks the server: this is where a member hears that there is none, or none of this kind,
        before leaving. `is_broad`: it is known to refuse narrow permissions. Raises ExchangeFailed
        with words.
        """
        return {}

    def is_registered(self, request: HttpRequest, server: Server) -> bool:
        """Whether `server` still knows the registration that it gave us. True where nobody can tell.

        Asked before a member leaves. Raises ExchangeFailed with words where it does not answer.
        """
        return True

    def begin_link(self, request: HttpRequest, *, server: Server | None = None) -> LinkRedirect:
        """The way out. Raises ExchangeFailed where the network must be asked first and fails."""
        raise NotImplementedError

    def link_by_password(self, request: HttpRequest, *, name: str, password: str) -> Authorized:
        """Who `name` is, by an app password. Raises ExchangeFailed with words."""
        raise NotImplementedError

    @classmethod
    def callback_key(cls, params: Mapping[str, str]) -> str:
        """What `Leaving.key` was, out of the parameters that came back; "" where there is none."""
        return params.get("state", "")

    @classmethod
    def is_denied(cls, params: Mapping[str, str]) -> bool:
        """Whether the member said no over there."""
        return params.get("error") == "access_denied"

    def finish_link(
        self,
        request: HttpRequest,
        params: Mapping[str, str],
        stash: Mapping[str, str],
        *,
        server: Server | None = None,
    ) -> Authorized:
        """Who agreed. Asks the network at once. Raises ExchangeFailed."""
        raise NotImplementedError


def credentials_of(answer: Mapping[str, Any], server: Server | None = None) -> dict[str, Any]:
    """A token answer (RFC 6749, section 5.1) in our words. Raises ExchangeFailed, LookupError."""
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
    """Seconds; None where nothing is said, or nothing that a calendar holds."""
    try:
        seconds = float(expires_in)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if abs(seconds) < LONGEST_LIFE else None
