"""Closing an account: copies are taken back where the member wants it, the networks' access is given
back, and nothing that was written stays.

The press only marks the member; a task goes on from what it finds, a few seconds at a time, and may
be killed anywhere. While deletes are on their way (thirty days at the most) the links still stand.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException

from django.conf import settings
from django.core.cache import cache
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts.actions import account_closure as people
from accounts.models import Member
from syndication.actions import links, posts
from syndication.connectors import CONNECTORS
from syndication.delivery import eligibility, notices, retry_policy, sequence, wakeups
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link, LinkState, Post
from syndication.queries import copies

logger = logging.getLogger(__name__)

CLOSING_SECONDS = 3.0  # seconds that one hint works on what is to go
LOCK_SECONDS = 240  # seconds: above the longest that a task may run (settings.Q_CLUSTER)
MOST_ADDRESSES = 200  # in the last mail

_S = DeliveryState


@dataclass(frozen=True)
class NetworkCopies:
    """What closing does to the copies on one network: how many go, and how many cannot."""

    network: str  # as people write it
    can_go: int
    must_stay: int


def preview_closure(member: Member) -> list[NetworkCopies]:
    """For each network with copies of the member's posts."""
    found: dict[str, tuple[int, int]] = {}
    what = ("link__network", "link__state", "post__kind")
    for network, state, kind, count in (
        _possibly_active_copies(member).values_list(*what).annotate(Count("pk"))
    ):
        can_go, must_stay = found.get(network, (0, 0))
        if state == LinkState.ACTIVE and kind in CONNECTORS[network].can_delete:
            can_go += count
        else:
            must_stay += count
        found[network] = (can_go, must_stay)
    return [NetworkCopies(CONNECTORS[key].name, *counts) for key, counts in sorted(found.items())]


@transaction.atomic
def close_account(*, by: Member, takes_copies_back: bool) -> None:
    """The press: nobody comes in any more, and what has not left stays. Raises LastSuperuser."""
    people.begin_account_closure(by=by, takes_copies_back=takes_copies_back)
    waiting = Delivery.objects.of(by).exclude(kind=DeliveryKind.DELETE)
    waiting.filter(state__in=(_S.WAITING, _S.PARKED, _S.FAILED, _S.MISSED)).change(
        _S.CANCELLED, reason=eligibility.CLOSED, due_at=None, sent_as={}
    )
    wakeups.wake_for_closures()


def is_any_closing() -> bool:
    """Whether an account is being closed."""
    return _closing_members().exists()


def continue_closures(now: datetime, *, seconds: float = CLOSING_SECONDS) -> None:
    """Some more of it, for every account that is being closed."""
    end = time.monotonic() + seconds
    for pk in list(_closing_members().values_list("pk", flat=True)):
        if _close_some_of(pk, now, end):
            wakeups.wake_for_closures()
            return


def _close_some_of(pk: int, now: datetime, end: float) -> bool:
    """Some of one account, by one worker at a time, or each would send the last mail. Whether there
    is more to do at once. One that cannot be closed holds up no other."""
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
    """One thing. Whether there is more to do at once."""
    standing = Post.objects.by(member).filter(deleted_at=None)
    if member.takes_copies_back and (post := standing.first()) is not None:
        posts.delete_post(post, by=member)
        return True
    if _has_pending_deletes(member, now):
        return False
    if member.email and not _send_last_mail(member, now):
        return False
    return _delete_one_row(member)


def _has_pending_deletes(member: Member, now: datetime) -> bool:
    """Whether deletes are still to be tried, those that were pressed before, too. What
    waits for its member, and what stands behind that, waits for nobody now; nor does what staff
    paused for so long."""
    mine = Delivery.objects.filter(link__member=member)
    asked = Q(state=_S.UNCONFIRMED, due_at=None)
    before = mine.filter(asked, post=OuterRef("post"), link=OuterRef("link"))
    is_tried = Q(link__state=LinkState.ACTIVE, asked_at__gt=now - retry_policy.DELETE_WITHIN)
    moving = mine.filter(is_tried | Q(lease_until__gt=now)).exclude(asked)
    moving = moving.filter(state__in=(_S.WAITING, _S.SENDING, _S.UNCONFIRMED))
    return moving.exclude(Exists(before)).exists()


def _send_last_mail(member: Member, now: datetime) -> bool:
    """The last mail: what is still out there, and where. A mail server that is away is waited for,
    for as long as any mail is."""
    left = _possibly_active_copies(member)
    named = left.select_related("link").order_by("link__network", "pk")[:MOST_ADDRESSES]
    context = {
        "member": member,
        "copies": [
            (each.link.network_name, each.remote_url or each.link.profile_url) for each in named
        ],
        "more": max(0, left.count() - MOST_ADDRESSES),
    }
    with notices.in_language_of(member):
        subject = _("%(site)s: your account is closed") % {"site": settings.SITE_NAME}
        body = render_to_string("syndication/mail/account_closed.txt", context)
    try:
        send_mail(subject, body, None, [member.email])
    except (OSError, SMTPException):
        logger.exception("the last mail to member %s could not go", member.pk)
        return member.closing_at is None or now > member.closing_at + notices.MAIL_FOR
    Member.objects.filter(pk=member.pk).update(email="")  # told once
    return True


def _delete_one_row(member: Member) -> bool:
    """Links first, so that nothing is sent for what is going; then posts; then everything."""
    if (link := Link.objects.of(member).first()) is not None:
        links.unlink(link, by=member)
        return True
    if (post := Post.objects.by(member).first()) is not None:
        post.delete()
        return True
    people.erase_member(member)
    return False


def _closing_members() -> QuerySet[Member]:
    """Whom staff let in again is no longer among them."""
    going = Member.objects.filter(closing_at__isnull=False, closed_at=None, is_active=False)
    return going.order_by("closing_at")


def _possibly_active_copies(member: Member) -> QuerySet[Delivery]:
    """The copies that stand on networks, or may."""
    published = Delivery.objects.filter(link__member=member, kind=DeliveryKind.PUBLISH)
    return published.filter(copies.copy_is_active(), state__in=sequence.POSSIBLY_SENT_STATES)
