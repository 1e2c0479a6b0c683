"""A GNU social server in the sandbox: Twitter's API of 2010."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta
from html import escape
from typing import Any

from syndication.sandbox import settings
from syndication.sandbox.gnusocial.commands import execute, is_command
from syndication.sandbox.html import page, picture_count, portrait, post_box
from syndication.sandbox.http import Refused, Reply, Request, json_reply
from syndication.sandbox.network import Network, World, match_route
from syndication.sandbox.oauth1 import BadSignature, OAuth1
from syndication.sandbox.pictures import media_type
from syndication.sandbox.social_graph import Account, Post, SocialGraph, digest

CONSUMERS = {"anonymous": "anonymous"}
_ADDRESS = re.compile(r"https?://[!-~]+")
CONFIGS = ("/api/statusnet/config.json", "/api/gnusocial/config.json")


@dataclass
class GnusocialSettings(settings.NetworkSettings):
    """What `POST /_settings` can turn. `text_limit` 0: none. `shortens`: addresses are replaced by
    the server's own shortener. `tells_address` off: no status contains its public address (GNU social 2.0)."""

    text_limit: int = 140
    dupe_seconds: int = 60
    shortens: bool = False
    tells_address: bool = True


class GnusocialState:
    """One server."""

    def __init__(self, world: World) -> None:
        self.settings = GnusocialSettings()
        self.graph = SocialGraph(world)
        self.tokens = OAuth1("GNU social", self.graph, CONSUMERS)


