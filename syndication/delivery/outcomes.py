"""Outcomes: record what an attempt ended in: sent, an error, a retry, or unknown.

The member's notice is committed with the outcome. Nothing is recorded where the lease was lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Connector, Receipt
from syndication.connectors.errors import (
    ConnectorError,
    CopyGone,
    OutcomeUnknown,
    TryLater,
    Unauthorized,
)
from syndication.connectors.reasons import Reason
from syndication.connectors.responses import redact
from syndication.delivery import (
    claims,
    credentials,
    edits,
    eligibility,
    equal_posts,
    feed_copies,
    kept_uploads,
    rate_limits,
    reauthorization,
    retry_policy,
    sequence,
    server_limits,
    settlement,
    snapshots,
)
from syndication.delivery.claims import Claim, Clock
from syndication.delivery.leased_http import LeasedHttp
from syndication.models import AttemptOutcome, Delivery, DeliveryOperation, DeliveryState, Link

logger = logging.getLogger(__name__)

_Found = TypeVar("_Found")

GAVE_UP = Reason("gave_up")
ASK_YOU = Reason("ask_you")
NOT_SURE = Reason("not_sure")
RECONCILING = Reason("looking")
SOON_ASKED = Reason("soon_asked")
AGAIN_SOON = Reason("again_soon")
NO_NAME_TO_DELETE = Reason("no_name_to_delete")


@dataclass
class DeliveryRun:
    """One attempt: its claim, clock, HTTP client, and the secrets to redact from the log."""

    claim: Claim
    now: Clock
    http: LeasedHttp
    secrets: set[str] = field(default_factory=set)

    @property
    def delivery(self) -> Delivery:
        return self.claim.delivery

    @property
    def link(self) -> Link:
        return self.claim.link

    def connector(self, *, refused: int | None = None) -> Connector:
        """The link's connector with fresh credentials. Raises TryLater and Unauthorized."""
        made = credentials.connector_for(self.link, http=self.http, now=self.now, refused=refused)
        self.secrets.update(credentials.secrets_of(made.credentials, made.app))
        made.uploads = kept_uploads.uploads_of_claim(self.claim, self.now)
        return made

    def call_with_refresh(self, ask: Callable[[Connector], _Found]) -> _Found:
        """Call `ask`, and once more with refreshed credentials if the network refused the old ones."""
        connector = self.connector()
        try:
            return ask(connector)
        except Unauthorized as error:
            if error.scope:
                raise
        return ask(self.connector(refused=self.link.credentials_version))

    def settle(self, state: str, outcome: AttemptOutcome, **fields: object) -> bool:
        """Release the row in `state`; notify the member if it ends undelivered. Drops snapshots and
        uploads that are no longer needed. Return whether the row was still ours."""
        kept = (DeliveryState.UNCONFIRMED, DeliveryState.WAITING)
        if state not in kept or (
            state == DeliveryState.WAITING and not self.claim.had_unknown_outcome
        ):
            fields["sent_as"] = {}
        if state in kept_uploads.STATES_WITHOUT_UPLOADS and self.delivery.uploads:
            fields["uploads"] = {}
        fields["network_message"] = self.claim.attempt.network_message
        self.claim.attempt.http_status = self.claim.attempt.http_status or self.http.last_status
        also = settlement.consequence(self.delivery, self.link, state, fields.get("due_at"))
        if also is None:
            return self._settle_claim(state, outcome, fields)
        with transaction.atomic():
            is_ours = self._settle_claim(state, outcome, fields)
            if is_ours:
                also()
        return is_ours

    def _settle_claim(self, state: str, outcome: AttemptOutcome, fields: dict[str, object]) -> bool:
        apart, now = self._seconds_until_next_post(), self.now()
        return claims.settle_claim(
            self.claim, state, outcome=outcome, now=now, apart=apart, **fields
        )

    def _seconds_until_next_post(self) -> float:
        """Seconds for which the link is not used after a publish, which may have arrived whatever was
        answered."""
        kind = self.delivery.sent_as.get("kind")
        if not self.delivery.is_publish or not self.http.exchanges or not kind:
            return 0.0
        return CONNECTORS[self.link.network].seconds_between_posts.get(kind, 0.0)


