"""/social/rpc: batches of calls, each with its result or its error."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from syndication.sandbox.http import BadBody, Reply, Request, json_reply
from syndication.sandbox.orkut.state import OrkutAlbum, OrkutState
from syndication.sandbox.pictures import media_type
from syndication.sandbox.social_graph import Account, Post

MAX_ACTIVITIES = 70
_TAGS = re.compile(r"<(?!/?(?:b|i|a|span)\b)")


class CallError(Exception):
    """A failing call, with the fields of its error answer."""

    def __init__(self, code: int, message: str, kind: str = "", **more: str) -> None:
        super().__init__(message)
        data = ({"errorType": kind} if kind else {}) | more
        self.answer: dict[str, Any] = {"code": code, "message": message}
        if data:
            self.answer["data"] = data


@dataclass(frozen=True)
class OrkutCall:
    """One call of a batch, with its picture."""

    state: OrkutState
    me: Account
    root: str
    params: dict[str, Any]
    picture: bytes = b""


def answer_batch(state: OrkutState, request: Request, me: Account) -> Reply:
    """Answer a whole batch."""
    picture = b""
    if request.content_type == "multipart/form-data":
        files = [each for each in request.parts().values() if each.filename]
        picture = files[0].content if files else b""
        text = request.query.get("request", "")
    else:
        text = request.body.decode()
    try:
        batch = json.loads(text)
    except ValueError as error:
        raise BadBody("not JSON") from error
    if not isinstance(batch, list) or not all(isinstance(each, dict) for each in batch):
        raise BadBody("not a batch")
    return json_reply([_one(state, request.root, me, each, picture) for each in batch])


def _one(
    state: OrkutState, root: str, me: Account, call: dict[str, Any], picture: bytes
) -> dict[str, Any]:
    ident, method = call.get("id"), str(call.get("method"))
    params = call.get("params")
    handler = METHODS.get(method.lower())
    try:
        if handler is None or not isinstance(params, dict):
            raise CallError(400, f"unknown method {method}")
        _check(state, method)
        return {"id": ident, "result": handler(OrkutCall(state, me, root, params, picture))}
    except CallError as wrong:
        return {"id": ident, "error": wrong.answer}


def _check(state: OrkutState, method: str) -> None:
    """Raise the CallError that the setting `trouble` orders."""
    match state.settings.trouble:
        case "requiresCaptcha" if method != "people.get":
            place = {"captchaUrl": "/CaptchaXYZ", "captchaToken": "token"}
            raise CallError(401, "captcha", "requiresCaptcha", **place)
        case "tosNotAccepted":
            raise CallError(401, "terms", "tosNotAccepted")
        case "apiLimitExceeded":
            raise CallError(403, "limit", "apiLimitExceeded")
        case "noPermissions":
            raise CallError(403, "no", "noPermissions")
        case "500":
            raise CallError(500, "internal error")


def activities_create(call: OrkutCall) -> dict[str, Any]:
    """The result is empty and has no id."""
    activity = call.params.get("activity")
    if not isinstance(activity, dict) or not str(activity.get("title") or "").strip():
        raise CallError(400, "an activity needs a title")
    title, body = str(activity["title"]), str(activity.get("body") or "")
    if _TAGS.search(title) or _TAGS.search(body):
        raise CallError(400, "this tag is not allowed")
    if len(html.unescape(title)) > 1000 or len(html.unescape(body)) > 10_000:
        raise CallError(400, "too long")
    call.state.graph.write(call.me.id, body, more={"title": title})
    return {}


def activities_get(call: OrkutCall) -> dict[str, Any]:
    """`@all`: own and friends' ones, newest first, at most 70."""
    lag = call.state.settings.timeline_lag
    now = call.state.graph.now().timestamp()
    seen = [
        each
        for each in call.state.graph.home(call.me.id)
        if each.visibility == "public" and each.at.timestamp() <= now - lag
    ]
    shown = [activity_object(each) for each in seen[:MAX_ACTIVITIES]]
    return {"list": shown, "totalResults": len(seen)}


