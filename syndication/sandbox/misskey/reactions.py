"""Reactions: one of each account to a note; another one replaces it."""

from __future__ import annotations

from syndication.sandbox.http import Reply, json_reply
from syndication.sandbox.misskey.calls import MisskeyCall, misskey_refusal, misskey_user
from syndication.sandbox.misskey.notes import is_pure_renote
from syndication.sandbox.misskey.state import HEART, MisskeyState, Problem, reaction_row
from syndication.sandbox.social_graph import Post

NO_NOTE_TO_REACT_TO = Problem(
    400, "NO_SUCH_NOTE", "033d0620-5bfe-4027-965d-980b0c85a3ea", "No such note."
)
NO_NOTE_TO_LEAVE = Problem(
    400, "NO_SUCH_NOTE", "764d9fce-f9f2-4a0e-92b1-6ceac9a7ad37", "No such note."
)
NO_NOTE_TO_LIST = Problem(
    400, "NO_SUCH_NOTE", "263fff3d-d0e1-4af4-bea7-8408059b451a", "No such note."
)
ALREADY_REACTED = Problem(
    400,
    "ALREADY_REACTED",
    "71efcf98-86d6-4e2b-b2ad-9d032369366b",
    "You are already reacting to that note.",
)
NOT_REACTED = Problem(
    400,
    "NOT_REACTED",
    "92f4426d-4196-4125-aa5b-02943e2ec8fc",
    "You are not reacting to that note.",
)
BLOCKED_FROM_REACTING = Problem(
    400,
    "YOU_HAVE_BEEN_BLOCKED",
    "20ef5475-9f38-4e4c-bd33-de6d979498ec",
    "You cannot react this note because you have been blocked by this user.",
)
CANNOT_REACT_TO_RENOTE = Problem(
    400,
    "CANNOT_REACT_TO_RENOTE",
    "eaccdc08-ddef-43fe-908f-d108faad57f5",
    "You cannot react to Renote.",
)
NOT_MAPPED = Problem(
    500,
    "INTERNAL_ERROR",
    "5d37dbcb-891e-41ca-a3d6-e690c97775ac",
    "Internal error occurred. Please contact us if the error persists.",
)


def create_reaction(call: MisskeyCall) -> Reply:
    """/api/notes/reactions/create. What the caller may not read: 500, an error that nobody mapped."""
    call.needs("write:reactions")
    post = call.note("noteId", NO_NOTE_TO_REACT_TO)
    if is_pure_renote(post):
        raise misskey_refusal(CANNOT_REACT_TO_RENOTE)
    if (post.user, call.me.id) in call.state.blocks:
        raise misskey_refusal(BLOCKED_FROM_REACTING)
    if not call.sees(post):
        raise misskey_refusal(NOT_MAPPED)
    wanted = str(call.fields["reaction"]) or HEART
    if call.me.id in post.likes and reaction_row(post, call.me.id)["type"] == wanted:
        raise misskey_refusal(ALREADY_REACTED)
    react(call.state, post, call.me.id, wanted)
    return Reply(204)


def delete_reaction(call: MisskeyCall) -> Reply:
    """/api/notes/reactions/delete."""
    call.needs("write:reactions")
    post = call.note("noteId", NO_NOTE_TO_LEAVE)
    if not call.state.graph.unlike(call.me.id, post):
        raise misskey_refusal(NOT_REACTED)
    post.more.get("reactions", {}).pop(call.me.id, None)
    return Reply(204)


def list_reactions(call: MisskeyCall) -> Reply:
    """/api/notes/reactions, newest first."""
    post, people = call.note("noteId", NO_NOTE_TO_LIST), call.state.graph.accounts
    rows = [
        {**reaction_row(post, each), "user": misskey_user(people[each], call.request.root)}
        for each in reversed(post.likes)
    ]
    return json_reply(rows[: call.limit])


def react(state: MisskeyState, post: Post, user: str, reaction: str = HEART) -> None:
    """Store a reaction of `user`, in place of another one."""
    at = state.graph.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    row = {"id": f"reaction{state.graph.number():06}", "createdAt": at, "type": reaction}
    post.more.setdefault("reactions", {})[user] = row
    state.graph.like(user, post)
