"""Replies to posts on networks, and likes of them: made and taken back.

Each is pressed twice without harm. The member's row is locked meanwhile, so that the second of two
equal forms sees the first.
"""

from __future__ import annotations

import secrets
from typing import cast

from django.db import transaction
from django.utils import timezone

from accounts.actions import quotas
from accounts.models import Member
from accounts.models.member_locks import lock_members
from accounts.visible_text import visible_text
from syndication.actions import commands, remote_replies
from syndication.connectors.base import Visibility
from syndication.connectors.content import LONGEST
from syndication.delivery import eligibility, interactions, planning
from syndication.models import (
    Delivery,
    DeliveryState,
    FeedItem,
    Interaction,
    InteractionKind,
    Link,
    RemoteReply,
)
from syndication.models.errors import NotNow, NotYours, require_owner
from syndication.models.interaction import MAX_EXCERPT_LENGTH
from syndication.queries import interaction_targets
from syndication.queries.interaction_targets import InteractionTarget

_S = DeliveryState


def reply_to_feed_item(
    item: FeedItem, text: str, *, by: Member, form_key: str, shown: str = ""
) -> Interaction:
    """Reply to a friend's post on a network; `_reply` says how."""
    return _reply(
        interaction_targets.target_of_item(item), text, by=by, form_key=form_key, shown=shown
    )


def reply_to_remote_reply(
    reply: RemoteReply, text: str, *, by: Member, form_key: str, shown: str = ""
) -> Interaction:
    """Reply to a reply that came back, in its thread; `_reply` says how."""
    return _reply(
        interaction_targets.target_of_reply(reply), text, by=by, form_key=form_key, shown=shown
    )


@transaction.atomic
def like(target: InteractionTarget, *, by: Member) -> Interaction:
    """Like the target. A like that ended without arriving is tried again.

    Raises NotNow with the reason, NotYours and quotas.QuotaUsedUp.
    """
    _lock(by, target.link)
    rows = Interaction.objects.filter(link=target.link, target_id=target.target_id)
    before = rows.filter(kind=InteractionKind.LIKE).order_by("-pk").first()
    if before is not None and before.deleted_at is None and _is_under_way(before):
        return before
    _must_be_possible(target, InteractionKind.LIKE)
    if not interactions.is_like_allowed(target.link):
        raise NotNow(eligibility.LIKE_NOT_ALLOWED)
    quotas.spend_member_quota(by, quotas.LIKES)
    if before is None:
        before = _create(target, InteractionKind.LIKE, form_key=secrets.token_hex(16))
    else:
        Interaction.objects.filter(pk=before.pk).update(deleted_at=None)
        before.deleted_at = None
    _start_again(before, by=by)
    return before


def unlike(target: InteractionTarget, *, by: Member) -> None:
    """Take the like of the target back, if there is one."""
    likes = Interaction.objects.of(by).filter(link=target.link, target_id=target.target_id)
    for interaction in likes.filter(kind=InteractionKind.LIKE):
        take_back(interaction, by=by)


@transaction.atomic
def take_back(interaction: Interaction, *, by: Member) -> None:
    """Take a reply or a like back, on the network, too, and delete its words here. Raises NotYours."""
    fresh = Interaction.objects.select_for_update(no_key=True).get(pk=interaction.pk)
    if fresh.link.member_id != by.pk:
        raise NotYours(fresh)
    if fresh.deleted_at is None:
        fresh.deleted_at = timezone.now()
        fresh.text = fresh.warning = fresh.target_excerpt = ""
        fresh.save(update_fields=["deleted_at", "text", "warning", "target_excerpt"])
        remote_replies.forget_replies_of_interaction(fresh)
    planning.withdraw_interaction(fresh)


def find_sent_reply(link: Link, form_key: str) -> Interaction | None:
    """The reply that this form made before, taken back or not."""
    return Interaction.objects.filter(link=link, form_key=form_key).first()


@transaction.atomic
def _reply(
    target: InteractionTarget, text: str, *, by: Member, form_key: str, shown: str
) -> Interaction:
    """Create the reply and its delivery, once for each form.

    `shown` is the visibility that the preview named, "" for what holds now: it never becomes wider.
    Raises NotNow with the reason, NotYours, quotas.QuotaUsedUp, and ValueError where nothing visible is
    in the text or it is too long.
    """
    if not visible_text(text).strip() or len(text) > LONGEST["text"]:
        raise ValueError(len(text))
    _lock(by, target.link)
    before = find_sent_reply(target.link, form_key)
    if before is not None:
        return before
    _must_be_possible(target, InteractionKind.REPLY)
    _, refusal = interaction_targets.preview_reply(target, text)
    if refusal:
        raise NotNow(refusal)
    quotas.spend_member_quota(by, quotas.REPLY_PACE)
    quotas.spend_member_quota(by, quotas.REPLIES)
    visibility = target.reply_visibility
    if shown:
        visibility = interactions.narrower_visibility(cast(Visibility, shown), visibility)
    interaction = _create(
        target, InteractionKind.REPLY, form_key=form_key, text=text, visibility=visibility
    )
    planning.plan_interaction(interaction)
    return interaction


def _create(target: InteractionTarget, kind: str, *, form_key: str, **words: str) -> Interaction:
    excerpt = " ".join(target.words.split())
    return Interaction.objects.create(
        link=target.link,
        kind=kind,
        target_id=target.target_id,
        target_author_uid=target.author.uid,
        target_author_name=target.author.name,
        target_excerpt=excerpt[:MAX_EXCERPT_LENGTH],
        target_url=target.url,
        form_key=form_key,
        **words,
    )


def _start_again(interaction: Interaction, *, by: Member) -> None:
    """Start the like that failed again, else queue a new one behind whatever went before."""
    last = _last_delivery(interaction)
    if last is not None and last.is_publish and last.state in _RETRIED:
        commands.retry_delivery(last, by=by)
    else:
        planning.plan_interaction(interaction)


def _is_under_way(interaction: Interaction) -> bool:
    """Whether its last publish is sent or may still be."""
    last = _last_delivery(interaction)
    over = (*_RETRIED, _S.CANCELLED, _S.SKIPPED)
    return last is not None and last.is_publish and last.state not in over


def _last_delivery(interaction: Interaction) -> Delivery | None:
    rows = interaction.deliveries.select_related("link__member", "interaction")
    return rows.order_by("-sequence").first()


def _must_be_possible(target: InteractionTarget, kind: str) -> None:
    if refusal := interaction_targets.target_refusal(target, kind):
        raise NotNow(refusal)


def _lock(member: Member, link: Link) -> None:
    """Lock the member, who must have the link. Raises NotYours."""
    require_owner(link, link.member_id, by=member)
    lock_members(member.pk)


_RETRIED = (_S.FAILED, _S.EXPIRED)
