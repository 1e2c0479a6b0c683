"""Notes: written, answered, renoted, deleted, read and listed. Reactions are in `reactions`.

Replies as core/NoteCreateService.ts of MisskeyIO/misskey (2025.4.1) treats them: a reply to what is not
public goes to `home` at most, one to `specified` must be `specified`, and one to `followers` may be
`home`; the author of the parent is told, and is a recipient of a `specified` reply.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from syndication.sandbox.http import Reply, json_reply
from syndication.sandbox.misskey.calls import (
    INVALID,
    NO_NOTE,
    TOO_OFTEN,
    MisskeyCall,
    misskey_refusal,
    misskey_user,
)
from syndication.sandbox.misskey.state import MisskeyState, Problem, reaction_row
from syndication.sandbox.social_graph import Post, Upload

VISIBILITIES = ("public", "home", "followers", "specified")
MAX_WARNING_LENGTH = 100

NO_CONTENT = Problem(
    400,
    "CONTENT_REQUIRED",
    "6f57e42b-c348-439b-bc45-993995cc515a",
    "Content required. You need to set text, fileIds, renoteId or poll.",
)
NO_REPLY_TARGET = Problem(
    400,
    "NO_SUCH_REPLY_TARGET",
    "749ee0f6-d3da-459a-bf02-282e2da4292c",
    "No such reply target.",
)
NO_RENOTE_TARGET = Problem(
    400,
    "NO_SUCH_RENOTE_TARGET",
    "b5c90186-4ab0-49c8-9bba-a1f76c282ba4",
    "No such renote target.",
)
INVISIBLE_TARGET = Problem(
    400,
    "CANNOT_REPLY_TO_AN_INVISIBLE_NOTE",
    "b98980fa-3780-406c-a935-b6d0eeee10d1",
    "You cannot reply to an invisible Note.",
)
PURE_RENOTE = Problem(
    400,
    "CANNOT_REPLY_TO_A_PURE_RENOTE",
    "3ac74a84-8fd5-4bb0-870f-01804f82ce15",
    "You can not reply to a pure Renote.",
)
TOO_WIDE = Problem(
    400,
    "CANNOT_REPLY_TO_SPECIFIED_VISIBILITY_NOTE_WITH_EXTENDED_VISIBILITY",
    "ed940410-535c-4d5e-bfa3-af798671e93c",
    "You cannot reply to a specified visibility note with extended visibility.",
)
BLOCKED = Problem(
    400,
    "YOU_HAVE_BEEN_BLOCKED",
    "b390d7e1-8a5e-46ed-b625-06271cafd3d3",
    "You have been blocked by this user.",
)

_NAMED = re.compile(r"(?<![\w@])@(\w+)(?![\w@])", re.ASCII)


def create_note(call: MisskeyCall) -> Reply:
    """/api/notes/create: 300 an hour."""
    call.needs("write:notes")
    photos = _files(call)
    _check_fields(call, photos)
    parent = _parent(call)
    if not call.state.written.takes(call.me.id, call.state.settings.rate_limit):
        raise misskey_refusal(TOO_OFTEN)
    visibility = _visibility(call, parent)
    post = _first_of_equals(call, visibility, photos) or add_note(call, parent, visibility, photos)
    return json_reply({"createdNote": note_object(call.state, post, call.request.root, call.me.id)})


def add_note(call: MisskeyCall, parent: Post | None, visibility: str, photos: list[Upload]) -> Post:
    """Store a note, told to whom it names and to the author of what it answers; a `specified` one to
    whom it is addressed, and to that author."""
    fields, text = call.fields, str(call.fields.get("text") or "")
    names = [] if fields.get("noExtractMentions") is True else _NAMED.findall(text)
    told = [each.id for each in call.state.graph.accounts.values() if each.name in names]
    if visibility == "specified":
        told = [str(each) for each in fields.get("visibleUserIds") or ()]
    if parent is not None and parent.user != call.me.id:
        told.append(parent.user)
    return call.state.graph.write(
        call.me.id,
        text,
        visibility=visibility,
        in_reply_to=parent.id if parent else "",
        told=list(dict.fromkeys(told)),
        warning=str(fields.get("cw") or ""),
        photos=photos,
        more={"renote": fields.get("renoteId") or None},
    )


def delete_note(call: MisskeyCall) -> Reply:
    """/api/notes/delete. The replies below it go, too, whoever wrote them (#4863)."""
    call.needs("write:notes")
    post = call.note("noteId", NO_NOTE)
    if post.user != call.me.id:
        raise misskey_refusal(NO_NOTE)
    remove_note(call.state, post)
    return Reply(204)


def remove_note(state: MisskeyState, post: Post) -> None:
    """Delete a note and all replies below it."""
    post.is_deleted = True
    for each in state.graph.replies(post):
        remove_note(state, each)


def show_note(call: MisskeyCall) -> Reply:
    """/api/notes/show: one that the caller may not read comes without its content."""
    post = call.note("noteId", NO_NOTE)
    return json_reply(note_object(call.state, post, call.request.root, call.me.id))


def list_replies(call: MisskeyCall) -> Reply:
    """/api/notes/replies: the direct ones that the caller may read; of an unknown note none."""
    post = call.state.graph.posts.get(str(call.fields.get("noteId")))
    found = call.state.graph.replies(post)[::-1] if post else []
    return _listed(call, [each for each in found if call.sees(each)])


def own_notes(call: MisskeyCall) -> Reply:
    """/api/users/notes: replies to others only `withReplies`, renotes unless `withRenotes` is false."""
    owner, posts = str(call.fields.get("userId")), call.state.graph.posts
    mine = [each for each in call.state.graph.standing(owner) if call.sees(each)]
    if not call.fields.get("withReplies", False):
        mine = [
            each
            for each in mine
            if not each.in_reply_to or posts[each.in_reply_to].user == each.user
        ]
    if not call.fields.get("withRenotes", True):
        mine = [each for each in mine if not is_pure_renote(each)]
    return _listed(call, mine)


def misskey_timeline(call: MisskeyCall) -> Reply:
    """/api/notes/timeline: with `sinceId` alone the oldest come first. Of replies those to the caller, by
    the caller, and of writers to themselves."""
    call.needs("read:account")
    posts, me = call.state.graph.posts, call.me.id

    def is_shown(post: Post) -> bool:
        parent = posts.get(post.in_reply_to)
        return parent is None or post.user == me or parent.user in (me, post.user)

    seen = [each for each in call.state.graph.home(me) if call.sees(each) and is_shown(each)]
    return _listed(call, seen)


def note_object(
    state: MisskeyState, post: Post, root: str, viewer: str, *, is_whole: bool = True
) -> dict[str, Any]:
    """Note as `viewer` gets it; `is_whole` with what it answers and passes on."""
    seen, reactions = state.graph.sees(viewer, post), state.reactions_to(post)
    note: dict[str, Any] = {
        "id": post.id,
        "createdAt": misskey_time(post),
        "userId": post.user,
        "user": misskey_user(state.graph.accounts[post.user], root),
        "text": (post.text or None) if seen else None,
        "cw": (post.warning or None) if seen else None,
        "visibility": post.visibility,
        "fileIds": [each.id for each in post.photos] if seen else [],
        "files": _shown_files(post) if seen else [],
        "replyId": post.in_reply_to or None,
        "renoteId": post.more.get("renote"),
        "repliesCount": len(state.graph.replies(post)),
        "reactionCount": sum(reactions.values()),
        "reactions": reactions,
    }
    if not seen:
        note["isHidden"] = True
    if post.visibility == "specified":
        note["visibleUserIds"] = post.told
    if viewer in post.likes:
        note["myReaction"] = reaction_row(post, viewer)["type"]
    for name, other in (("reply", post.in_reply_to), ("renote", post.more.get("renote"))):
        if is_whole and other in state.graph.posts and not state.graph.posts[other].is_deleted:
            there = state.graph.posts[other]
            note[name] = note_object(state, there, root, viewer, is_whole=False)
    return note


def misskey_time(post: Post) -> str:
    """Return when the note was written, in milliseconds."""
    return post.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{post.at.microsecond // 1000:03}Z"


def is_pure_renote(post: Post) -> bool:
    """Whether a note only passes another one on."""
    return bool(post.more.get("renote")) and not (post.text or post.warning or post.photos)


def _shown_files(post: Post) -> list[dict[str, Any]]:
    return [{"id": each.id, "comment": each.alt or None} for each in post.photos]


def _files(call: MisskeyCall) -> list[Upload]:
    wanted = call.fields.get("fileIds")
    uploads = [call.state.graph.uploads.get(str(each)) for each in wanted or []]
    return [each for each in uploads if each is not None and each.user == call.me.id]


def _check_fields(call: MisskeyCall, photos: list[Upload]) -> None:
    text, warning = call.fields.get("text"), call.fields.get("cw")
    renote = call.fields.get("renoteId")
    if not text and not photos and not renote:
        raise misskey_refusal(NO_CONTENT)
    if isinstance(text, str) and len(text) > call.state.settings.max_note_text_length:
        raise misskey_refusal(INVALID)
    if len(photos) > 16 or call.fields.get("visibility", "public") not in VISIBILITIES:
        raise misskey_refusal(INVALID)
    if warning is not None and not 1 <= len(str(warning)) <= MAX_WARNING_LENGTH:
        raise misskey_refusal(INVALID)
    if renote:
        call.note("renoteId", NO_RENOTE_TARGET)


def _parent(call: MisskeyCall) -> Post | None:
    """Return the note that is answered. Raises Refused where it takes no reply of the caller."""
    if not call.fields.get("replyId"):
        return None
    parent = call.note("replyId", NO_REPLY_TARGET)
    if is_pure_renote(parent):
        raise misskey_refusal(PURE_RENOTE)
    if not call.sees(parent):
        raise misskey_refusal(INVISIBLE_TARGET)
    wanted = call.fields.get("visibility", "public")
    if parent.visibility == "specified" and wanted != "specified":
        raise misskey_refusal(TOO_WIDE)
    if (parent.user, call.me.id) in call.state.blocks:
        raise misskey_refusal(BLOCKED)
    return parent


def _visibility(call: MisskeyCall, parent: Post | None) -> str:
    wanted = str(call.fields.get("visibility", "public"))
    is_narrowed = parent is not None and parent.visibility != "public" and wanted == "public"
    return "home" if is_narrowed else wanted


def _first_of_equals(call: MisskeyCall, visibility: str, photos: list[Upload]) -> Post | None:
    """Return the recent equal note, on a server that refuses duplicates."""
    fields, state = call.fields, call.state
    since = state.graph.now() - timedelta(seconds=state.settings.same_within)
    text, parent = str(fields.get("text") or ""), str(fields.get("replyId") or "")
    said = (text, visibility, photos, parent)
    return next(
        (
            each
            for each in state.graph.standing(call.me.id)
            if (each.text, each.visibility, each.photos, each.in_reply_to) == said
            and each.at > since
        ),
        None,
    )


def _listed(call: MisskeyCall, posts: list[Post]) -> Reply:
    since, until = call.fields.get("sinceId"), call.fields.get("untilId")
    found = [each for each in posts if not until or each.id < str(until)]
    if since:
        found = [each for each in found if each.id > str(since)]
        found = found if until else found[::-1]
    root, me = call.request.root, call.me.id
    return json_reply([note_object(call.state, each, root, me) for each in found[: call.limit]])
