"""Voice (つぶやき): statuses, in both styles of address. Comments and likes are in `reactions`.

Bare arrays instead of the envelope, Twitter's time format, errors without description.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from syndication.sandbox.http import BadBody, Reply, json_reply
from syndication.sandbox.mixi.calls import MixiCall, Route, voice_error
from syndication.sandbox.mixi.people import face_url, profile_url
from syndication.sandbox.mixi.rows import (
    MixiAccount,
    Picture,
    Status,
    standing_comments,
    voice_time,
)
from syndication.sandbox.pictures import media_type

MAX_CHARACTERS = 150
PHOTO_TYPES = ("image/jpeg", "image/png")


def user_object(call: MixiCall, account: MixiAccount) -> dict[str, Any]:
    """A person as Voice shows them, trimmed as the query asks."""
    trim = call.request.query.get("trim_user", "false")
    user = {
        "id": account.id,
        "screen_name": account.nickname,
        "profile_image_url": face_url(call.request.root, account),
        "url": profile_url(call.request.root, account),
    }
    if trim == "true":
        return {"id": account.id}
    if trim == "exclude_screen_name":
        del user["screen_name"]
    return user


def status_object(call: MixiCall, status: Status) -> dict[str, Any]:
    """A voice as the answers to writing and deleting show it."""
    return {
        "id": status.id,
        "created_at": voice_time(status.at),
        "text": shown_text(call.request.root, status),
        "user": user_object(call, call.state.accounts[status.owner]),
    }


def voice_url(root: str, status: Status) -> str:
    """The address of a voice's own page; the API does not tell it."""
    return f"{root}/view_voice.pl?owner_id={status.owner}&post_time={status.stamp}"


def shown_text(root: str, status: Status) -> str:
    """The text as mixi gives it back: that of a photo voice begins with the photo's address."""
    if not status.photo:
        return status.text
    query = urlencode({"owner_id": status.owner, "photo_id": status.photo})
    return f"{root}/view_photo.pl?{query} {status.text}".rstrip()


def listed_object(call: MixiCall, status: Status) -> dict[str, Any]:
    """A voice as it is read: counts are strings and absent when nought."""
    value = status_object(call, status) | {"favorited": call.me.id in status.likes}
    if comments := standing_comments(status):
        value["reply_count"] = str(len(comments))
    if status.likes:
        value["favorite_count"] = str(len(status.likes))
    if status.photo and call.request.query.get("attach_photo") == "true":
        url = f"{call.request.root}/photo/{status.photo}.jpg"
        value["photo"] = [{"thumbnail_url": url, "image_url": url}]
    return value


def find_voice(call: MixiCall) -> Status:
    """The voice that the path names, if the caller may see it. Raises Refused."""
    status = call.state.statuses.get(call.args["post"])
    if status is None or status.is_deleted:
        raise voice_error(404)
    if not call.state.can_see(call.me.id, status):
        raise voice_error(403)
    return status


def update_voice(call: MixiCall) -> Reply:
    """Post: a form, a form with a photo, or a raw picture with `?status=`. 400 over 150."""
    text, photo = _written(call)
    if len(text) > MAX_CHARACTERS or not (text.strip() or photo):
        raise voice_error(400)
    state, me = call.state, call.me
    status = Status(me.id, state.now(), me.voice_visibility, text=text)
    if state.settings.refuses_same_second and status.id in state.statuses:
        raise voice_error(400)
    # Ids carry the second: of two posts in one second the later is dated a second later.
    status.at = state.free_second(lambda at: Status(me.id, at).id in state.statuses)
    if photo:
        status.photo = _keep_photo(call, status, photo)
    state.statuses[status.id] = status
    return json_reply(status_object(call, status))


def _written(call: MixiCall) -> tuple[str, bytes]:
    request = call.request
    if request.content_type.startswith("image/"):
        return request.query.get("status", ""), _checked(request.body)
    parts = request.parts()
    if not parts:
        return request.form().get("status", ""), b""
    try:
        text = parts["status"].text if "status" in parts else ""
    except ValueError as error:
        raise BadBody("status is not UTF-8") from error
    return text, _checked(parts["photo"].content) if "photo" in parts else b""


def _checked(photo: bytes) -> bytes:
    if media_type(photo) not in PHOTO_TYPES:
        raise voice_error(400)
    return photo


def _keep_photo(call: MixiCall, status: Status, content: bytes) -> str:
    picture = Picture(
        call.me.id,
        status.at,
        status.visibility,
        id=call.state.number(),
        content=content,
        media_type=media_type(content),
    )
    call.state.pictures[picture.id] = picture
    return picture.id


def destroy_voice(call: MixiCall) -> Reply:
    """Delete one's own: the deleted object, 404 the second time."""
    status = find_voice(call)
    if status.owner != call.me.id:
        raise voice_error(403)
    answer = json_reply(status_object(call, status))
    status.is_deleted = True
    if status.photo:
        call.state.pictures[status.photo].is_deleted = True
    return answer


def show_voice(call: MixiCall) -> Reply:
    """One voice."""
    return json_reply(listed_object(call, find_voice(call)))


def user_timeline(call: MixiCall) -> Reply:
    """One's own, or somebody's as far as the caller may see it."""
    owner = call.account()
    return _timeline(call, {owner.id})


def friends_timeline(call: MixiCall) -> Reply:
    """One's friends', or those of a group of them."""
    return _timeline(call, call.circle(call.me, call.args.get("group", "@friends")))


def _timeline(call: MixiCall, owners: set[str]) -> Reply:
    start = call.number("start_index", "startIndex", default=0, most=10**9)
    count = call.number("count", default=20, most=200, least=1)
    since = call.request.query.get("since_id", "").rpartition("-")[2]
    lag = call.state.settings.timeline_lag
    shown_until = call.state.now() - timedelta(seconds=lag)
    statuses = [
        each
        for each in call.state.seen_by(call.me.id, call.state.statuses.values(), owners)
        if each.stamp > since and (not lag or each.at <= shown_until)
    ]
    return json_reply([listed_object(call, each) for each in statuses[start : start + count]])


ROUTES = [
    Route("POST", "voice/statuses/update", "w_voice", update_voice),
    Route("POST", "voice/statuses", "w_voice", update_voice),
    Route("POST", "voice/statuses/destroy/{post}", "w_voice", destroy_voice),
    Route("DELETE", "voice/statuses/destroy/{post}", "w_voice", destroy_voice),
    Route("DELETE", "voice/statuses/{post}", "w_voice", destroy_voice),
    Route("GET", "voice/statuses/friends_timeline", "r_voice", friends_timeline),
    Route("GET", "voice/statuses/friends_timeline/{group}", "r_voice", friends_timeline),
    Route("GET", "voice/statuses/{user}/user_timeline", "r_voice", user_timeline),
    Route("GET", "voice/statuses/show/{post}", "r_voice", show_voice),
    Route("GET", "voice/statuses/{post}", "r_voice", show_voice),
]
