"""Whether a member may leave for a network's permission page now."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.models import Member
from accounts.signals import may_link

LINKS_A_DAY = 100  # that came to something: each keeps a row for a day
TRIES_AN_HOUR = 5  # that came to nothing; keeps a stolen session from trying numbers for long


class NotNow(Exception):
    """Linking is not possible just now; the text says why and what to do."""


class TooManyTries(Exception):
    """The member left for networks often enough within an hour, or a day."""


def ask_whether(member: Member, network: str) -> None:
    """Raises NotNow where somebody objects: staff paused the network, say."""
    for _who, reason in may_link.send(Member, network=network, member=member):
        if reason:
            raise NotNow(str(reason))


def check_tries(member: Member) -> None:
    """Raises TooManyTries. Who came back with the right number tried nothing out."""
    now = timezone.now()
    an_hour_ago = now - timedelta(hours=1)
    tries = member.link_returns.filter(created_at__gt=an_hour_ago, returned_at=None)
    left_today = member.link_returns.filter(created_at__gt=now - timedelta(days=1))
    if tries.count() >= TRIES_AN_HOUR or left_today.count() >= LINKS_A_DAY:
        raise TooManyTries
