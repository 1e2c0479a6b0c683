"""Addresses for replies by mail: make, find, use and end them.

Off until a member turns it on. An address makes a comment on one post, or a draft of one, and nothing
else. Whether it still may is asked when a reply comes, so that no block, move of a post or change of a
mail address has to remember it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.actions import quotas
from accounts.crypto.codes import hash_typed_code, typed_code_hashes
from accounts.models import Member, Notice
from syndication.actions import comments
from syndication.actions.post_addresses import LETTERS, confirmed_address
from syndication.actions.reply_text import line_fingerprint
from syndication.models import Comment, Post, ReplyAddress

PREFIX = "r-"
TOKEN_LENGTH = 21  # of 28 characters: 100.9 bits
LIFETIME = timedelta(days=14)
MAX_KEPT = 500  # of one member: 30 notices a day are mailed at once
_PURPOSE = "reply-address"


class ReplyNotPosted(Exception):
    """The reply becomes a draft: the address was used before, or its member may not write now."""


def is_reply_by_mail_enabled(member: Member) -> bool:
    return bool(settings.POST_MAIL_DOMAIN) and member.answers_by_mail


def set_reply_by_mail(*, by: Member, is_on: bool) -> None:
    Member.objects.filter(pk=by.pk).update(answers_by_mail=is_on)
    by.answers_by_mail = is_on
    if not is_on:
        end_reply_addresses(by)


def end_reply_addresses(member: Member) -> None:
    ReplyAddress.objects.filter(member=member).delete()


@transaction.atomic
def make_reply_address(
    member: Member, post: Post, *, mailed_to: str, frame_lines: Sequence[str], from_name: str = ""
) -> str:
    """Make the address for one notice mail; "" where the member could not reply with it.

    `frame_lines` are what the mail says around the comment: its first line, which names the writer, then
    its address and its last line.
    """
    if not is_reply_by_mail_enabled(member) or not may_reply(member, post):
        return ""
    if not confirmed_address(mailed_to, member):
        return ""
    token = "".join(secrets.choice(LETTERS) for _ in range(TOKEN_LENGTH))
    ReplyAddress.objects.create(
        member=member,
        post=post,
        token_hash=hash_typed_code(token, _PURPOSE),
        mailed_to=confirmed_address(mailed_to, member),
        fingerprints=[line_fingerprint(line) for line in frame_lines if line.strip()],
        from_name=from_name[:100],
    )
    kept = ReplyAddress.objects.filter(member=member).order_by("-pk").values("pk")[:MAX_KEPT]
    ReplyAddress.objects.filter(member=member).exclude(
        pk__in=list(kept.values_list("pk", flat=True))
    ).delete()
    return f"{PREFIX}{token}@{settings.POST_MAIL_DOMAIN}"


def make_address_for_notice(
    notice: Notice, mailed_to: str, frame_lines: Sequence[str], from_name: str
) -> str:
    """The address for a reply to the mail of a notice about a comment; "" for none."""
    post = Post.objects.filter(pk=notice.subject).first()
    if post is None:
        return ""
    return make_reply_address(
        notice.member, post, mailed_to=mailed_to, frame_lines=frame_lines, from_name=from_name
    )


def is_reply_local(local: str) -> bool:
    return local.lower().startswith(PREFIX)


def find_live_address(local: str, now: datetime) -> ReplyAddress | None:
    """The row of a local part whose member may still reply with it, used or not; else None."""
    rows = ReplyAddress.objects.select_related("member", "post").filter(
        token_hash__in=typed_code_hashes(local[len(PREFIX) :], _PURPOSE),
        created_at__gt=now - LIFETIME,
    )
    address = rows.first()
    if address is None or not is_reply_by_mail_enabled(address.member):
        return None
    if not confirmed_address(address.mailed_to, address.member):
        return None
    return address if may_reply(address.member, address.post) else None


def may_reply(member: Member, post: Post) -> bool:
    return commentable_post(post, by=member) is not None


def commentable_post(post: Post | None, *, by: Member) -> Post | None:
    """The post where the member may read it and comment on it at this moment; else None."""
    if post is None:
        return None
    try:
        fresh = comments.readable_talk(post, by=by)
    except comments.TalkNotReadable:
        return None
    return fresh if fresh.may_comment else None


def is_own_address(address: ReplyAddress, sender: str) -> bool:
    """Whether `sender` is where the notice went, and the member's confirmed address still."""
    return bool(sender) and confirmed_address(sender, address.member) == address.mailed_to


def reply_came_before(address: ReplyAddress, key: str) -> bool:
    """Whether the same mail made a comment or a draft before."""
    return (
        Comment.objects.filter(writer=address.member, post=address.post, form_key=key).exists()
        or address.member.drafts.filter(form_key=key).exists()
    )


@transaction.atomic
def post_mailed_reply(address: ReplyAddress, text: str, *, key: str) -> Comment:
    """Post the reply as a comment, which uses the address up. Raises ReplyNotPosted."""
    row = ReplyAddress.objects.select_for_update().filter(pk=address.pk).first()
    if row is None or row.used_at is not None:
        raise ReplyNotPosted
    try:
        comment = comments.create_comment(
            address.post, text, by=address.member, form_key=key, is_by_mail=True
        )
    except (
        comments.TalkNotReadable,
        comments.CommentsClosed,
        quotas.QuotaUsedUp,
        ValueError,
    ) as error:
        raise ReplyNotPosted from error
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    return comment
