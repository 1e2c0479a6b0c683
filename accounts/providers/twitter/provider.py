"""Twitter (X): who came back from its permission page. https://docs.x.com, OAuth 2.0 with PKCE.

A code lives 30 seconds, so the callback exchanges it at once.
"""

from __future__ import annotations

import re
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialToken
from allauth.socialaccount.providers.base import ProviderException
from django.http import HttpRequest

from accounts.providers.base import (
    Authorized,
    NetworkAccount,
    NetworkAdapter,
    OAuth2Network,
    name_with,
    told,
)

SCOPES = (
    "tweet.read",  # look up a post whose answer was lost
    "tweet.write",
    "users.read",  # who it is
    "follows.read",  # the friend list
    "media.write",
    "offline.access",  # a refresh token: without it the link would last two hours
)

_UID = re.compile(r"[0-9]{1,20}", re.ASCII)


class TwitterAdapter(NetworkAdapter):
    """A confidential client: id and secret by HTTP Basic."""

    provider_id = "twitter"
    basic_auth = True

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> Any:
        with get_adapter().get_requests_session() as session:
            answer = session.get(
                f"{self.settings['api_url']}/users/me?user.fields=profile_image_url",
                headers={"Authorization": f"Bearer {token.token}"},
            )
        if answer.status_code != 200:
            raise ProviderException(f"twitter answered {answer.status_code} to users/me")
        return self.get_provider().sociallogin_from_response(request, answer.json()["data"])


class TwitterProvider(OAuth2Network):
    id = "twitter"
    name = "Twitter/X"
    account_class = NetworkAccount
    oauth2_adapter_class = TwitterAdapter
    pkce_enabled_default = True

    def get_default_scope(self) -> list[str]:
        return list(SCOPES)

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Raises ValueError for what is none: it becomes part of addresses."""
        uid = str(data["id"])
        if not _UID.fullmatch(uid):
            raise ValueError("the id is no id")
        return uid

    def read_profile(self, profile: dict[str, Any]) -> Authorized:
        uid = self.extract_uid(profile)
        username, shown = told(profile.get("username")), told(profile.get("name"))
        return Authorized(
            uid=uid,
            name=name_with(shown or uid, username),
            shown=shown,
            credentials={},
            profile_url=f"https://x.com/{username}" if re.fullmatch(r"\w{1,15}", username) else "",
            picture_url=str(profile.get("profile_image_url") or ""),
        )


provider_classes = [TwitterProvider]
