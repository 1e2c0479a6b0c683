"""/2/…: posts, media, people (https://docs.x.com/x-api). Errors are problems (RFC 9457)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syndication.sandbox.http import Refused, Reply, Request, json_reply
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.pictures import media_type
from syndication.sandbox.social_graph import Account, Post, digest
from syndication.sandbox.twitter.state import TwitterState

LONGEST = 280
_ADDRESS = re.compile(r"https?://[!-~]+")
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_EXTENDING = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d.")


@dataclass(frozen=True)
class TwitterCall:
    """One authorized request. `rest` is the variable part of the path."""

    state: TwitterState
    request: Request
    grant: Grant
    rest: str = ""

    @property
    def me(self) -> Account:
        return self.state.graph.accounts[self.grant.user]

    def needs(self, scope: str) -> None:
        """Raise Refused where the member did not permit it."""
        if scope not in self.grant.scopes:
            raise Refused(problem_reply(403, "Forbidden", f"Missing the scope {scope}."))


def open_twitter_call(state: TwitterState, request: Request, rest: str) -> TwitterCall:
    """Authorize a request. Raises Refused for an invalid token."""
    access = state.tokens.living(state.tokens.access, request.bearer)
    if access is None:
        raise Refused(unauthorized())
    return TwitterCall(state, request, access.grant, rest)


def create_tweet(call: TwitterCall) -> Reply:
    """POST /2/tweets: 100 in 15 minutes; recent duplicates are refused."""
    call.needs("tweet.write")
    fields = call.request.json()
    text = str(fields.get("text") or "").strip()
    media = fields.get("media") if isinstance(fields.get("media"), dict) else {}
    idents = [str(each) for each in (media or {}).get("media_ids") or []]
    uploads = [call.state.graph.uploads.get(each) for each in idents]
    photos = [each for each in uploads if each is not None and each.user == call.me.id]
    if (not text and not photos) or len(photos) < len(idents) or len(photos) > 4:
        return problem_reply(
            400, "Invalid Request", "One or more parameters to your request was invalid."
        )
    if weight(text) > LONGEST:
        return problem_reply(403, "Forbidden", "Your Tweet text is too long.")
    headers = _count(call)
    since = call.state.graph.now() - timedelta(seconds=call.state.settings.duplicate_seconds)
    for post in call.state.graph.standing(call.me.id):
        if text and post.text == text and post.at > since and not post.is_seeded:
            words = "You are not allowed to create a Tweet with duplicate content."
            return problem_reply(403, "Forbidden", words).adding(*headers)
    post = call.state.graph.write(call.me.id, text, photos=photos)
    return json_reply({"data": {"id": post.id, "text": text}}, 201).adding(*headers)


def delete_tweet(call: TwitterCall) -> Reply:
    """DELETE /2/tweets/:id."""
    call.needs("tweet.write")
    post = call.state.graph.posts.get(call.rest)
    if post is None or post.is_deleted:
        return problem_reply(
            404, "Not Found Error", f"Could not find tweet with id: [{call.rest}]."
        )
    if post.user != call.me.id:
        return problem_reply(403, "Forbidden", "You are not authorized to delete this Tweet.")
    post.is_deleted = True
    return json_reply({"data": {"deleted": True}})


def upload_tweet_media(call: TwitterCall) -> Reply:
    """POST /2/media/upload."""
    call.needs("media.write")
    parts = call.request.parts()
    file = parts.get("media")
    kind = media_type(file.content) if file else ""
    if file is None or not kind or len(file.content) > 5_000_000 or "media_category" not in parts:
        return problem_reply(
            400, "Invalid Request", "One or more parameters to your request was invalid."
        )
    kept = call.state.graph.upload(call.me.id, file.content, kind)
    data = {"id": kept.id, "media_key": f"3_{kept.id}", "size": len(kept.content)}
    return json_reply({"data": data})


def describe_media(call: TwitterCall) -> Reply:
    """POST /2/media/metadata: a description of the picture."""
    call.needs("media.write")
    fields = call.request.json()
    kept = call.state.graph.uploads.get(str(fields.get("id")))
    if kept is None or kept.user != call.me.id:
        return problem_reply(404, "Not Found Error", "Could not find the media.")
    kept.alt = str(fields.get("metadata", {}).get("alt_text", {}).get("text") or "")
    return json_reply({"data": {"id": kept.id}})


def twitter_me(call: TwitterCall) -> Reply:
    """GET /2/users/me."""
    call.needs("users.read")
    return json_reply({"data": twitter_user(call.me, call.request.root)})


def twitter_following(call: TwitterCall) -> Reply:
    """GET /2/users/:id/following: 100 by default, at most 1,000."""
    call.needs("follows.read")
    owner = call.state.graph.accounts.get(call.rest)
    people = [call.state.graph.accounts[each] for each in (owner.follows if owner else [])]
    return _paged(
        call, [twitter_user(each, call.request.root) for each in people], usual=100, most=1000
    )


def user_tweets(call: TwitterCall) -> Reply:
    """GET /2/users/:id/tweets."""
    call.needs("tweet.read")
    return _listed(call, call.state.graph.standing(call.rest))


def twitter_timeline(call: TwitterCall) -> Reply:
    """GET /2/users/:id/timelines/reverse_chronological."""
    call.needs("tweet.read")
    return _listed(call, call.state.graph.home(call.me.id))


def twitter_user(account: Account, root: str) -> dict[str, Any]:
    """User."""
    return {
        "id": account.id,
        "name": account.nickname,
        "username": account.name[:15],
        "profile_image_url": f"{root}/avatars/{account.name}.jpg",
    }


def tweet_object(post: Post, *, tells: bool = True) -> dict[str, Any]:
    """Return a Post: each address as t.co, and one more for the pictures."""
    text, urls = post.text, []
    for address in _ADDRESS.findall(post.text):
        short = f"https://t.co/{digest(address, 10)}"
        text = text.replace(address, short, 1)
        urls.append({"url": short, "expanded_url": address})
    for each in post.photos[:1]:
        short = f"https://t.co/{digest(each.id, 10)}"
        text = f"{text} {short}".strip()
        address = f"https://x.com/i/status/{post.id}/photo/1"
        urls.append({"url": short, "expanded_url": address, "media_key": f"3_{each.id}"})
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    found = {
        "id": post.id,
        "author_id": post.user,
        "created_at": post.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "text": escaped,
    }
    return found | ({"entities": {"urls": urls}} if urls and tells else {})


def weight(text: str) -> int:
    """Return X's weighted length: Latin 1, others 2, addresses 23, emoji 2."""
    text = unicodedata.normalize("NFC", _ADDRESS.sub("x" * 23, text))
    total = 0
    for char in _EXTENDING.sub("", text):
        total += 1 if any(low <= ord(char) <= high for low, high in _LIGHT) else 2
    return total