def people_get(call: OrkutCall) -> dict[str, Any]:
    """`@self` is one person, `@friends` a list; 20 by default."""
    if call.params.get("groupId") == "@self":
        return orkut_person(call.me, call.root)
    start, count = int(call.params.get("startIndex", 0)), int(call.params.get("count", 20))
    page = call.me.follows[start : start + min(count, 100)]
    people = call.state.graph.accounts
    return {
        "totalResults": len(call.me.follows),
        "startIndex": start,
        "list": [orkut_person(people[each], call.root) for each in page],
    }


def albums_get(call: OrkutCall) -> dict[str, Any]:
    mine = [each for each in call.state.albums.values() if each.user == call.me.id]
    return {"list": [{"id": each.id, "title": each.title} for each in mine]}


def albums_create(call: OrkutCall) -> dict[str, Any]:
    wanted = call.params.get("album")
    title = str(wanted.get("title") or "") if isinstance(wanted, dict) else ""
    if not title:
        raise CallError(400, "an album needs a title")
    album = OrkutAlbum(str(5_000_000 + call.state.graph.number()), call.me.id, title)
    call.state.albums[album.id] = album
    return {"id": album.id, "title": title}


def items_create(call: OrkutCall) -> dict[str, Any]:
    album = _album(call)
    if not media_type(call.picture):
        raise CallError(400, "no picture")
    item = call.params.get("mediaItem")
    caption = str(item.get("caption") or "") if isinstance(item, dict) else ""
    kept = call.state.graph.upload(call.me.id, call.picture, media_type(call.picture))
    post = call.state.graph.write(call.me.id, caption, photos=[kept])
    post.visibility = "album"
    album.items.append(post.id)
    return {"id": post.id, "albumId": album.id, "url": f"{call.root}/photo/{post.id}"}


def items_get(call: OrkutCall) -> dict[str, Any]:
    posts = [call.state.graph.posts[each] for each in _album(call).items]
    return {
        "list": [
            {
                "id": each.id,
                "caption": each.text,
                "created": int(each.at.timestamp() * 1000),
                "url": f"{call.root}/photo/{each.id}",
            }
            for each in posts
            if not each.is_deleted
        ]
    }


def items_delete(call: OrkutCall) -> dict[str, Any]:
    album, ident = _album(call), str(call.params.get("mediaItemId"))
    if ident not in album.items:
        raise CallError(400, "no such picture")
    call.state.graph.posts[ident].is_deleted = True
    return {}


def activity_object(post: Post) -> dict[str, Any]:
    """An activity."""
    told = {"id": post.id, "userId": post.user, "postedTime": int(post.at.timestamp() * 1000)}
    title = post.more.get("title", "")
    if title and post.text:
        return told | {"title": title, "body": post.text}
    return told | {"title": title or html.escape(post.text, quote=False)}


def orkut_person(account: Account, root: str) -> dict[str, Any]:
    """A person, by the fields that the client asks for."""
    return {
        "id": account.id,
        "name": {"givenName": account.nickname, "familyName": ""},
        "thumbnailUrl": f"{root}/faces/{account.name}.jpg",
        "profileUrl": f"{root}/Profile?uid={account.id}",
    }


def _album(call: OrkutCall) -> OrkutAlbum:
    album = call.state.albums.get(str(call.params.get("albumId")))
    if album is None or album.user != call.me.id:
        raise CallError(-32000, "no such album", "albumDoesNotExist")
    return album


METHODS: dict[str, Callable[[OrkutCall], dict[str, Any]]] = {
    "activities.create": activities_create,
    "activities.get": activities_get,
    "people.get": people_get,
    "albums.get": albums_get,
    "albums.create": albums_create,
    "mediaitems.create": items_create,
    "mediaitems.get": items_get,
    "mediaitems.delete": items_delete,
}
