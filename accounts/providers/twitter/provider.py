"""Link Twitter (X) accounts. https://docs.x.com, OAuth 2.0 with PKCE.

A code lives 30 seconds, so the callback exchanges it at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from accounts.providers.base import Authorized, LinkingFailed, bounded_line, name_with_handle
from accounts.providers.oauth2 import OAuth2Network

SCOPES = (
    "tweet.read",  # look up a post whose answer was lost
    "tweet.write",
    "users.read",  # who it is
    "follows.read",  # the friend list
    "media.write",
    "offline.access",  # a refresh token: without it the link would last two hours
)

_UID = re.compile(r"[0-9]{1,20}", re.ASCII)


class TwitterProvider(OAuth2Network):
    """A confidential client: id and secret by HTTP Basic."""

    id = "twitter"
    name = "Twitter/X"
    scopes = SCOPES
    profile_path = "/users/me?user.fields=profile_image_url"
    has_pkce = True
    has_basic_auth = True

    def account(self, profile: Any, credentials: Mapping[str, Any]) -> Authorized:
        found = profile["data"]
        uid = str(found["id"])
        if not _UID.fullmatch(uid):
            raise LinkingFailed
        username, shown = bounded_line(found.get("username")), bounded_line(found.get("name"))
        return Authorized(
            uid=uid,
            name=name_with_handle(shown or uid, username),
            shown=shown,
            credentials=credentials,
            profile_url=f"https://x.com/{username}" if re.fullmatch(r"\w{1,15}", username) else "",
            picture_url=str(found.get("profile_image_url") or ""),
        )


provider_classes = [TwitterProvider]
