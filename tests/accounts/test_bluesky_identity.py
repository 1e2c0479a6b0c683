"""Who a DID is: its document is read where the DID's method says, and must name it."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from accounts.providers.base import LinkingFailed
from accounts.providers.bluesky.identity import Identity, fetch_identity
from tests.scripted_server import ScriptedServer, answer, playing

JSON = {"Content-Type": "application/json"}


def of_the_web(server: ScriptedServer) -> str:
    return f"did:web:127.0.0.1%3A{server.port}"


def document(did: str, server: ScriptedServer) -> bytes:
    service = {
        "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer",
        "serviceEndpoint": server.url,
    }
    return answer(json.dumps({"id": did, "service": [service]}), headers=JSON)


def test_the_document_of_a_did_of_the_web_stands_at_its_own_host(settings: Any) -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(document(of_the_web(server), server))

    with playing(play) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        did = of_the_web(server)
        assert fetch_identity(did, {}) == Identity(did, "", server.authority)
        assert server.received[0].startswith(b"GET /.well-known/did.json ")


def test_any_other_did_is_looked_up_in_the_directory(settings: Any) -> None:
    did = "did:plc:" + "a" * 24

    def play(connection: socket.socket) -> None:
        connection.sendall(document(did, server))

    with playing(play) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        found = fetch_identity(did, {"plc_url": server.url})
        assert found == Identity(did, "", server.authority)
        assert server.received[0].startswith(f"GET /{did} ".encode())


def test_a_document_of_somebody_else_is_no_identity(settings: Any) -> None:
    def play(connection: socket.socket) -> None:
        connection.sendall(document("did:web:other.example", server))

    with playing(play) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        with pytest.raises(LinkingFailed):
            fetch_identity(of_the_web(server), {})
