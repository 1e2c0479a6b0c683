"""Accounts that were made and never used: deleted after 30 days, so that their names are free again.

Only who signed up by the page, did not come back, and left nothing at all: no row of any table
names the member but the session and the unconfirmed mail address of the sign-up. The relations are
asked of Django, not listed here, so that a table that is added later keeps accounts by itself.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Exists, F, ManyToOneRel, OuterRef, Q, QuerySet

from accounts.actions.batched_deletes import walk
from accounts.models import PROFILE_FIELDS, Member

KEPT = timedelta(days=30)
SIGN_UP_TAKES = timedelta(minutes=1)  # a log-in later than this is another one

_MADE_BY_SIGN_UP = (EmailAddress, UserSession)


def delete_unused_accounts(now: datetime) -> int:
    """How many accounts went. Called by the sweeper; a walk, as nearly all members have something."""

    def delete_among(keys: list[int]) -> int:
        likely = list(_bare(now).filter(pk__in=keys).values_list("pk", flat=True))
        empty = list(_empty(now).filter(pk__in=likely).values_list("pk", flat=True))
        return _delete(empty, now) if empty else 0

    joined_lately = Q(date_joined__gte=now - KEPT)
    return walk("unused-accounts", Member.objects.all(), delete_among, until=joined_lately)


@transaction.atomic
def _delete(keys: list[int], now: datetime) -> int:
    """Locked and asked again: who writes something meanwhile waits, or is seen."""
    list(Member.objects.select_for_update().filter(pk__in=keys).values_list("pk"))
    members = _empty(now).filter(pk__in=keys)
    return members.delete()[1].get("accounts.Member", 0)


def _bare(now: datetime) -> QuerySet[Member]:
    """Members whose own row says nothing: a question to one table."""
    return Member.objects.filter(
        is_active=True,
        is_staff=False,
        is_superuser=False,
        date_joined__lt=now - KEPT,
        # Sign-up logs in at once. Whom staff made an account has never been in.
        last_login__lt=F("date_joined") + SIGN_UP_TAKES,
        email="",
        display_name="",
        **dict.fromkeys(PROFILE_FIELDS, ""),
    )


def _empty(now: datetime) -> QuerySet[Member]:
    rows = _bare(now).exclude(pk__in=EmailAddress.objects.filter(verified=True).values("user"))
    for relation in Member._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.related_model not in _MADE_BY_SIGN_UP:
            named = relation.related_model._base_manager.filter(
                **{relation.field.name: OuterRef("pk")}
            )
            rows = rows.exclude(Exists(named))
    return rows
