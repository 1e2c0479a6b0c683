"""Writing, changing and deleting statuses, and the pictures on them.

https://docs.joinmastodon.org/methods/statuses/ and /methods/media/. A form body is
accepted as well as JSON, as by the real one.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from syndication.sandbox.http import Reply, json_reply
from syndication.sandbox.mastodon import shapes
from syndication.sandbox.mastodon.api import MastodonCall, mastodon_error
from syndication.sandbox.mastodon.state import MastodonState
from syndication.sandbox.mastodon.threads import (
    answered,
    check_allowed_mentions,
    mentioned,
    status_reply,
    visible_status,
)
from syndication.sandbox.pictures import media_type
from syndication.sandbox.social_graph import Post, Upload

VISIBILITIES = ("public", "unlisted", "private", "direct")
KEPT_FOR = timedelta(hours=1)  # an Idempotency-Key
_ADDRESS = re.compile(r"https?://[!-~]+")
_MENTION = re.compile(r"@([A-Za-z0-9_]+)@[A-Za-z0-9.-]+")


def create_status(call: MastodonCall) -> Reply:
    """POST /api/v1/statuses. The same Idempotency-Key within an hour: the same status."""
    call.needs("write:statuses")
    repeat = (call.key, call.request.headers.get("idempotency-key", ""))
    known = call.state.repeats.get(repeat) if call.state.settings.idempotency else None
    if repeat[1] and known and _is_within_the_hour(call, known):
        if call.state.settings.repeat_is_500:
            return mastodon_error("An unexpected error occurred", 500)
        return status_reply(call, call.state.graph.posts[known])
    fields = _fields(call)
    photos = _photos(call, fields)
    if len(photos) < len(fields.get("media_ids") or []):
        return mastodon_error(
            "Validation failed: Media not found or already attached to another post", 422
        )
    text = str(fields.get("status") or "").strip()
    if call.state.settings.counts_whole and len(text) > call.state.settings.max_characters:
        return mastodon_error("Status is too long", 400)
    wrong = _wrong(call.state, text, photos, fields) or _wrong_visibility(fields)
    if wrong:
        return mastodon_error(f"Validation failed: {wrong}", 422)
    parent = answered(call, str(fields.get("in_reply_to_id") or ""))
    told = mentioned(call, text)
    check_allowed_mentions(call, told, fields)
    post = call.state.graph.write(
        call.me.id,
        text,
        visibility=fields.get("visibility") or "public",
        photos=photos,
        in_reply_to=parent.id if parent else "",
        told=told,
        **_presentation(fields),
    )
    if repeat[1]:
        call.state.repeats[repeat] = post.id
    return status_reply(call, post)


def edit_status(call: MastodonCall) -> Reply:
    """PUT /api/v1/statuses/:id: drops all that is not repeated."""
    call.needs("write:statuses")
    post = _own(call)
    if post is None:
        return mastodon_error("Record not found", 404)
    fields = _fields(call)
    photos = _photos(call, fields)
    text = str(fields.get("status") or "").strip()
    if call.state.settings.counts_whole and len(text) > call.state.settings.max_characters:
        return mastodon_error("Status is too long", 400)
    wrong = _wrong(call.state, text, photos, fields)
    if wrong:
        return mastodon_error(f"Validation failed: {wrong}", 422)
    if call.state.settings.edit_twice_is_422 and _is_so_already(call, post, text, photos, fields):
        return mastodon_error("Unprocessable Entity: status was not changed", 422)
    for each in fields.get("media_attributes") or []:
        upload = call.state.graph.uploads.get(str(each.get("id")))
        if upload is not None:
            upload.alt = str(each.get("description") or "")
    shown = _presentation(fields)
    if (text, shown["warning"]) != (post.text, post.warning):
        post.edits += 1
        post.more["edited_at"] = call.state.graph.now()
    post.text, post.photos, post.told = text, photos, mentioned(call, text)
    post.warning, post.language = shown["warning"], shown["language"]
    post.more |= shown["more"]
    return status_reply(call, post)


def delete_status(call: MastodonCall) -> Reply:
    """DELETE /api/v1/statuses/:id: answers with the source text."""
    call.needs("write:statuses")
    post = _own(call)
    if post is None:
        return mastodon_error("Record not found", 404)
    post.is_deleted = True
    shown = shapes.status_entity(call.state, post, call.request.root, call.me.id)
    return json_reply(shown | {"text": post.text})


def show_status(call: MastodonCall) -> Reply:
    """GET /api/v1/statuses/:id."""
    return status_reply(call, visible_status(call))


def upload_media(call: MastodonCall) -> Reply:
    """POST /api/v2/media: 202 without an address while it is processed."""
    call.needs("write:media")
    parts = call.request.parts()
    file = parts.get("file")
    kind = media_type(file.content) if file else ""
    if file is None or not kind:
        return mastodon_error("Validation failed: File content type is invalid", 422)
    if len(file.content) > call.state.settings.image_size_limit:
        return mastodon_error("Validation failed: File size must be less than 16 MB", 422)
    alt = parts["description"].text if "description" in parts else ""
    graph = call.state.graph
    name = f"post-{graph.number()}.jpeg" if call.state.settings.dotted_media else ""
    kept = graph.upload(call.me.id, file.content, kind, alt, name=name)
    is_ready = _is_ready(call.state, kept)
    return json_reply(
        shapes.media_entity(kept, call.request.root, is_ready=is_ready), 200 if is_ready else 202
    )


def show_media(call: MastodonCall) -> Reply:
    """GET /api/v1/media/:id: 206 while it is processed."""
    kept = call.state.graph.uploads.get(call.rest)
    if kept is None or kept.user != call.me.id:
        return mastodon_error("Record not found", 404)
    kept.asked += 1
    is_ready = _is_ready(call.state, kept)
    return json_reply(
        shapes.media_entity(kept, call.request.root, is_ready=is_ready), 200 if is_ready else 206
    )


def _fields(call: MastodonCall) -> dict[str, Any]:
    if call.request.content_type == "application/json":
        return call.request.json()
    return dict(call.request.form())


def _photos(call: MastodonCall, fields: dict[str, Any]) -> list[Upload]:
    idents = [str(each) for each in fields.get("media_ids") or []]
    uploads = [call.state.graph.uploads.get(each) for each in idents]
    return [each for each in uploads if each is not None and each.user == call.me.id]


def _is_so_already(
    call: MastodonCall, post: Post, text: str, photos: list[Upload], fields: dict[str, Any]
) -> bool:
    alts = {each.id: each.alt for each in photos}
    described = fields.get("media_attributes") or []
    is_described = all(alts.get(each.get("id")) == each.get("description") for each in described)
    is_same = (text, photos, fields.get("spoiler_text") or "") == (
        post.text,
        post.photos,
        post.warning,
    )
    return is_same and is_described


def _presentation(fields: dict[str, Any]) -> dict[str, Any]:
    """Return how a status is presented; with a warning it is always sensitive."""
    return {
        "warning": str(fields.get("spoiler_text") or "").strip(),
        "language": str(fields.get("language") or ""),
        "more": {"sensitive": fields.get("sensitive") in (True, "true", "1")},
    }


def _wrong(state: MastodonState, text: str, photos: list[Upload], fields: dict[str, Any]) -> str:
    """Return what is wrong with a status, "" for nothing. A warning counts as text (StatusLengthValidator)."""
    if not text and not photos:
        return "Text can't be blank"
    warning = str(fields.get("spoiler_text") or "")
    if _length(state, text) + len(warning) > state.settings.max_characters:
        return f"Text character limit of {state.settings.max_characters} exceeded"
    if len(photos) > state.settings.max_media:
        return f"Cannot attach more than {state.settings.max_media} files"
    if not all(_is_ready(state, each) for each in photos):
        return "Cannot attach files that have not finished processing. Try again in a moment!"
    return ""


def _wrong_visibility(fields: dict[str, Any]) -> str:
    known = fields.get("visibility") in (None, "", *VISIBILITIES)
    return "" if known else "Visibility is not included in the list"


def _length(state: MastodonState, text: str) -> int:
    """Count an address with a fixed length, a mention without its host."""
    short = _ADDRESS.sub("x" * state.settings.reserved_per_url, text)
    return len(_MENTION.sub(r"@\1", short))


def _is_ready(state: MastodonState, kept: Upload) -> bool:
    return kept.asked >= state.settings.media_polls


def _own(call: MastodonCall) -> Post | None:
    post = call.state.graph.posts.get(call.rest)
    is_own = post is not None and post.user == call.me.id and not post.is_deleted
    return post if is_own else None


def _is_within_the_hour(call: MastodonCall, ident: str) -> bool:
    return call.state.graph.now() - call.state.graph.posts[ident].at < KEPT_FOR
