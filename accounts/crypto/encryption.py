"""Encryption at rest: networks' tokens, TOTP seeds, link attempts.

`TOKEN_KEYS` holds Fernet keys: the first encrypts, every one decrypts. To change the key, put a new
one first, run `manage.py reseal`, then take the old one away.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_HOW_TO_MAKE_ONE = (
    'Make one with: python -c "from cryptography.fernet import Fernet as F; '
    'print(F.generate_key().decode())"'
)


class DecryptionFailed(Exception):
    """The text was encrypted with a key that is not in TOKEN_KEYS, or was damaged."""

    def __init__(self) -> None:
        super().__init__(
            "A sealed secret does not open with any key of TOKEN_KEYS. Put the key that sealed it "
            "back at the end of TOKEN_KEYS and run `manage.py reseal`; if that key is lost, the "
            "member has to link the account (or set up two-step log-in) again."
        )


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    """Raise ImproperlyConfigured, which names the variable and never a key."""
    if not any(keys):
        raise ImproperlyConfigured(f"TOKEN_KEYS is empty. {_HOW_TO_MAKE_ONE}")
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys])
    except ValueError:
        # Without the cause: its text may quote the key.
        raise ImproperlyConfigured(
            f"TOKEN_KEYS holds something that is no Fernet key. {_HOW_TO_MAKE_ONE}"
        ) from None


def check_encryption_keys() -> None:
    """Raise ImproperlyConfigured if TOKEN_KEYS cannot encrypt. Run when a process starts."""
    _fernet(tuple(settings.TOKEN_KEYS))


def encrypt(value: str) -> str:
    """Encrypt `value`. The result differs each time."""
    return _fernet(tuple(settings.TOKEN_KEYS)).encrypt(value.encode()).decode()


def decrypt(text: str) -> str:
    """Decrypt what `encrypt` returned. Raises DecryptionFailed."""
    try:
        return _fernet(tuple(settings.TOKEN_KEYS)).decrypt(text.encode()).decode()
    except InvalidToken:
        raise DecryptionFailed from None


def encrypt_json(value: Any) -> str:
    return encrypt(json.dumps(value))


def decrypt_json(text: str) -> Any:
    """Decrypt what `encrypt_json` returned. Raises DecryptionFailed."""
    return json.loads(decrypt(text))


def rotate(text: str) -> str:
    """Encrypt the same secret under the first key. Raises DecryptionFailed."""
    try:
        return _fernet(tuple(settings.TOKEN_KEYS)).rotate(text.encode()).decode()
    except InvalidToken:
        raise DecryptionFailed from None
