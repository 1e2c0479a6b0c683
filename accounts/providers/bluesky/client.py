"""Our OAuth client metadata: a public document and a signing key.

https://atproto.com/specs/oauth#clients. There is no registration: the server reads the document.
For a site on loopback it cannot, and takes the metadata from the client_id itself; such a client has
no key, and its sessions end after two weeks.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings

from accounts.crypto import dpop

SCOPE = "atproto transition:generic"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class BlueskyClient:
    """This site as a client. `document_url` is the address of its metadata document."""

    callback_url: str
    document_url: str

    @classmethod
    def of(cls, given: Mapping[str, str]) -> BlueskyClient:
        """Build the client from the adapter's settings."""
        return cls(given["callback_url"], given["client_url"])

    @property
    def is_loopback(self) -> bool:
        """Whether the site is reachable on loopback only."""
        return urlsplit(self.callback_url).hostname in LOOPBACK

    @property
    def redirect_uri(self) -> str:
        """Return the redirect URI; on loopback by IP address: `localhost` is not allowed (RFC 8252, section 8.3)."""
        parts = urlsplit(self.callback_url)
        if parts.hostname != "localhost":
            return self.callback_url
        port = f":{parts.port}" if parts.port else ""
        return urlunsplit(parts._replace(netloc=f"127.0.0.1{port}"))

    @property
    def id(self) -> str:
        if not self.is_loopback:
            return self.document_url
        back, scope = quote(self.redirect_uri, safe=""), quote(SCOPE, safe="")
        return f"http://localhost?redirect_uri={back}&scope={scope}"

    @property
    def key(self) -> str:
        """Return the signing key, derived from SECRET_KEY; "" on loopback."""
        if self.is_loopback:
            return ""
        return _derive_key(settings.SECRET_KEY)

    @property
    def former_keys(self) -> list[str]:
        """Keys of former SECRET_KEYs. A link goes on with the key it began with (it stands among its
        credentials), for as long as the document shows it."""
        return [_derive_key(secret) for secret in settings.SECRET_KEY_FALLBACKS]

    def metadata(self) -> dict[str, Any]:
        """Return the metadata document."""
        parts = urlsplit(self.document_url)
        document: dict[str, Any] = {
            "client_id": self.id,
            "client_name": settings.SITE_NAME,
            "client_uri": f"{parts.scheme}://{parts.netloc}",
            "application_type": "web",
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "redirect_uris": [self.redirect_uri],
            "scope": SCOPE,
            "dpop_bound_access_tokens": True,
            "token_endpoint_auth_method": "none",
        }
        if self.key:
            document["token_endpoint_auth_method"] = "private_key_jwt"  # noqa: S105
            document["token_endpoint_auth_signing_alg"] = "ES256"  # noqa: S105
            document["jwks"] = {"keys": [_public_key(key) for key in (self.key, *self.former_keys)]}
        return document

    def assertion(self, issuer: str) -> dict[str, str]:
        """Return the client assertion for `issuer`; none on loopback."""
        if not self.key:
            return {}
        signed = dpop.client_assertion(
            self.key, client_id=self.id, audience=issuer, now=time.time()
        )
        return {"client_assertion_type": ASSERTION, "client_assertion": signed}


def _derive_key(secret: str) -> str:
    return dpop.derive_private_key(secret, purpose="bluesky client")


def _public_key(key: str) -> dict[str, str]:
    return {
        **dpop.public_jwk(key), "kid": dpop.jwk_thumbprint(key), "use": "sig", "alg": "ES256",
    }  # fmt: skip
