"""Replies and likes: check, build and send them, and delete stray replies.

The post that is answered is read right before the request: where that cannot be done nothing is sent,
and the reply goes to no more readers than that post has at that moment, nor than the member was shown.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import cast

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import Block
from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import (
    Connector,
    OutgoingPost,
    Receipt,
    ReplyTarget,
    Visibility,
)
from syndication.connectors.errors import ConnectorError, OutcomeUnknown, TryLater
from syndication.connectors.reasons import Reason
from syndication.delivery import (
    claims,
    eligibility,
    equal_posts,
    outcomes,
    planning,
    snapshots,
    undelivered,
)
from syndication.delivery.outcomes import DeliveryRun
from syndication.delivery.pre_send import PreSendCheckFailed
from syndication.models import (
    AttemptOutcome,
    Delivery,
    DeliveryOperation,
    DeliveryState,
    HiddenAccount,
    Interaction,
    InteractionKind,
    Link,
    LinkState,
)

logger = logging.getLogger(__name__)

TARGET_HIDDEN = Reason("target_hidden")

VERSION = 1  # of a reply's text, which cannot be edited
# The fewer readers, the later. What is "inherited" has the readers of its parent, whoever they are.
_NARROWER: Sequence[Visibility] = ("public", "unlisted", "followers", "direct")


class StrayReply(Exception):
    """The network has the reply, but not where it belongs."""

    def __init__(self, receipt: Receipt) -> None:
        super().__init__(receipt.remote_id)
        self.receipt = receipt


def narrower_visibility(one: Visibility, other: Visibility) -> Visibility:
    """The narrower of two visibilities; "direct" where one is not known."""
    if "inherited" in (one, other):
        return "inherited" if one == other else "direct"
    known = [each if each in _NARROWER else "direct" for each in (one, other)]
    return cast(Visibility, max(known, key=_NARROWER.index))


def interaction_refusal(interaction: Interaction, link: Link) -> str:
    """The reason why the interaction may not be sent, or ""."""
    if interaction.deleted_at is not None:
        return eligibility.INTERACTION_TAKEN_BACK
    if link.state == LinkState.ENDED:
        return eligibility.UNLINKED
    if link.member.is_closing:
        return eligibility.CLOSED
    connector = CONNECTORS[link.network]
    is_like = interaction.kind == InteractionKind.LIKE
    if not (connector.can_like if is_like else connector.can_reply()):
        return reasons.KIND_UNKNOWN
    if is_like and not is_like_allowed(link):
        return eligibility.LIKE_NOT_ALLOWED
    return TARGET_HIDDEN if is_author_hidden(link, interaction.target_author_uid) else ""


def is_like_allowed(link: Link) -> bool:
    """Whether the access covers likes, as far as the scopes of the link say."""
    scope = CONNECTORS[link.network].needs_scope.get("like", "")
    return not scope or link.has_scope(scope)


def is_author_hidden(link: Link, uid: str) -> bool:
    """Whether the member hides that account, or blocked the member whose account they know it to be."""
    return Link.objects.filter(authors_hidden(uid), pk=link.pk).exists()


def authors_hidden(uid: str) -> Q:
    """A condition on links: `is_author_hidden`."""
    hidden = HiddenAccount.objects.filter(link=OuterRef("pk"), uid=uid)
    blocks = Block.objects.filter(blocker=OuterRef(OuterRef("member")), blocked=OuterRef("member"))
    known = Link.objects.findable().filter(network=OuterRef("network"), uid=uid)
    return Q(Exists(hidden)) | Q(Exists(known.filter(Exists(blocks))))


def outgoing_reply(interaction: Interaction, link: Link, target: ReplyTarget) -> OutgoingPost:
    """The reply as connectors take it, for no more readers than `target` has and the member was shown."""
    connector = CONNECTORS[link.network]
    shown = cast(Visibility, interaction.visibility)
    return OutgoingPost(
        kind="reply",
        text=interaction.text,
        warning=interaction.warning,
        reply_to=target,
        visibility=narrower_visibility(shown, connector.reply_visibility(target.visibility)),
        written_at=interaction.created_at.timestamp(),
        terms=eligibility.terms_of(link),
    )


def publish_interaction(run: DeliveryRun, connector: Connector) -> Receipt:
    """Send the reply or the like. Raises PreSendCheckFailed, StrayReply, and as the connector does."""
    with transaction.atomic():
        interaction, link = _checked(run)
    target = _read_target(connector, interaction.target_id)
    if interaction.kind == InteractionKind.LIKE:
        _mark_sending(run, {"kind": InteractionKind.LIKE.value, "version": VERSION})
        receipt = connector.like(target, idempotency_key=run.delivery.idempotency_key)
        is_other = receipt.remote_id != interaction.target_id
        return receipt if is_other else Receipt("", receipt.url)
    outgoing = outgoing_reply(interaction, link, target)
    connector.preview(outgoing)  # raises Unsupported, before anything left
    _mark_sending(
        run,
        snapshots.snapshot_of(outgoing, version=VERSION, before=run.delivery.sent_as),
        outgoing,
    )
    receipt = connector.publish(outgoing, idempotency_key=run.delivery.idempotency_key)
    if receipt.is_stray and not _is_of_another(run.delivery, receipt):
        raise StrayReply(receipt)
    return receipt


def retract_like(run: DeliveryRun, connector: Connector, copy: Delivery | None) -> Receipt:
    """Take the like back, also where its outcome was never known: it may be there."""
    interaction = run.delivery.interaction
    if copy is None or interaction is None or copy.first_sent_at is None:
        raise PreSendCheckFailed(DeliveryState.CANCELLED, undelivered.NOTHING_TO_DELETE)
    claims.mark_sending(run.claim, run.now(), {})
    connector.unlike(interaction.target_id, Receipt(copy.remote_id, copy.remote_url))
    return Receipt("")


def retract_stray(run: DeliveryRun, receipt: Receipt) -> None:
    """Delete a stray reply at once and end its delivery. Where the network does not do it now, a delete
    is queued. The member is notified either way."""
    try:
        run.call_with_refresh(lambda connector: connector.retract(receipt))
    except claims.LostLease:
        raise
    except ConnectorError as error:
        outcomes.log_error(run, error)
        _queue_delete(run, receipt)
    except Exception:
        logger.exception("delivery %s", run.delivery.pk)
        _queue_delete(run, receipt)
    else:
        outcomes.fail_delivery(run, reasons.STRAY_REPLY, AttemptOutcome.STRAY)


def _queue_delete(run: DeliveryRun, receipt: Receipt) -> None:
    delivery = run.delivery
    fields = {"remote_id": receipt.remote_id[:500], "remote_url": receipt.url[:500]}
    try:
        with transaction.atomic():
            locked_interaction(delivery)
            is_ours = run.settle(
                DeliveryState.SENT,
                AttemptOutcome.STRAY,
                sent_at=run.now(),
                version=VERSION,
                due_at=None,
                reason=reasons.STRAY_REPLY,
                **fields,
            )
            if is_ours:
                planning.append_delete(delivery)
                undelivered.notify_stray(delivery)
    except IntegrityError:  # it is another delivery's, and nothing of it is deleted
        outcomes.ask_member(run, AttemptOutcome.NOT_SURE, reason=outcomes.NOT_SURE)


def locked_interaction(delivery: Delivery) -> Interaction:
    """The delivery's interaction as it is now, locked until the transaction ends."""
    key = delivery.interaction_id or 0
    return Interaction.objects.select_for_update(no_key=True).get(pk=key)


