"""/api/…: every call is a POST with JSON, `i` or a Bearer token (https://misskey-hub.net, api.json)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from syndication.sandbox.misskey.state import MisskeyState, Problem
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.pictures import media_type
from syndication.sandbox.social_graph import Account, Post, Upload
from syndication.sandbox.wire import Refused, Reply, Request, json_reply

NO_TOKEN = Problem(
    401, "CREDENTIAL_REQUIRED", "1384574d-a912-4b81-8601-c7b1c4085df1", "Credential required."
)
BAD_TOKEN = Problem(
    401,
    "AUTHENTICATION_FAILED",
    "b0a7f5f8-dc2f-4171-b91f-de88ad238e14",
    "Authentication failed. Please ensure your token is correct.",
)
NOT_ALLOWED = Problem(
    403,
    "PERMISSION_DENIED",
    "1370e5b7-d4eb-4566-bb1d-7748ee6a1838",
    "Your app does not have the necessary permissions to use this endpoint.",
)
TOO_OFTEN = Problem(
    429,
    "RATE_LIMIT_EXCEEDED",
    "d5826d14-3982-4d2e-8011-b9e9f02499ef",
    "Rate limit exceeded. Please try again later.",
)
NO_CONTENT = Problem(
    400,
    "CONTENT_REQUIRED",
    "6f57e42b-c348-439b-bc45-993995cc515a",
    "Content required. You need to set text, fileIds, renoteId or poll.",
)
INVALID = Problem(400, "INVALID_PARAM", "3d81ceae-475f-4600-b2a8-2bc116157532", "Invalid param.")
NO_NOTE = Problem(400, "NO_SUCH_NOTE", "490be23f-8c1f-4796-819f-94cb4f9d1630", "No such note.")


def misskey_refusal(problem: Problem) -> Refused:
    """Return the exception for a problem."""
    return Refused(error_reply(problem))


@dataclass(frozen=True)
class MisskeyCall:
    """One authorized request with its fields."""

    state: MisskeyState
    request: Request
    grant: Grant
    fields: dict[str, Any]

    @property
    def me(self) -> Account:
        return self.state.graph.accounts[self.grant.user]

    def needs(self, permission: str) -> None:
        """Raise Refused where the member did not permit it."""
        if permission not in self.grant.scopes:
            raise misskey_refusal(NOT_ALLOWED)

    @property
    def limit(self) -> int:
        """Return the number of rows asked for. Raises Refused above 100."""
        limit = self.fields.get("limit", 10)
        if not isinstance(limit, int) or not 1 <= limit <= 100:
            raise misskey_refusal(INVALID)
        return limit


def open_misskey_call(state: MisskeyState, request: Request) -> MisskeyCall:
    """Authorize a request. Raises Refused for an invalid token."""
    if request.content_type == "multipart/form-data":
        fields: dict[str, Any] = dict(request.parts())
        given = fields["i"].text if "i" in fields else ""
    else:
        fields = request.json() if request.body else {}
        given = str(fields.get("i") or "")
    given = request.bearer or given
    if not given:
        raise misskey_refusal(NO_TOKEN)
    token = state.tokens.living(state.tokens.access, given)
    if token is None:
        raise misskey_refusal(BAD_TOKEN)
    return MisskeyCall(state, request, token.grant, fields)


def show_self(call: MisskeyCall) -> Reply:
    """/api/i."""
    call.needs("read:account")
    return json_reply(misskey_user(call.me, call.request.root))


def create_note(call: MisskeyCall) -> Reply:
    """/api/notes/create: 300 an hour."""
    call.needs("write:notes")
    text = call.fields.get("text")
    wanted = call.fields.get("fileIds")
    uploads = [call.state.graph.uploads.get(str(each)) for each in wanted or []]
    photos = [each for each in uploads if each is not None and each.user == call.me.id]
    if not text and not photos:
        raise misskey_refusal(NO_CONTENT)
    if isinstance(text, str) and len(text) > call.state.settings.max_note_text_length:
        raise misskey_refusal(INVALID)
    if len(photos) > 16 or call.fields.get("visibility", "public") not in VISIBILITIES:
        raise misskey_refusal(INVALID)
    _count(call)
    first = _first_of_equals(call, str(text or ""), photos)
    if first is not None:
        return json_reply({"createdNote": note_object(call.state, first, call.request.root)})
    post = call.state.graph.write(
        call.me.id,
        str(text or ""),
        visibility=call.fields.get("visibility", "public"),
        photos=photos,
    )
    return json_reply({"createdNote": note_object(call.state, post, call.request.root)})


def delete_note(call: MisskeyCall) -> Reply:
    """/api/notes/delete."""
    call.needs("write:notes")
    post = call.state.graph.posts.get(str(call.fields.get("noteId")))
    if post is None or post.user != call.me.id or post.is_deleted:
        raise misskey_refusal(NO_NOTE)
    post.is_deleted = True
    return Reply(204)


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


def own_notes(call: MisskeyCall) -> Reply:
    """/api/users/notes."""
    owner = str(call.fields.get("userId"))
    mine = [
        each for each in call.state.graph.standing(owner) if call.state.graph.sees(call.me.id, each)
    ]
    return _listed(call, mine)


def misskey_timeline(call: MisskeyCall) -> Reply:
    """/api/notes/timeline: with `sinceId` alone the oldest come first."""
    call.needs("read:account")
    seen = [
        each
        for each in call.state.graph.home(call.me.id)
        if call.state.graph.sees(call.me.id, each)
    ]
    return _listed(call, seen)


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


def misskey_user(account: Account, root: str) -> dict[str, Any]:
    """Return UserDetailed, as far as needed."""
    return {
        "id": account.id,
        "name": account.nickname,
        "username": account.name,
        "host": None,
        "avatarUrl": f"{root}/avatars/{account.name}.jpg",
        "isLocked": account.is_locked,
        "followingCount": len(account.follows),
    }


def note_object(state: MisskeyState, post: Post, root: str) -> dict[str, Any]:
    """Note."""
    at = post.at
    return {
        "id": post.id,
        "createdAt": at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z",
        "userId": post.user,
        "user": misskey_user(state.graph.accounts[post.user], root),
        "text": post.text or None,
        "cw": None,
        "visibility": post.visibility,
        "fileIds": [each.id for each in post.photos],
        "files": [{"id": each.id, "comment": each.alt or None} for each in post.photos],
        "renoteId": None,
    }


def error_reply(problem: Problem) -> Reply:
    """Return the error envelope."""
    error = {
        "message": problem.message,
        "code": problem.code,
        "id": problem.ident,
        "kind": "client" if problem.status != 403 else "permission",
    }
    return json_reply({"error": error}, problem.status)


def _first_of_equals(call: MisskeyCall, text: str, photos: list[Upload]) -> Post | None:
    """Return the recent equal note, on a server that refuses duplicates."""
    since = call.state.graph.now() - timedelta(seconds=call.state.settings.same_within)
    visibility = call.fields.get("visibility", "public")
    return next(
        (
            each
            for each in call.state.graph.standing(call.me.id)
            if (each.text, each.visibility, each.photos) == (text, visibility, photos)
            and each.at > since
        ),
        None,
    )


def _count(call: MisskeyCall) -> None:
    if not call.state.written.takes(call.me.id, call.state.settings.rate_limit):
        raise misskey_refusal(TOO_OFTEN)


def _listed(call: MisskeyCall, posts: list[Post]) -> Reply:
    since, until = call.fields.get("sinceId"), call.fields.get("untilId")
    found = [each for each in posts if not until or each.id < str(until)]
    if since:
        found = [each for each in found if each.id > str(since)]
        found = found if until else found[::-1]
    return json_reply(
        [note_object(call.state, each, call.request.root) for each in found[: call.limit]]
    )


VISIBILITIES = ("public", "home", "followers", "specified")
Handler = Callable[[MisskeyCall], Reply]
HANDLERS: dict[str, Handler] = {
    "/api/i": show_self,
    "/api/notes/create": create_note,
    "/api/notes/delete": delete_note,
    "/api/notes/timeline": misskey_timeline,
    "/api/drive/files/create": create_drive_file,
    "/api/users/notes": own_notes,
    "/api/users/following": misskey_following,
}
