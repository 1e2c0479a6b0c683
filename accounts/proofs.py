"""Signing with ES256: DPoP proofs (RFC 9449) and client assertions (RFC 7523). Pure, no Django.

A key is a word: the private number of P-256 in base64url, as a JWK's `d` has it. It is used by
who links an account (accounts.providers) and by who posts there (syndication.connectors).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256's points
SIZE = 32  # bytes of a number


def new_key() -> str:
    """A fresh private key."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return encoded(number.to_bytes(SIZE))


def key_made_from(secret: str, *, purpose: str) -> str:
    """The private key that `secret` always gives for `purpose`."""
    # 16 bytes more than needed, so that the remainder favours no number that matters.
    wide = HKDF(hashes.SHA256(), SIZE + 16, salt=None, info=purpose.encode()).derive(
        secret.encode()
    )
    return encoded((int.from_bytes(wide) % (ORDER - 1) + 1).to_bytes(SIZE))


def public_jwk(key: str) -> dict[str, str]:
    """The public half (RFC 7517), which may be shown to anybody."""
    numbers = _opened(key).public_key().public_numbers()
    x, y = (encoded(number.to_bytes(SIZE)) for number in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def thumbprint(key: str) -> str:
    """What a key is called by (RFC 7638)."""
    jwk = public_jwk(key)
    required = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    text = json.dumps(required, separators=(",", ":"))
    return encoded(hashlib.sha256(text.encode()).digest())


def dpop(  # noqa: PLR0913 - the claims of a proof, each by its name
    key: str, *, method: str, url: str, now: float, nonce: str = "", access_token: str = ""
) -> str:
    """The proof that whoever sends this very request holds `key`.

    `nonce` is what the server gave last; `access_token` stands beside it, where one does.
    """
    claims: dict[str, Any] = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": url.partition("#")[0].partition("?")[0],
        "iat": int(now),
    }
    if nonce:
        claims["nonce"] = nonce
    if access_token:
        claims["ath"] = encoded(hashlib.sha256(access_token.encode()).digest())
    return signed(key, {"typ": "dpop+jwt", "jwk": public_jwk(key)}, claims)


def client_assertion(key: str, *, client_id: str, audience: str, now: float) -> str:
    """Who we are, to the authorization server `audience`: private_key_jwt."""
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(16),
        "iat": int(now),
        "exp": int(now) + 60,
    }
    return signed(key, {"typ": "JWT", "kid": thumbprint(key)}, claims)


def signed(key: str, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """A compact JSON Web Signature by ES256 (RFC 7515)."""
    head = {"alg": "ES256", **header}
    text = f"{_json(head)}.{_json(claims)}"
    der = _opened(key).sign(text.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    return f"{text}.{encoded(r.to_bytes(SIZE) + s.to_bytes(SIZE))}"


def encoded(content: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes of base64url with or without padding. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _json(value: Mapping[str, Any]) -> str:
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def _opened(key: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(key)), ec.SECP256R1())