def _checked(run: DeliveryRun) -> tuple[Interaction, Link]:
    """Interaction (locked) and link from fresh rows. Raises PreSendCheckFailed."""
    interaction = locked_interaction(run.delivery)
    link = Link.objects.select_related("member").get(pk=run.delivery.link_id)
    reason = interaction_refusal(interaction, link)
    if reason == eligibility.LIKE_NOT_ALLOWED:  # a command starts it again once the right is there
        raise PreSendCheckFailed(DeliveryState.FAILED, reason)
    if reason:
        raise PreSendCheckFailed(DeliveryState.CANCELLED, reason)
    if link.state == LinkState.PARKED:
        raise PreSendCheckFailed(DeliveryState.PARKED, eligibility.NEEDS_YOU)
    return interaction, link


def _mark_sending(
    run: DeliveryRun, sent_as: dict[str, object], reply: OutgoingPost | None = None
) -> None:
    """Check once more, since reading the target took its time, and commit `sending` with that check."""
    with transaction.atomic():
        _, link = _checked(run)
        if reply is not None:
            equal_posts.wait_for_equal_posts(run.delivery, reply, link, run.now())
        claims.mark_sending(run.claim, run.now(), sent_as)
        run.claim.attempt.version = VERSION


def _read_target(connector: Connector, remote_id: str) -> ReplyTarget:
    """Read what is answered. An unclear answer is no doubt about a copy: nothing has left yet."""
    try:
        return connector.read_target(remote_id)
    except OutcomeUnknown as error:
        raise TryLater(
            error.reason, status=error.status, excerpt=error.excerpt, message=error.message
        ) from error


def _is_of_another(delivery: Delivery, receipt: Receipt) -> bool:
    """Whether the network answered with the copy of another delivery of the link."""
    same = Q(
        link=delivery.link_id, operation=DeliveryOperation.PUBLISH, remote_id=receipt.remote_id
    )
    return Delivery.objects.filter(same).exclude(pk=delivery.pk).exists()
