"""The member page of staff: where help is needed, never what anybody wrote."""

from __future__ import annotations

from typing import Any

from accounts.actions import recoveries, sessions
from accounts.models import Member, Phone
from syndication.models import (
    Delivery,
    DeliveryState,
    Link,
    LinkState,
    ReportCase,
    StaffDecision,
)

SHOWN = 10  # rows of each part
IN_TROUBLE = (
    *(DeliveryState.FAILED, DeliveryState.EXPIRED),
    *(DeliveryState.PARKED, DeliveryState.UNCONFIRMED),
)
MAY_SEE_CASES = "syndication.view_reportcase"


def member_desk(member: Member, *, by: Member) -> dict[str, Any]:
    """The parts of the page that `by` may see; the others are missing."""
    found: dict[str, Any] = {"may_help": by.has_perm(recoveries.MAY_HELP)}
    if by.has_perm("syndication.view_link"):
        links = Link.objects.filter(member=member).exclude(state=LinkState.ENDED)
        found["links"] = links.order_by("-pk")[:SHOWN]
    if by.has_perm("accounts.view_membersession"):
        found["sessions"] = sessions.list_sessions(member, current_key=None)[:SHOWN]
    if by.has_perm("accounts.view_phone"):
        found["phones"] = Phone.objects.live().filter(member=member).order_by("-pk")[:SHOWN]
    if by.has_perm("syndication.view_delivery"):
        found["deliveries"] = deliveries_in_trouble(member)
    if by.has_perm(MAY_SEE_CASES):
        found["cases"] = ReportCase.objects.filter(owner=member).order_by("-pk")[:SHOWN]
    if by.has_perm(recoveries.MAY_HELP):
        found["recovery"] = recoveries.waiting_recovery(member)
        decided = StaffDecision.objects.filter(member=member).select_related("by")
        found["decisions"] = decided.order_by("-pk")[:SHOWN]
    return found


def deliveries_in_trouble(member: Member) -> list[Delivery]:
    """The newest of the member's deliveries that did not arrive, without what they carry."""
    rows = Delivery.objects.of(member).filter(state__in=IN_TROUBLE).select_related("link")
    return list(rows.order_by("-pk")[:SHOWN])
