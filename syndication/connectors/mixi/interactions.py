"""Comments and likes (イイネ!) on mixi: on Voices out and back, on pictures of the account's own back.

There are no threads: what answers a comment stands below the same Voice or picture. A comment has no
audience of its own: whoever reads what it is on reads it. A diary's comments have no interface.

A like costs two requests: what a second like of one Voice is answered was never written down, so the
Voice is read first. Nobody likes their own, and comments take no like.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from syndication.connectors import reasons
from syndication.connectors.api import GONE
from syndication.connectors.api_connector import ApiConnector
from syndication.connectors.base import (
    Candidates,
    Friend,
    PostActivity,
    Receipt,
    ReceivedReply,
    RemotePost,
    ReplyTarget,
    Visibility,
    WireAudience,
)
from syndication.connectors.errors import (
    OutcomeUnknown,
    Rejected,
    ResponseTooLarge,
    TargetGone,
    TryLater,
    Unauthorized,
)
from syndication.connectors.mixi import reading
from syndication.connectors.mixi.albums import MixiAlbums
from syndication.connectors.mixi.graph import PAGE, MixiGraph
from syndication.connectors.mixi.pictograms import decode_pictograms
from syndication.connectors.text import normalise

RIGHT_AFTER = 10.0  # seconds; with room for clocks that differ
MAX_VOICES = 2000  # of one's own that are looked up; nobody writes more in two days
MAX_COMMENTS = 1000  # on one Voice or picture
PHOTO_COMMENTS = "/photo/comments/mediaItems/@me/@self"
PHOTO_LIKES = "/photo/favorites/mediaItems/@me/@self"
ALBUMS_OF: tuple[WireAudience, ...] = ("everyone", "friends")


class MixiInteractions(ApiConnector[MixiGraph]):
    """The half of the connector that answers, likes, and reads answers and likes."""

    api_class = MixiGraph

    @cached_property
    def albums(self) -> MixiAlbums:
        return MixiAlbums(self.api)

    def own_id(self) -> str:
        return self.credentials.uid or self.profile().uid

    @classmethod
    def reply_visibility(cls, parent: Visibility) -> Visibility:
        return "inherited"

    @classmethod
    def can_like_target(cls, target_id: str) -> bool:
        return target_id.startswith(reading.VOICE)

    def read_target(self, remote_id: str) -> ReplyTarget:
        if remote_id.startswith(reading.VOICE):
            found = reading.parse_mixi_voice(self._voice(remote_id))
            if found is None or found.remote_id != remote_id:
                raise self.api.unreadable_error(is_write=False)
            return ReplyTarget(remote_id, found.author)
        parent = reading.commented_id(remote_id)
        if not parent:  # a diary, say
            raise TargetGone(reasons.TARGET_CLOSED)
        for comment in filter(None, self._comments(parent)):
            if comment.remote_id == remote_id:
                return ReplyTarget(remote_id, comment.author, visibility="inherited")
        raise TargetGone(reasons.TARGET_GONE)

    def like(self, target: ReplyTarget, *, idempotency_key: str) -> Receipt:
        if not self.can_like_target(target.remote_id):
            raise TargetGone(reasons.TARGET_CLOSED)
        voice = self._voice(target.remote_id)
        if voice.get("favorited") is not True:
            author = reading.parse_mixi_user(voice.get("user"))
            if author is not None and author.uid == self.own_id():
                raise TargetGone(reasons.TARGET_CLOSED)
            self._like(target.remote_id)
        return Receipt("")

    def unlike(self, target_id: str, receipt: Receipt) -> None:
        if not self.can_like_target(target_id):
            return
        try:
            self.api.remove("POST", f"/voice/favorites/destroy/{_split(target_id)[1]}/@me")
        except Rejected:
            if self._is_liked(target_id):
                raise

    def own_activity(self, *, since: float) -> Iterator[PostActivity]:
        """Yield Voices, newest first, then pictures, of which the newest of each album are read."""
        for page in self.voice_pages(since):
            for entry in page:
                voice = reading.parse_mixi_voice(entry)
                if voice is not None and voice.created_at >= since:
                    yield reading.voice_activity(entry)
        try:
            yield from self._photo_activity(since)
        except Unauthorized as error:
            if not error.scope:  # else the member gave no right to read pictures
                raise

    def replies(self, post: PostActivity) -> Iterator[ReceivedReply]:
        if not post.remote_id.startswith((reading.VOICE, reading.PHOTO)):
            return
        listed = list(self._comments(post.remote_id))
        yield from filter(None, listed)
        if len(listed) >= MAX_COMMENTS:
            raise ResponseTooLarge(reasons.UNREADABLE)

    def likes(self, post: PostActivity) -> Iterator[Friend]:
        kind, path = _split(post.remote_id)
        if kind == reading.PHOTO:
            rows = next(self.api.pages(f"{PHOTO_LIKES}/{path}"))[0]
            yield from filter(None, map(reading.parse_mixi_person, rows))
            return
        rows = self.api.list_pages(f"/voice/favorites/show/{path}", {})
        yield from filter(None, map(reading.parse_mixi_user, rows))

    # For the other half

    def publish_comment(self, target: ReplyTarget, text: str) -> Receipt:
        """Comment on the Voice or picture that `target` is, or on which it stands."""
        parent = reading.commented_id(target.remote_id) or target.remote_id
        kind, path = _split(parent)
        if kind not in (reading.VOICE, reading.PHOTO):
            raise TargetGone(reasons.TARGET_CLOSED)
        is_photo = kind == reading.PHOTO
        path = f"{PHOTO_COMMENTS}/{path}" if is_photo else f"/voice/replies/create/{path}"
        try:
            answer = self.api.write("POST", path, data={"text": text})
        except Rejected as refusal:
            if refusal.status == 400 and not is_photo:
                self.check_second(self._own_comments(parent), text, refusal)
            raise _target_error(refusal) from refusal
        ident = self.api.created_id(answer, reading.valid_mixi_id)
        remote_id = reading.comment_id(parent, ident)
        # A comment on a Voice begins with that Voice's id.
        is_said = ident.startswith(f"{parent.removeprefix(reading.VOICE)}-")
        return Receipt(remote_id, parent_id=target.remote_id if is_said else "")

    def delete_comment(self, remote_id: str) -> None:
        kind, path = _split(remote_id)
        if kind == reading.COMMENT:
            self.api.remove("DELETE", f"{PHOTO_COMMENTS}/{path}")
        else:
            self.api.remove("POST", f"/voice/replies/destroy/{path}")

    def comments_like(self, target: ReplyTarget, text: str, *, since: float) -> Candidates:
        """Return own comments where `target` is that could be `text`: each answers the target, since
        nothing tells which comment another one answers."""
        parent = reading.commented_id(target.remote_id) or target.remote_id
        try:
            listed = list(self._own_comments(parent))
        except TargetGone:  # perhaps in passing: nothing says that the comment is not there
            return Candidates(is_conclusive=False)
        found = tuple(
            RemotePost(each.remote_id, each.text, each.created_at, parent_id=target.remote_id)
            for each in listed
            if each and each.created_at >= int(since) and reads_alike(each.text, text)
        )
        is_whole = None not in listed and len(listed) < MAX_COMMENTS
        return Candidates(found, is_conclusive=is_whole)

    def check_second(
        self, own: Iterable[RemotePost | ReceivedReply | None], text: str, refusal: Rejected
    ) -> None:
        """mixi refuses a second Voice, or comment on one Voice, within a second. Raises TryLater right after
        another one, which the member may have written there; OutcomeUnknown where that may be ours."""
        said = [(each.created_at, each.text) for each in own if each]
        written_at, newest = max(said, default=(0.0, ""))
        if abs(self.clock() - written_at) > RIGHT_AFTER:
            return
        if reads_alike(newest, text):
            raise OutcomeUnknown(reasons.NO_ANSWER, status=refusal.status) from refusal
        raise TryLater(reasons.SLOW_DOWN, after=2.0, status=refusal.status) from refusal

    def voice_pages(self, since: float) -> Iterator[list[Any]]:
        """Yield pages of own Voices, newest first, back to `since`."""
        path = "/voice/statuses/@me/user_timeline"
        for start in range(0, MAX_VOICES, PAGE):
            page = self.api.list_pages(path, {"start_index": str(start)} if start else {})
            yield page
            oldest = next(reading.parse_mixi_voices(page), None)
            if len(page) < PAGE or (oldest and oldest.created_at < since):
                return

    def _voice(self, remote_id: str) -> Mapping[str, Any]:
        """Return a Voice that the account may read. Raises TargetGone."""
        path = f"/voice/statuses/show/{_split(remote_id)[1]}"
        try:
            return self.api.as_object(self.api.read(path))
        except Rejected as refusal:
            raise _target_error(refusal, seen=False) from refusal

    def _like(self, remote_id: str) -> None:
        try:
            answer = self.api.write("POST", f"/voice/favorites/create/{_split(remote_id)[1]}")
        except Rejected as refusal:
            if self._is_liked(remote_id):
                return
            raise _target_error(refusal) from refusal
        self.api.as_object(answer, is_write=True)

    def _is_liked(self, remote_id: str) -> bool:
        try:
            return self._voice(remote_id).get("favorited") is True
        except TargetGone:
            return False

    def _comments(self, parent: str) -> Iterator[ReceivedReply | None]:
        """Yield the comments on a Voice or picture, None for an unreadable one. Raises TargetGone."""
        count = 0
        try:
            for page in self._comment_pages(parent):
                yield from (reading.parse_mixi_comment(each, parent) for each in page)
                count += len(page)
                if count >= MAX_COMMENTS:
                    return
        except Rejected as refusal:
            raise _target_error(refusal, seen=False) from refusal

    def _comment_pages(self, parent: str) -> Iterator[list[Any]]:
        kind, path = _split(parent)
        if kind == reading.PHOTO:
            yield from (page for page, _ in self.api.pages(f"{PHOTO_COMMENTS}/{path}"))
            return
        for start in range(0, MAX_COMMENTS, PAGE):
            after = {"start_index": str(start)} if start else {}
            page = self.api.list_pages(f"/voice/replies/show/{path}", after)
            yield page
            if len(page) < PAGE:
                return

    def _own_comments(self, parent: str) -> Iterator[ReceivedReply | None]:
        me = self.own_id()
        return (each for each in self._comments(parent) if each is None or each.author.uid == me)

    def _photo_activity(self, since: float) -> Iterator[PostActivity]:
        for audience in ALBUMS_OF:
            for photo, entry in self.albums.newest(audience):
                if photo.created_at >= since:
                    yield reading.photo_activity(entry, photo.remote_id)


def reads_alike(text: str, shown: str, permalink: str = "") -> bool:
    """Whether `text` could be what was sent as `shown`.

    By our address where both carry it, whatever mixi made of the words; else by the words, with
    pictogram codes read on both sides, since a member may have typed one.
    """
    if permalink and permalink in shown and permalink in text:
        return True
    return normalise(decode_pictograms(text)) == normalise(decode_pictograms(shown))


def _split(remote_id: str) -> tuple[str, str]:
    """Return the kind of an id, with its colon, and the rest as a part of an address. Raises TargetGone."""
    kind, _, rest = remote_id.partition(":")
    if not all(map(reading.valid_mixi_id, rest.split("/"))):
        raise TargetGone(reasons.TARGET_GONE)
    return f"{kind}:", rest


def _target_error(refusal: Rejected, *, seen: bool = True) -> Rejected:
    """Return TargetGone for a refusal by 404, and by 403: who sees it may not comment on it."""
    if refusal.status not in GONE | {403}:
        return refusal
    is_closed = refusal.status == 403 and seen
    return TargetGone(
        reasons.TARGET_CLOSED if is_closed else reasons.TARGET_GONE,
        status=refusal.status,
        excerpt=refusal.excerpt,
        message=refusal.message,
    )
