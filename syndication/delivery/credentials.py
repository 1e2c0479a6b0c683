"""Credentials of links: unseal, store, and refresh them, one refresh at a time for each link.

One conditional UPDATE on the link's row (`refresh_until`, for the version that was read) decides which
caller refreshes; the others wait for its result. New credentials are stored before they are used, since
the network may have invalidated the old ones when it answered. A lost answer costs the link where the
network rotates tokens: the next refresh fails, and the caller parks the link with that error's reason.

Nothing here parks or delivers; errors are those of connectors.errors. A refresh leaves no post
unconfirmed, so it never raises OutcomeUnknown.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.crypto.encryption import DecryptionFailed, decrypt_json, encrypt_json
from accounts.models import ServerRegistration
from accounts.outgoing import outgoing_http
from accounts.providers.servers import origin_of
from syndication.connectors import CONNECTORS, parsing
from syndication.connectors.base import App, Connector, Credentials, Http
from syndication.connectors.errors import ConnectorError, TryLater, Unauthorized
from syndication.connectors.reasons import Reason
from syndication.models import Link, Revocation

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

REFRESH_LEASE = timedelta(seconds=40)  # above one request's total deadline of 20 s
WAIT_FOR_OTHERS = 45.0  # seconds, above the lease: a caller that died refreshing is outwaited
STORE_AGAIN_AFTER = (0.1, 1.0, 3.0, 8.0)  # seconds; with the request below REFRESH_LEASE
STILL_GOOD = 5.0  # seconds that an access token must still last to be used

NOT_RENEWABLE = Reason("not_renewable")
BEING_RENEWED = Reason("being_renewed")
NO_KEY_FITS = Reason("no_key_fits")


def app_for(network: str, host: str = "") -> App:
    """Our registration with `network`, from the settings; `host` is the server that was named."""
    known = settings.NETWORKS[network]
    return App(
        client_id=known.get("client_id", ""),
        client_secret=known.get("client_secret", ""),
        api_url=origin_of(host) if host else known["api_url"],
        token_url=known.get("token_url", ""),
        more=known,
    )


def credentials_of_link(link: Link) -> Credentials:
    """The link's credentials. Raises TryLater where no key opens them: staff can fix that."""
    try:
        return unseal_credentials(link.sealed_credentials)
    except DecryptionFailed as error:
        logger.error("link %s: %s", link.pk, error)
        raise TryLater(NO_KEY_FITS) from error


def unseal_credentials(sealed: str) -> Credentials:
    """Decrypt sealed credentials. Raises DecryptionFailed."""
    stored = decrypt_json(sealed)
    return Credentials(**{**stored, "scopes": tuple(stored["scopes"])})


def enqueue_revocation(link: Link, sealed: str, now: datetime) -> Revocation | None:
    """The row by which the network is asked to take `sealed`, got for `link`, back (delivery.token_revocation);
    None where there is nothing, or no way."""
    connector = CONNECTORS.get(link.network)
    if not sealed or connector is None or not connector.can_revoke:
        return None
    return Revocation.objects.create(
        network=link.network,
        host=link.host,
        sealed_credentials=sealed,
        sealed_registration=_registration_of(link),
        due_at=now,
        created_at=now,
    )


def _registration_of(link: Link) -> str:
    """The sealed registration that the link was made with, or else the host's present one."""
    if link.registration:
        return link.registration.sealed_details
    there = ServerRegistration.objects.filter(
        network=link.network, host=link.host, replaced_at=None
    )
    return there.values_list("sealed_details", flat=True).first() or ""


def enqueue_unused_revocation(
    network: str, uid: str, given: Mapping[str, Any], registration: int | None, now: datetime
) -> Revocation:
    """Enqueue the revocation of credentials that no link ever had; `registration` is theirs."""
    ours = ServerRegistration.objects.filter(pk=registration or 0).first()
    return Revocation.objects.create(
        network=network,
        host=given.get("host", ""),
        sealed_credentials=_sealed(credentials_from_signal(uid, given, now)),
        sealed_registration=ours.sealed_details if ours else "",
        due_at=now,
        created_at=now,
    )


def credentials_from_signal(uid: str, given: Mapping[str, Any], now: datetime) -> Credentials:
    """Credentials as accounts.signals names them, of the account `uid`."""
    expires_in = given.get("expires_in")
    return Credentials(
        access_token=given["access_token"],
        refresh_token=given.get("refresh_token", ""),
        expires_at=None if expires_in is None else now.timestamp() + float(expires_in),
        scopes=tuple(given.get("scopes", ())),
        token_type=given.get("token_type", ""),
        uid=uid,
        host=given.get("host", ""),
        extra=dict(given.get("extra", {})),
    )


def store_credentials(link: Link, credentials: Credentials, *, now: Clock = timezone.now) -> None:
    """Seal and store `credentials` as the link's newest, whatever was there before."""
    Link.objects.filter(pk=link.pk).update(**_credential_columns(link, credentials, now()))
    link.refresh_from_db()


def secrets_of(credentials: Credentials, app: App) -> tuple[str, ...]:
    """The secrets to redact from logs and excerpts."""
    found = (credentials.access_token, credentials.refresh_token, app.client_secret)
    return tuple(secret for secret in (*found, *credentials.extra.values()) if len(secret) > 3)


