"""Delivery commands of members and staff: retry, dismiss, confirm, send again.

Each is one conditional UPDATE. A command on a row that a worker holds, or that changed since the page
was made, is refused with a reason (NotNow), never half done.
"""

from __future__ import annotations

from django.utils import timezone

from accounts.models import Member
from syndication.connectors.reasons import Reason
from syndication.delivery import eligibility, interactions, snapshots, undelivered, wakeups
from syndication.models import Delivery, DeliveryState, LinkState
from syndication.models.errors import NotNow, NotYours

MAY_CHANGE = "syndication.change_delivery"

MOVED_ON = Reason("moved_on")
WE_LOOK_FIRST = Reason("we_look_first")
LINK_FIRST = Reason("link_first")

_S = DeliveryState
_COMMANDS_OF_STATE: dict[str, tuple[str, ...]] = {
    _S.FAILED: ("retry", "dismiss"),
    _S.EXPIRED: ("retry", "dismiss"),
    _S.PARKED: ("dismiss",),
    _S.UNCONFIRMED: ("there", "again"),
}


def available_commands(delivery: Delivery) -> tuple[str, ...]:
    """The commands that make sense now; none while the timeline can still be read back."""
    if delivery.state == _S.UNCONFIRMED:
        is_ended = delivery.link.state == LinkState.ENDED
        if delivery.due_at is not None and not is_ended:
            return ()
        may_go_again = not is_ended and _is_still_wanted(delivery)
        return _COMMANDS_OF_STATE[_S.UNCONFIRMED] if may_go_again else ("there", "dismiss")
    return _COMMANDS_OF_STATE.get(delivery.state, ())


def retry_delivery(delivery: Delivery, *, by: Member) -> None:
    """Start a failed or expired delivery again; its deadline counts from now."""
    _must_own(delivery, by)
    _must_be_sendable(delivery)
    _run_command(
        delivery,
        (_S.FAILED, _S.EXPIRED),
        _S.WAITING,
        **_requested_now(),
    )
    if by.pk != delivery.link.member_id:
        undelivered.notify_retried_by_staff(delivery)
    wakeups.wake_for_delivery(delivery.pk)


def dismiss_delivery(delivery: Delivery, *, by: Member) -> None:
    """Cancel the delivery: nothing is sent, and the page no longer asks."""
    _must_own(delivery, by)
    if delivery.state == _S.UNCONFIRMED and not available_commands(delivery):
        raise NotNow(WE_LOOK_FIRST)
    states = (_S.WAITING, _S.PARKED, _S.FAILED, _S.EXPIRED, _S.UNCONFIRMED)
    is_own = by.pk == delivery.link.member_id
    reason = eligibility.DISMISSED if is_own else eligibility.DISMISSED_BY_STAFF
    _run_command(delivery, states, _S.CANCELLED, due_at=None, sent_as={}, reason=reason)


def confirm_copy_exists(delivery: Delivery, *, by: Member) -> None:
    """The member saw the copy. Its id is unknown, so it cannot be deleted from here."""
    _must_own(delivery, by)
    _run_command(
        delivery,
        (_S.UNCONFIRMED,),
        _S.SENT,
        sent_at=delivery.first_sent_at or timezone.now(),
        version=snapshots.version_in_snapshot(delivery.sent_as),
        due_at=None,
        sent_as={},
        reason="",
    )
    wakeups.wake_for_due()


def resend_delivery(delivery: Delivery, *, by: Member) -> None:
    """The member did not find the copy: send it again. Refused while read-back is pending, since the
    copy may still arrive."""
    _must_own(delivery, by)
    if delivery.due_at is not None:
        raise NotNow(WE_LOOK_FIRST)
    _must_be_sendable(delivery)
    _run_command(
        delivery,
        (_S.UNCONFIRMED,),
        _S.WAITING,
        reads=0,
        sent_as={},
        **_requested_now(),
    )
    wakeups.wake_for_delivery(delivery.pk)


def _requested_now() -> dict[str, object]:
    """The fields of a delivery that starts again: deadlines and tries count from now."""
    asked = {"due_at": timezone.now(), "asked_at": timezone.now()}
    return {**asked, "tries": 0, "reason": "", "is_manual": True, "is_notified": False}


def _must_own(delivery: Delivery, by: Member) -> None:
    if delivery.link.member_id != by.pk and not by.has_perm(MAY_CHANGE):
        raise NotYours(delivery)


def _must_be_sendable(delivery: Delivery) -> None:
    """Raise NotNow where the pre-send check would refuse the delivery."""
    if delivery.link.state == LinkState.PARKED:
        raise NotNow(LINK_FIRST)
    if delivery.link.state == LinkState.ENDED:
        raise NotNow(eligibility.UNLINKED)
    if delivery.is_delete:
        return
    if delivery.interaction is not None:
        reason = interactions.interaction_refusal(delivery.interaction, delivery.link)
    else:
        assert delivery.post is not None  # noqa: S101 - as Delivery.subject
        reason = eligibility.pre_send_check(delivery.post, delivery.link, delivery.audience)
    if reason:
        raise NotNow(reason)


def _is_still_wanted(delivery: Delivery) -> bool:
    """Whether the member has not taken the post, or the interaction, back from the copy's readers."""
    if delivery.interaction is not None:
        return delivery.interaction.deleted_at is None
    assert delivery.post is not None  # noqa: S101 - as Delivery.subject
    return eligibility.covers_audience(delivery.post, delivery.audience)


def _run_command(delivery: Delivery, states: tuple[str, ...], state: str, **fields: object) -> None:
    row = Delivery.objects.unleased(timezone.now()).filter(pk=delivery.pk, state__in=states)
    if not row.change(state, lease_owner="", lease_until=None, network_message="", **fields):
        raise NotNow(MOVED_ON)
    undelivered.close_answered_notices(delivery)
    delivery.refresh_from_db()
