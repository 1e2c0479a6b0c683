"""Link mixi accounts. Vendor's pages: developer.mixi.co.jp, Graph API.

Not used: `server_state` (only scopes with `openid` need it; `state` and the member's own session
or number do its work here).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.providers.base import Authorized, LinkingFailed, bounded_line
from accounts.providers.oauth2 import OAuth2Network

SCOPES = (
    "r_profile",  # who it is, and the friend list
    "w_voice",  # status and link posts
    "r_voice",  # look up a post whose answer was lost; what friends wrote
    "w_diary",  # notes
    "w_photo",  # photos
    "r_photo",  # look up a photo whose answer was lost
    "r_updates",  # look up a diary whose answer was lost
)

_UID = re.compile(r"[A-Za-z0-9_-]{1,80}", re.ASCII)

# Which page fits the screen; whether cookies are kept is never decided by this.
_FLIP_PHONE = re.compile(
    r"DoCoMo/|KDDI-|UP\.Browser|J-PHONE|Vodafone/|SoftBank/|WILLCOM|DDIPOCKET|emobile/"
)
_TOUCH_PHONE = re.compile(r"iPhone|iPod|Android|Mobile|KAIOS", re.I)


class MixiClient(OAuth2Client):
    """mixi accepts no redirect_uri here: it redirects to the registered one."""

    def get_redirect_url(
        self, authorization_url: str, scope: list[str], extra_params: dict[str, str]
    ) -> str:
        params = {
            "client_id": self.consumer_key,
            "response_type": "code",
            "scope": " ".join(scope),
            "state": self.state,
            **extra_params,
        }
        return f"{authorization_url}?{urlencode(params)}"


class MixiProvider(OAuth2Network):
    """Token request as RFC 6749 has it (with redirect_uri), then People API for the name."""

    id = "mixi"
    name = "mixi"
    scopes = SCOPES
    # The public picture: one for friends alone must not be imported.
    profile_path = "/people/@me/@self?thumbnailPrivacy=everyone"
    client_class = MixiClient

    @property
    def permission_hint(self) -> str:
        return _(
            "On mixi’s page tick 「今後、このサービスに対して常に同意する」: with it the link holds for 3 months, "
            "without it for 6 hours at a time."
        )

    def authorize_url_for(self, request: HttpRequest) -> str:
        key = "mobile_authorize_url" if _FLIP_PHONE.search(_browser(request)) else "authorize_url"
        return self.app.settings[key]

    def params_for(self, request: HttpRequest) -> dict[str, str]:
        browser = _browser(request)
        if _FLIP_PHONE.search(browser):
            return {}
        return {"display": "touch" if _TOUCH_PHONE.search(browser) else "pc"}

    def scheme_for(self, credentials: Mapping[str, Any]) -> str:
        """Return the scheme: the token's type in the newer specification; the older one states none."""
        return "Bearer" if credentials["token_type"].lower() == "bearer" else "OAuth"

    def account(self, profile: Any, credentials: Mapping[str, Any]) -> Authorized:
        found = profile["entry"]
        uid = str(found["id"])
        if not _UID.fullmatch(uid):
            raise LinkingFailed
        return Authorized(
            uid=uid,
            name=bounded_line(found.get("displayName")) or uid,
            credentials=credentials,
            profile_url=str(found.get("profileUrl") or ""),
            picture_url=str(found.get("thumbnailUrl") or ""),
        )


def _browser(request: HttpRequest) -> str:
    return request.META.get("HTTP_USER_AGENT", "")


provider_classes = [MixiProvider]