def record_sent(
    run: DeliveryRun, receipt: Receipt, outcome: AttemptOutcome, *, version: int | None = None
) -> None:
    """Record that the network has the copy. `version` is the content's version that was seen there,
    None for the one sent last.

    A sent row keeps in `reason` what its copy lacks, such as a photo.
    """
    dropped = receipt.dropped or snapshots.omissions_of(run.delivery.sent_as, run.link)
    fields = {
        "sent_at": run.now(),
        "remote_id": receipt.remote_id[:500],
        "remote_url": receipt.url[:500],
        "version": snapshots.version_in_snapshot(run.delivery.sent_as)
        if version is None
        else version,
        "reason": next(iter(dropped), ""),
        "due_at": None,
    }
    try:
        if run.settle(DeliveryState.SENT, outcome, **fields):
            feed_copies.mark_sent_copy(run.delivery, run.link)
    except IntegrityError:
        # The id belongs to another delivery of this link: misskey.io answers an equal note so.
        reschedule(
            run,
            equal_posts.NOT_TAKEN_AGAIN,
            outcome=AttemptOutcome.ANOTHER_COPY,
            least=equal_posts.EQUAL_POST_WAIT,
        )


def record_error(run: DeliveryRun, error: ConnectorError) -> None:
    """Record a connector's error: retry, fail, ask for reauthorization, or mark as unconfirmed."""
    log_error(run, error)
    if isinstance(error, Unauthorized):
        _require_reauthorization(run, error)
    elif isinstance(error, TryLater):
        reschedule(run, error.reason, after=error.after, outcome=AttemptOutcome.of_error(error))
    elif isinstance(error, OutcomeUnknown) and run.delivery.is_delete:
        reschedule(run, AGAIN_SOON, outcome=AttemptOutcome.of_error(error))
    elif isinstance(error, OutcomeUnknown):
        _record_unknown_outcome(run)
    elif isinstance(error, CopyGone) and run.delivery.is_edit:
        _record_remote_deletion(run, error)
    elif not _is_recut(run, error):
        fail_delivery(run, error.reason, AttemptOutcome.of_error(error))


def log_error(run: DeliveryRun, error: ConnectorError) -> None:
    """Write the answer to the log row, secrets redacted, and a Retry-After to the rate limits."""
    if isinstance(error, TryLater) and error.after is not None:
        rate_limits.record_throttling(run.link, error.after, run.now())
    attempt = run.claim.attempt
    attempt.http_status, attempt.reason = error.status, error.reason
    attempt.network_message = redact(error.message, run.secrets)[:160]
    attempt.excerpt = redact(error.excerpt, run.secrets)[:500]


def reschedule(
    run: DeliveryRun,
    reason: str,
    *,
    outcome: AttemptOutcome,
    after: float | None = None,
    least: timedelta = timedelta(),
) -> None:
    """Retry later, unless the delivery was superseded or has used up its tries.

    `after` is in seconds, as the network asked; `least` is the shortest wait.
    """
    due_at = retry_policy.next_try(run.delivery, run.now(), after=after)
    due_at = due_at and max(due_at, run.now() + least)
    if withdrawn := _superseded_by(run.delivery):
        run.settle(DeliveryState.CANCELLED, outcome, due_at=None, reason=withdrawn)
    elif due_at is None:
        fail_delivery(run, GAVE_UP, outcome)
    else:
        run.settle(DeliveryState.WAITING, outcome, due_at=due_at, reason=reason)


def fail_delivery(run: DeliveryRun, reason: Reason, outcome: AttemptOutcome) -> None:
    """Fail for good; only a command of the member or staff starts it again."""
    run.settle(DeliveryState.FAILED, outcome, due_at=None, reason=reason)


def ask_member(run: DeliveryRun, outcome: AttemptOutcome, *, reason: Reason = ASK_YOU) -> None:
    """Ask the member whether the copy arrived: only their command decides."""
    run.settle(DeliveryState.UNCONFIRMED, outcome, due_at=None, reason=reason)


