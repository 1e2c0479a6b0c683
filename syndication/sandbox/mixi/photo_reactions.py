"""Comments and likes (イイネ!) on pictures in albums.

Addresses and shapes as in yoichiro's android-sdk-wrapper: PhotoProxyImpl and GetCommentsCallbackHandlerTest.
Like the rest of Photo they use the envelope, and dates as RFC 3339 has them.
"""

from __future__ import annotations

from typing import Any

from syndication.sandbox.http import Reply, json_reply
from syndication.sandbox.mixi.calls import MixiCall, Route, voice_error
from syndication.sandbox.mixi.people import face_url, profile_url
from syndication.sandbox.mixi.photo import find_picture
from syndication.sandbox.mixi.reactions import add_like, delete_comment, remove_like
from syndication.sandbox.mixi.rows import (
    Comment,
    MixiAccount,
    Picture,
    rfc3339,
    standing_comments,
)
from syndication.sandbox.mixi.state import MixiState

MAX_COMMENT = 1000  # not documented; ours


def photo_comments(call: MixiCall) -> Reply:
    """The comments on a picture, oldest first."""
    page = call.page(standing_comments(find_picture(call)))
    return json_reply(page | {"entry": [_comment_object(call, each) for each in page["entry"]]})


def comment_on_photo(call: MixiCall) -> Reply:
    """Comment on a picture that the caller may see: `text`."""
    picture, text = find_picture(call), call.request.form().get("text", "")
    if not text.strip() or len(text) > MAX_COMMENT:
        raise voice_error(400)
    made = add_photo_comment(call.state, picture, call.me.id, text)
    return json_reply({"id": made.id})


def add_photo_comment(state: MixiState, picture: Picture, owner: str, text: str) -> Comment:
    """Store a comment on a picture."""
    made = Comment(owner, state.now(), picture.visibility, post=picture.id, text=text)
    made.number = state.number()
    picture.comments.append(made)
    return made


def delete_photo_comment(call: MixiCall) -> Reply:
    """Delete a comment: one's own, or any on one's own picture."""
    return json_reply({"id": delete_comment(call, find_picture(call)).id})


def photo_likes(call: MixiCall) -> Reply:
    """Who likes a picture."""
    page = call.page(find_picture(call).likes)
    people = [_person(call, call.state.accounts[each]) for each in page["entry"]]
    return json_reply(page | {"entry": people})


def like_photo(call: MixiCall) -> Reply:
    """Like somebody else's picture."""
    add_like(call, find_picture(call))
    return json_reply({"id": call.me.id})


def unlike_photo(call: MixiCall) -> Reply:
    """Take one's like back."""
    return json_reply({"id": remove_like(call, find_picture(call), call.account("liker")).id})


def _comment_object(call: MixiCall, comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "created": rfc3339(comment.at),
        "text": comment.text,
        "user": _person(call, call.state.accounts[comment.owner]),
    }


def _person(call: MixiCall, account: MixiAccount) -> dict[str, Any]:
    return {
        "id": account.id,
        "displayName": account.nickname,
        "thumbnailUrl": face_url(call.request.root, account),
        "profileUrl": profile_url(call.request.root, account),
    }


_COMMENTS = "photo/comments/mediaItems/{user}/@self/{album}/{item}"
_LIKES = "photo/favorites/mediaItems/{user}/@self/{album}/{item}"
ROUTES = [
    Route("GET", _COMMENTS, "r_photo", photo_comments),
    Route("POST", _COMMENTS, "w_photo", comment_on_photo),
    Route("DELETE", _COMMENTS + "/{comment}", "w_photo", delete_photo_comment),
    Route("GET", _LIKES, "r_photo", photo_likes),
    Route("POST", _LIKES, "w_photo", like_photo),
    Route("DELETE", _LIKES + "/{liker}", "w_photo", unlike_photo),
]
