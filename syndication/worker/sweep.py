"""Periodic maintenance: wake overdue deliveries, expire old ones, send late notices, purge rows and files.

Every step may run at any time, on several hosts at once, and any number of times.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.actions import (
    empty_accounts,
    guesses,
    notices,
    profile_import,
)
from accounts.actions.linking import expire_link_attempts
from accounts.actions.notice_mail import claims as mail_claims
from accounts.models import Group
from accounts.urlsession.limits import delete_expired_sessions
from syndication.actions import (
    account_closure,
    daily_figures,
    deletion_log,
    drafts,
    holds,
    member_help,
    photos,
    reports,
)
from syndication.delivery import (
    circuit_breaker,
    fairness,
    held_posts,
    planning,
    rate_limits,
    retry_policy,
    undelivered,
    wakeups,
)
from syndication.delivery.replies import storage
from syndication.models import (
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Heartbeat,
    Link,
    LinkState,
    ServerTraits,
)
from syndication.worker import orphaned_files, queue, retention, unused_registrations

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(days=1)  # ended rows, for staff to look at; what names somebody: retention
FAILURES_KEPT = timedelta(days=7)
DISK_EVERY = 86_400  # seconds
FIGURES_EVERY = 3600  # seconds
SERVERS_KEPT = 20_000  # whose traits are known
AT_ONCE = 1000


def run_all_steps(now: datetime | None = None) -> dict[str, int]:
    """Run all steps once. A step that fails does not stop the others."""
    moment = now or timezone.now()
    return {name: _guarded(name, step, moment) for name, step in STEPS.items()}


def wake_due_deliveries(now: datetime) -> int:
    """Repeat wake-ups for due deliveries, as many as there are free workers."""
    free = wakeups.worker_count() - queue.queue_depth()
    if free <= 0:
        return 0
    due = fairness.workers_needed(now, free)
    for _ in range(due):
        wakeups.wake_for_due()
    return due


def wake_due_mails(now: datetime) -> int:
    """Wake the worker if mails about notices are due."""
    if queue.queue_depth() >= wakeups.worker_count() or not mail_claims.has_work(now):
        return 0
    wakeups.wake_for_mails()
    return 1


def expire_old_publishes(now: datetime) -> int:
    """Expire publishes that could not go within 48 hours: only a command sends them then."""
    old = Delivery.objects.unleased(now).filter(
        operation=DeliveryOperation.PUBLISH, asked_at__lt=now - retry_policy.PUBLISH_WITHIN
    )
    waiting = old.filter(state__in=[DeliveryState.WAITING, DeliveryState.PARKED])
    waiting = waiting.exclude(reason=held_posts.HELD_BY_STAFF)
    return waiting.change(DeliveryState.EXPIRED, due_at=None, reason=retry_policy.TOO_OLD)


def notify_late_deletes(now: datetime) -> int:
    """Notify members of deletes that have waited for them for 30 days. They still go once the account
    is linked again."""
    came_back_late = Q(state=DeliveryState.WAITING, link__state=LinkState.PARKED)
    parked = Delivery.objects.filter(
        Q(state=DeliveryState.PARKED) | came_back_late,
        operation=DeliveryOperation.DELETE,
        asked_at__lt=now - retry_policy.DELETE_WITHIN,
    ).select_related("link__member", "post", "interaction")
    notified = 0
    for delivery in parked.filter(is_notified=False)[:100]:
        undelivered.notify_copy_remains(delivery)
        notified += Delivery.objects.filter(pk=delivery.pk).update(is_notified=True)
    return notified


def sweep_closed_links(now: datetime) -> int:
    """Close deliveries that a worker released, or a killed one left, after their link had ended."""
    is_left = Q(state__in=[DeliveryState.WAITING, DeliveryState.PARKED, DeliveryState.SENDING])
    asks_nobody = Q(state=DeliveryState.UNCONFIRMED, due_at__isnull=False)
    rows = Delivery.objects.unleased(now).filter(is_left | asks_nobody, link=OuterRef("pk"))
    ended = Link.objects.filter(Exists(rows), state=LinkState.ENDED).order_by("pk")[:100]
    for link in ended:
        planning.close_link(link, now)
    return len(ended)


def wake_account_closures(now: datetime) -> int:
    """Wake the worker if an account is being closed."""
    if not account_closure.is_any_closing():
        return 0
    wakeups.wake_for_closures()
    return 1


def purge_rows(now: datetime) -> int:
    """Delete rows whose retention is over."""
    held = holds.held_members(now)
    Heartbeat.objects.filter(beat_at__lt=now - KEPT_FOR).delete()
    guesses.delete_ended_windows(now)
    queue.delete_old_failures(now - FAILURES_KEPT)
    told = notices.delete_old_notices(now, held)
    told += mail_claims.delete_old_mails(now, held)
    agreed = unused_registrations.delete_unused_registrations(now) + _forget_surplus_traits()
    written = drafts.delete_old_drafts(now, held) + photos.delete_old_kept_photos(now, held)
    return (
        delete_expired_sessions()
        + expire_link_attempts()
        + retention.delete_by_age(now, held)
        + told
        + agreed
        + written
        + _forget_closed_groups(now)
    )


def purge_tables_without_index(now: datetime) -> int:
    """Delete old rows of the tables that are walked through."""
    held = holds.held_members(now)
    return (
        notices.delete_seen_notices(now, held)
        + notices.delete_surplus_notices()
        + empty_accounts.delete_unused_accounts(now)
        + retention.delete_old_attempts(now, held)
        + retention.delete_ended_sessions(now, held)
        + retention.delete_old_feed_items(now)
    )


def _forget_surplus_traits() -> int:
    """What was learned of a server is learned again; what was learned longest ago goes first."""
    kept = ServerTraits.objects.order_by("-changed_at", "host").values_list("host", flat=True)
    surplus = list(kept[SERVERS_KEPT : SERVERS_KEPT + AT_ONCE])
    return ServerTraits.objects.filter(host__in=surplus).delete()[0]


def _forget_closed_groups(now: datetime) -> int:
    """Those to which nobody ever wrote: a post keeps the row of its group."""
    return Group.objects.filter(closed_at__lt=now - KEPT_FOR, posts=None).delete()[0]


def count_days(now: datetime) -> int:
    """Count the days that are over: once an hour it is asked whether one is, until all are counted."""
    if not cache.add("daily-figures", 1, FIGURES_EVERY):
        return 0
    counted = daily_figures.count_missing_days(now)
    if counted == daily_figures.DAYS_AT_ONCE:
        cache.delete("daily-figures")
    return counted


def forget_unused_hosts(now: datetime) -> int:
    """Once a day: a host that is only asked on the way to a link's would lose its count of failures."""
    if not cache.add("unused-hosts", 1, DISK_EVERY):
        return 0
    return circuit_breaker.delete_unused_hosts(now) + rate_limits.delete_unused_allowances()


