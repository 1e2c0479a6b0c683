"""Comments and likes (イイネ!) on voices, in both styles of address."""

from __future__ import annotations

from typing import Any

from syndication.sandbox.mixi.calls import MixiCall, Route, voice_error
from syndication.sandbox.mixi.rows import Comment, Status, voice_time
from syndication.sandbox.mixi.voice import MAX_CHARACTERS, find_voice, user_object
from syndication.sandbox.wire import Reply, json_reply


def comment_object(call: MixiCall, comment: Comment) -> dict[str, Any]:
    """A comment as Voice shows it."""
    return {
        "id": comment.id,
        "created_at": voice_time(comment.at),
        "text": comment.text,
        "user": user_object(call, call.state.accounts[comment.owner]),
    }


def comments(call: MixiCall) -> Reply:
    """The comments on a voice, oldest first."""
    return json_reply([comment_object(call, each) for each in _standing(find_voice(call))])


def comment(call: MixiCall) -> Reply:
    """Comment on a voice: `text`, not empty, at most 150 characters (as for voices; ours)."""
    status = find_voice(call)
    text = call.request.form().get("text", "")
    if not text.strip() or len(text) > MAX_CHARACTERS:
        raise voice_error(400)
    ids = {each.id for each in status.comments}
    made = Comment(call.me.id, call.state.now(), status.visibility, post=status.id, text=text)
    made.at = call.state.free_second(
        lambda at: Comment(call.me.id, at, post=status.id).id in ids,
    )
    status.comments.append(made)
    return json_reply(comment_object(call, made))


def uncomment(call: MixiCall) -> Reply:
    """Delete a comment: one's own, or any on one's own voice."""
    status = find_voice(call)
    for each in _standing(status):
        if each.id == call.args["comment"]:
            if call.me.id not in (each.owner, status.owner):
                raise voice_error(403)
            each.is_deleted = True
            return json_reply(comment_object(call, each))
    raise voice_error(404)


def likes(call: MixiCall) -> Reply:
    """Who likes a voice: an array of people."""
    accounts = (call.state.accounts[each] for each in find_voice(call).likes)
    return json_reply([user_object(call, each) for each in accounts])


def like(call: MixiCall) -> Reply:
    """Like somebody else's voice; one's own: 400. Twice counts once."""
    status = find_voice(call)
    if status.owner == call.me.id:
        raise voice_error(400)
    if call.me.id not in status.likes:
        status.likes.append(call.me.id)
    return json_reply(user_object(call, call.me))


def unlike(call: MixiCall) -> Reply:
    """Take one's like back; there is none: 404."""
    status, who = find_voice(call), call.account()
    if who is not call.me:
        raise voice_error(403)
    if who.id not in status.likes:
        raise voice_error(404)
    status.likes.remove(who.id)
    return json_reply(user_object(call, who))


def _standing(status: Status) -> list[Comment]:
    return [each for each in status.comments if not each.is_deleted]


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
