"""Planning: create and cancel deliveries when a post is written, narrowed or deleted, an interaction is
made or taken back, or a link ends.

Every function works in the caller's transaction. delivery.eligibility decides which copies go; the
rows are made here. The commands of the page "Where it went" are in actions.commands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Audience, Member
from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import OutgoingPost, Preview
from syndication.connectors.reasons import Reason
from syndication.delivery import (
    eligibility,
    mentions,
    outcomes,
    sequence,
    undelivered,
)
from syndication.delivery.availability import with_availability
from syndication.delivery.eligibility import Eligibility
from syndication.delivery.if_public import next_permalink, would_go_if_public
from syndication.delivery.mentions import Handles
from syndication.delivery.sequence import POSSIBLY_SENT_STATES, UNSENT_STATES, InitialDelivery
from syndication.models import (
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Interaction,
    Link,
    LinkState,
    Post,
)
from syndication.models.errors import NotNow, NotYours

CANNOT_TAKE_BACK = reasons.CANNOT_DELETE
NO_ACCESS_ANY_MORE = Reason("no_access_any_more")
COPY_THERE = Reason("copy_there")

_S = DeliveryState


@dataclass(frozen=True)
class DeliveryPreview:
    """The preview for one link: whether a copy goes, how it reads there, or why it does not go."""

    link: Link
    goes: bool
    preview: Preview | None = None
    reason: str = ""
    readers: str = ""
    names: Sequence[tuple[str, str]] = ()  # mentions.names_there
    is_expected: bool = False  # the member opted in, whether it goes or not
    would_go_if_public: bool = (
        False  # this one does not go, but with the audience Everyone it would
    )


@transaction.atomic
def plan_deliveries(
    post: Post, *, left_out: Collection[int] = (), announced: Collection[int] = ()
) -> None:
    """Create a delivery for each link that gets a copy, and a skipped one where the member expects one.

    Idempotent. `left_out` holds the keys of links that the member left out for this post, `announced` of
    those that the preview page named as getting no copy; the member is notified of any other skip
    (delivery.undelivered).
    """
    links = _links_of(post.author).exclude(deliveries__post=post).exclude(pk__in=left_out)
    handles = mentions.find_handles(post.author_id, post)
    for link in links:
        decision = _check(post, link, handles)
        if decision.goes:
            state = _S.PARKED if decision.needs_reauthorization else _S.WAITING
        elif decision.is_expected:
            state = _S.SKIPPED
        else:
            continue
        start = InitialDelivery(state, decision.reason, is_notified=link.pk in announced)
        sequence.append_delivery(post, link, DeliveryOperation.PUBLISH, start)


@transaction.atomic
def withdraw_copies(post: Post) -> None:
    """After narrowing or deleting: cancel unsent deliveries, and delete copies that are or may be out.

    Copies for an audience that the post still includes stay; widening sends nothing.
    """
    Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    rows = Delivery.objects.filter(post=post).exclude(operation=DeliveryOperation.DELETE)
    for row in rows.select_related("link__member", "post").order_by("-sequence"):
        if not eligibility.covers_audience(post, row.audience):
            _withdraw_copy(row)


def plan_interaction(interaction: Interaction) -> Delivery:
    """Create the delivery of a new interaction, or of a like that is wanted again, with it locked."""
    is_parked = interaction.link.state == LinkState.PARKED
    state, reason = (_S.PARKED, eligibility.NEEDS_YOU) if is_parked else (_S.WAITING, "")
    start = InitialDelivery(state, reason)
    return sequence.append_delivery(interaction, interaction.link, DeliveryOperation.PUBLISH, start)


def withdraw_interaction(interaction: Interaction) -> None:
    """After an interaction was taken back, with it locked: cancel what is unsent, and delete what is or
    may be out."""
    rows = Delivery.objects.filter(interaction=interaction, operation=DeliveryOperation.PUBLISH)
    for row in rows.select_related("link__member", "interaction").order_by("-sequence"):
        _withdraw_copy(row)


def cancel_link_deliveries(link: Link, reason: str = eligibility.UNLINKED) -> None:
    """Cancel the deliveries of a link that ends; unconfirmed ones are left to the member.

    Its deletes are handled, and their member notified, by `close_link`.
    """
    waits = Q(state__in=(_S.WAITING, _S.PARKED))
    over = Q(state__in=(_S.FAILED, _S.EXPIRED))
    link.deliveries.filter(over | waits & ~Q(operation=DeliveryOperation.DELETE)).change(
        _S.CANCELLED, reason=reason, due_at=None, sent_as={}
    )
    link.deliveries.filter(state=_S.UNCONFIRMED).update(due_at=None)


@transaction.atomic
def close_link(link: Link, now: datetime) -> None:
    """After a link ended: cancel its deletes and notify the member of the copies that stay.

    Idempotent, since a worker may release a row, or be killed with one, after that.
    """
    cancel_link_deliveries(link, link.parked_reason or eligibility.UNLINKED)
    at_rest = {"due_at": None, "lease_owner": "", "lease_until": None}
    left = link.deliveries.unleased(now)
    deletes = left.filter(
        operation=DeliveryOperation.DELETE, state__in=(_S.WAITING, _S.PARKED, _S.SENDING)
    )
    for row in deletes.select_related("link__member", "post", "interaction"):
        gone = Delivery.objects.filter(pk=row.pk, state=row.state)
        if gone.change(_S.CANCELLED, reason=NO_ACCESS_ANY_MORE, **at_rest):
            row.refresh_from_db(fields=["state", "reason"])
            undelivered.notify_end(row)
    left.filter(state=_S.SENDING).change(_S.UNCONFIRMED, reason=outcomes.ASK_YOU, **at_rest)


@transaction.atomic
def send_copy(post: Post, link: Link, *, by: Member) -> Delivery:
    """Send a copy by the author's command. Raises NotYours, and NotNow with the reason."""
    if not by.pk == post.author_id == link.member_id:
        raise NotYours(post)
    Post.objects.select_for_update(no_key=True).get(pk=post.pk)
    decision = _check(post, link)
    if post.deleted_at is not None or link.state == LinkState.ENDED or not decision.goes:
        raise NotNow(decision.reason or eligibility.UNLINKED)
    if sequence.blocks_new_copy(post, list(_copies_and_deletes(post).filter(link=link))):
        raise NotNow(COPY_THERE)
    state = _S.PARKED if decision.needs_reauthorization else _S.WAITING
    start = InitialDelivery(state, decision.reason, is_manual=True)
    return sequence.append_delivery(post, link, DeliveryOperation.PUBLISH, start)


