"""A member's links, with what holds their deliveries back for now."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Member
from syndication.delivery.availability import with_availability
from syndication.models.link import Link, LinkQuerySet


def links_with_availability(member: Member) -> LinkQuerySet:
    """The member's links, each with the columns of delivery.availability."""
    return with_availability(Link.objects.of(member), timezone.now())
