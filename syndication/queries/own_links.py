"""A member's links, with what holds their deliveries back for now."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Member
from accounts.models.compiled_query import CompiledQuery
from syndication.delivery.availability import network_hosts, with_availability
from syndication.models import HiddenAccount
from syndication.models.link import Link

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class LinkCounts(TypedDict):
    friend_count: int
    hides_accounts: bool


def find_own_link(
    member: Member, network: str, pk: int
) -> WithAnnotations[Link, LinkCounts] | None:
    """The member's link, with the columns of delivery.availability and what its page counts."""
    now = timezone.now()
    return _LINK.first(network_hosts(), member=member, network=network, pk=pk, now=now)


def _link(
    _: tuple[tuple[str, str], ...], *, member: Member, network: str, pk: int, now: datetime
) -> QuerySet[WithAnnotations[Link, LinkCounts]]:
    mine = with_availability(Link.objects.of(member).filter(network=network, pk=pk), now)
    hidden = HiddenAccount.objects.filter(link=OuterRef("pk"))
    return mine.annotate(friend_count=Count("friends"), hides_accounts=Exists(hidden))


_LINK = CompiledQuery(_link)
