"""Edits: preview and plan the edit of each copy when a member edits a post.

An unsent publish takes the new content along, since it is read right before the request. Behind a
publish that was or may have been sent goes an edit, for that copy's audience and never for more. An
edit sends the content that the post has when its turn comes, so a waiting one is replaced by a newer
one, and one whose content is there already is not sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from syndication.connectors import CONNECTORS
from syndication.connectors.base import OutgoingPost, Preview, Receipt
from syndication.connectors.reasons import CANNOT_EDIT, Reason
from syndication.delivery import corrections, eligibility, mentions, sequence
from syndication.delivery.eligibility import Eligibility
from syndication.delivery.mentions import Handles
from syndication.delivery.sequence import UNSENT_STATES, CopyHistory, InitialDelivery
from syndication.models import Delivery, DeliveryOperation, DeliveryState, Link, LinkState, Post

REPLACED = Reason("replaced")
ALREADY_THERE = Reason("already_there")
NOTHING_THERE = Reason("nothing_to_change")
NO_NAME_TO_CHANGE = Reason("no_name_to_change")

_S = DeliveryState


@dataclass(frozen=True)
class EditPreview:
    """What saving will do to the copy on one link.

    `will` is "change" (the copy is edited), "wait" (edited once the account is linked again), "go"
    (unsent: it goes with the new content), "hold" (unsent: it will not go with it) or "stay" (the copy
    keeps the old content); `reason` is the code that says why. `needs_confirmation`: the present
    content goes uncut and the new one would not, so the member is asked before saving.
    """

    link: Link
    will: str
    url: str = ""
    reason: str = ""
    preview: Preview | None = None
    needs_confirmation: bool = False
    names: Sequence[tuple[str, str]] = ()  # mentions.names_there
    can_be_sent_anew: bool = False  # delivery.corrections


def preview_edits(post: Post, content: Mapping[str, str]) -> list[EditPreview]:
    """Preview what becomes of each copy if `post` had this content, by the rules of `plan_edits`."""
    edited = copy(post)
    for name, value in content.items():
        setattr(edited, name, value)
    before = after = mentions.find_handles(post.author_id, post)
    if mentions.names_in(edited) != mentions.names_in(post):
        after = mentions.find_handles(post.author_id, edited)
    return [
        _preview(
            one, before=_outgoing(post, one.copy, before), after=_outgoing(edited, one.copy, after)
        )
        for one in _covered_copies(post)
    ]


def plan_edits(post: Post) -> list[Delivery]:
    """Create the edits of the post's copies, in the transaction that changed its content, with the post
    locked. Return those that will go."""
    handles = mentions.find_handles(post.author_id, post)
    made = (
        _plan_edit(post, one, _outgoing(post, one.copy, handles))
        for one in _covered_copies(post)
        if one.may_be_on_network
    )
    return [row for row in made if row is not None and row.state != _S.SKIPPED]


def edit_pre_send_check(delivery: Delivery, post: Post) -> str:
    """The reason why an edit need not or cannot be sent, besides eligibility.pre_send_check; or ""."""
    if not delivery.is_edit:
        return ""
    if post.kind not in CONNECTORS[delivery.link.network].can_edit:
        return CANNOT_EDIT
    return ALREADY_THERE if _version_there(delivery, post) == post.version else ""


def replaces_photos(delivery: Delivery, post: Post) -> bool:
    """Whether photos were moved or removed since the copy got its own. Then the edit uploads them anew.

    To find the network's ids of the old ones was considered and rejected: where an answer was lost, nothing
    tells whether they stand in the old order or in the new one.
    """
    if not delivery.is_edit or not post.photos_version:
        return False
    return (_version_there(delivery, post) or 0) < post.photos_version


def _version_there(delivery: Delivery, post: Post) -> int | None:
    """The version of the content that the copy has; 0 where that is ambiguous."""
    said = Delivery.objects.filter(
        post=post,
        link=delivery.link_id,
        operation__in=(DeliveryOperation.PUBLISH, DeliveryOperation.EDIT),
        state=_S.SENT,
        sequence__lt=delivery.sequence,
    )
    return said.order_by("-sequence").values_list("version", flat=True).first()


def store_remote_name(copy: Delivery, receipt: Receipt) -> None:
    """Store the id and address that the copy has after an edit: later edits and deletes need them."""
    named = {
        "remote_id": receipt.remote_id[:500] or copy.remote_id,
        "remote_url": receipt.url[:500] or copy.remote_url,
    }
    if any(getattr(copy, name) != value for name, value in named.items()):
        Delivery.objects.filter(pk=copy.pk).update(**named)


def _covered_copies(post: Post) -> list[CopyHistory]:
    """The copies within the post's present audience. A wider copy is deleted, never edited."""
    return [
        one
        for one in sequence.editable_copies(post)
        if eligibility.covers_audience(post, one.copy.audience)
    ]


