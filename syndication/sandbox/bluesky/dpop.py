"""DPoP proofs (RFC 9449): each request is signed by the key that its token is bound to."""

from __future__ import annotations

import hashlib
import secrets
import time

from syndication.sandbox.bluesky import es256
from syndication.sandbox.bluesky.state import BlueskyState
from syndication.sandbox.http import Reply, Request, json_reply

NONCE_SECONDS = 180
FRESH = 60  # seconds that a caller's clock may be off


class BadProof(Exception):
    """A missing or invalid proof. `error` is RFC 9449's code."""

    def __init__(self, description: str, error: str = "invalid_dpop_proof") -> None:
        super().__init__(description)
        self.error = error
        self.description = description

    def to_client(self) -> Reply:
        """Return the authorization server's answer."""
        return json_reply({"error": self.error, "error_description": self.description}, 400)

    def to_caller(self) -> Reply:
        """Return the account server's answer."""
        told = f'DPoP algs="ES256", error="{self.error}", error_description="{self.description}"'
        body = {"error": self.error, "message": self.description}
        return json_reply(body, 401).adding(("WWW-Authenticate", told))


class Proofs:
    """Checks proofs. No proof is accepted twice."""

    def __init__(self, state: BlueskyState) -> None:
        self._state = state
        self._secret = secrets.token_hex(20)
        self._seen: set[str] = set()

    def nonce(self, back: int = 0) -> str:
        """Return the current nonce; the previous one for `back` 1."""
        turn = int(self._state.now().timestamp()) // NONCE_SECONDS - back
        return es256.base64url_encode(hashlib.sha256(f"{self._secret}:{turn}".encode()).digest())

    def check(self, request: Request, token: str = "") -> str:
        """Return the thumbprint of the key that signed this request. Raises BadProof."""
        proof = request.headers.get("dpop", "")
        if not proof:
            raise BadProof("DPoP proof required")
        try:
            header, claims = es256.read_jws(proof)
            jwk = header.get("jwk")
            if header.get("typ") != "dpop+jwt" or not isinstance(jwk, dict):
                raise es256.BadToken("header")
            es256.check_signature(proof, jwk)
        except (es256.BadToken, ValueError) as error:
            raise BadProof(f"Failed to verify DPoP proof: {error}") from error
        if claims.get("nonce") not in (self.nonce(), self.nonce(1)):
            raise BadProof("Authorization server requires nonce in DPoP proof", "use_dpop_nonce")
        self._compare(request, claims, token)
        return es256.thumbprint(jwk)

    def _compare(self, request: Request, claims: dict[str, object], token: str) -> None:
        wanted: dict[str, object] = {"htm": request.method, "htu": request.root + request.path}
        if token:
            wanted["ath"] = es256.base64url_encode(hashlib.sha256(token.encode()).digest())
        for name, value in wanted.items():
            if claims.get(name) != value:
                raise BadProof(f"DPoP {name} mismatch")
        # By the real time: the signer does not know the clock that tests advance.
        issued = claims.get("iat")
        if not isinstance(issued, int) or abs(time.time() - issued) > FRESH:
            raise BadProof("DPoP iat is not fresh")
        key = str(claims.get("jti") or "")
        if not key or key in self._seen:
            raise BadProof("DPoP proof replayed")
        self._seen.add(key)
