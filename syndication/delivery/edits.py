"""What follows for the copies when a member changes the words of a post.

A publish that has not left takes the new words along, since they are read from fresh rows right
before the request. Behind one that has left, or may have, goes an edit: for the readers that the
copy was made for, never for more. An edit says what the post says when its turn comes, so one that
waits is replaced by a newer one, and one whose words are there already is not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Preview, Receipt
from syndication.connectors.reasons import CANNOT_EDIT, Reason
from syndication.delivery import eligibility, sequence
from syndication.delivery.eligibility import Eligibility
from syndication.delivery.sequence import UNSENT_STATES, CopyHistory, InitialDelivery
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link, LinkState, Post

REPLACED = Reason("replaced")
ALREADY_THERE = Reason("already_there")
NOTHING_THERE = Reason("nothing_to_change")
NO_NAME_TO_CHANGE = Reason("no_name_to_change")

_S = DeliveryState


@dataclass(frozen=True)
class EditPreview:
    """What saving will do on one link.

    `will` is "change" (the copy there), "wait" (change it once the account is linked again), "go"
    (the copy has not left: it leaves with these words), "hold" (it will not leave with these words)
    or "stay" (the copy keeps the old words); `reason` is the code that says why. `is_news`: what the post
    says now goes whole, the new words would not, so the member is told before saving.
    """

    link: Link
    will: str
    url: str = ""
    reason: str = ""
    preview: Preview | None = None
    needs_confirmation: bool = False


def preview_edits(post: Post, words: Mapping[str, str]) -> list[EditPreview]:
    """What would happen to each copy if `post` said `words`, by the rules that `plan_edits` follows."""
    edited = copy(post)
    for name, value in words.items():
        setattr(edited, name, value)
    return [_preview(post, edited, one) for one in _covered_copies(post)]


def plan_edits(post: Post) -> list[Delivery]:
    """After the words of `post` changed, in that transaction, the post locked: the edits of its
    copies. Returns those that will go."""
    made = (_plan_edit(post, one) for one in _covered_copies(post) if one.has_left)
    return [row for row in made if row is not None and row.state != _S.SKIPPED]


def edit_pre_send_check(delivery: Delivery, post: Post) -> str:
    """The last look at an edit, besides that of delivery.eligibility: why it need not or cannot leave,
    or ""."""
    if not delivery.is_edit:
        return ""
    if post.kind not in CONNECTORS[delivery.link.network].can_edit:
        return CANNOT_EDIT
    said = Delivery.objects.filter(
        post=post,
        link=delivery.link_id,
        kind__in=(DeliveryKind.PUBLISH, DeliveryKind.EDIT),
        state=_S.SENT,
        sequence__lt=delivery.sequence,
    )
    last = said.order_by("-sequence").values_list("version", flat=True).first()
    return ALREADY_THERE if last == post.version else ""


def store_remote_name(copy: Delivery, receipt: Receipt) -> None:
    """Keep the name and address that the copy has after an edit: later edits and deletes need them."""
    named = {
        "remote_id": receipt.remote_id[:500] or copy.remote_id,
        "remote_url": receipt.url[:500] or copy.remote_url,
    }
    if any(getattr(copy, name) != value for name, value in named.items()):
        Delivery.objects.filter(pk=copy.pk).update(**named)


def _covered_copies(post: Post) -> list[CopyHistory]:
    """The copies that the post's present readers may have. A wider one is taken back, never changed."""
    return [
        one
        for one in sequence.editable_copies(post)
        if eligibility.covers_audience(post, one.copy.audience)
    ]


def _plan_edit(post: Post, one: CopyHistory) -> Delivery | None:
    """The edit behind a copy, in the place of those that have not left."""
    state, reason = _initial_edit_state(post, one.copy, _eligibility_of(post, one.copy))
    last = one.edits[-1] if one.edits else None
    if state == _S.SKIPPED and last is not None and (last.state, last.reason) == (state, reason):
        return None  # said once, for however many edits
    waited = [row for row in one.edits if row.state in UNSENT_STATES]
    rows = Delivery.objects.filter(pk__in=[row.pk for row in waited], state__in=UNSENT_STATES)
    rows.change(_S.CANCELLED, reason=REPLACED, due_at=None, sent_as={})
    start = InitialDelivery(
        state,
        reason,
        audience=one.copy.audience,
        due_at=_not_before(waited),
        is_told=True,  # the page before saving said so: `preview_edits`
    )
    return sequence.append_delivery(post, one.copy.link, DeliveryKind.EDIT, start)


def _not_before(waited: list[Delivery]) -> datetime:
    """When the new edit may leave: no sooner than the ones it replaces, which the network put off."""
    put_off = [row.due_at for row in waited if row.tries and row.due_at is not None]
    return max([timezone.now(), *put_off])


def _initial_edit_state(post: Post, copy: Delivery, decision: Eligibility) -> tuple[str, str]:
    """The state and reason with which an edit of `copy` begins."""
    if copy.link.state == LinkState.ENDED:
        return _S.SKIPPED, eligibility.UNLINKED
    if post.kind not in CONNECTORS[copy.link.network].can_edit:
        return _S.SKIPPED, CANNOT_EDIT
    if not decision.goes:
        return _S.SKIPPED, decision.reason
    return (_S.PARKED if decision.needs_reauthorization else _S.WAITING), decision.reason


def _eligibility_of(post: Post, copy: Delivery) -> Eligibility:
    """Whether such words go to the readers of this copy."""
    return eligibility.check_eligibility(
        eligibility.outgoing_post(post, copy.link, copy.audience), copy.link
    )


def _preview(post: Post, edited: Post, one: CopyHistory) -> EditPreview:
    link, url = one.copy.link, one.copy.remote_url
    decision, now = _eligibility_of(edited, one.copy), _eligibility_of(post, one.copy)
    if not one.has_left:
        will, reason = ("go" if decision.goes else "hold"), decision.reason
    else:
        state, reason = _initial_edit_state(edited, one.copy, decision)
        will = {_S.SKIPPED: "stay", _S.PARKED: "wait"}.get(DeliveryState(state), "change")
    is_worse = _is_uncut(now) and not _is_uncut(decision)
    return EditPreview(
        link=link,
        will=will,
        url=url,
        reason=reason,
        preview=None if will == "stay" else decision.preview,
        needs_confirmation=is_worse and reason != CANNOT_EDIT,
    )


def _is_uncut(decision: Eligibility) -> bool:
    return decision.goes and decision.preview is not None and not decision.preview.is_cut