def sendable_links(post: Post, *, by: Member) -> list[Link]:
    """Links that `send_copy` would send to now, each with `readers` as a text."""
    if post.deleted_at is not None or post.author_id != by.pk:
        return []
    there: defaultdict[int, list[Delivery]] = defaultdict(list)
    for row in _copies_and_deletes(post):
        there[row.link_id].append(row)
    handles = mentions.find_handles(post.author_id, post)
    found: list[Link] = []
    for link in _links_of(by).annotate(friend_count=Count("friends")):
        is_free = not sequence.blocks_new_copy(post, there[link.pk])
        if is_free and _check(post, link, handles).goes:
            link.readers = eligibility.describe_readers(link, post.audience)  # type: ignore[attr-defined]
            found.append(link)
    return found


def preview_deliveries(member: Member, draft: OutgoingPost, audience: str) -> list[DeliveryPreview]:
    """Preview `draft` on each link of `member`, by the rules of `plan_deliveries`.

    A public draft has the address that the next post will get. The links carry the columns of
    delivery.availability.
    """
    handles = mentions.find_handles(member.pk, draft) if audience == Audience.EVERYONE else {}
    links = with_availability(_links_of(member), timezone.now()).annotate(
        friend_count=Count("friends"),
        newest_post=Subquery(Post.objects.order_by("-pk").values("pk")[:1]),
    )
    return [
        _preview(link, replace(draft, audience=audience), handles)  # type: ignore[arg-type]
        for link in links
    ]


