"""Look up profiles by DID or handle: from an AppView, else from the DID document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import unquote, urlencode

from syndication.connectors import parsing
from syndication.connectors.base import Friend
from syndication.connectors.bluesky import reading
from syndication.connectors.bluesky.xrpc import Xrpc
from syndication.connectors.errors import ConnectorError, Rejected, TryLater

AT_ONCE = 25  # that app.bsky.actor.getProfiles takes
MAX_DOCUMENTS = 100  # fetched one by one; further accounts are shown by their DID
WEB = "https://bsky.app"
PLC = "https://plc.directory"
NO_APPVIEW = frozenset({400, 404, 501, 502})


class BlueskyProfiles:
    """Profile look-ups for one account."""

    def __init__(self, xrpc: Xrpc) -> None:
        self._xrpc = xrpc
        self.web = xrpc.app.more.get("web_url") or WEB
        self._plc = xrpc.app.more.get("plc_url") or PLC
        self._fetched = 0
        self._has_appview = True

    def named(self, dids: Sequence[str]) -> Iterator[Friend]:
        """Yield the profiles of `dids`, in this order."""
        for start in range(0, len(dids), AT_ONCE):
            some = dids[start : start + AT_ONCE]
            found = self._shown(some) if self._has_appview else {}
            for did in some:
                yield found.get(did) or self._plain(did, self._handle_of(did))

    def own_profile(self) -> Friend:
        """Return the account's own profile. Raises TryLater where only a part of it can be read now: what
        is missing from a profile counts as taken back."""
        did = self._xrpc.credentials.uid
        try:
            answer = self._xrpc.call("app.bsky.actor.getProfile", {"actor": did})
        except (Rejected, TryLater) as error:
            if error.status not in NO_APPVIEW:
                raise
            answer = self._xrpc.call("com.atproto.repo.describeRepo", {"repo": did})
            answer = {**answer, **self._own_record(did)}
        found = reading.parse_bluesky_profile(answer, self.web)
        if found is None:
            raise self._xrpc.unreadable_error(is_write=False)
        return found

    def _own_record(self, did: str) -> dict[str, str]:
        """Return name and picture of the account's own record as a profile view has them; nothing where it
        has none."""
        record = {"repo": did, "collection": "app.bsky.actor.profile", "rkey": "self"}
        try:
            answer = self._xrpc.call("com.atproto.repo.getRecord", record)
        except Rejected:  # RecordNotFound
            return {}
        value = parsing.object_at(answer, "value")
        found = {"displayName": parsing.parse_text(value.get("displayName"))}
        picture = parsing.object_at(parsing.object_at(value, "avatar"), "ref")
        if cid := parsing.valid_id(picture.get("$link")):
            query = urlencode({"did": did, "cid": cid})
            found["avatar"] = f"{self._xrpc.app.api_url}/xrpc/com.atproto.sync.getBlob?{query}"
        return found

    def did_of(self, handle: str) -> str:
        """Return the DID of a handle, "" where it has none or the look-up fails."""
        try:
            answer = self._xrpc.call("com.atproto.identity.resolveHandle", {"handle": handle})
        except ConnectorError:
            return ""
        return reading.valid_did(answer.get("did"))

    def _shown(self, dids: Sequence[str]) -> dict[str, Friend]:
        """Return the profiles that an AppView knows; none where the server has no AppView."""
        names = [("actors", did) for did in dids]
        path = "app.bsky.actor.getProfiles?" + "&".join(f"{name}={did}" for name, did in names)
        try:
            answer = self._xrpc.call(path, {})
        except (Rejected, TryLater) as error:
            if error.status not in NO_APPVIEW:
                raise
            self._has_appview = False
            return {}
        people = (
            reading.parse_bluesky_profile(each, self.web)
            for each in parsing.list_at(answer, "profiles") or ()
        )
        return {person.uid: person for person in people if person is not None}

    def _plain(self, did: str, handle: str) -> Friend:
        name, address = handle or did, f"{self.web}/profile/{handle or did}"
        return Friend(did, name, profile_url=address, handle=f"@{handle}" if handle else "")

    def _handle_of(self, did: str) -> str:
        """Return the handle in the DID document, "" where it cannot be fetched."""
        self._fetched += 1
        if self._fetched > MAX_DOCUMENTS:
            return ""
        return reading.handle_in_document(self._document(did))

    def _document(self, did: str) -> Any:
        if did.startswith("did:web:"):
            url = f"https://{unquote(did.removeprefix('did:web:'))}/.well-known/did.json"
        else:
            url = f"{self._plc}/{did}"
        try:
            response = self._xrpc.send("GET", url, is_write=False, max_bytes=100_000)
            return response.json() if response.status == 200 else None
        except (ConnectorError, ValueError):
            return None
