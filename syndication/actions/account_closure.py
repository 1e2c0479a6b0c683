"""Account closure: delete copies if the member wants it, revoke the networks' tokens, delete all content.

The action only marks the member; a task continues, a few seconds at a time, and may be killed anywhere.
While deletes are pending (thirty days at the most) the links stay.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import account_closure as people
from accounts.actions import notices
from accounts.models import Member
from syndication.actions import interactions, links, post_readers, posts
from syndication.connectors import CONNECTORS
from syndication.delivery import eligibility, retry_policy, sequence, wakeups
from syndication.models import (
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Interaction,
    InteractionKind,
    Link,
    LinkState,
    Post,
    RetentionHold,
)
from syndication.queries import copies

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 3.0  # seconds that one wake-up works
LOCK_SECONDS = 240  # seconds: above the longest that a task may run (settings.Q_CLUSTER)
MAIL_FOR = timedelta(hours=24)  # the last mail is tried for so long
MAX_ADDRESSES = 200  # in the last mail

_S = DeliveryState


@dataclass(frozen=True)
class NetworkCopies:
    """How many copies on one network closing can delete, and how many must stay."""

    network: str  # as people write it
    can_go: int
    must_stay: int


def preview_closure(member: Member) -> list[NetworkCopies]:
    """Preview the closure, for each network with copies of the member's posts, replies among them."""
    found: dict[str, tuple[int, int]] = {}
    what = ("link__network", "link__state", "post__kind", "interaction__kind")
    for network, state, of_post, of_interaction, count in (
        _possibly_active_copies(member).values_list(*what).annotate(Count("pk"))
    ):
        can_go, must_stay = found.get(network, (0, 0))
        kind = of_post or of_interaction
        if state == LinkState.ACTIVE and kind in CONNECTORS[network].can_delete:
            can_go += count
        else:
            must_stay += count
        found[network] = (can_go, must_stay)
    return [NetworkCopies(CONNECTORS[key].name, *counts) for key, counts in sorted(found.items())]


@transaction.atomic
def close_account(*, by: Member, takes_copies_back: bool) -> None:
    """Start the closure: no more log-in, unsent deliveries are cancelled. Raises LastSuperuser."""
    people.begin_account_closure(by=by, takes_copies_back=takes_copies_back)
    post_readers.strike_reader(by)
    waiting = Delivery.objects.of(by).exclude(operation=DeliveryOperation.DELETE)
    waiting.filter(state__in=(_S.WAITING, _S.PARKED, _S.FAILED, _S.EXPIRED)).change(
        _S.CANCELLED, reason=eligibility.CLOSED, due_at=None, sent_as={}
    )
    wakeups.wake_for_closures()


def is_any_closing() -> bool:
    """Whether an account is being closed."""
    return _closing_members().exists()


def continue_closures(now: datetime, *, seconds: float = CLOSING_SECONDS) -> None:
    """Continue all closures for about `seconds`."""
    end = time.monotonic() + seconds
    for pk in list(_closing_members().values_list("pk", flat=True)):
        if _close_some_of(pk, now, end):
            wakeups.wake_for_closures()
            return


def _close_some_of(pk: int, now: datetime, end: float) -> bool:
    """Continue one closure, by one worker at a time, or the last mail would go twice. Return whether
    there is more to do at once. An error is logged and holds up no other closure."""
    if not cache.add(f"closing-{pk}", 1, LOCK_SECONDS):
        return False
    try:
        while (member := _closing_members().filter(pk=pk).first()) is not None and _close_one_step(
            member, now
        ):
            if time.monotonic() >= end:
                return True
    except Exception:
        logger.exception("closing the account of member %s", pk)
    finally:
        cache.delete(f"closing-{pk}")
    return False


def _close_one_step(member: Member, now: datetime) -> bool:
    """Do one step. Return whether there is more to do at once."""
    standing = Post.objects.by(member).filter(deleted_at=None)
    if member.takes_copies_back and (post := standing.first()) is not None:
        posts.delete_post(post, by=member)
        return True
    answers = Interaction.objects.of(member)
    if member.takes_copies_back and (answer := answers.first()) is not None:
        interactions.take_back(answer, by=member)
        return True
    if _has_pending_deletes(member, now):
        return False
    if member.email and not _send_last_mail(member, now):
        return False
    return _delete_one_row(member)


def _has_pending_deletes(member: Member, now: datetime) -> bool:
    """Whether deletes are still to be tried. Those that wait for the member, or behind such a
    delivery, do not count any more, nor those older than DELETE_WITHIN."""
    mine = Delivery.objects.filter(link__member=member)
    asked = Q(state=_S.UNCONFIRMED, due_at=None)
    same = Q(post=OuterRef("post")) | Q(interaction=OuterRef("interaction"))
    before = mine.filter(same, asked, link=OuterRef("link"))
    is_tried = Q(link__state=LinkState.ACTIVE, asked_at__gt=now - retry_policy.DELETE_WITHIN)
    moving = mine.filter(is_tried | Q(lease_until__gt=now)).exclude(asked)
    moving = moving.filter(state__in=(_S.WAITING, _S.SENDING, _S.UNCONFIRMED))
    return moving.exclude(Exists(before)).exists()


def _send_last_mail(member: Member, now: datetime) -> bool:
    """Send the last mail, which lists the copies that stay. Return whether to go on: once it is sent, or
    the mail server was away for MAIL_FOR."""
    left = _possibly_active_copies(member)
    named = left.select_related("link").order_by("link__network", "pk")[:MAX_ADDRESSES]
    context = {
        "member": member,
        "copies": [
            (each.link.network_name, each.remote_url or each.link.profile_url) for each in named
        ],
        "more": max(0, left.count() - MAX_ADDRESSES),
    }
    with notices.in_language_of(member):
        subject = _("%(site)s: account closed") % {"site": settings.SITE_NAME}
        body = render_to_string("syndication/mail/account_closed.txt", context)
    try:
        send_mail(subject, body, None, [member.email])
    except OSError:
        logger.exception("the last mail to member %s could not go", member.pk)
        return member.closing_at is None or now > member.closing_at + MAIL_FOR
    Member.objects.filter(pk=member.pk).update(email="")  # told once
    return True


def _delete_one_row(member: Member) -> bool:
    """Delete a link, else a post, else the rest. Links go first, so that deleting posts sends nothing."""
    if (link := Link.objects.of(member).first()) is not None:
        links.unlink(link, by=member)
        return True
    if (post := Post.objects.by(member).first()) is not None:
        post.delete()
        return True
    people.erase_member(member)
    return False


def _closing_members() -> QuerySet[Member]:
    """Members whose account is being closed, unless staff reactivated them, or hold what they wrote."""
    going = Member.objects.filter(closing_at__isnull=False, closed_at=None, is_active=False)
    held = RetentionHold.objects.filter(member=OuterRef("pk"), until__gt=timezone.now())
    return going.exclude(Exists(held)).order_by("closing_at")


def _possibly_active_copies(member: Member) -> QuerySet[Delivery]:
    """The member's publishes whose copy is or may be on a network. Likes are none."""
    published = Delivery.objects.filter(link__member=member, operation=DeliveryOperation.PUBLISH)
    published = published.exclude(interaction__kind=InteractionKind.LIKE)
    return published.filter(copies.copy_is_active(), state__in=sequence.POSSIBLY_SENT_STATES)