def _check(post: Post, link: Link, handles: Handles | None = None) -> Eligibility:
    """Check whether a copy for the post's present audience goes."""
    outgoing = eligibility.outgoing_post(post, link, post.audience, handles=handles)
    return eligibility.check_eligibility(outgoing, link)


def _preview(link: Link, draft: OutgoingPost, handles: Handles) -> DeliveryPreview:
    is_public = str(draft.audience) == Audience.EVERYONE
    draft = replace(
        draft,
        permalink=next_permalink(link) if is_public else "",
        always_permalink=link.always_permalink and is_public,
        never_permalink=link.never_permalink,
        terms=eligibility.terms_of(link),
        mentions=handles.get(link.network, {}),
    )
    decision = eligibility.check_eligibility(draft, link)
    return DeliveryPreview(
        link=link,
        goes=decision.goes,
        preview=decision.preview,
        reason=decision.reason,
        readers=eligibility.describe_readers(link, draft.audience) if decision.goes else "",
        names=mentions.names_there(draft, decision.preview),
        is_expected=decision.goes or decision.is_expected,
        would_go_if_public=not decision.goes and not is_public and would_go_if_public(draft, link),
    )


def _links_of(member: Member) -> QuerySet[Link]:
    return Link.objects.of(member).prefetch_related("toggles").order_by("network", "pk")


def _copies_and_deletes(post: Post) -> QuerySet[Delivery]:
    """The post's publishes and deletes, in order: edits neither make nor remove a copy."""
    rows = Delivery.objects.filter(post=post).exclude(operation=DeliveryOperation.EDIT)
    return rows.order_by("sequence", "pk")


def _withdraw_copy(publish: Delivery) -> None:
    """Cancel the delivery if unsent, edits included; queue a delete behind a copy that is or may be out.

    The outcome of an edit need not be known when the copy is deleted anyway.
    """
    row = Delivery.objects.filter(pk=publish.pk)
    is_asked = Q(operation=DeliveryOperation.EDIT, state=_S.UNCONFIRMED, due_at=None)
    reason = eligibility.withdrawal_reason(publish)
    is_cancelled = row.filter(Q(state__in=UNSENT_STATES) | is_asked).change(
        _S.CANCELLED, reason=reason, due_at=None, sent_as={}
    )
    if is_cancelled:
        may_be_out = (
            publish.is_of_like and publish.first_sent_at is not None
        )  # it is never looked up
    else:
        may_be_out = row.filter(
            operation=DeliveryOperation.PUBLISH,
            state__in=POSSIBLY_SENT_STATES,
            remote_deleted_at=None,
        ).exists()
    if may_be_out:
        append_delete(publish)


def append_delete(publish: Delivery) -> None:
    """Queue the delete of a copy, unless it is being deleted; notify the member of what has to stay."""
    rows = Delivery.objects.in_sequence_of(publish).select_related("interaction")
    copies = {each.copy.pk: each for each in sequence.copy_histories(rows)}
    one, last = copies.get(publish.pk), sequence.last_copy(rows)
    if one is None or one.is_being_deleted:
        return
    state, reason = _initial_delete_state(publish)
    if state == _S.SKIPPED and one.delete is not None and one.delete.reason == reason:
        return  # the member was notified
    if last != publish:  # a delete would take that copy
        undelivered.notify_copy_remains(publish)
        return
    delete = sequence.append_delivery(
        publish.subject, publish.link, DeliveryOperation.DELETE, InitialDelivery(state, reason)
    )
    if undelivered.is_undelivered_end(delete.state, delete.due_at):
        undelivered.notify_end(delete)


def _initial_delete_state(publish: Delivery) -> tuple[str, str]:
    if publish.link.state == LinkState.ENDED:
        return _S.SKIPPED, NO_ACCESS_ANY_MORE
    can_delete = CONNECTORS[publish.link.network].can_delete
    if not publish.is_of_like and publish.subject_kind not in can_delete:
        return _S.SKIPPED, CANNOT_TAKE_BACK
    if publish.link.state == LinkState.PARKED:
        return _S.PARKED, eligibility.NEEDS_YOU
    return _S.WAITING, ""
