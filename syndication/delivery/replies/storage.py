"""Store and delete what was read for a copy: replies, likers and counts.

What comes from outside is not believed: the account's own replies (by author and by remote id), direct
messages, and what answers another post are left out; times are clamped, texts and numbers bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from syndication.connectors import parsing
from syndication.connectors.base import Friend, ReceivedReply
from syndication.delivery import import_schedule
from syndication.delivery.claims import LostLease
from syndication.delivery.replies import reply_notices, schedule
from syndication.models import (
    CopyActivity,
    Delivery,
    DeliveryOperation,
    Link,
    LinkImport,
    LinkState,
    RemoteLike,
    RemoteReply,
)

MAX_REPLIES = 500  # of one copy
MAX_LIKES = 200  # people who like one copy
MAX_TEXT_LENGTH = 3000  # characters of a reply; its address leads to the rest
MAX_ATTACHED_LENGTH = 300
MAX_ATTACHED = 8
MAX_ID_LENGTH = 500
MIN_PAGE_SIZE = 20  # a list of likes that is shorter is whole, whatever the count says
MAX_COUNTED = 1_000_000_000
TEXTS_KEPT = timedelta(days=30)  # after the last look
AT_ONCE = 200

_CHANGING = ("author_name", "author_handle", "text", "attached", "url", "visibility", "author_uid")


@dataclass
class CopyReading:
    """What was read of one copy; None: was not read. Counts are the network's own."""

    replies: list[ReceivedReply] | None = None
    likes: list[Friend] | None = None
    reply_count: int | None = None
    like_count: int | None = None
    is_whole: bool = True  # the thread was read to its end
    thread: str = ""

    @property
    def has_anything(self) -> bool:
        return self.replies is not None or self.likes is not None


@transaction.atomic
def store_reading(
    link_import: LinkImport,
    activity: CopyActivity,
    reading: CopyReading,
    changes: Mapping[str, object],
) -> None:
    """Store the reading, and `changes` of its row. Raises LostLease where another worker has the import.

    Nothing is stored where the copy is no longer looked at: it was deleted, or its replies stopped.
    """
    link = _lock_wanting_link(link_import.link_id)
    if not import_schedule.renew_link_import(link_import, timezone.now()):
        raise LostLease
    if link is None or not _lock_wanted_activity(activity.pk):
        return
    changed = dict(changes)
    if reading.thread:
        changed["thread"] = reading.thread[:500]
    if reading.replies is not None:
        changed |= _store_replies(activity.delivery, link, reading)
    if reading.likes is not None:
        changed |= _store_likes(activity.delivery, link, reading)
    CopyActivity.objects.filter(pk=activity.pk).update(**changed)


def forget_link(link: Link) -> None:
    """Delete all that came back to the link's copies. The activities go first: an import that is storing
    holds one of them, and what it stored meanwhile goes after."""
    CopyActivity.objects.filter(link=link).delete()
    RemoteReply.objects.filter(link=link).delete()
    RemoteLike.objects.filter(delivery__link=link).delete()


def forget_copies(copies: Iterable[int]) -> None:
    """Delete what came back to these copies (keys of deliveries), and look at them no more."""
    if not (keys := list(copies)):
        return
    for model in (CopyActivity, RemoteReply, RemoteLike):
        model.objects.filter(delivery__in=keys).delete()


def forget_deleted_copy(delete: Delivery) -> None:
    """The same of the copies that a sent delete took away."""
    before = Delivery.objects.in_sequence_of(delete).filter(sequence__lt=delete.sequence)
    copies = before.filter(operation=DeliveryOperation.PUBLISH)
    forget_copies(copies.filter(activity__isnull=False).values_list("pk", flat=True))


def empty_old_texts(now: datetime) -> int:
    """Of copies not looked at for TEXTS_KEPT keep counts and addresses alone. Called by the sweeper."""
    old = CopyActivity.objects.filter(has_texts=True, looked_at__lt=now - TEXTS_KEPT)
    copies = list(old.order_by("looked_at").values_list("pk", flat=True)[:AT_ONCE])
    if not copies:
        return 0
    with transaction.atomic():
        replies = RemoteReply.objects.filter(delivery__in=copies)
        replies.filter(url="").delete()
        replies.update(author_uid="", author_name="", author_handle="", text="", attached=[])
        RemoteLike.objects.filter(delivery__in=copies).delete()
        return CopyActivity.objects.filter(pk__in=copies).update(has_texts=False)


def _lock_wanting_link(pk: int) -> Link | None:
    """Lock the link: "Stop", an end of the link and a hidden account come before or after, not between."""
    links = Link.objects.select_for_update(no_key=True).exclude(state=LinkState.ENDED)
    return links.filter(pk=pk, brings_replies=True).first()


def _lock_wanted_activity(pk: int) -> bool:
    """Lock the row; False where it is gone, or the post or reply is."""
    rows = CopyActivity.objects.filter(pk=pk)
    is_there = bool(rows.select_for_update().values_list("pk"))
    return is_there and rows.filter(schedule.has_its_subject()).exists()


# --- Replies --------------------------------------------------------------------------------------


