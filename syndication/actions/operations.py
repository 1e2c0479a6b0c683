"""Operators' actions: pause and resume a network, and probe a host whose breaker is open."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from syndication.delivery import wakeups
from syndication.models import HostHealth, NetworkSwitch
from syndication.models.errors import NotYours

MAY_PAUSE = "syndication.change_networkswitch"
MAY_PROBE = "syndication.change_hosthealth"


@transaction.atomic
def pause_network(network: str, reason: str, *, by: Member) -> NetworkSwitch:
    """Deliveries wait and new links are refused; members read the reason. Raises NotYours."""
    if not by.has_perm(MAY_PAUSE):
        raise NotYours(network)
    switch, _is_new = NetworkSwitch.objects.update_or_create(
        network=network, defaults={"is_paused": True, "reason": reason}
    )
    return switch


@transaction.atomic
def resume_network(network: str, *, by: Member) -> NetworkSwitch | None:
    """Resume the network's deliveries; None where it was not paused. Raises NotYours."""
    if not by.has_perm(MAY_PAUSE):
        raise NotYours(network)
    switch = NetworkSwitch.objects.paused().filter(network=network).first()
    if switch is None:
        return None
    switch.is_paused, switch.reason = False, ""
    switch.save()
    transaction.on_commit(wakeups.wake_for_due)
    return switch


@transaction.atomic
def probe_host(health: HostHealth, *, by: Member) -> None:
    """End the pause of a host: the next delivery there is the probe. Raises NotYours."""
    if not by.has_perm(MAY_PROBE):
        raise NotYours(health)
    now = timezone.now()
    HostHealth.objects.filter(pk=health.pk, open_until__gt=now).update(
        open_until=now, probe_until=None
    )
    transaction.on_commit(wakeups.wake_for_due)
