"""Signatures: held against the sandbox's own arithmetic, which shares no line with ours."""

from __future__ import annotations

import hashlib

import pytest

from accounts.crypto import dpop
from syndication.sandbox.bluesky import es256


@pytest.mark.parametrize("secret", ["a", "花見", "long " * 50])
def test_whoever_has_the_public_half_can_check_and_nobody_can_change_a_letter(secret):
    key = dpop.derive_private_key(secret, purpose="test")
    token = dpop.sign_jwt(key, {"typ": "JWT"}, {"said": secret})
    es256.check_signature(token, dpop.public_jwk(key))
    assert es256.read_jws(token) == ({"alg": "ES256", "typ": "JWT"}, {"said": secret})
    other = dpop.public_jwk(dpop.derive_private_key(secret + "x", purpose="test"))
    head, body, signature = token.split(".")
    changed = f"{head}.{dpop.base64url(b'{}')}.{signature}"
    for bad, jwk in ((token, other), (changed, dpop.public_jwk(key))):
        with pytest.raises(es256.BadToken):
            es256.check_signature(bad, jwk)


def test_one_secret_always_gives_one_key_for_one_purpose():
    keys = {
        dpop.derive_private_key(secret, purpose=purpose)
        for secret in ("a", "b")
        for purpose in ("c", "d")
        for _ in range(2)
    }
    assert len(keys) == 4


def test_the_public_half_does_not_hold_the_private_one():
    key = dpop.new_private_key()
    jwk = dpop.public_jwk(key)
    assert set(jwk) == {"kty", "crv", "x", "y"}
    assert key not in jwk.values()
    assert dpop.jwk_thumbprint(key) == es256.thumbprint(jwk)


def test_a_proof_is_of_one_request_at_one_time_and_never_the_same_twice():
    key = dpop.new_private_key()

    def made():
        url = "https://pds.example/xrpc/a?limit=1#top"
        return dpop.dpop_proof(key, method="GET", url=url, now=5.9, nonce="n", access_token="t")

    header, claims = es256.read_jws(made())
    assert header["jwk"] == dpop.public_jwk(key)
    assert header["typ"] == "dpop+jwt"
    hashed = dpop.base64url(hashlib.sha256(b"t").digest())
    assert (claims["htm"], claims["htu"]) == ("GET", "https://pds.example/xrpc/a")
    assert (claims["iat"], claims["nonce"], claims["ath"]) == (5, "n", hashed)
    assert es256.read_jws(made())[1]["jti"] != claims["jti"]


def test_an_assertion_names_us_twice_and_for_whom_it_is():
    key = dpop.new_private_key()
    token = dpop.client_assertion(key, client_id="us", audience="them", now=100)
    header, claims = es256.read_jws(token)
    assert header["kid"] == dpop.jwk_thumbprint(key)
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("us", "us", "them")
    assert (claims["iat"], claims["exp"]) == (100, 160)
