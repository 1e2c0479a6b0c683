"""Whether a member may leave for a network's permission page now."""

from __future__ import annotations

from datetime import timedelta

from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from accounts.models import Member
from accounts.signals import may_link

MAX_LINKS = 50  # of one member: each is imported every few minutes, and each post goes to all
LINK_ATTEMPTS_PER_DAY = 100  # whatever came of them: each keeps a row for a day
# Without a right number; keeps a stolen session from trying numbers for long.
LINK_ATTEMPTS_PER_HOUR = 5


class LinkingUnavailable(Exception):
    """Linking is not possible now; the text says why and what to do."""


class TooManyLinkAttempts(Exception):
    """The member left for networks too often within an hour, or a day."""


class TooManyLinks(Exception):
    """The member holds MAX_LINKS links."""


def check_linking_available(member: Member, network: str) -> None:
    """Raise LinkingUnavailable if a `may_link` receiver objects: staff paused the network, say."""
    for _who, reason in may_link.send(Member, network=network, member=member):
        if reason:
            raise LinkingUnavailable(str(reason))


def check_room_for_link(member: Member) -> None:
    """Raise TooManyLinks where no further account can be linked."""
    if SocialAccount.objects.filter(user=member).count() >= MAX_LINKS:
        raise TooManyLinks


def check_room_for_account(member: Member, network: str, uid: str) -> None:
    """Raise TooManyLinks for one account too many. One that is linked already can be linked again.

    Call it in a transaction: the member's row is locked, so that two accounts at once are both counted.
    """
    if not SocialAccount.objects.filter(provider=network, uid=uid).exists():
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        check_room_for_link(member)


def check_link_attempts(member: Member) -> None:
    """Raise TooManyLinkAttempts. Within the hour, attempts that came back with the right number do not count."""
    now = timezone.now()
    an_hour_ago = now - timedelta(hours=1)
    tries = member.link_attempts.filter(created_at__gt=an_hour_ago, returned_at=None)
    left_today = member.link_attempts.filter(created_at__gt=now - timedelta(days=1))
    if tries.count() >= LINK_ATTEMPTS_PER_HOUR or left_today.count() >= LINK_ATTEMPTS_PER_DAY:
        raise TooManyLinkAttempts
