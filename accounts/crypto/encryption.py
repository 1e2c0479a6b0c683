"""Secrets at rest: networks' tokens, TOTP seeds, what waits while a member is away.

`TOKEN_KEYS` holds Fernet keys: the first seals, every one opens. To change the key, put a new one
first, run `manage.py reseal`, then take the old one away.
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


class SealBroken(Exception):
    """The text was sealed with a key that is not in TOKEN_KEYS, or was damaged."""

    def __init__(self) -> None:
        super().__init__(
            "A sealed secret does not open with any key of TOKEN_KEYS. Put the key that sealed it "
            "back at the end of TOKEN_KEYS and run `manage.py reseal`; if that key is lost, the "
            "member has to link the account (or set up two-step log-in) again."
        )


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    """Raises ImproperlyConfigured, which names the variable and never a key."""
    if not any(keys):
        raise ImproperlyConfigured(f"TOKEN_KEYS is empty. {_HOW_TO_MAKE_ONE}")
    try:
        return MultiFernet([Fernet(key.strip()) for key in keys])
    except ValueError:
        # Without the cause: its text may quote the key.
        raise ImproperlyConfigured(
            f"TOKEN_KEYS holds something that is no Fernet key. {_HOW_TO_MAKE_ONE}"
        ) from None


def check_keys() -> None:
    """Raises ImproperlyConfigured where TOKEN_KEYS cannot seal. Run when the process starts."""
    _box(tuple(settings.TOKEN_KEYS))


def seal(value: str) -> str:
    """`value`, readable only with a key. Differs each time."""
    return _box(tuple(settings.TOKEN_KEYS)).encrypt(value.encode()).decode()


def unseal(text: str) -> str:
    """What `seal` was given. Raises SealBroken."""
    try:
        return _box(tuple(settings.TOKEN_KEYS)).decrypt(text.encode()).decode()
    except InvalidToken:
        raise SealBroken from None


def seal_json(value: Any) -> str:
    return seal(json.dumps(value))


def unseal_json(text: str) -> Any:
    """What `seal_json` was given. Raises SealBroken."""
    return json.loads(unseal(text))


def reseal(text: str) -> str:
    """The same secret under the first key. Raises SealBroken."""
    try:
        return _box(tuple(settings.TOKEN_KEYS)).rotate(text.encode()).decode()
    except InvalidToken:
        raise SealBroken from None
