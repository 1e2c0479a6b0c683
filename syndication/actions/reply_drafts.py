"""Drafts of comments that came by mail: store and send them. Nothing here makes a post."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Member
from syndication.actions import comments
from syndication.actions.mail_drafts import (
    MAX_WAITING,
    NO_ROOM,
    SENDER_LENGTH,
    IncomingMail,
    MailRefused,
)
from syndication.connectors.content import LONGEST
from syndication.models import Comment, ReplyAddress, SavedDraft
from syndication.models.errors import NotYours
from syndication.queries.excerpts import cut_position


@transaction.atomic
def store_reply_draft(address: ReplyAddress, mail: IncomingMail, text: str) -> SavedDraft:
    """Store the reply as a draft of its member, once for each mail. Raises MailRefused."""
    member = Member.objects.select_for_update(no_key=True).get(pk=address.member_id)
    before = SavedDraft.objects.filter(member=member, form_key=mail.key).first()
    if before is not None:
        return before
    if SavedDraft.objects.of(member).mailed().count() >= MAX_WAITING:
        raise MailRefused(NO_ROOM, {"count": MAX_WAITING})
    is_cut = len(text) > LONGEST["text"]
    return SavedDraft.objects.create(
        member=member,
        post=address.post,
        is_mailed=True,
        is_answer=True,
        form_key=mail.key,
        sender=mail.sender[:SENDER_LENGTH],
        text=text[: cut_position(text, LONGEST["text"])] if is_cut else text,
        left_out=mail.dropped + len(mail.photos),
        is_cut=is_cut,
    )


@transaction.atomic
def send_reply_draft(draft: SavedDraft, text: str, *, by: Member) -> Comment:
    """Post `text` as a comment and delete the draft. Raises what create_comment raises."""
    if draft.member_id != by.pk:
        raise NotYours(draft)
    if draft.post is None:
        raise comments.TalkNotReadable
    comment = comments.create_comment(draft.post, text, by=by, form_key=draft.form_key)
    SavedDraft.objects.filter(pk=draft.pk).delete()
    return comment
