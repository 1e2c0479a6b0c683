"""Twitter in the sandbox: routing of its addresses."""

from __future__ import annotations

from html import escape

from syndication.sandbox.html import page, picture_count, portrait, post_box
from syndication.sandbox.http import Reply, Request
from syndication.sandbox.network import Network, match_route
from syndication.sandbox.social_graph import Post
from syndication.sandbox.twitter import api
from syndication.sandbox.twitter.oauth import TwitterOAuth
from syndication.sandbox.twitter.state import TwitterState

TOKEN = "/2/oauth2/token"  # noqa: S105 - an address


class Twitter(Network):
    """API v2 of 2026. `state` is public for tests."""

    key = "twitter"
    title = "Twitter"
    state: TwitterState

    def reset(self) -> None:
        self.state = TwitterState(self.world)
        self._oauth = TwitterOAuth(self.state)

    def answer(self, request: Request) -> Reply:
        doors = {
            "/i/oauth2/authorize": self._oauth.authorize,
            TOKEN: self._oauth.token,
            "/2/oauth2/revoke": self._oauth.revoke,
        }
        if request.path in doors:
            return doors[request.path](request)
        if found := match_route(api.ROUTES, request):
            handler, rest = found
            return handler(api.open_twitter_call(self.state, request, rest))
        if request.path.startswith("/avatars/"):
            return portrait(request.path)
        if request.path.startswith("/2/"):
            return api.problem_reply(404, "Not Found", "Not Found")
        return page("Twitter（サンドボックス）", "".join(map(self._one, self.state.graph.newest)))

    def bad_request(self, request: Request) -> Reply:
        return api.problem_reply(400, "Invalid Request", "The request could not be read.")

    def _one(self, post: Post) -> str:
        owner = self.state.graph.accounts[post.user]
        return post_box(post, owner, f"<p>{escape(post.text)}{picture_count(post)}</p>")

    def is_api(self, path: str) -> bool:
        return path.startswith("/2/")

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        return api.unauthorized()

    def environment(self, root: str) -> dict[str, str]:
        return {
            "TWITTER_CLIENT_ID": self.state.client.id,
            "TWITTER_CLIENT_SECRET": self.state.client.secret,
            "TWITTER_AUTHORIZE_URL": f"{root}/i/oauth2/authorize",
            "TWITTER_TOKEN_URL": root + TOKEN,
            "TWITTER_API_URL": f"{root}/2",
            "TWITTER_PULL_FEED": "yes",
        }
