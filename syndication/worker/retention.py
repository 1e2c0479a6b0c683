"""Retention: how long rows stay that name somebody, and what deletes them by age.

A member's hold (actions.holds) keeps the rows of that member. What others wrote on networks is not the
member's and goes all the same.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Model, Q, QuerySet

from accounts.actions.batched_deletes import ROWS, delete_oldest, walk
from accounts.actions.invitations import EXPIRED_KEPT
from accounts.models import (
    DeviceLogin,
    FriendRequest,
    Invitation,
    Membership,
    Phone,
    PhoneLogin,
    Refusal,
)
from accounts.models.refusal import REQUESTS_OPEN_FOR, SILENT_FOR
from syndication.actions import post_addresses, reply_addresses
from syndication.delivery.feed_imports import FEED_KEPT
from syndication.models import Attempt, FeedItem, Link, PostAddress, ReplyAddress
from syndication.models.delivery_states import OPEN_STATES

USED_LOGINS_KEPT = timedelta(days=30)  # and ended sessions and bookmarks: address, browser
UNUSED_LOGINS_KEPT = timedelta(days=1)
ATTEMPTS_KEPT = timedelta(days=90)  # after the delivery was settled


@dataclass(frozen=True)
class RetentionRule:
    """Rows of `model` go `kept` after `age`, a column with an index. `member`: the path to whose they are."""

    model: type[Model]
    age: str
    kept: timedelta
    member: str
    only: Q = Q()

    def old_rows(self, now: datetime, held: Collection[int]) -> QuerySet[Any]:
        old = self.model._default_manager.filter(self.only, **{f"{self.age}__lte": now - self.kept})
        return old.exclude(**{f"{self.member}__in": held}) if held else old


RULES = (
    RetentionRule(PhoneLogin, "expires_at", UNUSED_LOGINS_KEPT, "member", Q(session_key="")),
    RetentionRule(PhoneLogin, "expires_at", USED_LOGINS_KEPT, "member"),
    RetentionRule(DeviceLogin, "expires_at", UNUSED_LOGINS_KEPT, "approved_by"),
    RetentionRule(Phone, "ended_at", USED_LOGINS_KEPT, "member"),
    RetentionRule(Invitation, "expires_at", EXPIRED_KEPT, "inviter"),
    RetentionRule(FriendRequest, "created_at", REQUESTS_OPEN_FOR, "asker"),
    RetentionRule(Membership, "invited_at", REQUESTS_OPEN_FOR, "invited_by", Q(joined_at=None)),
    RetentionRule(Refusal, "declined_at", SILENT_FOR, "member"),
    RetentionRule(PostAddress, "ended_at", post_addresses.ENDED_KEPT, "member"),
    RetentionRule(ReplyAddress, "created_at", reply_addresses.LIFETIME, "member"),
)


def delete_by_age(now: datetime, held: Collection[int]) -> int:
    """Delete what RULES say. Return how many rows went."""
    return sum(delete_oldest(rule.old_rows(now, held), rule.age) for rule in RULES)


def delete_old_attempts(now: datetime, held: Collection[int]) -> int:
    """Delete attempts of deliveries that were settled ATTEMPTS_KEPT ago; those of open ones stay.

    The walk ends where attempts are young: keys are as old as their rows.
    """
    limit = now - ATTEMPTS_KEPT
    old = Attempt.objects.filter(started_at__lt=limit, delivery__changed_at__lt=limit)
    settled = old.exclude(delivery__state__in=OPEN_STATES).exclude(delivery__link__member__in=held)
    return walk(
        "old-attempts",
        Attempt.objects.all(),
        lambda keys: _delete_of(settled, keys),
        until=Q(started_at__gte=limit),
    )


def delete_ended_sessions(now: datetime, held: Collection[int]) -> int:
    """Delete the address and browser of sessions that ended USED_LOGINS_KEPT ago, as none lasts longer
    than URLSESSION_ABSOLUTE."""
    limit = now - USED_LOGINS_KEPT - timedelta(seconds=settings.URLSESSION_ABSOLUTE)
    ended = UserSession.objects.filter(created_at__lt=limit).exclude(user__in=held)
    return walk(
        "ended-sessions",
        UserSession.objects.all(),
        lambda keys: _delete_of(ended, keys),
        until=Q(created_at__gte=limit),
    )


def delete_old_feed_items(now: datetime) -> int:
    """Delete friends' posts from networks that are older than FEED_KEPT, also of links whose imports
    fail: an import deletes those of its own link alone."""
    old = FeedItem.objects.filter(written_at__lt=now - FEED_KEPT)
    return walk("old-feed-items", Link.objects.all(), lambda keys: _delete_of_links(old, keys))


def _delete_of(rows: QuerySet[Any], keys: list[int]) -> int:
    return int(rows.filter(pk__in=keys).delete()[0])


def _delete_of_links(old: QuerySet[FeedItem], links: list[int]) -> int:
    """A thousand at the most."""
    keys = list(old.filter(link__in=links).values_list("pk", flat=True)[:ROWS])
    return _delete_of(old, keys) if keys else 0