def _plan_edit(post: Post, one: CopyHistory, outgoing: OutgoingPost) -> Delivery | None:
    """Queue the edit of a copy, replacing unsent ones. None if the same skip is recorded already."""
    decision = eligibility.check_eligibility(outgoing, one.copy.link)
    state, reason = _initial_edit_state(one.copy, decision)
    last = one.edits[-1] if one.edits else None
    if state == _S.SKIPPED and last is not None and (last.state, last.reason) == (state, reason):
        return None
    waited = [row for row in one.edits if row.state in UNSENT_STATES]
    rows = Delivery.objects.filter(pk__in=[row.pk for row in waited], state__in=UNSENT_STATES)
    rows.change(_S.CANCELLED, reason=REPLACED, due_at=None, sent_as={})
    start = InitialDelivery(
        state,
        reason,
        audience=one.copy.audience,
        due_at=_not_before(waited),
        is_notified=True,  # the page before saving showed it: `preview_edits`
    )
    return sequence.append_delivery(post, one.copy.link, DeliveryOperation.EDIT, start)


def _not_before(waited: list[Delivery]) -> datetime:
    """When the new edit is due: no sooner than those it replaces, which the network may have put off."""
    put_off = [row.due_at for row in waited if row.tries and row.due_at is not None]
    return max([timezone.now(), *put_off])


def _initial_edit_state(copy: Delivery, decision: Eligibility) -> tuple[str, str]:
    """The initial state and reason of an edit of `copy`."""
    if copy.link.state == LinkState.ENDED:
        return _S.SKIPPED, eligibility.UNLINKED
    if copy.subject_kind not in CONNECTORS[copy.link.network].can_edit:
        return _S.SKIPPED, CANNOT_EDIT
    if not decision.goes:
        return _S.SKIPPED, decision.reason
    return (_S.PARKED if decision.needs_reauthorization else _S.WAITING), decision.reason


def _outgoing(post: Post, copy: Delivery, handles: Handles) -> OutgoingPost:
    """The post's content for the audience of `copy`."""
    return eligibility.outgoing_post(post, copy.link, copy.audience, handles=handles)


def _preview(one: CopyHistory, *, before: OutgoingPost, after: OutgoingPost) -> EditPreview:
    link = one.copy.link
    now, decision = (eligibility.check_eligibility(each, link) for each in (before, after))
    if not one.may_be_on_network:
        will, reason = ("go" if decision.goes else "hold"), decision.reason
    else:
        state, reason = _initial_edit_state(one.copy, decision)
        will = {_S.SKIPPED: "stay", _S.PARKED: "wait"}.get(DeliveryState(state), "change")
    is_worse = _is_uncut(now) and not _is_uncut(decision)
    preview = None if will == "stay" else decision.preview
    return EditPreview(
        link=link,
        will=will,
        url=one.copy.remote_url,
        reason=reason,
        preview=preview,
        needs_confirmation=is_worse and reason != CANNOT_EDIT,
        names=mentions.names_there(after, preview),
        can_be_sent_anew=reason == CANNOT_EDIT
        and corrections.takes_corrections(link.network, after.kind),
    )


def _is_uncut(decision: Eligibility) -> bool:
    return decision.goes and decision.preview is not None and not decision.preview.is_cut
