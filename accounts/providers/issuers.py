"""Whose answer came back, where a member may name any server.

A server can send the browser on to another one's permission page. What comes back then is that
one's code, and would be handed to the first (mix-up: RFC 9700, section 4.4). So a server says its
own name beside the code (`iss`, RFC 9207), and in its metadata (RFC 8414) that it always does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accounts.providers.base import ExchangeFailed

METADATA = "/.well-known/oauth-authorization-server"
LONGEST_ISSUER = 300  # letters; it waits sealed while the member is away

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Issuer:
    """A server by the name that comes back with its codes; `is_told`: always, so it said."""

    name: str
    is_told: bool = False

    @classmethod
    def described(cls, metadata: Mapping[str, Any]) -> Issuer:
        """By the server's metadata. Raises ExchangeFailed where they name nobody."""
        name = metadata.get("issuer")
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_ISSUER:
            raise ExchangeFailed
        return cls(name, metadata.get("authorization_response_iss_parameter_supported") is True)

    def check(self, params: Mapping[str, str]) -> None:
        """That it was not another server which sent the browser back. Raises ExchangeFailed.

        Mastodon's own name ends with a slash, which its answers may leave out.
        """
        told = params.get("iss", "" if self.is_told else self.name)
        if told.removesuffix("/") != self.name.removesuffix("/"):
            logger.warning("%s was asked, and another server (or none) answered", self.name)
            raise ExchangeFailed