class Gnusocial(Network):
    """GNU social 2. `graph` is public for tests."""

    key = "gnusocial"
    title = "GNU social"
    port_offset = 4
    state: GnusocialState

    def reset(self) -> None:
        self.state = GnusocialState(self.world)
        self.settings, self.graph = self.state.settings, self.state.graph
        self.oauth = self.state.tokens

    def answer(self, request: Request) -> Reply:
        try:
            return self._answer(request)
        except BadSignature as wrong:
            return _error(request, f"Could not authenticate you: {wrong}.", 401)

    def bad_request(self, request: Request) -> Reply:
        return _error(request, "Bad request.", 400)

    def _answer(self, request: Request) -> Reply:
        doors = {
            "/api/oauth/request_token": self.oauth.request_token,
            "/api/oauth/authorize": self.oauth.authorize,
            "/api/oauth/access_token": self.oauth.access_token,
        }
        if request.path in doors:
            return doors[request.path](request)
        if request.path in CONFIGS:
            limit = str(self.settings.text_limit)
            return json_reply(
                {"site": {"name": "GNU social（サンドボックス）", "textlimit": limit}}
            )
        if found := match_route(ROUTES, request):
            handler, rest = found
            return handler(self, request, self.oauth.opened(request), rest)
        return self._shown(request)

    def update(self, request: Request, me: Account, rest: str) -> Reply:
        """statuses/update.json: a form, or multipart with a picture."""
        parts = request.parts()
        given = {name: each.text for name, each in parts.items() if not each.filename}
        fields, file = given or request.form(), parts.get("media")
        text = fields.get("status", "").strip()
        if not text and file is None:
            return _error(request, "Client must provide a 'status' parameter with a value.", 400)
        if is_command(text):
            execute(self.graph, me, text)
            mine = self.graph.standing(me.id)
            return json_reply(self.status(mine[0], request.root)) if mine else Reply(200)
        parent = self.parent(request, me, fields.get("in_reply_to_status_id", ""))
        limit = self.settings.text_limit
        if limit and len(text) > limit:
            return _error(request, f"That's too long. Maximum notice size is {limit} chars.", 406)
        if self._is_repeat(me, text):
            words = "Too many duplicate messages too quickly; take a breather and post again."
            return _error(request, words, 400)
        photos = []
        if file is not None:
            kind = media_type(file.content)
            if not kind:
                return _error(request, "Could not determine the file's type.", 400)
            photos.append(self.graph.upload(me.id, file.content, kind))
        visibility = parent.visibility if parent else "public"
        post = self.graph.write(
            me.id,
            text,
            photos=photos,
            visibility=visibility,
            in_reply_to=parent.id if parent else "",
            told=[parent.user] if parent else [],
        )
        return json_reply(self.status(post, request.root))

    def parent(self, request: Request, me: Account, ident: str) -> Post | None:
        """The notice that a new one answers. Raises Refused where it is gone or hidden."""
        found = self.graph.posts.get(ident) if ident else None
        if ident and (found is None or found.is_deleted):
            raise Refused(_error(request, "Parent notice not found.", 404))
        if found is not None and not self.graph.sees(me.id, found):
            words = f"{me.name} has no access to notice {ident}."
            raise Refused(_error(request, words, 403))
        return found

    def show(self, request: Request, me: Account, rest: str) -> Reply:
        """statuses/show/<id>.json."""
        return json_reply(self.status(self.visible(request, me, rest), request.root, me.id))

    def visible(self, request: Request, me: Account, ident: str) -> Post:
        """The notice with this id. Raises Refused."""
        post = self.graph.seen(me.id, ident)
        if post is None:
            raise Refused(_error(request, "No status with that ID found.", 404))
        return post

    def conversation(self, request: Request, me: Account, rest: str) -> Reply:
        """statusnet/conversation/<id>.json: the whole thread, newest first (actions/apiconversation.php)."""
        posts = [
            each
            for each in self.graph.standing()
            if self._conversation_of(each) == rest and self.graph.sees(me.id, each)
        ]
        if not posts:
            return _error(request, "No such conversation.", 404)
        return self._listed(request, posts)

    def create_favorite(self, request: Request, me: Account, rest: str) -> Reply:
        """favorites/create/<id>.json: a repeat is refused."""
        post = self.visible(request, me, rest)
        if not self.graph.like(me.id, post):
            return _error(request, "This status is already a favorite.", 403)
        return json_reply(self.status(post, request.root, me.id))

    def destroy_favorite(self, request: Request, me: Account, rest: str) -> Reply:
        """favorites/destroy/<id>.json: a repeat is refused."""
        post = self.visible(request, me, rest)
        if not self.graph.unlike(me.id, post):
            return _error(request, "That status is not a favorite.", 403)
        return json_reply(self.status(post, request.root, me.id))

    def destroy(self, request: Request, me: Account, rest: str) -> Reply:
        """statuses/destroy/<id>.json."""
        post = self.graph.posts.get(rest)
        if post is None or post.is_deleted:
            return _error(request, "No status found with that ID.", 404)
        if post.user != me.id:
            return _error(request, "You may not delete another user's status.", 403)
        post.is_deleted = True
        return json_reply(self.status(post, request.root))

    def user_timeline(self, request: Request, me: Account, rest: str) -> Reply:
        return self._listed(request, self.graph.standing(me.id))

    def friends_timeline(self, request: Request, me: Account, rest: str) -> Reply:
        return self._listed(request, self.graph.home(me.id))

    def friends(self, request: Request, me: Account, rest: str) -> Reply:
        """statuses/friends.json: a hundred on a page."""
        size = min(int(request.query.get("count", "100")), 100)
        start = (max(int(request.query.get("page", "1")), 1) - 1) * size
        people = me.follows[start : start + size]
        return json_reply([self.user(self.graph.accounts[each], request.root) for each in people])

    def me(self, request: Request, me: Account, rest: str) -> Reply:
        return json_reply(self.user(me, request.root))

    def user(self, account: Account, root: str) -> dict[str, Any]:
        """A user; ids are numbers."""
        return {
            "id": int(account.id),
            "name": account.nickname,
            "screen_name": account.name,
            "profile_image_url": f"{root}/avatar/{account.name}.jpg",
            "statusnet_profile_url": f"{root}/{account.name}",
            "friends_count": len(account.follows),
        }

    def status(self, post: Post, root: str, viewer: str = "") -> dict[str, Any]:
        """A status. It counts neither replies nor favourites; `favorited` is the caller's own."""
        parent = self.graph.posts.get(post.in_reply_to)
        if parent is not None and parent.is_deleted:
            parent = None
        return {
            "id": int(post.id),
            "text": _ADDRESS.sub(_short, post.text) if self.settings.shortens else post.text,
            "created_at": post.at.astimezone(UTC).strftime("%a %b %d %H:%M:%S %z %Y"),
            "uri": f"tag:sandbox,2026:noticeId={post.id}:objectType=note",
            "external_url": f"{root}/notice/{post.id}" if self.settings.tells_address else None,
            "user": self.user(self.graph.accounts[post.user], root),
            "in_reply_to_status_id": int(parent.id) if parent else None,
            "in_reply_to_user_id": int(parent.user) if parent else None,
            "statusnet_conversation_id": int(self._conversation_of(post)),
            "favorited": viewer in post.likes,
        }

    def _conversation_of(self, post: Post) -> str:
        """Threads have numbers of their own, near those of their first notices."""
        first = post
        while first.in_reply_to in self.graph.posts:
            first = self.graph.posts[first.in_reply_to]
        return str(int(first.id) + 500_000)

    def _is_repeat(self, me: Account, text: str) -> bool:
        since = self.graph.now() - timedelta(seconds=self.settings.dupe_seconds)
        mine = self.graph.standing(me.id)
        return any(each.text == text and each.at > since and not each.is_seeded for each in mine)

    def _listed(self, request: Request, posts: list[Post]) -> Reply:
        query = request.query
        if "since_id" in query:
            posts = [each for each in posts if int(each.id) > int(query["since_id"])]
        if "max_id" in query:
            posts = [each for each in posts if int(each.id) <= int(query["max_id"])]
        count = min(int(query.get("count", "20")), 200)
        start = (max(int(query.get("page", "1")), 1) - 1) * count
        page = posts[start : start + count]
        return json_reply([self.status(each, request.root) for each in page])

    def _shown(self, request: Request) -> Reply:
        place, _, rest = request.path.removeprefix("/").partition("/")
        if place == "avatar":
            return portrait(rest)
        if place == "api":
            return _error(request, "API method not found.", 404)
        return page("GNU social（サンドボックス）", "".join(map(self._one, self.graph.newest)))

    def _one(self, post: Post) -> str:
        owner = self.graph.accounts[post.user]
        return post_box(post, owner, f"<p>{escape(post.text)}{picture_count(post)}</p>")

    def is_api(self, path: str) -> bool:
        spared = path.startswith("/api/oauth/") or path in CONFIGS
        return path.startswith("/api/") and not spared

    def refusal(self, request: Request, *, is_expired: bool) -> Reply:
        return _error(request, "Could not authenticate you.", 401)


Handler = Callable[[Gnusocial, Request, Account, str], Reply]
ROUTES: list[tuple[str, Handler]] = [
    (r"POST /api/statuses/update\.json", Gnusocial.update),
    (r"(?:POST|DELETE) /api/statuses/destroy/(\d+)\.json", Gnusocial.destroy),
    (r"GET /api/statuses/show/(\d+)\.json", Gnusocial.show),
    (r"GET /api/statusnet/conversation/(\d+)\.json", Gnusocial.conversation),
    (r"POST /api/favorites/create/(\d+)\.json", Gnusocial.create_favorite),
    (r"POST /api/favorites/destroy/(\d+)\.json", Gnusocial.destroy_favorite),
    (r"GET /api/statuses/user_timeline\.json", Gnusocial.user_timeline),
    (r"GET /api/statuses/friends_timeline\.json", Gnusocial.friends_timeline),
    (r"GET /api/statuses/friends\.json", Gnusocial.friends),
    (r"GET /api/account/verify_credentials\.json", Gnusocial.me),
]


def _short(found: re.Match[str]) -> str:
    return f"https://s.example/{digest(found.group(), 6)}"


def _error(request: Request, words: str, status: int) -> Reply:
    return json_reply({"error": words, "request": request.path}, status)
