"""What tests let mixi's members do, and what of it was received. Ids are those by which a caller's rows
name things: `voice:<id>`, `photo:<album>/<id>`, and with a comment `reply:<voice>/<comment>` and
`comment:<album>/<photo>/<comment>`."""

from __future__ import annotations

from typing import Any

from syndication.sandbox.mixi.photo_reactions import add_photo_comment
from syndication.sandbox.mixi.reactions import add_comment
from syndication.sandbox.mixi.rows import Picture, Status
from syndication.sandbox.mixi.state import MixiState


def reply_as(state: MixiState, name: str, to: str, text: str) -> str:
    """Let a member comment on a voice or picture, or under one that has the comment `to`. Return its id."""
    entry, user = _seen(state, name, to), state.named(name).id
    if isinstance(entry, Picture):
        made = add_photo_comment(state, entry, user, text)
        made.is_seeded = True
        return f"comment:{_album_of(state, entry)}/{entry.id}/{made.id}"
    made = add_comment(state, entry, user, text)
    made.is_seeded = True
    return f"reply:{entry.id}/{made.id}"


def like_as(state: MixiState, name: str, to: str) -> None:
    """Let a member like a voice or picture of somebody else."""
    entry, user = _seen(state, name, to), state.named(name).id
    if entry.owner == user:
        raise ValueError("nobody likes their own")
    if user not in entry.likes:
        entry.likes.append(user)


def unlike_as(state: MixiState, name: str, to: str) -> None:
    """Take that like back."""
    entry, user = _seen(state, name, to), state.named(name).id
    if user in entry.likes:
        entry.likes.remove(user)


def received_comments(state: MixiState) -> list[dict[str, Any]]:
    """The comments that came in, in the order of their entries."""
    entries: list[Status | Picture] = [*state.statuses.values(), *state.pictures.values()]
    return [
        {
            "id": f"{_kind(entry)[1]}:{_path(state, entry)}/{each.id}",
            "user": state.accounts[each.owner].name,
            "text": each.text,
            "in_reply_to": f"{_kind(entry)[0]}:{_path(state, entry)}",
            "visibility": each.visibility,
            "created_at": each.at.isoformat(timespec="seconds"),
            "deleted": each.is_deleted or entry.is_deleted,
        }
        for entry in entries
        for each in entry.comments
        if not each.is_seeded
    ]


def received_likes(state: MixiState) -> list[dict[str, str]]:
    """Return the likes of all members."""
    entries: list[Status | Picture] = [*state.statuses.values(), *state.pictures.values()]
    return [
        {"user": state.accounts[user].name, "to": f"{_kind(entry)[0]}:{_path(state, entry)}"}
        for entry in entries
        for user in entry.likes
    ]


def _seen(state: MixiState, name: str, to: str) -> Status | Picture:
    """The voice or picture that an id names, or on which the comment that it names stands."""
    kind, _, rest = to.partition(":")
    is_photo, is_comment = kind in ("photo", "comment"), kind in ("reply", "comment")
    ident = rest.rpartition("/")[0] if is_comment else rest
    ident = ident.rpartition("/")[2]
    entry = state.pictures.get(ident) if is_photo else state.statuses.get(ident)
    if entry is None or not state.can_see(state.named(name).id, entry):
        raise ValueError(f"{name} sees no {to}")
    return entry


def _kind(entry: Status | Picture) -> tuple[str, str]:
    return ("photo", "comment") if isinstance(entry, Picture) else ("voice", "reply")


def _path(state: MixiState, entry: Status | Picture) -> str:
    if isinstance(entry, Picture):
        return f"{_album_of(state, entry)}/{entry.id}"
    return entry.id


def _album_of(state: MixiState, picture: Picture) -> str:
    album = state.albums.get(picture.album)
    return "@default" if album is not None and album.is_default else picture.album
