"""What a network's provider package fills in: the way out to its permission page, and the way back.

Linking never logs anybody in, so none of allauth's own views is routed; its clients and adapters
do the wire. A provider knows no models of ours: it gets settings (`app.settings`) and parameters,
and hands back values. A new network is a package beside this file plus its entry in
settings.NETWORK_KEYS; one that does not speak OAuth 2 (OAuth 1, MiAuth) subclasses NetworkProvider.
Where the member names the server (`asks_server`), every method gets that `Server` along.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import Provider, ProviderAccount, ProviderException
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.letters import public
from accounts.providers.servers import NotAServer, Server, read_host
from accounts.safe_http import HttpFailure

LONGEST_LIFE = 1000 * 365 * 86400.0  # seconds of an access token; some servers say a century
JOINER = "\u200d"  # holds an emoji of several together


class ExchangeFailed(Exception):  # noqa: N818 - the network's doing
    """The network did not say who came back. Holds no cause: its text may quote a token.

    `words`, where there are any, tell the member what is wrong there and what to do next.
    """

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.words = words


class RegistrationGone(ExchangeFailed):
    """The server knows our registration no more: it is forgotten here, and the next try makes one."""


@dataclass(frozen=True)
class Leaving:
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


def told(value: object, *, longest: int = 100) -> str:
    """A network's own words, as a page and a row can hold them: no controls, no half characters."""
    words = public(str(value or ""))
    text = "".join(sign for sign in words if sign.isprintable() or sign == JOINER)
    return text[:longest].strip()


def name_at(shown: object, acct: str, host: str) -> str:
    """`shown` and `@acct@host`."""
    return name_with(shown, f"{acct}@{host}")


def name_with(shown: object, handle: str, *, longest: int = 100) -> str:
    """`shown` and `@handle`. Where that is too long, the end stays: it says whose server it is."""
    where = f"@{handle}"[-longest:]
    return f"{told(shown, longest=max(0, longest - len(where) - 1))} {where}".strip()


class NetworkAccount(ProviderAccount):
    """How an account is named on allauth's side."""

    def to_str(self) -> str:
        account: SocialAccount = self.account
        return str(account.extra_data.get("name") or account.uid)


class NetworkProvider(Provider):
    """One network, as far as linking goes."""

    asks_server: ClassVar[bool] = False  # the member names the server
    has_password_door: ClassVar[bool] = False  # an app password links, too, without leaving

    @property
    def hint(self) -> str:
        """Which box to tick there, in words."""
        return ""

    @property
    def server_example(self) -> str:
        """What a member types who is asked for the server."""
        return ""

    def find_server(self, typed: str) -> str:
        """The canonical host that `typed` means. Raises ExchangeFailed with words."""
        try:
            return read_host(typed)
        except NotAServer:
            raise ExchangeFailed(
                _("This names no server. Type it like this: %(example)s")
                % {"example": self.server_example}
            ) from None

    def register(self, request: HttpRequest, host: str) -> Mapping[str, str]:
        """Our registration with a server that we do not know yet; kept sealed, for all members.

        Asks the server: this is where a member hears that there is none, or none of this kind,
        before leaving. Raises ExchangeFailed with words.
        """
        return {}

    def leave(self, request: HttpRequest, *, server: Server | None = None) -> Leaving:
        """The way out. Raises ExchangeFailed where the network must be asked first and fails."""
        raise NotImplementedError

    def enter(self, request: HttpRequest, *, name: str, password: str) -> Authorized:
        """Who `name` is, by an app password. Raises ExchangeFailed with words."""
        raise NotImplementedError

    @classmethod
    def return_key(cls, params: Mapping[str, str]) -> str:
        """What `Leaving.key` was, out of the parameters that came back; "" where there is none."""
        return params.get("state", "")

    @classmethod
    def was_refused(cls, params: Mapping[str, str]) -> bool:
        """Whether the member said no over there."""
        return params.get("error") == "access_denied"

    def come_back(
        self,
        request: HttpRequest,
        params: Mapping[str, str],
        stash: Mapping[str, str],
        *,
        server: Server | None = None,
    ) -> Authorized:
        """Who agreed. Asks the network at once. Raises ExchangeFailed."""
        raise NotImplementedError


class NetworkAdapter(OAuth2Adapter):
    """allauth's OAuth 2 wire, with the addresses of settings.NETWORKS and one fixed way back."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.settings: Mapping[str, str] = self.get_provider().app.settings
        self.access_token_url = self.settings["token_url"]

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return self.settings["callback_url"]


class OAuth2Network(NetworkProvider, OAuth2Provider):
    """A network that speaks OAuth 2. Subclasses name their adapter and read its profile."""

    oauth2_adapter_class: type[NetworkAdapter]

    def leave(self, request: HttpRequest, *, server: Server | None = None) -> Leaving:
        client = self._client(request)
        pkce = self.get_pkce_params()
        verifier = pkce.pop("code_verifier", "")
        client.state = secrets.token_urlsafe(20)
        params = {**self.get_auth_params(), **self.params_for(request), **pkce}
        url = client.get_redirect_url(self.authorize_url_for(request), self.get_scope(), params)
        return Leaving(url, client.state, {"verifier": verifier} if verifier else {})

    def authorize_url_for(self, request: HttpRequest) -> str:
        """The permission page that fits the browser."""
        return self.app.settings["authorize_url"]

    def params_for(self, request: HttpRequest) -> dict[str, str]:
        """More parameters of the authorize request that depend on the browser."""
        return {}

    def read_profile(self, profile: Any) -> Authorized:
        """The account, out of what the adapter's complete_login() put into extra_data."""
        raise NotImplementedError

    def come_back(
        self,
        request: HttpRequest,
        params: Mapping[str, str],
        stash: Mapping[str, str],
        *,
        server: Server | None = None,
    ) -> Authorized:
        adapter = self.get_oauth2_adapter(request)
        try:
            answer = self._client(request).get_access_token(
                params["code"], pkce_code_verifier=stash.get("verifier")
            )
            token = adapter.parse_token(answer)
            login = adapter.complete_login(request, self.app, token, response=answer)
            account = self.read_profile(login.account.extra_data)
            credentials = credentials_of(answer, server)
        except (
            OAuth2Error,
            HttpFailure,
            ProviderException,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
            OverflowError,
        ):
            # The last five: an answer that is not of the promised shape.
            raise ExchangeFailed from None
        return replace(account, credentials=credentials)

    def _client(self, request: HttpRequest) -> OAuth2Client:
        return self.get_oauth2_adapter(request).get_client(request, self.app)


def credentials_of(answer: Mapping[str, Any], server: Server | None = None) -> dict[str, Any]:
    """A token answer (RFC 6749, section 5.1) in our words. Raises ExchangeFailed, LookupError."""
    return {
        "access_token": str(answer["access_token"]),
        "refresh_token": str(answer.get("refresh_token") or ""),
        "expires_in": _lasting(answer.get("expires_in")),
        "scopes": str(answer.get("scope") or "").split(),
        "host": server.host if server else "",
        "extra": {},
    }


def _lasting(expires_in: Any) -> float | None:
    """Seconds, None where nothing is said. Raises ExchangeFailed where no calendar holds them."""
    if expires_in is None:
        return None
    try:
        seconds = float(expires_in)
    except (TypeError, ValueError, OverflowError):
        raise ExchangeFailed from None
    if not abs(seconds) < LONGEST_LIFE:  # not a number neither
        raise ExchangeFailed
    return seconds