def earliest_reconcile_at(link: Link, now: datetime) -> datetime:
    """When a late request must have arrived and the timeline may be read back."""
    return now + timedelta(seconds=CONNECTORS[link.network].reconcile_delay)


def _is_recut(run: DeliveryRun, error: ConnectorError) -> bool:
    """Whether the text was refused by limits that changed; then it is cut anew and retried at once."""
    if not server_limits.may_be_length_error(error):
        return False
    try:
        if not server_limits.limits_have_changed(run.delivery, run.link, run.connector, error):
            return False
    except TryLater as later:
        reschedule(run, error.reason, outcome=AttemptOutcome.of_error(error), after=later.after)
        return True
    run.claim.attempt.http_status = error.status
    cut = server_limits.RECUT
    run.settle(DeliveryState.WAITING, AttemptOutcome.LIMITS_CHANGED, due_at=run.now(), reason=cut)
    return True


@transaction.atomic
def _require_reauthorization(run: DeliveryRun, error: Unauthorized) -> None:
    if error.scope and run.delivery.is_of_like:  # nothing is parked: the page offers to agree
        return fail_delivery(run, eligibility.LIKE_NOT_ALLOWED, AttemptOutcome.UNAUTHORIZED)
    if error.scope:
        reauthorization.notify_scope_missing(run.link)
    elif not reauthorization.require_reauthorization(run.link, error.reason) and _is_linked_again(
        run.link
    ):
        run.settle(DeliveryState.WAITING, AttemptOutcome.UNAUTHORIZED, due_at=run.now(), reason="")
        return
    run.settle(DeliveryState.PARKED, AttemptOutcome.UNAUTHORIZED, reason=error.reason)


def _is_linked_again(link: Link) -> bool:
    """Whether the account was linked again since the refused access: a parked row would sleep on."""
    return Link.objects.active().filter(pk=link.pk).exists()


def _record_unknown_outcome(run: DeliveryRun) -> None:
    """Mark as unconfirmed until the quiet time is over: a copy that is not
    seen yet may still arrive, and sending again would duplicate it.

    A repeatable edit is repeated instead of looked up. It waits as long: arriving late, the first one
    would undo newer content, or bring back what was deleted.
    """
    due_at: datetime | None = earliest_reconcile_at(run.link, run.now())
    if run.delivery.may_be_repeated:
        repeat_at = retry_policy.next_try(run.delivery, run.now())
        if repeat_at is None:
            fail_delivery(run, GAVE_UP, AttemptOutcome.NO_VERDICT)
            return
        due_at, reason = max(repeat_at, earliest_reconcile_at(run.link, run.now())), AGAIN_SOON
    elif run.delivery.subject_kind in CONNECTORS[run.link.network].can_reconcile:
        reason = RECONCILING
    else:
        reason = SOON_ASKED
    run.settle(DeliveryState.UNCONFIRMED, AttemptOutcome.NO_VERDICT, due_at=due_at, reason=reason)


@transaction.atomic
def _record_remote_deletion(run: DeliveryRun, error: CopyGone) -> None:
    """Record that the copy was deleted on the network; the member is notified once."""
    copy = sequence.published_copy_of(run.delivery)
    state, outcome = DeliveryState.CANCELLED, AttemptOutcome.GONE
    if run.settle(state, outcome, due_at=None, reason=error.reason) and copy is not None:
        settlement.record_remote_deletion(copy, run.now())


def _superseded_by(delivery: Delivery) -> str:
    """The reason if a later delete or newer edit supersedes this delivery, else ""."""
    if delivery.is_delete:
        return ""
    behind = Delivery.objects.in_sequence_of(delivery).open().filter(sequence__gt=delivery.sequence)
    if behind.filter(operation=DeliveryOperation.DELETE).exists():
        return eligibility.withdrawal_reason(delivery)
    if delivery.is_edit and behind.filter(operation=DeliveryOperation.EDIT).exists():
        return edits.REPLACED
    return ""
