"""Twitter as one of the sandbox's networks: which address is answered by what."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from syndication.sandbox.html import page
from syndication.sandbox.network import Network
from syndication.sandbox.pictures import face
from syndication.sandbox.society import Post
from syndication.sandbox.twitter import api
from syndication.sandbox.twitter.oauth import OAuth
from syndication.sandbox.twitter.state import State
from syndication.sandbox.wire import BadBody, Reply, Request

JPEG = ("Content-Type", "image/jpeg")
TOKEN = "/2/oauth2/token"  # noqa: S105 - an address


class Twitter(Network):
    """API v2 of 2026. `state` is there for tests to look at."""

    key = "twitter"
    title = "Twitter"
    state: State

    def reset(self) -> None:
        self.state = State(self.world)
        self._oauth = OAuth(self.state)

    def handle(self, request: Request) -> Reply:
        try:
            return self._answer(request)
        except api.Refused as refused:
            return refused.reply
        except (BadBody, UnicodeDecodeError, ValueError):
            return api.problem(400, "Invalid Request", "The request could not be read.")

    def _answer(self, request: Request) -> Reply:
        if request.path == "/i/oauth2/authorize":
            return self._oauth.authorize(request)
        if request.path == TOKEN:
            return self._oauth.token(request)
        if request.path == "/2/oauth2/revoke":
            return self._oauth.revoke(request)
        asked = f"{request.method} {request.path}"
        for route, handler in api.ROUTES:
            found = re.fullmatch(route, asked)
            if found:
                return handler(api.opened(self.state, request, "".join(found.groups())))
        return self._shown(request)

    def _shown(self, request: Request) -> Reply:
        """Pages for people."""
        if request.path.startswith("/avatars/"):
            name = request.path.rpartition("/")[2].removesuffix(".jpg")
            return Reply(200, face(name), (JPEG,))
        if request.path.startswith("/2/"):
            return api.problem(404, "Not Found", "Not Found")
        posts = sorted(self.state.society.posts.values(), key=lambda each: each.at, reverse=True)
        return page("Twitter（サンドボックス）", "".join(map(self._one, posts)))

    def _one(self, post: Post) -> str:
        owner = self.state.society.accounts[post.user]
        pictures = f"（写真{len(post.photos)}枚）" if post.photos else ""
        return (
            f'<div class="one{" gone" if post.is_deleted else ""}"><b>{escape(owner.nickname)}</b>'
            f"<p>{escape(post.text)}{pictures}</p>"
            f'<span class="small">{post.at:%m/%d %H:%M}</span></div>'
        )

    def is_api(self, path: str) -> bool:
        return path.startswith("/2/")

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        return api.unauthorized()

    def configure(self, values: Mapping[str, Any]) -> None:
        self.state.settings.change(dict(values))

    def environment(self, root: str) -> dict[str, str]:
        return {
            "TWITTER_CLIENT_ID": self.state.client.id,
            "TWITTER_CLIENT_SECRET": self.state.client.secret,
            "TWITTER_AUTHORIZE_URL": f"{root}/i/oauth2/authorize",
            "TWITTER_TOKEN_URL": root + TOKEN,
            "TWITTER_API_URL": f"{root}/2",
            "TWITTER_PULL_FEED": "yes",
        }

    # What tests do.

    def add_friends(self, name: str, count: int) -> None:
        """So many more accounts that `name` follows."""
        self.state.society.add_follows(name, count)

    def revoke(self, name: str) -> None:
        """What the member's button in the settings does."""
        user = self.state.account(name).id
        grants = [each.grant for each in self.state.access.values()]
        for grant in [*grants, *self.state.refresh.values()]:
            if grant.user == user:
                grant.is_revoked = True

    def received(self) -> dict[str, Any]:
        return self.state.society.received()
