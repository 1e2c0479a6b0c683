"""ECDSA on P-256 with SHA-256, checking only (RFC 7518, 3.4; FIPS 186-4): slow, plain, enough here."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)

Point = tuple[int, int] | None


class BadToken(ValueError):
    """The token was not signed by this key."""


def read_jws(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return header and claims of a compact JWS, unverified. Raises BadToken."""
    try:
        head, body, _ = token.split(".")
        header, claims = (json.loads(base64url_decode(part)) for part in (head, body))
    except ValueError as error:
        raise BadToken("Invalid Compact JWS") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise BadToken("Invalid Compact JWS")
    return header, claims


def check_signature(token: str, jwk: Mapping[str, Any]) -> None:
    """Raise BadToken unless `jwk` signed `token` with ES256."""
    if read_jws(token)[0].get("alg") != "ES256":
        raise BadToken("alg")
    text, _, signature = token.rpartition(".")
    raw = base64url_decode(signature)
    r, s = int.from_bytes(raw[:32]), int.from_bytes(raw[32:])
    key = _point(jwk)
    if len(raw) != 64 or not 0 < r < N or not 0 < s < N:
        raise BadToken("signature")
    digest = int.from_bytes(hashlib.sha256(text.encode()).digest())
    inverse = pow(s, -1, N)
    found = _sum(_times(digest * inverse % N, G), _times(r * inverse % N, key))
    if found is None or found[0] % N != r:
        raise BadToken("signature verification failed")


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """Return the thumbprint of a key (RFC 7638)."""
    required = {name: jwk.get(name) for name in ("crv", "kty", "x", "y")}
    return base64url_encode(
        hashlib.sha256(json.dumps(required, separators=(",", ":")).encode()).digest()
    )


def base64url_encode(content: bytes) -> str:
    """Encode as base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def base64url_decode(text: str) -> bytes:
    """Decode base64url. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _point(jwk: Mapping[str, Any]) -> tuple[int, int]:
    try:
        x, y = (int.from_bytes(base64url_decode(str(jwk[name]))) for name in ("x", "y"))
    except (KeyError, ValueError) as error:
        raise BadToken("jwk") from error
    is_on_it = (y * y - (x * x * x - 3 * x + B)) % P == 0
    if jwk.get("crv") != "P-256" or "d" in jwk or not is_on_it:
        raise BadToken("jwk")
    return x, y


def _sum(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope * slope - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def _times(number: int, point: Point) -> Point:
    found: Point = None
    while number:
        if number & 1:
            found = _sum(found, point)
        point = _sum(point, point)
        number >>= 1
    return found
