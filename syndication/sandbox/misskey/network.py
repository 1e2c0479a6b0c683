"""One Misskey server as one of the sandbox's networks: MiAuth, the API, pages to look at."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from syndication.sandbox.html import page
from syndication.sandbox.misskey import api
from syndication.sandbox.misskey.state import Consent, State, Token
from syndication.sandbox.network import Network
from syndication.sandbox.permission import Permission
from syndication.sandbox.pictures import face
from syndication.sandbox.society import Account, Post
from syndication.sandbox.wire import BadBody, Reply, Request, json_reply, redirect

JPEG = ("Content-Type", "image/jpeg")


@dataclass(frozen=True)
class Asked:
    """A MiAuth page that was opened."""

    session: str
    callback: str
    permissions: frozenset[str]


class Misskey(Network):
    """Misskey 2025. `state` is there for tests to look at."""

    key = "misskey"
    title = "Misskey"
    port_offset = 2
    state: State

    def reset(self) -> None:
        self.state = State(self.world)
        self._permission: Permission[Asked] = Permission(
            "Misskey", self.state.society, self._decided
        )

    def handle(self, request: Request) -> Reply:
        try:
            return self._answer(request)
        except api.Refused as refused:
            return refused.reply
        except (BadBody, UnicodeDecodeError, ValueError):
            return api.told(api.INVALID)

    def _answer(self, request: Request) -> Reply:
        path = request.path
        if path.startswith("/miauth/"):
            return self._miauth(request)
        if path.startswith("/api/miauth/"):
            return self._check(path.removeprefix("/api/miauth/").removesuffix("/check"))
        if path == "/api/meta":
            return api.meta(self.state)
        handler = api.HANDLERS.get(path)
        if handler is not None and request.method == "POST":
            return handler(api.opened(self.state, request))
        return self._shown(request)

    def _miauth(self, request: Request) -> Reply:
        """`/miauth/<session>?name&callback&permission`."""
        if request.method == "POST":
            return self._permission.answer(request)
        query = request.query
        wants = frozenset(filter(None, query.get("permission", "").split(",")))
        asked = Asked(request.path.removeprefix("/miauth/"), query.get("callback", ""), wants)
        name = query.get("name") or "App"
        return self._permission.ask(request, asked, app=name, wants=sorted(wants))

    def _decided(self, asked: Asked, who: Account | None) -> Reply:
        """A no leads nowhere: MiAuth tells the program nothing."""
        if who is None:
            return self._permission.refused("拒否しました。アプリに戻って、やり直せます。")
        self.state.consents[asked.session] = Consent(who.id, asked.permissions)
        if not asked.callback:
            return self._permission.refused("承認しました。アプリに戻ってください。")
        joint = "&" if "?" in asked.callback else "?"
        return redirect(asked.callback + joint + urlencode({"session": asked.session}))

    def _check(self, session: str) -> Reply:
        """The token, once."""
        consent = self.state.consents.pop(session, None)
        if consent is None:
            return json_reply({"ok": False})
        value = secrets.token_urlsafe(24)
        self.state.tokens[value] = Token(consent.user, consent.permissions)
        account = self.state.society.accounts[consent.user]
        return json_reply({"ok": True, "token": value, "user": api.user(account, "")})

    def _shown(self, request: Request) -> Reply:
        place, _, rest = request.path.removeprefix("/").partition("/")
        posts = self.state.society.posts
        if place == "notes" and rest in posts:
            return page("Misskey", self._one(posts[rest]))
        if place == "avatars":
            return Reply(200, face(rest.removesuffix(".jpg")), (JPEG,))
        if place == "files" and rest in self.state.society.uploads:
            upload = self.state.society.uploads[rest]
            return Reply(200, upload.content, (("Content-Type", upload.content_type),))
        if place.startswith("@") or not place:
            newest = sorted(posts.values(), key=lambda post: post.at, reverse=True)
            return page("Misskey（サンドボックス）", "".join(map(self._one, newest)))
        return Reply(404, b"<html><body>404</body></html>")

    def _one(self, post: Post) -> str:
        owner = self.state.society.accounts[post.user]
        pictures = "".join(
            f'<br><img src="/files/{each.id}" alt="{escape(each.alt)}">' for each in post.photos
        )
        return (
            f'<div class="one{" gone" if post.is_deleted else ""}"><b>{escape(owner.nickname)}</b>'
            f"<p>{escape(post.text)}</p>{pictures}"
            f'<span class="small">{post.visibility}・{post.at:%m/%d %H:%M}</span></div>'
        )

    def is_api(self, path: str) -> bool:
        """MiAuth and the server's own words are spared by faults."""
        return path in api.HANDLERS

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        return api.told(api.BAD_TOKEN)

    def configure(self, values: Mapping[str, Any]) -> None:
        self.state.settings.change(dict(values))

    def environment(self, root: str) -> dict[str, str]:
        return {}

    # What tests do.

    def add_friends(self, name: str, count: int) -> None:
        """So many more accounts that `name` follows."""
        self.state.society.add_follows(name, count)

    def revoke(self, name: str) -> None:
        """What the member's button in the settings does."""
        for token in self.state.tokens.values():
            if token.user == self.state.account(name).id:
                token.is_revoked = True

    def received(self) -> dict[str, Any]:
        return self.state.society.received()
