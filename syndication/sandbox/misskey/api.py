"""/api/…: every call is a POST with JSON, `i` or a Bearer token (https://misskey-hub.net, api.json)."""

from __future__ import annotations

from collections.abc import Callable

from syndication.sandbox.http import Reply, json_reply
from syndication.sandbox.misskey import notes, reactions
from syndication.sandbox.misskey.calls import INVALID, MisskeyCall, misskey_refusal, misskey_user
from syndication.sandbox.misskey.state import MisskeyState
from syndication.sandbox.pictures import media_type


def show_self(call: MisskeyCall) -> Reply:
    """/api/i."""
    call.needs("read:account")
    return json_reply(misskey_user(call.me, call.request.root))


def create_drive_file(call: MisskeyCall) -> Reply:
    """/api/drive/files/create."""
    call.needs("write:drive")
    file = call.fields.get("file")
    kind = media_type(file.content) if file is not None else ""
    if file is None or not kind:
        raise misskey_refusal(INVALID)
    comment = call.fields["comment"].text if "comment" in call.fields else ""
    ident = call.state.keep(call.me.id, file.content, kind, comment)
    kept = call.state.graph.uploads[ident]
    shown = {"id": ident, "type": kind, "comment": kept.alt or None, "size": len(kept.content)}
    return json_reply({**shown, "url": f"{call.request.root}/files/{ident}"})


def misskey_following(call: MisskeyCall) -> Reply:
    """/api/users/following: newest first, `untilId` is a row's own id."""
    owner = call.state.graph.accounts.get(str(call.fields.get("userId")))
    rows = [
        (f"row{number:06}", ident)
        for number, ident in enumerate(owner.follows if owner else [], start=1)
    ]
    until = str(call.fields.get("untilId") or "s")
    found = [row for row in reversed(rows) if row[0] < until][: call.limit]
    people = call.state.graph.accounts
    return json_reply(
        [
            {
                "id": row,
                "followeeId": ident,
                "followee": misskey_user(people[ident], call.request.root),
            }
            for row, ident in found
        ]
    )


def misskey_meta(state: MisskeyState) -> Reply:
    """/api/meta: needs no token."""
    return json_reply(
        {
            "name": "Misskey（サンドボックス）",
            "version": "2025.11.0",
            "maxNoteTextLength": state.settings.max_note_text_length,
        }
    )


Handler = Callable[[MisskeyCall], Reply]
HANDLERS: dict[str, Handler] = {
    "/api/i": show_self,
    "/api/notes/create": notes.create_note,
    "/api/notes/delete": notes.delete_note,
    "/api/notes/show": notes.show_note,
    "/api/notes/replies": notes.list_replies,
    "/api/notes/reactions": reactions.list_reactions,
    "/api/notes/reactions/create": reactions.create_reaction,
    "/api/notes/reactions/delete": reactions.delete_reaction,
    "/api/notes/timeline": notes.misskey_timeline,
    "/api/drive/files/create": create_drive_file,
    "/api/users/notes": notes.own_notes,
    "/api/users/following": misskey_following,
}