def purge_orphaned_files(now: datetime) -> int:
    """Delete orphaned files, once a day: it lists every file."""
    return (
        orphaned_files.delete_orphaned_files(now)
        if cache.add("orphaned-files", 1, DISK_EVERY)
        else 0
    )


STEPS: dict[str, Callable[[datetime], int]] = {
    "woken": wake_due_deliveries,
    "expired": expire_old_publishes,
    "closed links": sweep_closed_links,
    "late deletes": notify_late_deletes,
    "ends": lambda now: undelivered.notify_pending_ends(),
    "expiring drafts": drafts.notify_expiring_drafts,
    "repeated notices": notices.renew_repeated,
    "deletion log": deletion_log.write_deletion_log,
    "recoveries": member_help.carry_out_recoveries,
    "old reports": reports.delete_old_snapshots,
    "old replies": storage.empty_old_texts,
    "mails": wake_due_mails,
    "closures": wake_account_closures,
    "figures": count_days,  # before the rows of a day are purged
    "purged": purge_rows,
    "walked": purge_tables_without_index,
    "old ways back": profile_import.end_old_ways_back,
    "unused hosts": forget_unused_hosts,
    "orphaned files": purge_orphaned_files,
}


def _guarded(name: str, step: Callable[[datetime], int], now: datetime) -> int:
    try:
        return step(now)
    except Exception:
        logger.exception("sweep: %s", name)
        return 0
