"""What a member's consent gives on each network of the drill, without the pages for it.

Each function takes the sandbox and a login name, and gives what `links.create_or_resume_link` takes and the
account's `uid`. A network is drilled once it has one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from syndication.sandbox.gnusocial.network import Gnusocial
from syndication.sandbox.http import Request
from syndication.sandbox.mastodon.network import Mastodon
from syndication.sandbox.misskey.network import Misskey
from syndication.sandbox.mixi.grants import MixiGrant as MixiGrant
from syndication.sandbox.mixi.network import Mixi
from syndication.sandbox.network import DEFAULT_PASSWORD
from syndication.sandbox.oauth2 import Grant
from syndication.sandbox.orkut.network import Orkut
from syndication.sandbox.orkut.state import CLIENT_ID
from syndication.sandbox.server import Sandbox
from syndication.sandbox.twitter.network import Twitter
from syndication.sandbox.twitter.oauth import SCOPES


def mixi(sandbox: Sandbox, name: str) -> dict[str, Any]:
    network = sandbox.networks["mixi"]
    assert isinstance(network, Mixi)
    grants = network.state.grants
    scopes = ("r_profile", "r_voice", "w_voice", "r_photo", "w_photo", "w_diary", "r_updates")
    given = MixiGrant(network.account(name).id, frozenset(scopes), is_always=True)
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
    scopes = (
        *("read:accounts", "read:follows", "read:statuses", "write:statuses", "write:media"),
        "write:favourites",
    )
    account, tokens = network.state.graph.named(name), network.state.tokens
    value = tokens.give(tokens.access, Grant(account.id, frozenset(scopes), "drill"))
    return {**_at(sandbox, "mastodon", account.id), "scopes": scopes, "access_token": value}


def misskey(sandbox: Sandbox, name: str) -> dict[str, Any]:
    network = sandbox.networks["misskey"]
    assert isinstance(network, Misskey)
    permissions = (
        *("read:account", "read:following", "write:notes", "write:drive"),
        "write:reactions",
    )
    account, tokens = network.state.graph.named(name), network.state.tokens
    value = tokens.give(tokens.access, Grant(account.id, frozenset(permissions)))
    return {**_at(sandbox, "misskey", account.id), "scopes": permissions, "access_token": value}


def bluesky(sandbox: Sandbox, name: str) -> dict[str, Any]:
    """By an app password."""
    network, root = sandbox.networks["bluesky"], sandbox.root("bluesky")
    typed = json.dumps({"identifier": f"{name}.test", "password": DEFAULT_PASSWORD}).encode()
    headers = {"content-type": "application/json"}
    path = "/xrpc/com.atproto.server.createSession"
    opened = json.loads(network.handle(Request("POST", path, "", headers, typed, root)).body)
    return {
        "uid": opened["did"],
        "host": root.removeprefix("http://"),
        "access_token": opened["accessJwt"],
        "refresh_token": opened["refreshJwt"],
    }


def twitter(sandbox: Sandbox, name: str) -> dict[str, Any]:
    network = sandbox.networks["twitter"]
    assert isinstance(network, Twitter)
    tokens, seconds = network.state.tokens, network.state.settings.access_seconds
    given = Grant(network.state.graph.named(name).id, SCOPES)
    access, refresh = tokens.give(tokens.access, given, seconds), tokens.give(tokens.refresh, given)
    return {
        "uid": given.user,
        "scopes": sorted(SCOPES),
        "access_token": access,
        "refresh_token": refresh,
        "expires_in": seconds,
    }


def gnusocial(sandbox: Sandbox, name: str) -> dict[str, Any]:
    network = sandbox.networks["gnusocial"]
    assert isinstance(network, Gnusocial)
    account = network.graph.named(name)
    value = network.oauth.give(account.id, "anonymous")
    pair = {"client_key": "anonymous", "client_secret": "anonymous"}
    extra = {"token_secret": network.oauth.tokens[value].secret, **pair}
    return {**_at(sandbox, "gnusocial", account.id), "access_token": value, "extra": extra}


def orkut(sandbox: Sandbox, name: str) -> dict[str, Any]:
    network = sandbox.networks["orkut"]
    assert isinstance(network, Orkut)
    oauth, account = network.state.tokens, network.state.graph.named(name)
    value = oauth.give(account.id, CLIENT_ID)
    extra = {"token_secret": oauth.tokens[value].secret}
    return {"uid": account.id, "access_token": value, "extra": extra}


def _at(sandbox: Sandbox, key: str, ident: str) -> dict[str, Any]:
    """Where many servers are, an account is known by its server's name and its number there."""
    host = sandbox.root(key).removeprefix("http://")
    return {"uid": f"{host}/{ident}", "host": host}


GRANTS: dict[str, Callable[[Sandbox, str], dict[str, Any]]] = {
    "mixi": mixi,
    "mastodon": mastodon,
    "misskey": misskey,
    "bluesky": bluesky,
    "twitter": twitter,
    "gnusocial": gnusocial,
    "orkut": orkut,
}
