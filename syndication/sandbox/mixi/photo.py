"""Photo: albums and the pictures in them. Each member has `@default`, the かんたん公開アルバム.

Comments and likes are in `photo_reactions`.
"""

from __future__ import annotations

from typing import Any

from syndication.sandbox.http import Reply, json_reply
from syndication.sandbox.mixi.calls import MixiCall, Route, described_error, voice_error
from syndication.sandbox.mixi.rows import (
    MixiAccount,
    MixiAlbum,
    Picture,
    rfc3339,
    standing_comments,
)
from syndication.sandbox.pictures import media_type

DEFAULT_TITLE = "かんたん公開アルバム"
MAX_TITLE = 100  # not documented; as for diaries


def album_object(call: MixiCall, album: MixiAlbum) -> dict[str, Any]:
    """An album; numbers are strings."""
    root, pictures = call.request.root, pictures_of(call, album)
    page = f"{root}/view_album.pl?id={album.id}&owner_id={album.owner}"
    thumbnail = f"{root}/photo/{pictures[-1].id}.jpg" if pictures else f"{root}/img/noimage.jpg"
    return {
        "id": "@default" if album.is_default else album.id,
        "title": album.title,
        "description": album.description,
        "ownerId": album.owner,
        "created": rfc3339(album.at),
        "mediaItemCount": str(len(pictures)),
        "numComments": "0",
        "privacy": {"visibility": album.visibility},
        "thumbnailUrl": thumbnail,
        "url": page,
        "viewPageUrl": page,
    }


def picture_object(call: MixiCall, picture: Picture) -> dict[str, Any]:
    """A picture (mediaItem)."""
    root = call.request.root
    page = f"{root}/view_photo.pl?owner_id={picture.owner}&photo_id={picture.id}"
    url = f"{root}/photo/{picture.id}.jpg"
    return {
        "id": picture.id,
        "albumId": picture.album,
        "title": picture.title,
        "type": "image",
        "mimeType": picture.media_type,
        "created": rfc3339(picture.at),
        "numComments": str(len(standing_comments(picture))),
        "numFavorites": str(len(picture.likes)),
        "thumbnailUrl": url,
        "largeImageUrl": url,
        "url": page,
        "viewPageUrl": page,
    }


def pictures_of(call: MixiCall, album: MixiAlbum) -> list[Picture]:
    """The pictures of an album that still stand, oldest first."""
    pictures = call.state.pictures.values()
    return [each for each in pictures if each.album == album.id and not each.is_deleted]


def default_album(call: MixiCall, owner: MixiAccount) -> MixiAlbum:
    """A member's かんたん公開アルバム, made when first asked for."""
    for album in call.state.albums.values():
        if album.owner == owner.id and album.is_default:
            return album
    album = MixiAlbum(owner.id, call.state.now(), title=DEFAULT_TITLE, is_default=True)
    album.id = call.state.number()
    call.state.albums[album.id] = album
    return album


def find_album(call: MixiCall) -> MixiAlbum:
    """The album that the path names, if the caller may open it. Raises Refused."""
    owner = call.account()
    if call.args["album"] == "@default":
        return default_album(call, owner)
    album = call.state.albums.get(call.args["album"])
    if album is None or album.is_deleted or album.owner != owner.id:
        raise voice_error(404)
    has_key = bool(album.access_key) and call.request.query.get("accessKey") == album.access_key
    if not (has_key or call.state.can_see(call.me.id, album)):
        raise voice_error(403)
    return album


def list_albums(call: MixiCall) -> Reply:
    """A member's albums, or all friends', newest first."""
    group = call.args["group"]
    owners = {call.account().id} if group == "@self" else call.circle(call.account(), group)
    if group == "@self":
        default_album(call, call.account())
    page = call.page(call.state.seen_by(call.me.id, call.state.albums.values(), owners))
    return json_reply(page | {"entry": [album_object(call, each) for each in page["entry"]]})


def show_album(call: MixiCall) -> Reply:
    """One album."""
    album = album_object(call, find_album(call))
    return json_reply({"entry": album, "startIndex": 0, "itemsPerPage": 1, "totalResults": 1})


