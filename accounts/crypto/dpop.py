"""DPoP proofs (RFC 9449) and client assertions (RFC 7523), signed with ES256. No Django.

A key is text: the private number of P-256 in base64url, as a JWK's `d`. Used by accounts.providers
to link and by syndication.connectors to post.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from jwt.algorithms import ECAlgorithm
from jwt.utils import base64url_decode as decoded
from jwt.utils import base64url_encode

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256's points
SIZE = 32  # bytes of a number


def new_private_key() -> str:
    """Create a private key."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64url(number.to_bytes(SIZE))


def derive_private_key(secret: str, *, purpose: str) -> str:
    """Derive the private key of `secret` for `purpose`."""
    # 16 bytes more than needed, so that the remainder favours no number that matters.
    wide = HKDF(hashes.SHA256(), SIZE + 16, salt=None, info=purpose.encode()).derive(
        secret.encode()
    )
    return base64url((int.from_bytes(wide) % (ORDER - 1) + 1).to_bytes(SIZE))


def public_jwk(key: str) -> dict[str, str]:
    """The public JWK (RFC 7517), which may be shown to anybody."""
    return dict(ECAlgorithm.to_jwk(_load_private_key(key).public_key(), as_dict=True))


def jwk_thumbprint(key: str) -> str:
    """The key's thumbprint (RFC 7638)."""
    text = json.dumps(public_jwk(key), sort_keys=True, separators=(",", ":"))
    return base64url(hashlib.sha256(text.encode()).digest())


def dpop_proof(  # noqa: PLR0913 - the claims of a proof, each by its name
    key: str, *, method: str, url: str, now: float, nonce: str = "", access_token: str = ""
) -> str:
    """Create a proof that the sender of this very request holds `key`.

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
        claims["ath"] = base64url(hashlib.sha256(access_token.encode()).digest())
    return sign_jwt(key, {"typ": "dpop+jwt", "jwk": public_jwk(key)}, claims)


def client_assertion(key: str, *, client_id: str, audience: str, now: float) -> str:
    """Authenticate this client to the authorization server `audience`: private_key_jwt."""
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "jti": secrets.token_urlsafe(16),
        "iat": int(now),
        "exp": int(now) + 60,
    }
    return sign_jwt(key, {"typ": "JWT", "kid": jwk_thumbprint(key)}, claims)


def sign_jwt(key: str, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Create a compact JSON Web Signature by ES256 (RFC 7515)."""
    return jwt.encode(dict(claims), _load_private_key(key), "ES256", dict(header))


def unverified_claims(token: str) -> dict[str, Any]:
    """Claims of a JWT, without verification; {} where it is not one."""
    try:
        found = json.loads(decoded(token.split(".")[1]))
    except (LookupError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def base64url(content: bytes) -> str:
    """Encode as base64url without padding."""
    return base64url_encode(content).decode()


def _load_private_key(key: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(key)), ec.SECP256R1())
