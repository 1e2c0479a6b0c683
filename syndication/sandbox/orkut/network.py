"""Orkut as one of the sandbox's networks: which address is answered by what."""

from __future__ import annotations

import html
from collections.abc import Mapping
from html import escape
from typing import Any

from syndication.sandbox.html import page
from syndication.sandbox.network import Network
from syndication.sandbox.oauth1 import BadSignature
from syndication.sandbox.orkut import rpc
from syndication.sandbox.orkut.state import CLIENT_ID, State
from syndication.sandbox.pictures import face
from syndication.sandbox.society import Post
from syndication.sandbox.wire import BadBody, Reply, Request

JPEG = ("Content-Type", "image/jpeg")
TEXT = ("Content-Type", "text/plain; charset=utf-8")
ACCOUNTS = "/accounts/OAuth"


class Orkut(Network):
    """Orkut of 2010. `state` is there for tests to look at."""

    key = "orkut"
    title = "Orkut"
    state: State

    def reset(self) -> None:
        self.state = State(self.world)

    def handle(self, request: Request) -> Reply:
        try:
            return self._answer(request)
        except BadSignature as wrong:
            return Reply(401, f"signature_invalid: {wrong}".encode(), (TEXT,))
        except (BadBody, UnicodeDecodeError, ValueError):
            return Reply(400, b"bad request", (TEXT,))

    def _answer(self, request: Request) -> Reply:
        oauth = self.state.oauth
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
                return rpc.answered(self.state, request, oauth.opened(request))
        return self._shown(request)

    def _shown(self, request: Request) -> Reply:
        if request.path.startswith("/faces/"):
            name = request.path.rpartition("/")[2].removesuffix(".jpg")
            return Reply(200, face(name), (JPEG,))
        posts = sorted(self.state.society.posts.values(), key=lambda each: each.at, reverse=True)
        return page("Orkut（サンドボックス）", "".join(map(self._one, posts)))

    def _one(self, post: Post) -> str:
        owner = self.state.society.accounts[post.user]
        title = html.unescape(post.more.get("title", ""))
        pictures = f"（写真{len(post.photos)}枚）" if post.photos else ""
        return (
            f'<div class="one{" gone" if post.is_deleted else ""}"><b>{escape(owner.nickname)}</b>'
            f"<p>{escape(title)}</p><p>{escape(html.unescape(post.text))}{pictures}</p>"
            f'<span class="small">{post.at:%m/%d %H:%M}</span></div>'
        )

    def is_api(self, path: str) -> bool:
        return path.startswith("/social/")

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        return Reply(401, b"token_revoked", (TEXT,))

    def configure(self, values: Mapping[str, Any]) -> None:
        self.state.settings.change(dict(values))

    def environment(self, root: str) -> dict[str, str]:
        return {
            "ORKUT_CLIENT_ID": CLIENT_ID,
            "ORKUT_CLIENT_SECRET": self.state.secret,
            "ORKUT_REQUEST_TOKEN_URL": f"{root}{ACCOUNTS}GetRequestToken",
            "ORKUT_AUTHORIZE_URL": f"{root}{ACCOUNTS}AuthorizeToken",
            "ORKUT_TOKEN_URL": f"{root}{ACCOUNTS}GetAccessToken",
            "ORKUT_API_URL": f"{root}/social",
        }

    # What tests do.

    def add_friends(self, name: str, count: int) -> None:
        """So many more friends for the account called `name`."""
        self.state.society.add_follows(name, count)

    def revoke(self, name: str) -> None:
        """What the member's button at Google Accounts does."""
        self.state.oauth.revoke(self.state.society.named(name).id)

    def received(self) -> dict[str, Any]:
        """Activities with a body are entries of their own shelf."""
        found = self.state.society.received()["statuses"]
        posts = self.state.society.posts
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