def create_album(call: MixiCall) -> Reply:
    """A new album from a form: title, description, visibility (with accessKey for access_key)."""
    form = call.request.form()
    title, visibility = form.get("title", ""), form.get("visibility", "")
    if not title.strip() or len(title) > MAX_TITLE:
        raise described_error("title is invalid")
    if visibility == "access_key" and form.get("accessKey"):
        album = MixiAlbum(call.me.id, call.state.now(), "self", access_key=form["accessKey"])
    else:
        visibility, group = call.privacy(form)
        album = MixiAlbum(call.me.id, call.state.now(), visibility, group)
    album.id, album.title = call.state.number(), title
    album.description = form.get("description", "")
    call.state.albums[album.id] = album
    return json_reply({"id": album.id})


def delete_album(call: MixiCall) -> Reply:
    """Delete one's own album and what is in it; `@default` stays (400)."""
    album = find_album(call)
    if album.owner != call.me.id:
        raise voice_error(403)
    if album.is_default:
        raise voice_error(400)
    for picture in pictures_of(call, album):
        picture.is_deleted = True
    album.is_deleted = True
    return json_reply({"id": album.id})


def upload_picture(call: MixiCall) -> Reply:
    """A picture as the raw body, JPEG alone, into one's own album; `?title=`."""
    album = find_album(call)
    if album.owner != call.me.id:
        raise voice_error(403)
    if call.request.content_type != "image/jpeg":
        raise voice_error(400)
    if media_type(call.request.body) != "image/jpeg":
        raise voice_error(400)
    title = call.request.query.get("title", "")
    picture = Picture(call.me.id, call.state.now(), album.visibility, album.group, title=title)
    picture.id, picture.album = call.state.number(), album.id
    picture.content = call.request.body
    call.state.pictures[picture.id] = picture
    return json_reply({"id": picture.id})


def list_album_pictures(call: MixiCall) -> Reply:
    """The pictures of an album, oldest first."""
    page = call.page(pictures_of(call, find_album(call)))
    return json_reply(page | {"entry": [picture_object(call, each) for each in page["entry"]]})


def friends_pictures(call: MixiCall) -> Reply:
    """What friends uploaded into albums, newest first."""
    pictures = (each for each in call.state.pictures.values() if each.album)
    page = call.page(call.state.seen_by(call.me.id, pictures, call.me.friends))
    return json_reply(page | {"entry": [picture_object(call, each) for each in page["entry"]]})


def find_picture(call: MixiCall) -> Picture:
    """The picture that the path names. Raises Refused."""
    album = find_album(call)
    for picture in pictures_of(call, album):
        if picture.id == call.args["item"]:
            return picture
    raise voice_error(404)


def show_picture(call: MixiCall) -> Reply:
    """One picture."""
    entry = picture_object(call, find_picture(call))
    return json_reply({"entry": entry, "startIndex": 0, "itemsPerPage": 1, "totalResults": 1})


def delete_picture(call: MixiCall) -> Reply:
    """Delete one's own picture; 404 the second time."""
    picture = find_picture(call)
    if picture.owner != call.me.id:
        raise voice_error(403)
    picture.is_deleted = True
    return json_reply({"id": picture.id})


ROUTES = [
    Route("POST", "photo/albums/@me/@self", "w_photo", create_album),
    Route("DELETE", "photo/albums/{user}/@self/{album}", "w_photo", delete_album),
    Route("GET", "photo/albums/{user}/@self/{album}", "r_photo", show_album),
    Route("GET", "photo/albums/{user}/{group}", "r_photo", list_albums),
    Route("GET", "photo/mediaItems/@me/@friends", "r_photo", friends_pictures),
    Route("POST", "photo/mediaItems/{user}/@self/{album}", "w_photo", upload_picture),
    Route("GET", "photo/mediaItems/{user}/@self/{album}", "r_photo", list_album_pictures),
    Route("GET", "photo/mediaItems/{user}/@self/{album}/{item}", "r_photo", show_picture),
    Route("DELETE", "photo/mediaItems/{user}/@self/{album}/{item}", "w_photo", delete_picture),
]
