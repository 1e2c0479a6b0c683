"""Replies and reactions on Misskey: out, back, and what each is allowed to be.

A reply is a note with `replyId`. The server narrows one to a note that is not public to `home` at most,
and refuses a wider one than `specified` to a `specified` note; to `followers` it takes `home`
(https://github.com/misskey-dev/misskey/issues/15072). So the visibility is always sent, and what
answers something narrower than `home` goes to its author alone. A like is the reaction "❤".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.api_connector import ApiConnector
from syndication.connectors.base import (
    Friend,
    OutgoingPost,
    PostActivity,
    Receipt,
    ReceivedReply,
    ReplyTarget,
    Visibility,
)
from syndication.connectors.errors import CopyGone, ResponseTooLarge, TargetGone, Unauthorized
from syndication.connectors.misskey import reading
from syndication.connectors.misskey.api import MisskeyApi

LIKE = "❤"
LIKE_SCOPE = "write:reactions"
MAX_REPLIES = 1000  # of one note that are read
MAX_ACTIVITY = 2000  # own notes of one listing


class MisskeyInteractions(ApiConnector[MisskeyApi]):
    """The half of the connector that answers, likes, and reads answers and likes."""

    api_class = MisskeyApi

    @classmethod
    def reply_visibility(cls, parent: Visibility) -> Visibility:
        return "unlisted" if parent in ("public", "unlisted") else "direct"

    def read_target(self, remote_id: str) -> ReplyTarget:
        note = self._note(remote_id)
        author = reading.parse_misskey_user(note.get("user"), self.app.api_url)
        ident = parsing.valid_id(note.get("id"))
        if author is None or ident != remote_id:
            raise self.api.unreadable_error(is_write=False)
        return ReplyTarget(
            ident,
            author,
            visibility=reading.note_visibility(note),
            warning=parsing.parse_line(note.get("cw")),
        )

    def like(self, target: ReplyTarget, *, idempotency_key: str) -> Receipt:
        """React with a heart, unless the account has reacted: another reaction would replace its own."""
        if not self._note(target.remote_id).get("myReaction"):
            self._react("create", target.remote_id, done_by="ALREADY_REACTED", reaction=LIKE)
        return Receipt("")

    def unlike(self, target_id: str, receipt: Receipt) -> None:
        try:
            self._react("delete", target_id, done_by="NOT_REACTED")
        except TargetGone:
            return

    def own_activity(self, *, since: float) -> Iterator[PostActivity]:
        count = 0
        for page in self.own_pages(with_replies=True):
            for entry in page:
                note = reading.parse_misskey_note(entry, self.app.api_url)
                if note is not None and note.created_at < since:
                    return
                if note is not None:
                    yield reading.note_activity(entry)
            count += len(page)
            if count >= MAX_ACTIVITY:
                return

    def replies(self, post: PostActivity) -> Iterator[ReceivedReply]:
        count = 0
        for page, _ in self.api.list_pages("/api/notes/replies", noteId=post.remote_id):
            found = (reading.parse_misskey_reply(each, self.app.api_url) for each in page)
            yield from (each for each in found if each and each.parent_id == post.remote_id)
            count += len(page)
            if count >= MAX_REPLIES:
                raise ResponseTooLarge(reasons.UNREADABLE)

    def likes(self, post: PostActivity) -> Iterator[Friend]:
        """Yield who reacted, in whatever way."""
        for row in self.api.entries("/api/notes/reactions", noteId=post.remote_id):
            user = parsing.value_at(row, "user")
            if (person := reading.parse_misskey_user(user, self.app.api_url)) is not None:
                yield person

    # For the other half

    def reply_fields(self, target: ReplyTarget, shown: Visibility) -> dict[str, Any]:
        """Return the fields that make a note a reply: to `shown` at most ("": as is allowed), or to fewer."""
        allowed = self.reply_visibility(target.visibility)
        fields: dict[str, Any] = {"replyId": target.remote_id, "visibility": "home"}
        if allowed != "unlisted" or shown in ("followers", "direct"):
            fields["visibility"] = "specified"
            fields["visibleUserIds"] = [target.author.uid]
            fields["noExtractMentions"] = True
        return fields

    def reply_receipt(
        self, receipt: Receipt, post: OutgoingPost, note: Mapping[str, Any]
    ) -> Receipt:
        """Return the receipt with the note that the server says is answered."""
        if post.reply_to is None:
            return receipt
        parent = parsing.valid_id(note.get("replyId"))
        is_stray = "replyId" in note and parent != post.reply_to.remote_id
        return replace(receipt, parent_id=parent, is_stray=is_stray)

    def own_pages(self, *, with_replies: bool) -> Iterator[list[Any]]:
        """Yield the pages of the account's notes, newest first, without renotes."""
        path, me = "/api/users/notes", self.own_id()
        pages = self.api.list_pages(path, userId=me, withRenotes=False, withReplies=with_replies)
        for page, _ in pages:
            yield page

    def _note(self, remote_id: str) -> Mapping[str, Any]:
        """Return a note that is there and that the account may read. Raises TargetGone."""
        try:
            note = self.api.as_object(self.api.ask("/api/notes/show", noteId=remote_id))
        except CopyGone as error:
            raise _gone(error) from error
        if note.get("isHidden") is True:
            raise TargetGone(reasons.TARGET_GONE)
        return note

    def _react(self, verb: str, remote_id: str, *, done_by: str, **fields: str) -> None:
        path = f"/api/notes/reactions/{verb}"
        try:
            self.api.order(path, done_by=done_by, noteId=remote_id, **fields)
        except CopyGone as error:
            raise _gone(error) from error
        except Unauthorized as error:
            if error.scope:
                error.scope = LIKE_SCOPE
            raise


def _gone(error: CopyGone) -> TargetGone:
    return TargetGone(
        reasons.TARGET_GONE, status=error.status, excerpt=error.excerpt, message=error.message
    )
