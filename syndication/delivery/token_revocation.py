"""Token revocation: ask the network to revoke every token that is no longer kept here.

After a link ended or was linked again, and after linking that was stopped, never confirmed or failed
at the number. The row is written in the transaction that drops the token; the import worker sends it
(delivery.token_upkeep). Revoking twice does no harm, so nothing is read back.

Revocation is by token; yet a network may give a member who links again the same token (Mastodon does),
so nothing is sent for a token that a link holds.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.link_results import read_link_result
from accounts.crypto.encryption import DecryptionFailed, decrypt_json
from accounts.models import LinkAttempt
from accounts.providers.servers import origin_of
from syndication.connectors import CONNECTORS
from syndication.connectors.base import App, Connector, Credentials
from syndication.connectors.errors import ConnectorError, OutcomeUnknown, TryLater
from syndication.delivery import circuit_breaker, credentials, retry_policy
from syndication.delivery.monitored_http import MonitoredHttp
from syndication.models import Link, LinkState, NetworkSwitch, Revocation

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

REVOKE_WITHIN = timedelta(hours=48)
LEASE = timedelta(seconds=120)  # above Bluesky's four requests of at most 20 s
BLOCKED_DELAY = timedelta(seconds=60)
WINDOW = 100  # due rows read for one choice
ATTEMPT_SECONDS = 60.0  # of one attempt


def revoke_link_token(link: Link) -> None:
    """Enqueue the revocation of the link's token, in the caller's transaction."""
    credentials.enqueue_revocation(link, link.sealed_credentials, timezone.now())


def revoke_unused_token(
    network: str, uid: str, given: Mapping[str, Any], *, registration: int | None
) -> str:
    """Enqueue the revocation of credentials that no link ever had, in the caller's transaction.

    `given` is what accounts.signals.access_discarded carries. Return a text for the member if the
    network cannot be asked, else "".
    """
    connector = CONNECTORS.get(network)
    if connector is None:
        return ""
    if not connector.can_revoke:
        return _permission_remains(connector, given.get("host", ""))
    credentials.enqueue_unused_revocation(network, uid, given, registration, timezone.now())
    return ""


def _permission_remains(connector: type[Connector], host: str) -> str:
    names = {"network": connector.name, "page": origin_of(host) + connector.permissions_page}
    if host and connector.permissions_page:
        return _("%(network)s keeps your permission until you end it here: %(page)s") % names
    return (
        _("%(network)s keeps your permission until you end it in the settings of %(network)s.")
        % names
    )


def due_revocations(now: datetime, without: Collection[str] = ()) -> list[tuple[int, str]]:
    """The keys and hosts of due revocations, longest due first, without hosts of `without`."""
    rows = Revocation.objects.filter(due_at__lte=now).exclude(host__in=without)
    return list(rows.order_by("due_at").values_list("pk", "host")[:WINDOW])


def attempt_revocation(revocation_pk: int, *, now: Clock = timezone.now) -> None:
    """Attempt a revocation once. Safe to call twice: the second call finds it done or leased."""
    row = Revocation.objects.filter(pk=revocation_pk, due_at__lte=now()).first()
    if row is None:
        return
    try:
        connector = _connector(row, now)
    except (DecryptionFailed, LookupError) as error:
        logger.warning("%s is not asked to take an access back: %s", row, error)
        row.delete()
        return
    if _is_held(row, connector.credentials):
        row.delete()
    elif _must_wait(row, connector.credentials, now()):
        Revocation.objects.filter(pk=row.pk).update(due_at=now() + BLOCKED_DELAY)
    elif _lease_revocation(row, now()):
        _send_revocation(row, connector, now)


def _connector(row: Revocation, now: Clock) -> Connector:
    """Raises DecryptionFailed, and LookupError for a network that is no longer set up."""
    return CONNECTORS[row.network](
        credentials.unseal_credentials(row.sealed_credentials),
        http=MonitoredHttp(now, seconds=ATTEMPT_SECONDS),
        app=_app(row),
        clock=lambda: now().timestamp(),
    )


def _app(row: Revocation) -> App:
    """Our registration; on servers that members named, the one made there."""
    app = credentials.app_for(row.network, row.host)
    ours = decrypt_json(row.sealed_registration) if row.sealed_registration else {}
    return replace(
        app,
        client_id=ours.get("client_id", app.client_id),
        client_secret=ours.get("client_secret", app.client_secret),
    )


def _is_held(row: Revocation, given: Credentials) -> bool:
    """Whether a link holds this very token. Without a uid all links of the host are compared; one that
    cannot be unsealed counts as holding it."""
    links = Link.objects.filter(network=row.network).exclude(state=LinkState.ENDED)
    links = links.filter(uid=given.uid) if given.uid else links.filter(host=row.host)
    for sealed in links.values_list("sealed_credentials", flat=True).iterator():
        try:
            held = credentials.unseal_credentials(sealed) if sealed else None
        except DecryptionFailed:
            return True
        if held is not None and held.access_token == given.access_token:
            return True
    return False


def _must_wait(row: Revocation, given: Credentials, now: datetime) -> bool:
    """Whether the network is paused, its host blocked, or the same token is about to be confirmed."""
    if NetworkSwitch.objects.paused().filter(network=row.network).exists():
        return True
    if circuit_breaker.host_of(row) in circuit_breaker.blocked_hosts(now):
        return True
    back = LinkAttempt.objects.filter(network=row.network, used_at=None, expires_at__gt=now)
    heard = (read_link_result(each)[1] for each in back.exclude(exchanged_at=None))
    tokens = {account.credentials.get("access_token") for account in heard if account is not None}
    return given.access_token in tokens


def _lease_revocation(row: Revocation, now: datetime) -> bool:
    """Lease the row for one attempt, counted beforehand. Return False if it is leased or used up."""
    if row.tries >= retry_policy.MAX_TRIES:
        _give_up(row)
        return False
    untouched = Revocation.objects.filter(pk=row.pk, due_at=row.due_at)
    return bool(untouched.update(tries=F("tries") + 1, due_at=now + LEASE))


def _send_revocation(row: Revocation, connector: Connector, now: Clock) -> None:
    try:
        connector.revoke()
    except (TryLater, OutcomeUnknown) as error:
        _reschedule(row, getattr(error, "after", None), now())
        return
    except ConnectorError as error:
        logger.warning("%s does not take an access back: it answered %s", row, error.status)
    row.delete()


def _reschedule(row: Revocation, after: float | None, now: datetime) -> None:
    """Retry later, or give up. `after`: seconds that the network asked for."""
    tries = row.tries + 1
    wait = max(after or 0.0, retry_policy.backoff_seconds(tries, retry_policy.DELAYS))
    due_at = now + timedelta(seconds=wait)
    if tries >= retry_policy.MAX_TRIES or due_at > row.created_at + REVOKE_WITHIN:
        _give_up(row)
        return
    Revocation.objects.filter(pk=row.pk).update(due_at=due_at)


def _give_up(row: Revocation) -> None:
    logger.warning("%s could not be asked to take an access back; its member still can", row)
    row.delete()
