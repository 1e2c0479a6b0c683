"""Today: what needs a person of the staff, oldest first, each with the page or the press that deals with it.

Only what is true now: what waits for its time, or for a network that staff paused, is no trouble. Each part
reads a bounded number of rows, by an index, and only if the reader holds the right to deal with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.actions import recoveries
from accounts.models import AccessRecovery, Member
from syndication.connectors import CONNECTORS
from syndication.delivery import fairness
from syndication.models import (
    Delivery,
    DeliveryState,
    Heartbeat,
    HostHealth,
    ImportPause,
    Link,
    LinkState,
    NetworkSwitch,
    ReportCase,
)
from syndication.models.reason_texts import sentence

CASES_SHOWN = 5
MAX_COUNTED = 1000  # rows counted of a kind; more reads "1,000 or more"
RETRIED_AT_ONCE = 500  # rows of one press; where there are more, its button says so
LAG = timedelta(minutes=5)
WORKER_SILENT_AFTER = timedelta(seconds=120)  # as /readyz has it
MIN_FREE_BYTES, MIN_FREE_SHARE = 500_000_000, 0.05  # less is a full disk


@dataclass(frozen=True)
class Need:
    """One line of the list. `address` is a page (a link), or takes a press where `fields` are given."""

    text: str
    since: datetime | None
    address: str = ""
    button: str = ""
    more: tuple[str, str] | None = None  # a second link: its address and text
    fields: dict[str, str] = field(default_factory=dict)
    is_press: bool = False


def needs(*, by: Member, now: datetime | None = None) -> list[Need]:
    """All that `by` can deal with, oldest first; what has no time comes first of all."""
    moment = now or timezone.now()
    found = [
        need for right, part in _PARTS.items() if by.has_perm(right) for need in part(by, moment)
    ]
    return sorted(found, key=lambda need: need.since.timestamp() if need.since else 0.0)


def network_rows() -> list[dict[str, Any]]:
    """Each network with its switch: its name, whether staff paused it, since when and why."""
    paused = {switch.network: switch for switch in NetworkSwitch.objects.paused()}
    return [
        {"key": key, "name": network_name(key), "switch": paused.get(key)}
        for key in settings.NETWORKS
    ]


def network_name(key: str) -> str:
    """The network as people write it."""
    return CONNECTORS[key].name if key in CONNECTORS else key


def is_disk_full(total: int, free: int) -> bool:
    """Whether photos and the database will soon have no room."""
    return free < MIN_FREE_BYTES or free < total * MIN_FREE_SHARE


def count_up_to(rows: Any) -> str:
    """How many, in words that stay true where they are more than are counted."""
    n = rows[:MAX_COUNTED].count()
    return _("%(n)s or more") % {"n": f"{MAX_COUNTED:,}"} if n == MAX_COUNTED else f"{n:,}"


def _cases(by: Member, now: datetime) -> Iterator[Need]:
    waiting = ReportCase.objects.filter(waiting_since__isnull=False)
    oldest = list(waiting.order_by("waiting_since", "pk")[: CASES_SHOWN + 1])
    for case in oldest[:CASES_SHOWN]:
        yield Need(
            text=_("A report: %(what)s") % {"what": case.get_kind_display()},
            since=case.waiting_since,
            address=reverse("admin:syndication_reportcase_change", args=[case.pk]),
            button=_("Decide"),
        )
    if len(oldest) > CASES_SHOWN:
        yield Need(
            text=_("Reports that wait, all together: %(n)s") % {"n": count_up_to(waiting)},
            since=oldest[-1].waiting_since,
            address=reverse("admin:syndication_reportcase_changelist"),
            button=_("All of them"),
        )


def _recoveries(by: Member, now: datetime) -> Iterator[Need]:
    rows = AccessRecovery.objects.filter(ended_at=None, mailed_at=None, agreed_at=None).exclude(
        asked_by=by
    )
    for row in rows.select_related("member").order_by("asked_at")[:CASES_SHOWN]:
        yield Need(
            text=_("A second yes for %(member)s: %(what)s")
            % {"member": row.member, "what": row.get_kind_display()},
            since=row.asked_at,
            address=reverse("admin:accounts_member_change", args=[row.member_id]),
            button=pgettext("staff", "Look"),
        )


def _dead_letters(by: Member, now: datetime) -> Iterator[Need]:
    """Deliveries that failed, by reason: of as many as are counted."""
    some = Delivery.objects.filter(state=DeliveryState.FAILED).values("pk")[:MAX_COUNTED]
    rows = Delivery.objects.filter(pk__in=some).values("reason")
    found = list(rows.annotate(n=Count("pk"), since=Min("changed_at")).order_by("since"))
    is_cut = sum(row["n"] for row in found) == MAX_COUNTED
    for row in found:
        words = ngettext(
            "%(n)s delivery failed: %(why)s", "%(n)s deliveries failed: %(why)s", row["n"]
        )
        if is_cut:
            words = _("%(n)s or more deliveries failed: %(why)s")
        is_whole = not is_cut and row["n"] <= RETRIED_AT_ONCE
        query = {"state__exact": DeliveryState.FAILED, "why": row["reason"]}
        yield Need(
            text=words % {"n": f"{row['n']:,}", "why": sentence(row["reason"]) or "–"},
            since=row["since"],
            address=reverse("admin:delivery_retry_reason"),
            button=_("Retry all") if is_whole else _("Retry %(n)s") % {"n": RETRIED_AT_ONCE},
            fields={"why": row["reason"]},
            is_press=by.has_perm("syndication.change_delivery"),
            more=(_list_address("delivery", query), pgettext("staff", "Look")),
        )


def _waiting_links(by: Member, now: datetime) -> Iterator[Need]:
    some = (
        Link.objects.filter(state=LinkState.PARKED).order_by("parked_at").values("pk")[:MAX_COUNTED]
    )
    rows = Link.objects.filter(pk__in=some).values("network", "parked_reason")
    found = list(rows.annotate(n=Count("pk"), since=Min("parked_at")).order_by("since"))
    is_cut = sum(row["n"] for row in found) == MAX_COUNTED
    for row in found:
        words = ngettext(
            "%(n)s link with %(network)s waits for its member: %(why)s",
            "%(n)s links with %(network)s wait for their members: %(why)s",
            row["n"],
        )
        if is_cut:
            words = _("%(n)s or more links with %(network)s wait for their members: %(why)s")
        query = {"network": row["network"], "state__exact": LinkState.PARKED}
        said = {"network": network_name(row["network"]), "why": sentence(row["parked_reason"])}
        yield Need(
            text=words % {"n": f"{row['n']:,}", **said},
            since=row["since"],
            address=_list_address("link", query),
            button=pgettext("staff", "Look"),
        )


def _silent_hosts(by: Member, now: datetime) -> Iterator[Need]:
    for health in HostHealth.objects.filter(open_until__gt=now).order_by("open_until")[
        :MAX_COUNTED
    ]:
        yield Need(
            text=_("%(host)s does not answer: deliveries there wait until %(time)s.")
            % {"host": health.host, "time": f"{timezone.localtime(health.open_until):%H:%M}"},
            since=None,
            address=reverse("admin:hosthealth_probe"),
            button=_("Try it now"),
            fields={"host": health.host},
            is_press=by.has_perm("syndication.change_hosthealth"),
        )


def _queue(by: Member, now: datetime) -> Iterator[Need]:
    since = fairness.oldest_claimable(now)
    if since is not None and since < now - LAG:
        yield Need(
            text=_("The queue lags: a delivery could go, and nobody took it. Start more workers."),
            since=since,
            address=_list_address("delivery", {"state__exact": DeliveryState.WAITING}),
            button=pgettext("staff", "Look"),
        )


def _worker(by: Member, now: datetime) -> Iterator[Need]:
    beat = Heartbeat.objects.filter(part="task").first()
    if beat is None or beat.beat_at < now - WORKER_SILENT_AFTER:
        yield Need(
            text=_("No worker runs, so nothing is sent: start `manage.py work` and read its log."),
            since=beat.beat_at if beat else None,
            address=reverse("admin:syndication_heartbeat_changelist"),
            button=pgettext("staff", "Look"),
        )


def _disk(by: Member, now: datetime) -> Iterator[Need]:
    folder = Path(settings.MEDIA_ROOT)
    usage = shutil.disk_usage(folder if folder.exists() else settings.BASE_DIR)
    if is_disk_full(usage.total, usage.free):
        yield Need(
            text=_("The disk is nearly full: %(mb)s MB are free. Make room, or photos are refused.")
            % {"mb": f"{usage.free // 1_000_000:,}"},
            since=None,
        )


def _paused(by: Member, now: datetime) -> Iterator[Need]:
    for switch in NetworkSwitch.objects.paused():
        name = network_name(switch.network)
        yield Need(
            text=_("%(network)s is paused: %(why)s") % {"network": name, "why": switch.reason},
            since=switch.changed_at,
            address=reverse("admin:network_resume", args=[switch.network]),
            button=_("Let it go on"),
            is_press=True,
        )


def _imports(by: Member, now: datetime) -> Iterator[Need]:
    for pause in ImportPause.objects.all():
        yield Need(
            text=_("The site was restored from a backup: nothing is imported from networks."),
            since=pause.since,
            address=reverse("admin:syndication_importpause_changelist"),
            button=_("Turn imports on"),
        )


def _list_address(model: str, query: dict[str, str]) -> str:
    return reverse(f"admin:syndication_{model}_changelist") + "?" + urlencode(query)


_PARTS: dict[str, Callable[[Member, datetime], Iterator[Need]]] = {
    "syndication.view_reportcase": _cases,
    recoveries.MAY_HELP: _recoveries,
    "syndication.view_delivery": _dead_letters,
    "syndication.view_link": _waiting_links,
    "syndication.view_hosthealth": _silent_hosts,
    "syndication.view_attempt": _queue,
    "syndication.view_heartbeat": _worker,
    "syndication.add_networkswitch": _disk,
    "syndication.change_networkswitch": _paused,
    "syndication.view_importpause": _imports,
}