def problem_reply(status: int, title: str, detail: str) -> Reply:
    """Return a problem as JSON."""
    fields = {"title": title, "detail": detail, "type": "about:blank", "status": status}
    return json_reply(fields, status)


def unauthorized() -> Reply:
    """Return the same answer for expired and revoked tokens."""
    words = {"title": "Unauthorized", "type": "about:blank", "status": 401}
    return json_reply(words | {"detail": "Unauthorized"}, 401)


def _count(call: TwitterCall) -> tuple[tuple[str, str], ...]:
    """Count a post; return the rate-limit headers. Raises Refused beyond the limit."""
    written, limit = call.state.written, call.state.settings.rate_limit
    has_room = written.takes(call.me.id, limit)
    headers = (
        ("x-rate-limit-limit", str(limit)),
        ("x-rate-limit-remaining", str(written.left(call.me.id, limit))),
        ("x-rate-limit-reset", str(int(written.ends(call.me.id).timestamp()) + 1)),
    )
    if not has_room:
        refused = problem_reply(429, "Too Many Requests", "Too Many Requests")
        raise Refused(refused.adding(*headers))
    return headers


def _listed(call: TwitterCall, posts: list[Post]) -> Reply:
    """Return posts newest first, by `since_id` and `start_time`."""
    query, now = call.request.query, call.state.graph.now()
    lag = timedelta(seconds=call.state.settings.timeline_lag)
    found = [each for each in posts if each.at <= now - lag]
    if "since_id" in query:
        found = [each for each in found if int(each.id) > int(query["since_id"])]
    if "start_time" in query:
        start = datetime.fromisoformat(query["start_time"])
        found = [each for each in found if each.at >= start]
    reply: dict[str, Any] = {}
    if "author_id" in query.get("expansions", "").split(","):
        people = call.state.graph.accounts
        writers = {each.user for each in found}
        users = [twitter_user(people[each], call.request.root) for each in writers]
        reply["includes"] = {"users": users}
    return _paged(
        call,
        [tweet_object(each, tells=call.state.settings.entities) for each in found],
        usual=10,
        most=100,
        more=reply,
    )


def _paged(
    call: TwitterCall,
    rows: list[dict[str, Any]],
    *,
    usual: int,
    most: int,
    more: dict[str, Any] | None = None,
) -> Reply:
    query = call.request.query
    size = int(query.get("max_results", usual))
    if not 1 <= size <= most:
        return problem_reply(400, "Invalid Request", f"max_results is not between 1 and {most}")
    start = int(query.get("pagination_token", "p0").removeprefix("p"))
    page = rows[start : start + size]
    meta: dict[str, Any] = {"result_count": len(page)}
    if len(rows) > start + size:
        meta["next_token"] = f"p{start + size}"
    return json_reply(({"data": page} if page else {}) | (more or {}) | {"meta": meta})


Handler = Callable[[TwitterCall], Reply]
ROUTES: list[tuple[str, Handler]] = [
    (r"POST /2/tweets", create_tweet),
    (r"DELETE /2/tweets/(\d+)", delete_tweet),
    (r"POST /2/media/upload", upload_tweet_media),
    (r"POST /2/media/metadata", describe_media),
    (r"GET /2/users/me", twitter_me),
    (r"GET /2/users/(\d+)/following", twitter_following),
    (r"GET /2/users/(\d+)/tweets", user_tweets),
    (r"GET /2/users/(\d+)/timelines/reverse_chronological", twitter_timeline),
]
