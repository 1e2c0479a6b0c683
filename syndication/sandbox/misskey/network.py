"""A Misskey server in the sandbox: MiAuth, the API, pages for people."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from syndication.sandbox.html import page, pictures, portrait, post_box, upload_reply
from syndication.sandbox.http import Reply, Request, json_reply, redirect
from syndication.sandbox.misskey import api, calls
from syndication.sandbox.misskey.state import MisskeyState
from syndication.sandbox.network import Network
from syndication.sandbox.oauth2 import AuthorizationRequest, Grant
from syndication.sandbox.permission import Permission
from syndication.sandbox.social_graph import Account, Post


class Misskey(Network):
    """Misskey 2025. `state` is public for tests."""

    key = "misskey"
    title = "Misskey"
    port_offset = 2
    state: MisskeyState

    def reset(self) -> None:
        self.state = MisskeyState(self.world)
        self._permission: Permission[AuthorizationRequest] = Permission(
            "Misskey", self.state.graph, self._decided
        )

    def answer(self, request: Request) -> Reply:
        path = request.path
        if path.startswith("/miauth/"):
            return self._miauth(request)
        if path.startswith("/api/miauth/"):
            return self._check(path.removeprefix("/api/miauth/").removesuffix("/check"))
        if path == "/api/meta":
            return api.misskey_meta(self.state)
        handler = api.HANDLERS.get(path)
        if handler is not None and request.method == "POST":
            return handler(calls.open_misskey_call(self.state, request))
        return self._shown(request)

    def _miauth(self, request: Request) -> Reply:
        """`/miauth/<session>?name&callback&permission`."""
        if request.method == "POST":
            return self._permission.answer(request)
        query = request.query
        wants = frozenset(filter(None, query.get("permission", "").split(",")))
        session = request.path.removeprefix("/miauth/")
        asked = AuthorizationRequest(wants, query.get("callback", ""), session)
        name = query.get("name") or "App"
        return self._permission.ask(request, asked, app=name, wants=sorted(wants))

    def _decided(self, asked: AuthorizationRequest, who: Account | None) -> Reply:
        """Show a page for a denial: MiAuth does not notify the client."""
        if who is None:
            return self._permission.refused("拒否しました。アプリに戻って、やり直せます。")
        self.state.consents[asked.state] = Grant(who.id, asked.scopes)
        if not asked.redirect_uri:
            return self._permission.refused("承認しました。アプリに戻ってください。")
        joint = "&" if "?" in asked.redirect_uri else "?"
        return redirect(asked.redirect_uri + joint + urlencode({"session": asked.state}))

    def _check(self, session: str) -> Reply:
        """Return the token, once."""
        consent = self.state.consents.pop(session, None)
        if consent is None:
            return json_reply({"ok": False})
        value = self.state.tokens.give(self.state.tokens.access, consent)
        account = self.state.graph.accounts[consent.user]
        return json_reply({"ok": True, "token": value, "user": calls.misskey_user(account, "")})

    def _shown(self, request: Request) -> Reply:
        place, _, rest = request.path.removeprefix("/").partition("/")
        posts = self.state.graph.posts
        if place == "notes" and rest in posts:
            return page("Misskey", self._one(posts[rest]))
        if place == "avatars":
            return portrait(rest)
        if place == "files" and rest in self.state.graph.uploads:
            return upload_reply(self.state.graph.uploads[rest])
        if place.startswith("@") or not place:
            shown = map(self._one, self.state.graph.newest)
            return page("Misskey（サンドボックス）", "".join(shown))
        return Reply(404, b"<html><body>404</body></html>")

    def _one(self, post: Post) -> str:
        owner = self.state.graph.accounts[post.user]
        body = f"<p>{escape(post.text)}</p>{pictures(post.photos, '/files/')}"
        return post_box(post, owner, body, post.visibility)

    def is_api(self, path: str) -> bool:
        """Whether faults apply: not to MiAuth and instance metadata."""
        return path in api.HANDLERS

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        return calls.error_reply(calls.BAD_TOKEN)

    def bad_request(self, request: Request) -> Reply:
        return calls.error_reply(calls.INVALID)
