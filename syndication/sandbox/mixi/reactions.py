"""Comments and likes (イイネ!) on voices, in both styles of address. Those on photos are in `photo_reactions`."""

from __future__ import annotations

from typing import Any

from syndication.sandbox.http import Reply, json_reply
from syndication.sandbox.mixi.calls import MixiCall, Route, voice_error
from syndication.sandbox.mixi.rows import (
    Comment,
    MixiAccount,
    Picture,
    Status,
    standing_comments,
    voice_time,
)
from syndication.sandbox.mixi.state import MixiState
from syndication.sandbox.mixi.voice import MAX_CHARACTERS, find_voice, user_object


def comment_object(call: MixiCall, comment: Comment) -> dict[str, Any]:
    """A comment as Voice shows it."""
    return {
        "id": comment.id,
        "created_at": voice_time(comment.at),
        "text": comment.text,
        "user": user_object(call, call.state.accounts[comment.owner]),
    }


def comments(call: MixiCall) -> Reply:
    """The comments on a voice, oldest first, paged as timelines are."""
    start = call.number("start_index", "startIndex", default=0, most=10**9)
    count = call.number("count", default=20, most=200, least=1)
    found = standing_comments(find_voice(call))[start : start + count]
    return json_reply([comment_object(call, each) for each in found])


def comment(call: MixiCall) -> Reply:
    """Comment on a voice: `text`, not empty, at most 150 characters (as for voices; ours)."""
    status, state = find_voice(call), call.state
    text = call.request.form().get("text", "")
    if not text.strip() or len(text) > MAX_CHARACTERS:
        raise voice_error(400)
    now = Comment(call.me.id, state.now(), post=status.id)
    if state.settings.refuses_same_second and now.id in {each.id for each in status.comments}:
        raise voice_error(400)
    return json_reply(comment_object(call, add_comment(state, status, call.me.id, text)))


def add_comment(state: MixiState, status: Status, owner: str, text: str) -> Comment:
    """Store a comment, under the first second that is free: its id carries that."""
    ids = {each.id for each in status.comments}
    made = Comment(owner, state.now(), status.visibility, post=status.id, text=text)
    made.at = state.free_second(lambda at: Comment(owner, at, post=status.id).id in ids)
    status.comments.append(made)
    return made


def uncomment(call: MixiCall) -> Reply:
    """Delete a comment: one's own, or any on one's own voice."""
    return json_reply(comment_object(call, delete_comment(call, find_voice(call))))


def delete_comment(call: MixiCall, on: Status | Picture) -> Comment:
    """Mark the comment that the address names as deleted. Raises a refusal for others' on others'."""
    for each in standing_comments(on):
        if each.id == call.args["comment"]:
            if call.me.id not in (each.owner, on.owner):
                raise voice_error(403)
            each.is_deleted = True
            return each
    raise voice_error(404)


def likes(call: MixiCall) -> Reply:
    """Who likes a voice: an array of people."""
    accounts = (call.state.accounts[each] for each in find_voice(call).likes)
    return json_reply([user_object(call, each) for each in accounts])


def like(call: MixiCall) -> Reply:
    """Like somebody else's voice."""
    add_like(call, find_voice(call))
    return json_reply(user_object(call, call.me))


def add_like(call: MixiCall, of: Status | Picture) -> None:
    """Store the caller's like; of one's own: 400. Twice counts once."""
    if of.owner == call.me.id:
        raise voice_error(400)
    if call.me.id not in of.likes:
        of.likes.append(call.me.id)


def unlike(call: MixiCall) -> Reply:
    """Take one's like back."""
    return json_reply(user_object(call, remove_like(call, find_voice(call), call.account())))


def remove_like(call: MixiCall, of: Status | Picture, who: MixiAccount) -> MixiAccount:
    """Remove the like of `who`, the caller; another's: 403, and there is none: 404."""
    if who is not call.me:
        raise voice_error(403)
    if who.id not in of.likes:
        raise voice_error(404)
    of.likes.remove(who.id)
    return who


ROUTES = [
    Route("GET", "voice/replies/show/{post}", "r_voice", comments),
    Route("GET", "voice/replies/{post}", "r_voice", comments),
    Route("POST", "voice/replies/create/{post}", "w_voice", comment),
    Route("POST", "voice/replies/destroy/{post}/{comment}", "w_voice", uncomment),
    Route("DELETE", "voice/replies/{post}/{comment}", "w_voice", uncomment),
    Route("POST", "voice/replies/{post}", "w_voice", comment),
    Route("GET", "voice/favorites/show/{post}", "r_voice", likes),
    Route("GET", "voice/favorites/{post}", "r_voice", likes),
    Route("POST", "voice/favorites/create/{post}", "w_voice", like),
    Route("POST", "voice/favorites/destroy/{post}/{user}", "w_voice", unlike),
    Route("DELETE", "voice/favorites/{post}/{user}", "w_voice", unlike),
    Route("POST", "voice/favorites/{post}", "w_voice", like),
]
