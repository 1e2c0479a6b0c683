"""Networks that speak OAuth 2 (RFC 6749), each on one server: mixi, Twitter."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.http import HttpRequest

from accounts.providers.base import (
    Authorized,
    LinkCallback,
    LinkingFailed,
    LinkRedirect,
    NetworkProvider,
    credentials_of,
    discarding_on_failure,
)
from accounts.providers.servers import Server
from accounts.safe_http import HttpFailure


class OAuth2Network(NetworkProvider):
    """Network with OAuth 2. Subclasses name the scopes and read the account of a token."""

    scopes: ClassVar[tuple[str, ...]]
    profile_path: ClassVar[str]  # below `api_url`: the account of a token
    client_class: ClassVar[type[OAuth2Client]] = OAuth2Client
    has_pkce: ClassVar[bool] = False
    has_basic_auth: ClassVar[bool] = False  # our id and secret go by HTTP Basic

    def account(self, profile: Any, credentials: Mapping[str, Any]) -> Authorized:
        """Return the account from the answer at `profile_path`. Raises LinkingFailed."""
        raise NotImplementedError

    def authorize_url_for(self, request: HttpRequest) -> str:
        """Return the permission page that fits the browser."""
        return self.app.settings["authorize_url"]

    def params_for(self, request: HttpRequest) -> dict[str, str]:
        """Return further parameters of the authorization request that depend on the browser."""
        return {}

    def begin_link(
        self, request: HttpRequest, *, server: Server | None = None, with_likes: bool = False
    ) -> LinkRedirect:
        client = self._client(request)
        client.state = secrets.token_urlsafe(20)
        pkce = generate_code_challenge() if self.has_pkce else {}
        verifier = str(pkce.pop("code_verifier", ""))
        params = {**self.params_for(request), **pkce}
        url = client.get_redirect_url(self.authorize_url_for(request), list(self.scopes), params)
        return LinkRedirect(url, client.state, {"verifier": verifier} if verifier else {})

    def finish_link(self, request: HttpRequest, callback: LinkCallback) -> Authorized:
        try:
            client, code = self._client(request), callback.params["code"]
            answer = client.get_access_token(code, callback.stash.get("verifier"))
            credentials = credentials_of(answer, callback.server)
        except (OAuth2Error, HttpFailure, LookupError, TypeError, ValueError, AttributeError):
            # The last four: an answer that is not of the promised shape.
            raise LinkingFailed from None
        with discarding_on_failure(credentials):
            return self.account(self._profile(credentials), credentials)

    def scheme_for(self, credentials: Mapping[str, Any]) -> str:
        """Return the scheme of the Authorization header."""
        return "Bearer"

    def _profile(self, credentials: Mapping[str, Any]) -> Any:
        token = credentials["access_token"]
        with get_adapter().get_requests_session() as session:
            answer = session.get(
                self.app.settings["api_url"] + self.profile_path,
                headers={"Authorization": f"{self.scheme_for(credentials)} {token}"},
            )
        if answer.status_code != 200:
            raise LinkingFailed
        return answer.json()

    def _client(self, request: HttpRequest) -> OAuth2Client:
        return self.client_class(
            request,
            self.app.client_id,
            self.app.secret,
            "POST",
            self.app.settings["token_url"],
            self.app.settings["callback_url"],
            basic_auth=self.has_basic_auth,
        )
