"""What a network said of who came back, as it waits sealed in the row for the member's word."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import Any

from django.utils import timezone

from accounts.crypto import encryption
from accounts.models import LinkReturn
from accounts.providers.base import Authorized


class Outcome(StrEnum):
    """How it went over there."""

    AGREED = "agreed"
    REFUSED = "refused"
    FAILED = "failed"
    TOO_NARROW = "too narrow"  # agreed, but the server knows broad permissions only


def unsealed(text: str) -> dict[str, Any]:
    """Empty where it does not open: the network then finds the verifier missing and says no."""
    try:
        return dict(encryption.unseal_json(text))
    except encryption.SealBroken:
        return {}


def agreed(account: Authorized) -> dict[str, Any]:
    return {
        "outcome": Outcome.AGREED,
        "account": asdict(account),
        "heard_at": timezone.now().timestamp(),
    }


def outcome_of(row: LinkReturn) -> tuple[Outcome, Authorized | None]:
    """How it went, and the account where the member agreed. Its access token's seconds run."""
    result = unsealed(row.sealed_result)
    outcome = Outcome(result.get("outcome", Outcome.FAILED))
    if outcome is not Outcome.AGREED:
        return outcome, None
    account = Authorized(**result["account"])
    credentials = dict(account.credentials)
    if credentials.get("expires_in") is not None:
        credentials["expires_in"] -= timezone.now().timestamp() - result["heard_at"]
    return outcome, Authorized(**{**asdict(account), "credentials": credentials})
