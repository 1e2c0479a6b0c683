"""Operations and states of deliveries, and the allowed transitions."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryOperation(models.TextChoices):
    PUBLISH = "publish", _("publish")
    EDIT = "edit", _("edit")
    DELETE = "delete", _("delete")


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("sending")
    UNCONFIRMED = "unconfirmed", _("unconfirmed")
    SENT = "sent", _("sent")
    PARKED = "parked", _("parked")
    FAILED = "failed", _("failed")
    EXPIRED = "missed", _("missed")
    SKIPPED = "skipped", _("skipped")
    CANCELLED = "cancelled", _("cancelled")


_S = DeliveryState
CHANGES: dict[str, frozenset[str]] = {
    _S.WAITING: frozenset({_S.SENDING, _S.PARKED, _S.CANCELLED, _S.EXPIRED, _S.FAILED}),
    _S.SENDING: frozenset(
        {_S.SENT, _S.WAITING, _S.UNCONFIRMED, _S.PARKED, _S.FAILED, _S.CANCELLED}
    ),
    _S.UNCONFIRMED: frozenset({_S.SENT, _S.WAITING, _S.PARKED, _S.FAILED, _S.CANCELLED}),
    _S.SENT: frozenset(),
    _S.PARKED: frozenset({_S.WAITING, _S.EXPIRED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.WAITING, _S.CANCELLED}),
    _S.EXPIRED: frozenset({_S.WAITING, _S.CANCELLED}),
    _S.SKIPPED: frozenset(),
    _S.CANCELLED: frozenset(),
}
OPEN_STATES = (_S.WAITING, _S.SENDING, _S.UNCONFIRMED, _S.PARKED)
AT_REST = (_S.FAILED, _S.EXPIRED, _S.SKIPPED, _S.CANCELLED)  # ended without arriving
NOT_DONE = (*OPEN_STATES, _S.FAILED, _S.EXPIRED)  # a command may still send it
