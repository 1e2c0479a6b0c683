"""Where posts and replies went: a line for each link, in the member's language.

The page of all posts, that of one post and that of one answer show the same lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.translation import gettext as _

from syndication.delivery.availability import with_availability
from syndication.delivery.eligibility import NEEDS_YOU
from syndication.delivery.sequence import POSSIBLY_SENT_STATES
from syndication.delivery.undelivered import NOTHING_TO_DELETE
from syndication.models import Delivery, DeliveryOperation, DeliveryState
from syndication.models.delivery import DeliveryQuerySet
from syndication.queries.copies import NEVER_WENT, has_open_or_sent_delete
from syndication.queries.copy_times import MemberClock
from syndication.queries.link_labels import as_list, link_labels

_S = DeliveryState


@dataclass(frozen=True)
class CopyLine:
    """The outcome of one post, or reply, on one link.

    `text` says it, `sentence` why ("" where there is nothing to say), `see` is the copy's
    address while it stands. `asks`: the member has to decide. `repairs`: it waits until the link is linked
    again. `row` is the delivery that it is about.
    """

    row: Delivery
    name: str
    text: str
    sentence: str = ""
    see: str = ""
    asks: bool = False
    repairs: bool = False


@dataclass
class Whereabouts:
    """A post or an answer with its lines. `at` is when it was written, as text."""

    title: str
    at: str
    post_id: int | None = None
    interaction_id: int | None = None
    is_deleted: bool = False
    lines: list[CopyLine] = field(default_factory=list)


def newest_rows(rows: DeliveryQuerySet, subject: str, clock: MemberClock) -> DeliveryQuerySet:
    """Of `rows`, the last one of each post, or answer, on each link; edits that never went excepted.

    Kept beside it: a row that only the member can end, since what follows waits for it, and a copy that
    could not be deleted. `subject` is what all rows are of, "post" or "interaction": a condition on either
    would read all that ever went to the link. Each row has `copy_url`, `copy_state`, `copy_sent_at` and
    `copy_gone_at` of its copy, `is_behind_open` (an earlier row of its sequence is open), and the columns
    of delivery.availability.
    """
    unsent_edit = Q(operation=DeliveryOperation.EDIT, state__in=NEVER_WENT)
    beside = Delivery.objects.filter(**{subject: OuterRef(subject)}, link=OuterRef("link"))
    later = beside.filter(sequence__gt=OuterRef("sequence")).exclude(unsent_edit)
    deletes = later.filter(operation=DeliveryOperation.DELETE)
    is_left = Q(operation=DeliveryOperation.DELETE, state__in=(_S.FAILED, _S.SKIPPED))
    ended = Q(operation=DeliveryOperation.PUBLISH, state__in=(_S.FAILED, _S.EXPIRED))
    is_asked = Q(state=_S.UNCONFIRMED, due_at=None)
    has_edits_alone = ~Exists(later.exclude(operation=DeliveryOperation.EDIT))
    last = rows.exclude(unsent_edit).filter(
        ~Exists(later) | is_asked | (is_left & ~Exists(deletes)) | (ended & has_edits_alone)
    )
    last = last.annotate(
        is_behind_open=Exists(beside.open().filter(sequence__lt=OuterRef("sequence"))),
        copy_url=_of_copy(subject, "remote_url"),
        copy_state=_of_copy(subject, "state"),
        copy_sent_at=_of_copy(subject, "sent_at"),
        copy_gone_at=_of_copy(subject, "remote_deleted_at"),
    )
    return with_availability(last, clock.now, link="link__").select_related("link", "interaction")


def with_copy_activity(rows: DeliveryQuerySet, subject: str) -> DeliveryQuerySet:
    """Add to rows of `newest_rows` what the commands of a page need: `is_being_deleted` (the copy is deleted, or
    about to be), and `replies` and `likes` of the copy, None where nothing is known."""
    return rows.annotate(
        is_being_deleted=has_open_or_sent_delete(subject),
        replies=_of_copy(subject, "activity__replies"),
        likes=_of_copy(subject, "activity__likes"),
    )


def copy_lines(rows: Iterable[Delivery], clock: MemberClock) -> list[CopyLine]:
    """The lines of rows of `newest_rows`, by network."""
    found = sorted(rows, key=lambda row: (row.link.network, row.link_id, row.sequence))
    labels = link_labels(row.link for row in found)
    return [_line(row, labels[row.link_id], clock) for row in found]


def without_repeated_repairs(lines: Iterable[CopyLine], seen: set[int]) -> list[CopyLine]:
    """The lines, of which the first for a link has the press that repairs it. `seen`: the keys of links
    that have it already."""
    shown = []
    for line in lines:
        is_first = line.row.link_id not in seen
        if line.repairs:
            seen.add(line.row.link_id)
        shown.append(line if is_first else replace(line, repairs=False))
    return shown


def merged(lines: Iterable[CopyLine]) -> list[CopyLine]:
    """The lines with the links of which the same is said, and nothing can be pressed, on one line."""
    found: dict[Any, list[CopyLine]] = {}
    for line in lines:
        is_alone = line.see or line.repairs
        key = line.row.pk if is_alone else (line.text, line.sentence, line.asks)
        found.setdefault(key, []).append(line)
    return [
        ones[0]
        if len(ones) == 1
        else CopyLine(
            row=ones[0].row,
            name=as_list(one.name for one in ones),
            text=ones[0].text,
            sentence=ones[0].sentence,
            asks=ones[0].asks,
        )
        for ones in found.values()
    ]


def _of_copy(subject: str, column: str) -> Subquery:
    """`column` of the last publish up to each row."""
    publishes = Delivery.objects.filter(
        **{subject: OuterRef(subject)},
        operation=DeliveryOperation.PUBLISH,
        link=OuterRef("link"),
        sequence__lte=OuterRef("sequence"),
    )
    return Subquery(publishes.order_by("-sequence").values(column)[:1])


def _line(row: Any, name: str, clock: MemberClock) -> CopyLine:
    is_in_doubt = row.state == _S.UNCONFIRMED and row.due_at is None
    text, sentence = _STATE_TEXTS[row.state](row, clock)
    was_there = row.copy_sent_at is not None and row.copy_gone_at is None
    is_there = was_there and not (row.is_delete and row.state == _S.SENT)
    return CopyLine(
        row=row,
        name=name,
        text=text,
        sentence=sentence,
        see=row.copy_url if is_there else "",
        asks=is_in_doubt or row.state in (_S.FAILED, _S.EXPIRED),
        repairs=row.state == _S.PARKED and row.link.account_id is not None,
    )


def _doing(row: Delivery, text: str) -> str:
    """`text` of a publish; of an edit or a delete, with what is being done before them."""
    if row.is_edit:
        return _("edit: %(words)s") % {"words": text}
    if row.is_delete:
        return _("deletion: %(words)s") % {"words": text}
    return text


def _sent(row: Any, clock: MemberClock) -> tuple[str, str]:
    when = {"when": clock.past(row.sent_at)}
    if row.is_delete:
        return _("deleted %(when)s") % when, ""
    if row.copy_gone_at is not None:
        return _gone(row, clock), ""
    if row.is_edit and row.copy_sent_at is not None:
        both = {"arrived": clock.past(row.copy_sent_at), **when}
        return _("arrived %(arrived)s, edited %(when)s") % both, row.reason_sentence
    return _("arrived %(when)s") % when, row.reason_sentence


def _waiting(row: Any, clock: MemberClock) -> tuple[str, str]:
    sentence = row.reason_sentence
    if row.paused is not None:
        text, sentence = _("waits because the staff paused the network"), row.paused
    elif row.host_rests_until is not None:
        until = {"when": clock.coming(max(row.host_rests_until, row.due_at))}
        text = _("the network does not answer; tries again at %(when)s") % until
    elif row.limited_until is not None:
        until = {"when": clock.coming(max(row.limited_until, row.due_at))}
        text = _("is over its limit until %(when)s") % until
    elif row.is_behind_open:
        text = _("waits for the previous step")
    elif row.due_at <= clock.now:
        text = _("goes in a moment")
    elif row.tries:
        text = _("tries again at %(when)s") % {"when": clock.coming(row.due_at)}
    else:
        text = _("goes at %(when)s") % {"when": clock.coming(row.due_at)}
    return _doing(row, text), sentence


def _sending(row: Delivery, clock: MemberClock) -> tuple[str, str]:
    return _doing(row, _("is being sent now; look again in a minute")), ""


def _unconfirmed(row: Delivery, clock: MemberClock) -> tuple[str, str]:
    if row.due_at is None:
        return _doing(row, _("we could not confirm that it arrived")), row.reason_sentence
    if row.due_at <= clock.now:
        return _doing(row, _("no clear answer yet; we check again in a moment")), ""
    when = {"when": clock.coming(row.due_at)}
    return _doing(row, _("no clear answer yet; we check again at %(when)s") % when), ""


def _parked(row: Delivery, clock: MemberClock) -> tuple[str, str]:
    is_said = row.reason == NEEDS_YOU and row.link.account_id is not None  # by the press beside it
    return _doing(row, _("waits for you")), "" if is_said else row.reason_sentence


def _ended(row: Any, clock: MemberClock) -> tuple[str, str]:
    if row.copy_gone_at is not None:
        return _gone(row, clock), ""
    if row.is_delete:
        text = _left(row)
    elif row.is_edit:
        text = _("still has the old text")
    else:
        text = _("did not arrive") if row.state == _S.FAILED else _("was not sent")
    return text, row.reason_sentence


def _gone(row: Any, clock: MemberClock) -> str:
    when = {"when": clock.past(row.copy_sent_at)}
    return _("arrived %(when)s, and was deleted on the network since") % when


def _left(row: Any) -> str:
    """Describe what is still on the network after a delete that did not happen, by the state of the copy."""
    if row.copy_sent_at is not None:
        return _("is still on the network")
    if row.copy_state in POSSIBLY_SENT_STATES or _is_of_tried_like(row):
        return _("may still be on the network")
    return _("did not arrive")


def _is_of_tried_like(row: Delivery) -> bool:
    """Whether it takes back a like that may be there, though no answer said so."""
    return row.is_of_like and row.reason != NOTHING_TO_DELETE


_STATE_TEXTS: dict[str, Callable[[Any, MemberClock], tuple[str, str]]] = {
    _S.WAITING: _waiting,
    _S.SENDING: _sending,
    _S.UNCONFIRMED: _unconfirmed,
    _S.SENT: _sent,
    _S.PARKED: _parked,
    _S.FAILED: _ended,
    _S.EXPIRED: _ended,
    _S.SKIPPED: _ended,
    _S.CANCELLED: _ended,
}
