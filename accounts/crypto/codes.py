"""Codes in addresses, codes that are typed, numbers to compare, PINs.

An address code has 128 bit, so its plain hash is safe at rest. What people type is short: whoever
held a dump could try all of it against a plain hash in minutes. Its hash is therefore keyed with
PIN_KEY, which stands in the environment and in no dump. What was hashed with one of PIN_KEY_FALLBACKS is
still found; everything new is hashed with PIN_KEY.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password

# RFC 8628, section 6.1: no vowels (no words), no digits (nothing looks like something else, and a
# keypad stays in one input mode). 20 to the 8th is 34 bit.
TYPED_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
# Ten of them, 20^10 = 1.02 * 10^13 codes, since guesses are limited by address alone (TYPED_CODE in
# accounts/actions/guesses.py: 10 wrong codes in 15 minutes, so 960 a day). The chance that 10,000
# addresses that guess all day hit one of 1,000 live codes is 10,000 * 960 * 1,000 / 1.02 * 10^13
# = 9.4 * 10^-4. With eight characters it would be 0.38, or an address could try two codes a day. A hit
# is no log-in yet: numbers are compared after it, and two phones at one code warn the computer.
TYPED_LENGTH = 10

PIN_LENGTHS = range(4, 9)  # digits


def new_code() -> str:
    """Create a code for an address: 128 bit, 22 characters."""
    return secrets.token_urlsafe(16)


def hash_code(code: str) -> str:
    """Hash an address code or nonce for storage: 160 bit, 40 characters."""
    return hashlib.sha256(b"code:" + code.encode()).hexdigest()[:40]


def new_typed_code() -> str:
    """Create a code of 10 characters to type. `group_typed_code` formats it."""
    return "".join(secrets.choice(TYPED_LETTERS) for _ in range(TYPED_LENGTH))


def derive_typed_code(code: str) -> str:
    """Derive the 10 characters of an address code, which they do not reveal.

    Being derived, they need not be carried beside the code from page to page.
    """
    digest = _keyed_digest("typed-from", code)
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(TYPED_LENGTH):
        number, place = divmod(number, len(TYPED_LETTERS))
        letters.append(TYPED_LETTERS[place])
    return "".join(letters)


def group_typed_code(typed: str) -> str:
    """Format a typed code for reading: BCDFG-HJKLM."""
    half = TYPED_LENGTH // 2
    return f"{typed[:half]}-{typed[half:]}"


def normalize_typed(typed: str) -> str:
    """Normalize typed text: width, case, and the dashes that keypads add."""
    wide = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in wide if letter.isascii() and letter.isalnum())


def hash_typed_code(typed: str, purpose: str) -> str:
    """Hash a typed code for storage. A code of one purpose is none for another."""
    return _keyed_digest(f"typed:{purpose}", normalize_typed(typed)).hex()[:40]


def typed_code_hashes(typed: str, purpose: str) -> list[str]:
    """The hashes under which a typed code may be stored: by PIN_KEY, then by each of its fallbacks."""
    text = normalize_typed(typed)
    return [_keyed_digest(f"typed:{purpose}", text, key).hex()[:40] for key in _keys()]


def new_comparison_number(taken: Collection[str]) -> str:
    """Draw two digits that are not taken. Raises IndexError when all are."""
    return secrets.choice([number for number in map(str, range(10, 100)) if number not in taken])


def hash_pin(pin: str) -> str:
    """Hash a PIN for storage: slow and salted, over the keyed PIN.

    Slow alone is not enough: there are only ten thousand PINs of four digits.
    """
    return make_password(_keyed_digest("pin", normalize_typed(pin)).hex())


def verify_pin(pin: str, pin_hash: str) -> bool:
    """Whether `pin` matches the hash. Full-width digits count as digits."""
    return _key_of_pin(pin, pin_hash) is not None


def is_pin_of_former_key(pin: str, pin_hash: str) -> bool:
    """Whether the hash of this right PIN is to be made anew, by PIN_KEY."""
    return _key_of_pin(pin, pin_hash) != settings.PIN_KEY


def _key_of_pin(pin: str, pin_hash: str) -> str | None:
    """The key with which `pin` matches the hash."""
    text = normalize_typed(pin)
    matching = (
        key for key in _keys() if check_password(_keyed_digest("pin", text, key).hex(), pin_hash)
    )
    return next(matching, None)


def is_easy_pin(pin: str) -> bool:
    """Whether a PIN is among the first guesses: 0000, 1212, 1234, 9876, 1980."""
    steps = {(int(later) - int(digit)) % 10 for digit, later in zip(pin, pin[1:], strict=False)}
    half = len(pin) // 2
    is_repeated = len(pin) % 2 == 0 and pin[:half] == pin[half:]
    is_year = len(pin) == 4 and pin[:2] in ("19", "20")
    return steps in ({0}, {1}, {9}) or is_repeated or is_year


def _keys() -> list[str]:
    return [settings.PIN_KEY, *settings.PIN_KEY_FALLBACKS]


def _keyed_digest(purpose: str, text: str, pin_key: str = "") -> bytes:
    """By PIN_KEY, unless another is given."""
    secret = (pin_key or settings.PIN_KEY).encode()
    key = hashlib.sha256(b"accounts.codes:" + secret).digest()
    return hmac.digest(key, f"{purpose}:{text}".encode(), "sha256")
