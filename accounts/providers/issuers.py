"""Defence against authorization server mix-up: send a code only to the server that issued it.

Where a member may name any server, a hostile one can send the browser on to the permission page of
an honest one. The code that comes back is the honest server's, and would be posted to the hostile
one's token endpoint (RFC 9700, section 4.4). By network:

- Mastodon: each server has a redirect URI of its own (`server_callback_url`), registered there and compared
  with the server that the member was sent to before anything is asked. That holds where a server says nothing
  about itself. One that says its name beside the code (`iss`, RFC 9207) is compared by it, too, and
  must say it where its metadata (RFC 8414) promises so. What an earlier version registered had one
  redirect URI for all, behind which older Doorkeepers take any query: such a code can still be led
  away, but no member leaves with that registration any more, so nobody exchanges it. A server that
  checks no redirect URI (snac) gives its codes to anybody; nothing here can fix that.
- Bluesky: `iss` is always demanded (the AT Protocol's profile makes servers send it). The redirect
  URI is one for all, since it stands in a document that every server reads. A pushed request
  (RFC 9126) belongs to the server that took it; our assertion and DPoP proof name that server.
- GNU social: OAuth 1.0a. The redirect URI of its own is signed into the request token's request, so
  a verifier for a token that we asked for comes back with the name of the server that gave it. A
  request token that another row waits for is refused (`linking.start_link_attempt`).
- Misskey: MiAuth has no code. The session that comes back was made up by us and told to the server
  that the member was sent to, so nothing of another server's comes along, and only that one is asked.
- mixi, Orkut, Twitter/X: one server each, at fixed addresses. The callback's path names the network,
  and what comes back is looked up by network and key together.
"""

from __future__ import annotations

import base64
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from accounts.providers.base import LinkingFailed

METADATA = "/.well-known/oauth-authorization-server"
MAX_ISSUER_LENGTH = 300  # characters; it is stored encrypted during the redirect
TAG = "at"  # the parameter of our callback that stands for the server

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Issuer:
    """Issuer of codes, by name; `promises_iss`: it promised `iss` with each code (RFC 9207)."""

    name: str
    promises_iss: bool = False

    @classmethod
    def described(cls, metadata: Mapping[str, Any]) -> Issuer:
        """Return the issuer in the server's metadata. Raises LinkingFailed where they name none."""
        name = metadata.get("issuer")
        if not isinstance(name, str) or not 0 < len(name) <= MAX_ISSUER_LENGTH:
            raise LinkingFailed
        return cls(name, metadata.get("authorization_response_iss_parameter_supported") is True)

    def check(self, params: Mapping[str, str]) -> None:
        """Check that no other server sent the browser back. Raises LinkingFailed.

        Mastodon's own name ends with a slash, which its answers may leave out.
        """
        answered = params.get("iss", "" if self.promises_iss else self.name)
        if answered.removesuffix("/") != self.name.removesuffix("/"):
            logger.warning("%s was asked, and another server (or none) answered", self.name)
            raise LinkingFailed


def server_callback_url(callback_url: str, host: str) -> str:
    """Return the redirect URI of the server at `host`.

    A hash, since some servers compare addresses before and some after decoding `:` and `%`.
    """
    return f"{callback_url}?{TAG}={_tag_of(host)}"


def check_server_callback(params: Mapping[str, str], host: str) -> None:
    """Raise LinkingFailed unless the browser came back to the redirect URI of the server at `host`."""
    if params.get(TAG, "") != _tag_of(host):
        logger.warning("%s was left for, and the callback of another server was opened", host)
        raise LinkingFailed


def callback_params(query: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of a callback; some servers append a second `?` to a redirect URI with a query."""
    params = dict(query)
    tag, mark, rest = params.get(TAG, "").partition("?")
    return {**params, **dict(parse_qsl(rest)), TAG: tag} if mark else params


def _tag_of(host: str) -> str:
    digest = hashlib.sha256(f"server:{host}".encode()).digest()
    return base64.urlsafe_b64encode(digest)[:22].decode()  # 128 bits: no other host has the same
