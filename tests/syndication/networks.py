"""The networks on the sandbox, and a link on any of them with tokens that the network itself gave."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import Any

from django.conf import settings

from accounts.crypto.encryption import encrypt_json
from accounts.models import Member, ServerRegistration
from syndication.delivery import credentials
from syndication.models import Link
from tests.making import make_link
from tests.syndication.connectors.network import Network


def _on_the_sandbox(key: str) -> type[Network]:
    """As connectors/<key>.py has it: its first, where there is more than one way in."""
    module = import_module(f"tests.syndication.connectors.{key}")
    return next(
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Network) and thing is not Network
    )


ON_THE_SANDBOX = {key: _on_the_sandbox(key) for key in settings.NETWORK_KEYS}


def linked_on(net: Network, member: Member, **fields: Any) -> Link:
    """An active link of `member`, and our registration where servers are many."""
    app, held, key = net.app(), net.credentials(), net.connector_class.key
    host = net.sandbox.root(key).removeprefix("http://")
    host = "" if "/" in host else host
    registration = None
    if host:
        keys = {"client_id": app.client_id, "client_secret": app.client_secret}
        sealed = {"sealed_details": encrypt_json(keys)}
        registration, _ = ServerRegistration.objects.get_or_create(
            network=key, host=host, replaced_at=None, defaults=sealed
        )
    uid = held.uid.removeprefix("http://")  # as accounts.providers has it
    link = make_link(member, key, uid=uid, host=host, registration=registration, **fields)
    credentials.store_credentials(link, replace(held, host=host))
    return link
