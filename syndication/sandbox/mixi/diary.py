"""Diary (日記): write, with up to three JPEGs, and read. The API cannot change or delete one."""

from __future__ import annotations

from typing import Any

from syndication.sandbox.http import Reply, Request, json_object, json_reply
from syndication.sandbox.mixi.calls import MixiCall, Route, described_error, voice_error
from syndication.sandbox.mixi.rows import Diary, Picture, rfc3339
from syndication.sandbox.multipart import Part
from syndication.sandbox.pictures import media_type

MAX_TITLE = 100
MAX_BODY = 10_000
PHOTO_FIELDS = ("photo1", "photo2", "photo3")


def diary_url(root: str, diary: Diary) -> str:
    """The address of an entry's own page."""
    return f"{root}/view_diary.pl?id={diary.id}&owner_id={diary.owner}"


def diary_object(root: str, diary: Diary) -> dict[str, Any]:
    """An entry as it is read; all but `created` is our guess in the manner of Photo."""
    privacy = {"visibility": diary.visibility}
    if diary.visibility == "group":
        privacy["group"] = diary.group
    return {
        "id": diary.id,
        "ownerId": diary.owner,
        "title": diary.title,
        "body": diary.body,
        "created": rfc3339(diary.at),
        "privacy": privacy | {"show_users": "1" if diary.show_users else "0"},
        "images": [{"url": f"{root}/photo/{each}.jpg"} for each in diary.photos],
        "viewPageUrl": diary_url(root, diary),
    }


def write_diary(call: MixiCall) -> Reply:
    """Write an entry: JSON, or multipart with the JSON as `request` and `photo1` to `photo3`."""
    parts = call.request.parts()
    fields = _fields(call.request, parts)
    title, body = _text(fields, "title", MAX_TITLE), _text(fields, "body", MAX_BODY)
    visibility, group = call.privacy(fields.get("privacy"))
    photos = _photos(parts)
    state = call.state
    diary = Diary(call.me.id, state.now(), visibility, group, title=title, body=body)
    diary.id = state.number()
    diary.show_users = str(fields["privacy"].get("show_users", "0")) == "1"
    for content in photos:
        picture = Picture(call.me.id, diary.at, visibility, group, content=content)
        picture.id = state.number()
        state.pictures[picture.id] = picture
        diary.photos.append(picture.id)
    state.diaries[diary.id] = diary
    return json_reply({"id": diary.id})


def _fields(request: Request, parts: dict[str, Part]) -> dict[str, Any]:
    if parts:
        return json_object(parts["request"].content if "request" in parts else b"")
    if request.content_type != "application/json":
        raise described_error("request must be application/json or multipart/form-data")
    return request.json()


def _text(fields: dict[str, Any], name: str, most: int) -> str:
    text = fields.get(name)
    if not isinstance(text, str) or not text.strip():
        raise described_error(f"{name} is required")
    if len(text) > most:
        raise described_error(f"{name} is too long")
    return text


def _photos(parts: dict[str, Part]) -> list[bytes]:
    extra = [each for each in parts if each.startswith("photo") and each not in PHOTO_FIELDS]
    photos = [parts[each].content for each in PHOTO_FIELDS if each in parts]
    if extra or any(media_type(each) != "image/jpeg" for each in photos):
        raise described_error("photo must be up to three JPEG files")
    return photos


def read(call: MixiCall) -> Reply:
    """One entry. 403 where it is not for the caller."""
    owner, diary = call.account(), call.state.diaries.get(call.args["diary"])
    if diary is None or diary.is_deleted or diary.owner != owner.id:
        raise voice_error(404)
    if not call.state.can_see(call.me.id, diary):
        raise voice_error(403)
    return json_reply(diary_object(call.request.root, diary))


def read_list(call: MixiCall) -> Reply:
    """Entries, newest first, in the standard envelope (the list form is not documented)."""
    owners = call.circle(call.me, call.args["group"])
    if call.args["group"] == "@self":
        owners = {call.account().id}
    diaries = call.state.seen_by(call.me.id, call.state.diaries.values(), owners)
    page = call.page(diaries)
    root = call.request.root
    return json_reply(page | {"entry": [diary_object(root, each) for each in page["entry"]]})


ROUTES = [
    Route("POST", "diary/articles/@me/@self", "w_diary", write_diary),
    Route("GET", "diary/articles/{user}/@self/{diary}", "r_diary", read),
    Route("GET", "diary/articles/{user}/{group}", "r_diary", read_list),
]
