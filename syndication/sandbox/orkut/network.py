"""Orkut in the sandbox: routing of its addresses."""

from __future__ import annotations

import html
from html import escape
from typing import Any

from syndication.sandbox.html import page, picture_count, portrait, post_box
from syndication.sandbox.http import Reply, Request
from syndication.sandbox.network import Network
from syndication.sandbox.oauth1 import BadSignature
from syndication.sandbox.orkut import rpc
from syndication.sandbox.orkut.state import CLIENT_ID, OrkutState
from syndication.sandbox.social_graph import Post

TEXT = ("Content-Type", "text/plain; charset=utf-8")
ACCOUNTS = "/accounts/OAuth"


class Orkut(Network):
    """Orkut of 2010. `state` is public for tests."""

    key = "orkut"
    title = "Orkut"
    state: OrkutState

    def reset(self) -> None:
        self.state = OrkutState(self.world)

    def answer(self, request: Request) -> Reply:
        try:
            return self._answer(request)
        except BadSignature as wrong:
            return Reply(401, f"signature_invalid: {wrong}".encode(), (TEXT,))

    def bad_request(self, request: Request) -> Reply:
        return Reply(400, b"bad request", (TEXT,))

    def _answer(self, request: Request) -> Reply:
        oauth = self.state.tokens
        match request.path:
            case "/accounts/OAuthGetRequestToken":
                if not request.query.get("scope"):
                    return Reply(400, b"scope is missing", (TEXT,))
                return oauth.request_token(request)
            case "/accounts/OAuthAuthorizeToken":
                return oauth.authorize(request)
            case "/accounts/OAuthGetAccessToken":
                return oauth.access_token(request)
            case "/social/rpc" if request.method == "POST":
                return rpc.answer_batch(self.state, request, oauth.opened(request))
        if request.path.startswith("/faces/"):
            return portrait(request.path)
        return page("Orkut（サンドボックス）", "".join(map(self._one, self.state.graph.newest)))

    def _one(self, post: Post) -> str:
        owner = self.state.graph.accounts[post.user]
        title = html.unescape(post.more.get("title", ""))
        body = f"<p>{escape(html.unescape(post.text))}{picture_count(post)}</p>"
        return post_box(post, owner, f"<p>{escape(title)}</p>{body}")

    def is_api(self, path: str) -> bool:
        return path.startswith("/social/")

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        return Reply(401, b"token_revoked", (TEXT,))

    def environment(self, root: str) -> dict[str, str]:
        return {
            "ORKUT_CLIENT_ID": CLIENT_ID,
            "ORKUT_CLIENT_SECRET": self.state.secret,
            "ORKUT_REQUEST_TOKEN_URL": f"{root}{ACCOUNTS}GetRequestToken",
            "ORKUT_AUTHORIZE_URL": f"{root}{ACCOUNTS}AuthorizeToken",
            "ORKUT_TOKEN_URL": f"{root}{ACCOUNTS}GetAccessToken",
            "ORKUT_API_URL": f"{root}/social",
        }

    def received(self) -> dict[str, Any]:
        """List activities with a body separately."""
        found = self.state.graph.received()["statuses"]
        posts = self.state.graph.posts
        shelves: dict[str, list[dict[str, Any]]] = {"statuses": [], "diaries": [], "photos": []}
        for each in found:
            post = posts[each["id"]]
            title = html.unescape(post.more.get("title", ""))
            if post.visibility == "album":
                shelves["photos"].append(each | {"title": post.text})
            elif post.text:
                body = html.unescape(post.text)
                shelves["diaries"].append(each | {"title": title, "body": body})
            else:
                shelves["statuses"].append(each | {"text": title})
        return dict(shelves)
