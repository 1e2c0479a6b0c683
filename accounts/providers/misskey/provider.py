"""Link Misskey accounts by MiAuth, on the server that a member names.

https://misskey-hub.net/en/docs/for-developers/api/token/miauth/. The session, made up by us, is all
that comes back, and it stands in the address of the permission page: whoever is tricked into
agreeing there links their account for somebody else, and nothing that we do can tell (a phisher
even leaves the way back out). So the page names the member for whom it asks.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.providers.base import (
    Authorized,
    LinkCallback,
    LinkingFailed,
    LinkRedirect,
    NetworkProvider,
    bounded_line,
    credentials_of,
    name_with_server,
)
from accounts.providers.http import (
    check_not_blocked,
    check_not_failing,
    json_fields,
    request_server,
    require_server,
)
from accounts.providers.servers import Server, origin_of

PERMISSIONS = (
    "read:account",  # who it is, and whether followers are approved
    "read:following",  # the friend list
    "write:notes",
    "write:drive",  # photos
)
LIKE_PERMISSION = "write:reactions"

_ID = re.compile(r"[A-Za-z0-9]{1,64}", re.ASCII)


class MisskeyProvider(NetworkProvider):
    id = "misskey"
    name = "Misskey"
    asks_server = True
    server_example = "@hanako@misskey.io"
    like_scope = LIKE_PERMISSION

    @classmethod
    def callback_key(cls, params: Mapping[str, str]) -> str:
        return params.get("session", "")

    def begin_link(
        self, request: HttpRequest, *, server: Server | None = None, with_likes: bool = False
    ) -> LinkRedirect:
        server = require_server(server)
        _check(server.host)
        session = str(uuid.uuid4())
        permissions = (*PERMISSIONS, *([LIKE_PERMISSION] if with_likes else ()))
        params = {
            "name": f"{settings.SITE_NAME}: {request.user.get_username()}",
            "callback": self.app.settings["callback_url"],
            "permission": ",".join(permissions),
        }
        url = f"{server.origin}/miauth/{session}?{urlencode(params)}"
        return LinkRedirect(url, session, {"permissions": " ".join(permissions)})

    def finish_link(self, request: HttpRequest, callback: LinkCallback) -> Authorized:
        """Return the account. `ok` is false without consent, and from the second check on.

        MiAuth grants all that was asked for, or nothing, and does not say what that was.
        """
        server = require_server(callback.server)
        url = f"{server.origin}/api/miauth/{self.callback_key(callback.params)}/check"
        found = json_fields(request_server(server.host, "POST", url, json={}))
        user, token = found.get("user"), found.get("token")
        if found.get("ok") is not True or not isinstance(user, dict) or not isinstance(token, str):
            raise LinkingFailed
        scope = callback.stash.get("permissions") or " ".join(PERMISSIONS)
        return _account(server, user, {"access_token": token, "scope": scope})


def _account(server: Server, user: Mapping[str, Any], answer: Mapping[str, str]) -> Authorized:
    ident, username = str(user.get("id") or ""), bounded_line(user.get("username"))
    if not _ID.fullmatch(ident) or not username:
        raise LinkingFailed
    return Authorized(
        uid=f"{server.host}/{ident}",
        name=name_with_server(user.get("name") or username, username, server.host),
        shown=bounded_line(user.get("name")),
        credentials=credentials_of(answer, server),
        profile_url=f"{server.origin}/@{username}",
        picture_url=str(user.get("avatarUrl") or ""),
    )


def _check(host: str) -> None:
    """Check that a server of this kind answers. Raises LinkingFailed with a sentence."""
    answer = request_server(host, "POST", f"{origin_of(host)}/api/meta", json={"detail": False})
    if answer.status_code == 200 and "maxNoteTextLength" in json_fields(answer):
        return
    check_not_blocked(host, answer)
    check_not_failing(host, answer)
    sentence = _("%(host)s answers, but is not a Misskey server. Check the name.")
    raise LinkingFailed(sentence % {"host": host})


provider_classes = [MisskeyProvider]
