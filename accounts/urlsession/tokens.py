"""Tokens: 16 random bytes, written as 22 characters of base64url; stored only as a hash."""

import hashlib
import re
import secrets

PATTERN = r"[A-Za-z0-9_-]{22}"
# Stands where a token stood, in what is stored.
PLACEHOLDER = "-"
_IS_TOKEN = re.compile(rf"{PATTERN}\Z")
_PREFIX = re.compile(r"/s/(?P<token>[^/]*)(?P<rest>/.*)?\Z", re.S)


def new_token() -> str:
    """Create a token, 128 bit."""
    return secrets.token_urlsafe(16)


def hash_token(token: str) -> str:
    """Hash a token for storage: 160 bit of SHA-256, the 40 characters of a session key."""
    return hashlib.sha256(b"urlsession:" + token.encode()).hexdigest()[:40]


def is_token(text: str) -> bool:
    """Whether the text is formed like a token."""
    return bool(_IS_TOKEN.match(text))


def split_session_prefix(path: str) -> tuple[str | None, str]:
    """Split a path into its token, perhaps malformed or a placeholder, and the rest.

    Cut-off and doubled prefixes count: phones shorten addresses, and stored ones get a second token.
    """
    match = _PREFIX.match(path)
    if match is None:
        return None, path
    rest = match["rest"] or "/"
    while again := _PREFIX.match(rest):
        rest = again["rest"] or "/"
    return match["token"], rest


def without_session_prefix(path: str) -> str:
    """The path without token."""
    return split_session_prefix(path)[1]
