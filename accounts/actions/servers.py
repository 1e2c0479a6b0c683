"""Registrations with servers that members name: one for each server, renewed where the server lost it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from django.utils import timezone

from accounts.crypto import encryption
from accounts.models import LinkAttempt, ServerRegistration
from accounts.providers.base import LinkingFailed
from accounts.providers.servers import Server

logger = logging.getLogger(__name__)


def get_or_register_server(
    network: str,
    host: str,
    *,
    ask: Callable[[], Mapping[str, str]],
    is_known: Callable[[Server], bool] = lambda server: True,
) -> Server:
    """Return the server with a registration of ours that it still knows.

    `is_known` asks the server about the stored one; `ask` makes a new one where there is none that
    opens, or where the server forgot it (snac deletes it with a token, Mastodon after a day without
    one). Without this question nobody could link there any more. Raises what the two raise.
    """
    stored = _current_registration(network, host)
    if stored is not None:
        server = _decrypted_server(stored)
        if server is not None and is_known(server):
            return server
    return register_server(network, host, ask=ask)


def register_server(network: str, host: str, *, ask: Callable[[], Mapping[str, str]]) -> Server:
    """Register anew for new links; links that stand keep the registration they were made with."""
    details = dict(ask())
    retire_registration(network, host)
    row, _is_new = ServerRegistration.objects.get_or_create(  # two members at once share one
        network=network,
        host=host,
        replaced_at=None,
        defaults={"sealed_details": encryption.encrypt_json(details)},
    )
    return _decrypted_server(row) or Server(host, details, row.pk)


def register_with_broad_scopes(row: LinkAttempt, *, ask: Callable[[], Mapping[str, str]]) -> None:
    """Register for broad permissions, unless a newer registration stands already.

    A server that fails just now keeps the narrow one; the next member finds out anew.
    """
    current = _current_registration(row.network, row.host)
    if current is not None and current.pk != row.registration_id:
        return
    try:
        register_server(row.network, row.host, ask=ask)
    except LinkingFailed as error:
        logger.warning("%s was not registered with anew: %s", row.host, error.sentence)


def retire_registration(network: str, host: str) -> int:
    """Retire the current registration for new links; returns how many there were (0 or 1)."""
    rows = ServerRegistration.objects.filter(network=network, host=host, replaced_at=None)
    return rows.update(replaced_at=timezone.now())


def server_of_attempt(row: LinkAttempt) -> Server | None:
    """The server of a member who is away, with the registration they left with.

    None on networks of one server.
    """
    if not row.host:
        return None
    known = _decrypted_server(row.registration) if row.registration else None
    return known or Server(row.host)


def _current_registration(network: str, host: str) -> ServerRegistration | None:
    rows = ServerRegistration.objects.filter(network=network, host=host, replaced_at=None)
    return rows.first()


def _decrypted_server(row: ServerRegistration) -> Server | None:
    try:
        return Server(row.host, encryption.decrypt_json(row.sealed_details), row.pk)
    except encryption.DecryptionFailed:
        logger.warning("the registration with %s does not open with any key", row.host)
        return None
