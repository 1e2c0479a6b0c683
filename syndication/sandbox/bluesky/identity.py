"""Identities: handles, DIDs, and the directory of their documents (PLC)."""

from __future__ import annotations

from syndication.sandbox.bluesky.state import BlueskyState
from syndication.sandbox.bluesky.values import POST, handle_of, xrpc_error
from syndication.sandbox.http import Reply, Request, json_reply


def resolve_handle(state: BlueskyState, request: Request) -> Reply:
    """com.atproto.identity.resolveHandle."""
    account = state.account(request.query.get("handle", ""))
    if account is None or account.id == request.query.get("handle"):
        raise xrpc_error("InvalidRequest", "Unable to resolve handle")
    return json_reply({"did": account.id})


def did_document(state: BlueskyState, request: Request) -> Reply:
    """`/did:plc:…` of the directory."""
    did = request.path.removeprefix("/")
    account = state.graph.accounts.get(did)
    if account is None:
        return json_reply({"message": f"DID not registered: {did}"}, 404)
    return json_reply(
        {
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": did,
            "alsoKnownAs": [f"at://{handle_of(account.name)}"],
            "verificationMethod": [],
            "service": [
                {
                    "id": "#atproto_pds",
                    "type": "AtprotoPersonalDataServer",
                    "serviceEndpoint": request.root,
                }
            ],
        }
    )


def describe_repo(state: BlueskyState, request: Request) -> Reply:
    """com.atproto.repo.describeRepo, for everybody."""
    account = state.account(request.query.get("repo", ""))
    if account is None:
        raise xrpc_error("InvalidRequest", "Could not find repo")
    handle = handle_of(account.name)
    found = {"handle": handle, "did": account.id, "collections": [POST], "handleIsCorrect": True}
    return json_reply(found)
