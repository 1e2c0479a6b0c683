"""Attempts: the log of a delivery, for its member and staff."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import PublicCharField
from syndication.connectors import errors
from syndication.connectors.duplicates import DuplicateRejected
from syndication.models.delivery import Delivery, DeliveryOperation
from syndication.models.network_messages import readable_message
from syndication.models.reason_texts import sentence


class AttemptOutcome(models.TextChoices):
    """How an attempt ended: the stored value of Attempt.outcome, and its label for members."""

    SENT = "sent", _("done")
    FOUND = "found", _("found")
    NOT_FOUND = "not_found", _("not found")
    NOT_READ = "not_read", _("could not check")
    CANNOT_LOOK = "cannot_look", _("no way to check")
    NOT_SURE = "not_sure", _("could not tell")
    NO_VERDICT = "no_verdict", _("no clear answer")
    TRY_LATER = "try_later", _("not taken yet")
    UNREACHABLE = "unreachable", _("not reached")
    TOO_LARGE = "too_large", _("answer too large")
    REJECTED = "rejected", _("refused")
    TOO_LONG = "too_long", _("too long")
    LIMITS_CHANGED = "limits_changed", _("refused; the limits were read again")
    DUPLICATE = "duplicate", _("already there")
    EQUAL_SOON = "equal_soon", _("waits for an identical post")
    ANOTHER_COPY = "another_copy", _("answered with another copy")
    UNSUPPORTED = "unsupported", _("not possible")
    UNAUTHORIZED = "unauthorized", _("no access")
    GONE = "gone", _("the copy is gone")
    TARGET_GONE = "target_gone", _("nothing to reply to")
    STRAY = "stray", _("put in the wrong place")
    STOOD_DOWN = "stood_down", _("not sent after all")
    EXPIRED = "missed", _("too late")
    GAVE_UP = "gave_up", _("given up")
    TAKEN_OVER = "taken_over", _("taken over")

    @classmethod
    def of_error(cls, error: errors.ConnectorError) -> AttemptOutcome:
        """The value for `error`: named as its class is, unless _OF_ERROR names another."""
        kind = type(error)
        if kind in _OF_ERROR:
            return _OF_ERROR[kind]
        name = "".join(f"_{c}" if c.isupper() else c for c in kind.__name__)
        return cls[name.lstrip("_").upper()]


# Rows keep these values, whatever the errors are called.
_OF_ERROR: dict[type[errors.ConnectorError], AttemptOutcome] = {
    errors.ResponseTooLarge: AttemptOutcome.TOO_LARGE,
    errors.CopyGone: AttemptOutcome.GONE,
    DuplicateRejected: AttemptOutcome.DUPLICATE,
    errors.OutcomeUnknown: AttemptOutcome.NO_VERDICT,
    errors.TextRejected: AttemptOutcome.TOO_LONG,
}


_DOING = {
    DeliveryOperation.PUBLISH.value: _("sending"),
    DeliveryOperation.EDIT.value: _("editing"),
    DeliveryOperation.DELETE.value: _("deleting"),
    "look_up": _("checking whether it arrived"),
}


class Attempt(models.Model):
    """One attempt of a delivery. `excerpt`: at most 500 characters of the response, never a token."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    doing = models.CharField(max_length=10)  # publish, edit, delete or look_up
    version = models.PositiveIntegerField(default=0)  # of the post's words, where some left
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=20, blank=True
    )  # AttemptOutcome; "": it runs, or was killed
    http_status = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=40, blank=True)  # a code (reason_texts)
    network_message = PublicCharField(max_length=160, blank=True, db_column="network_words")
    excerpt = PublicCharField(max_length=500, blank=True)  # of the raw answer, for staff alone

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.doing_in_words} {self.number} ({self.delivery_id})"

    @property
    def doing_in_words(self) -> str:
        return str(_DOING.get(self.doing, _DOING["look_up"]))

    @property
    def outcome_in_words(self) -> str:
        return str(dict(AttemptOutcome.choices).get(self.outcome, self.outcome or "…"))

    @property
    def answer(self) -> str:
        """The network's own words, else the text of the reason."""
        return readable_message(self.network_message) or sentence(self.reason)
