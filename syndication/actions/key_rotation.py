"""Key rotation: seal every secret at rest with the first key of TOKEN_KEYS, so that an old key can go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Model

from accounts.crypto.encryption import DecryptionFailed, rotate
from accounts.models import LinkAttempt, ServerRegistration
from syndication.models import Link, PostAddress, Report, ReportSnapshot, Revocation

BATCH = 200  # rows read at a time

# Where secrets stand: the model, its field, and which parts of a JSON field are sealed.
Sealed = tuple[type[Model], str, tuple[str, ...]]
SEALED_PLACES: tuple[Sealed, ...] = (
    (Link, "sealed_credentials", ()),
    (LinkAttempt, "sealed_stash", ()),
    (ServerRegistration, "sealed_details", ()),
    (Revocation, "sealed_credentials", ()),
    (Revocation, "sealed_registration", ()),
    (LinkAttempt, "sealed_result", ()),
    (PostAddress, "sealed_local", ()),
    (Report, "sealed_words", ()),
    (Report, "sealed_address", ()),
    (ReportSnapshot, "sealed_content", ()),
    (Authenticator, "data", ("secret", "seed", "migrated_codes")),
)


def rotate_sealed_secrets() -> Iterator[tuple[str, Counter[str]]]:
    """Rotate every place; yield its name and how many rows were done, broken, or overtaken.

    Safe on a running site and safe to repeat: a row is written only if it is unchanged, so a token
    refreshed meanwhile (sealed with the first key anyway) stays.
    """
    for model, field, parts in SEALED_PLACES:
        yield f"{model.__name__}.{field}", _rotate_place(model, field, parts)


def _rotate_place(model: type[Model], field: str, parts: tuple[str, ...]) -> Counter[str]:
    counts: Counter[str] = Counter(done=0, broken=0, overtaken=0)
    rows = model._default_manager.exclude(**{field: ""}).order_by("pk")
    for pk, value in rows.values_list("pk", field).iterator(chunk_size=BATCH):
        try:
            fresh = _rotate_parts(value, parts) if parts else rotate(value)
        except DecryptionFailed:
            counts["broken"] += 1
            continue
        unchanged = model._default_manager.filter(pk=pk, **{field: value})
        counts["done" if unchanged.update(**{field: fresh}) else "overtaken"] += 1
    return counts


def _rotate_parts(value: dict[str, Any], parts: tuple[str, ...]) -> dict[str, Any]:
    """The JSON value with its sealed parts (texts or lists of them) rotated."""
    return {name: _each(rotate, part) if name in parts else part for name, part in value.items()}


def _each(function: Callable[[str], str], part: Any) -> Any:
    return [function(one) for one in part] if isinstance(part, list) else function(part)
