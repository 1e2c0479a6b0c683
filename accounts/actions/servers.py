"""Servers that members name: registering with each once, for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from accounts import sealing
from accounts.models import ServerRegistration
from accounts.providers.servers import Server


def registered(network: str, host: str, *, ask: Callable[[], Mapping[str, str]]) -> Server:
    """The server with our registration; `ask` makes one where there is none that opens."""
    known = _known(network, host)
    if known is not None:
        return known
    details = dict(ask())
    ServerRegistration.objects.update_or_create(
        network=network, host=host, defaults={"sealed_details": sealing.seal_json(details)}
    )
    return Server(host, details)


def named(network: str, host: str) -> Server | None:
    """The server of a member who is away there; None on networks of one server."""
    return (_known(network, host) or Server(host)) if host else None


def forget(network: str, host: str) -> None:
    """The server knows our registration no more."""
    ServerRegistration.objects.filter(network=network, host=host).delete()


def _known(network: str, host: str) -> Server | None:
    row = ServerRegistration.objects.filter(network=network, host=host).first()
    if row is None:
        return None
    try:
        return Server(host, sealing.unseal_json(row.sealed_details))
    except sealing.SealBroken:
        return None
