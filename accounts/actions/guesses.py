"""Rate limits for guesses: so many at one secret of one account in a window.

The counts are rows of the database and not of the cache, because a cache may drop what it holds:
the account would be open to guessing again. A guess is claimed before the secret is looked at, by
one conditional UPDATE, so guesses made at once all count; a right one is given back.

Rows are bounded. An account has one row for each kind of secret (and one for each code of its
authenticator app that was used in the last minutes). Names that belong to nobody need no lock; they
get one only so that the answer does not tell who has an account. They share UNKNOWN_NAME_BUCKETS rows,
picked by a keyed hash of the name: strangers can fill these and no more. Two names in one bucket
reach the limit sooner, a limit is never lost, and without SECRET_KEY nobody can tell which names
share a bucket. Networks that type codes share NETWORK_BUCKETS in the same way. Folding only once the table is full was the other way: then the count of a name
would move to another row in the middle of its window.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.actions.batched_deletes import delete_oldest
from accounts.models import GuessCount

UNKNOWN_NAME_BUCKETS = 4096
NETWORK_BUCKETS = 65_536  # more, since two networks in one bucket are people who share a limit


class TooManyGuesses(Exception):
    """The limit is reached; the secret is not checked."""


@dataclass(frozen=True)
class Limit:
    """How many guesses at a kind of secret are allowed in a window.

    accounts.actions.quotas counts in the same rows what members and strangers make.
    """

    name: str
    most: int
    window: timedelta


PASSWORD = Limit("password", most=10, window=timedelta(minutes=5))
SECOND_FACTOR = Limit("second factor", most=10, window=timedelta(minutes=5))
# By network, since nobody is logged in where codes are typed. What it comes to: accounts/crypto/codes.py.
TYPED_CODE = Limit("typed code", most=10, window=timedelta(minutes=15))
# Each code of an authenticator app lets in once. It is valid for three steps of 30 seconds.
APP_CODE = Limit("app code", most=1, window=timedelta(minutes=3))

# Mails that anybody can have sent to an address: a link for a new password, one to confirm it.
RESET_MAIL = Limit("reset mail", most=20, window=timedelta(days=1))
CONFIRMATION_MAIL = Limit("confirming mail", most=5, window=timedelta(days=1))


def claim_guess(limit: Limit, subjects: Iterable[str], amount: int = 1) -> None:
    """Count one guess for each subject. Raises TooManyGuesses if one has none left."""
    # All are counted, also after one is refused: else the refusal would save the others.
    allowed = [_claim_one_guess(limit, subject, amount) for subject in subjects]
    if not all(allowed):
        raise TooManyGuesses


def refund_guess(limit: Limit, subjects: Iterable[str]) -> None:
    """Take back the count of a right guess. Wrong ones before it still count."""
    keys = [_row_key(limit, subject) for subject in subjects]
    GuessCount.objects.filter(pk__in=keys, count__gt=0).update(count=F("count") - 1)


def is_locked_out(limit: Limit, subject: str) -> bool:
    """Whether no guess is left in this window."""
    rows = GuessCount.objects.filter(pk=_row_key(limit, subject), ends_at__gt=timezone.now())
    return bool(rows.filter(count__gte=limit.most).exists())


def clear_guesses(limit: Limit, subject: str) -> None:
    """Forget guesses at a secret that was replaced."""
    GuessCount.objects.filter(pk=_row_key(limit, subject)).delete()


def delete_ended_windows(now: datetime) -> int:
    """Delete the rows whose window has ended, for the sweeper; returns how many."""
    return delete_oldest(GuessCount.objects.filter(ends_at__lte=now), "ends_at")


def subject_of_member(member: AbstractBaseUser) -> str:
    """The subject that stands for a member."""
    return f"member {member.pk}"


def subject_of_unknown_name(name: str) -> str:
    """The subject for a name that no member has: a bucket of UNKNOWN_NAME_BUCKETS."""
    return f"nobody {_bucket(name, UNKNOWN_NAME_BUCKETS)}"


def subject_of_email(email: str) -> str:
    """The subject for an email address. Not folded: each has a row of EmailAddress anyway."""
    return f"address {email.lower()}"


def subject_of_network(address: str) -> str:
    """The subject for visitors: an IPv4 address, or an IPv6 /48, which one customer may hold."""
    network = ipaddress.ip_network(address)
    if isinstance(network, ipaddress.IPv6Network):
        network = network.supernet(new_prefix=48)
    return f"network {_bucket(str(network), NETWORK_BUCKETS)}"


def _claim_one_guess(limit: Limit, subject: str, amount: int) -> bool:
    key, now = _row_key(limit, subject), timezone.now()
    is_over = Q(ends_at__lte=now)
    rows = GuessCount.objects.filter(is_over | Q(count__lte=limit.most - amount), pk=key)
    counted = {
        "count": Case(When(is_over, then=Value(amount)), default=F("count") + amount),
        "ends_at": Case(When(is_over, then=Value(now + limit.window)), default=F("ends_at")),
    }
    if rows.update(**counted) == 1:
        return True
    # Either the limit is reached, or there is no row yet. Of several at once one inserts it, with a
    # window of its own that has begun: one that is over would be begun anew by each later one.
    fresh = GuessCount(pk=key, count=0, ends_at=now + limit.window)
    GuessCount.objects.bulk_create([fresh], ignore_conflicts=True)
    return rows.update(**counted) == 1


def _bucket(text: str, buckets: int) -> int:
    digest = salted_hmac("accounts.guesses.bucket", text, algorithm="sha256").digest()
    return int.from_bytes(digest[:8], "big") % buckets


def _row_key(limit: Limit, subject: str) -> str:
    text = f"{limit.name}:{subject}"
    return salted_hmac("accounts.guesses", text, algorithm="sha256").hexdigest()[:40]