def connector_for(
    link: Link,
    *,
    http: Http | None = None,
    now: Clock = timezone.now,
    refused: int | None = None,
) -> Connector:
    """The connector with fresh credentials. `refused` is the version that the network refused.

    Raises Unauthorized if the access has ended, TryLater if that cannot be determined now.
    """
    way_out: Http = http if http is not None else outgoing_http()
    held = fresh_credentials(link, http=way_out, now=now, refused=refused)
    return _connector(link, held, way_out, now)


def fresh_credentials(
    link: Link, *, http: Http, now: Clock = timezone.now, refused: int | None = None
) -> Credentials:
    """Credentials that do not expire soon: refreshed ahead of expiry, by one caller at a time.

    `link` may be slightly out of date: a refresh in between leaves a version that is found next.
    """
    give_up = time.monotonic() + WAIT_FOR_OTHERS
    if refused is not None:
        link.refresh_from_db()
    while True:
        held = credentials_of_link(link)
        if not _needs_refresh(link, held, now(), refused):
            return held
        if not held.refresh_token:
            raise Unauthorized(NOT_RENEWABLE)
        if _lease_refresh(link, now()):
            return _refresh(link, held, http, now, still_good=refused is None)
        if time.monotonic() > give_up:
            raise TryLater(BEING_RENEWED)
        time.sleep(0.05)
        link.refresh_from_db()


def is_refreshing(links: Collection[int], now: datetime) -> bool:
    """Whether any of these links (primary keys) is being given a new token now."""
    return Link.objects.filter(pk__in=links, refresh_until__gt=now).exists()


def _connector(link: Link, credentials: Credentials, http: Http, now: Clock) -> Connector:
    return CONNECTORS[link.network](
        credentials,
        http=http,
        app=app_for(link.network, link.host),
        clock=lambda: now().timestamp(),
    )


def _needs_refresh(link: Link, held: Credentials, now: datetime, refused: int | None) -> bool:
    if refused is not None:
        return link.credentials_version == refused
    if held.expires_at is None:
        return False
    left = held.expires_at - now.timestamp()
    if not held.refresh_token:
        return left < 0
    return left < CONNECTORS[link.network].refresh_ahead


def _lease_refresh(link: Link, now: datetime) -> bool:
    """Lease the refresh of this version. Return whether it is ours."""
    return bool(
        Link.objects.filter(
            Q(refresh_until=None) | Q(refresh_until__lte=now),
            pk=link.pk,
            credentials_version=link.credentials_version,
        ).update(refresh_until=now + REFRESH_LEASE)
    )


def _refresh(
    link: Link, held: Credentials, http: Http, now: Clock, *, still_good: bool
) -> Credentials:
    """Refresh and store. `still_good`: the network has not refused the old ones, which may still do."""
    ours = Link.objects.filter(pk=link.pk, credentials_version=link.credentials_version)
    try:
        new = _connector(link, held, http, now).refresh()
    except ConnectorError as error:
        ours.update(refresh_until=None)
        if isinstance(error, Unauthorized):
            raise
        return _fall_back_on(held if still_good else None, error, now())
    stored = _store_with_retries(ours, _credential_columns(link, new, now()))
    if not stored:  # the link ended or was linked again: the new ones are not kept
        enqueue_revocation(link, _sealed(new), now())
    link.refresh_from_db()
    # Only linking again can have overtaken us; then its credentials count.
    return new if stored else credentials_of_link(link)


def _store_with_retries(ours: QuerySet[Link], columns: dict[str, object]) -> int:
    """Store, with retries: the network may have invalidated the old credentials, and a short outage of
    the database must not cost the link."""
    for pause in STORE_AGAIN_AFTER:
        try:
            return ours.update(**columns)
        except (InterfaceError, OperationalError):
            if connection.in_atomic_block:
                raise
            logger.exception("new credentials are not stored yet")
            connection.close()
            time.sleep(pause)
    return ours.update(**columns)


def _fall_back_on(held: Credentials | None, error: ConnectorError, now: datetime) -> Credentials:
    """The old credentials while they last; else raises TryLater, since nothing was sent."""
    if (
        held is not None
        and held.expires_at is not None
        and held.expires_at - now.timestamp() > STILL_GOOD
    ):
        return held
    after = error.after if isinstance(error, TryLater) else None
    raise TryLater(error.reason, after=after, status=error.status, excerpt=error.excerpt) from error


def _sealed(credentials: Credentials) -> str:
    return encrypt_json({**asdict(credentials), "extra": dict(credentials.extra)})


def _credential_columns(link: Link, credentials: Credentials, now: datetime) -> dict[str, object]:
    """The link's columns for new credentials."""
    every = CONNECTORS[link.network].refresh_interval
    ends = parsing.parse_expiry(credentials.expires_at, now)
    if ends is None:
        credentials = replace(credentials, expires_at=None)
    columns: dict[str, object] = {
        "sealed_credentials": _sealed(credentials),
        "credentials_version": F("credentials_version") + 1,
        "refresh_until": None,
        "expires_at": ends,
        "keep_fresh_at": now + timedelta(seconds=every)
        if every and credentials.refresh_token
        else None,
    }
    if credentials.scopes:
        columns["scopes"] = " ".join(credentials.scopes)[:300]
    return columns
