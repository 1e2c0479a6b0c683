"""What a member's consent gives on each network of the drill, without the pages for it.

Each function takes the sandbox and a login name, and gives what `links.take_in` takes and the
account's `uid`. A network is drilled once it has one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from syndication.sandbox.mastodon.network import Mastodon
from syndication.sandbox.mastodon.state import Token
from syndication.sandbox.mixi.grants import Grant
from syndication.sandbox.mixi.network import Mixi
from syndication.sandbox.server import Sandbox


def mixi(sandbox: Sandbox, name: str) -> dict[str, Any]:
    network = sandbox.networks["mixi"]
    assert isinstance(network, Mixi)
    grants = network.state.grants
    scopes = ("r_profile", "r_voice", "w_voice", "r_photo", "w_photo", "w_diary")
    given = Grant(network.account(name).id, frozenset(scopes), is_always=True)
    grants.all.append(given)
    return {
        "uid": given.user,
        "scopes": scopes,
        "refresh_token": grants.give_refresh(given),
        "access_token": grants.give_access(given),
        "expires_in": 900,
    }


def mastodon(sandbox: Sandbox, name: str) -> dict[str, Any]:
    network = sandbox.networks["mastodon"]
    assert isinstance(network, Mastodon)
    scopes = ("read:accounts", "read:follows", "read:statuses", "write:statuses", "write:media")
    account, value = network.state.account(name), secrets.token_urlsafe(32)
    network.state.tokens[value] = Token(account.id, "drill", frozenset(scopes))
    host = sandbox.root("mastodon").removeprefix("http://")
    return {"uid": f"{host}/{account.id}", "host": host, "scopes": scopes, "access_token": value}


GRANTS: dict[str, Callable[[Sandbox, str], dict[str, Any]]] = {"mixi": mixi, "mastodon": mastodon}
