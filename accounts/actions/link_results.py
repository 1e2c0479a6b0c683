"""The result of a link attempt, encrypted in its row until the member confirms."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Any

from django.utils import timezone

from accounts.crypto import encryption
from accounts.models import LinkAttempt
from accounts.providers.base import Authorized


class LinkOutcome(StrEnum):
    """How the member's visit to the network ended."""

    AGREED = "agreed"
    REFUSED = "refused"
    FAILED = "failed"
    TOO_NARROW = "too narrow"  # agreed, but the server knows broad permissions only


def decrypt_or_empty(text: str) -> dict[str, Any]:
    """Decrypt a dict. {} where it does not decrypt: the network refuses an empty stash, and an empty result is FAILED."""
    try:
        return dict(encryption.decrypt_json(text))
    except encryption.DecryptionFailed:
        return {}


def agreed_result(account: Authorized) -> dict[str, Any]:
    return {
        "outcome": LinkOutcome.AGREED,
        "account": asdict(account),
        "heard_at": timezone.now().timestamp(),
    }


def read_link_result(row: LinkAttempt) -> tuple[LinkOutcome, Authorized | None]:
    """Return the outcome, and the account where the member agreed, with expires_in brought up to
    date.
    """
    result = decrypt_or_empty(row.sealed_result)
    outcome = LinkOutcome(result.get("outcome", LinkOutcome.FAILED))
    if outcome is not LinkOutcome.AGREED:
        return outcome, None
    account = Authorized(**result["account"])
    credentials = dict(account.credentials)
    if credentials.get("expires_in") is not None:
        credentials["expires_in"] -= timezone.now().timestamp() - result["heard_at"]
    return outcome, Authorized(**{**asdict(account), "credentials": credentials})