def _store_replies(copy: Delivery, link: Link, reading: CopyReading) -> dict[str, object]:
    listed = [each for each in reading.replies or [] if _answers(each, copy)]
    own = _own_ids(link, [each.remote_id for each in listed])
    others = [
        each
        for each in listed
        if each.remote_id not in own and link.account_uid(each.author.uid) != link.uid
    ]
    kept = {each.remote_id: each for each in others if each.visibility != "direct"}
    count = _write_replies(copy, link, kept, is_whole=reading.is_whole)
    shown = max(count, (reading.reply_count or 0) - (len(listed) - len(others)))
    changes: dict[str, object] = {"replies": min(shown, MAX_COUNTED)}
    if reading.reply_count is not None:
        changes["read_replies"] = min(reading.reply_count, MAX_COUNTED)
    return changes | ({"has_texts": True} if count else {})


def _answers(reply: ReceivedReply, copy: Delivery) -> bool:
    return reply.parent_id in ("", copy.remote_id) and 0 < len(reply.remote_id) <= MAX_ID_LENGTH


def _own_ids(link: Link, ids: list[str]) -> set[str]:
    """The remote ids of replies that were sent from here."""
    sent = Delivery.objects.filter(
        link=link, operation=DeliveryOperation.PUBLISH, remote_id__in=ids
    )
    return set(sent.values_list("remote_id", flat=True))


def _write_replies(
    copy: Delivery, link: Link, found: Mapping[str, ReceivedReply], *, is_whole: bool
) -> int:
    """Write what is new or edited; where the thread was read whole, delete what is gone from it. Return
    how many replies there are now."""
    now = timezone.now()
    before = {row.remote_id: row for row in RemoteReply.objects.filter(delivery=copy)}
    hidden = set(link.hidden_accounts.values_list("uid", flat=True))
    rows = {key: _new_row(copy, link, reply, now) for key, reply in found.items()}
    gone = [row.pk for key, row in before.items() if key not in rows] if is_whole else []
    edited = [row for key, row in before.items() if key in rows and _take_over(row, rows[key])]
    room = MAX_REPLIES - len(before) + len(gone)
    fresh = [row for key, row in rows.items() if key not in before][:room]
    for row in fresh:
        row.is_hidden = row.author_uid in hidden
    RemoteReply.objects.filter(pk__in=gone).delete()
    RemoteReply.objects.bulk_update(edited, _CHANGING)
    RemoteReply.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        reply_notices.notify_of_replies(copy, link, [row.remote_id for row in fresh])
    return len(before) - len(gone) + len(fresh)


def _new_row(copy: Delivery, link: Link, reply: ReceivedReply, now: datetime) -> RemoteReply:
    handle = reply.author.handle
    return RemoteReply(
        link=link,
        delivery=copy,
        remote_id=reply.remote_id,
        author_uid=link.account_uid(reply.author.uid)[:MAX_ID_LENGTH],
        author_name=reply.author.name[:100],
        author_handle=handle if len(handle) <= 300 else "",
        text=reply.text[:MAX_TEXT_LENGTH],
        attached=[
            [each.label, each.text[:MAX_ATTACHED_LENGTH]] for each in reply.attached[:MAX_ATTACHED]
        ],
        url=reply.url if len(reply.url) <= MAX_ID_LENGTH else "",
        visibility=reply.visibility,
        written_at=parsing.clamp_written_at(reply.created_at, now) or now,
    )


def _take_over(row: RemoteReply, read: RemoteReply) -> bool:
    """Update the row from the network's present reply. Return whether a stored value changed."""
    names = [name for name in _CHANGING if _stored(read, name) != getattr(row, name)]
    for name in names:
        setattr(row, name, getattr(read, name))
    return bool(names)


def _stored(row: RemoteReply, name: str) -> object:
    column: Any = RemoteReply._meta.get_field(name)
    return column.get_prep_value(getattr(row, name))


# --- Likes ----------------------------------------------------------------------------------------


def _store_likes(copy: Delivery, link: Link, reading: CopyReading) -> dict[str, object]:
    people = {
        link.account_uid(friend.uid)[:MAX_ID_LENGTH]: friend.name[:100]
        for friend in reading.likes or []
    }
    count = reading.like_count
    is_whole = len(people) < MIN_PAGE_SIZE or (count is not None and len(people) >= count)
    own = people.pop(link.uid, None)
    before = set(RemoteLike.objects.filter(delivery=copy).values_list("uid", flat=True))
    gone = before - set(people)
    if is_whole:
        RemoteLike.objects.filter(delivery=copy, uid__in=gone).delete()
    fresh = [uid for uid in people if uid not in before]
    RemoteLike.objects.bulk_create(
        [RemoteLike(delivery=copy, uid=uid, name=people[uid]) for uid in fresh],
        ignore_conflicts=True,
    )
    _forget_surplus_likes(copy)
    if fresh:
        reply_notices.notify_of_likes(copy, link, fresh)
    shown = max(len(people), (count or 0) - (own is not None))
    changes: dict[str, object] = {"likes": min(shown, MAX_COUNTED)}
    if count is not None:
        changes["read_likes"] = min(count, MAX_COUNTED)
    return changes | ({"has_texts": True} if people else {})


def _forget_surplus_likes(copy: Delivery) -> None:
    """Delete the oldest likers beyond the limit; a list of the newest names others each time."""
    newest = RemoteLike.objects.filter(delivery=copy).order_by("-pk").values_list("pk", flat=True)
    if surplus := list(newest[MAX_LIKES : 2 * MAX_LIKES]):
        RemoteLike.objects.filter(pk__in=surplus).delete()
