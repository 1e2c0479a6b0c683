"""What the engine knows besides its deliveries: switches, the health of hosts, rates, heartbeats."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from syndication.models.link import Link


class NetworkSwitchQuerySet(models.QuerySet["NetworkSwitch"]):
    def paused(self) -> NetworkSwitchQuerySet:
        """Those of the networks that staff paused."""
        return self.filter(is_paused=True)


class NetworkSwitch(models.Model):
    """Staff's switch for a network: while paused, its deliveries wait and new links are refused."""

    network = models.CharField(max_length=20, primary_key=True)
    is_paused = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)  # shown to members
    changed_at = models.DateTimeField(auto_now=True)

    objects = NetworkSwitchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "network switches"

    def __str__(self) -> str:
        return self.network


class HostHealth(models.Model):
    """The breaker for one host: five network-level failures in a row open it.

    `slow_until`: it answered late, so few workers at a time wait for it until then.
    """

    host = models.CharField(max_length=255, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    open_until = models.DateTimeField(null=True, blank=True)
    opened_times = models.PositiveIntegerField(default=0)  # doubles the pause
    probe_until = models.DateTimeField(null=True, blank=True)  # one probe at a time
    slow_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "host health"

    def __str__(self) -> str:
        return self.host


class Allowance(models.Model):
    """How many requests left in the present period (from `since`): for one link, or (link None) for
    all links of a network.

    `key` is `<network>` or `<network>/<link's key>`. No delivery is taken before `rest_until`: the
    budget is used up, or the network said "later" a second time before `warned_until`, the end of
    the wait that it asked for first.
    """

    key = models.CharField(max_length=40, primary_key=True)
    network = models.CharField(max_length=20)
    link = models.ForeignKey(Link, on_delete=models.CASCADE, null=True, related_name="allowances")
    since = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)
    warned_until = models.DateTimeField(null=True, blank=True)
    rest_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key


class ImportPause(models.Model):
    """While there is one, nothing is imported: the site was restored from a backup (actions.restored_site)."""

    since = models.DateTimeField()

    class Meta:
        verbose_name = _("pause of imports")
        verbose_name_plural = _("pause of imports")

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M}"


class Heartbeat(models.Model):
    """When each part of `manage.py work` was last seen alive."""

    part = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.part
