"""The deletion log: what was deleted after a backup does not come back when the backup is restored, nor does
whom a member blocked or left, a reader who was taken off, or what and whom staff hid and suspended since.

Rows are recorded in the transaction that deletes (syndication.signals) and appended to the file
DELETION_LOG by the worker, seconds later: one line of JSON for each, with keys and no words or names. The
file lies beside the backups, not in this database. Where it is not set nothing is recorded.
"""

from __future__ import annotations

import json
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.actions import friends
from accounts.actions.account_closure import LastSuperuser
from accounts.models import Audience, Member, contained_audiences
from syndication.actions import account_closure, interactions, links, posts, privacy_replays
from syndication.delivery import outcomes, planning
from syndication.models import (
    Comment,
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Interaction,
    Link,
    LinkState,
    LoggedDeletion,
    Post,
    ReportCase,
    ReportedKind,
)
from syndication.queries.cases import HIDEABLE, find_subject

logger = logging.getLogger(__name__)

ROWS = 1000  # lines written at once
Entry = dict[str, Any]


def record_deletion(what: str, key: int, **details: Any) -> None:
    """Record a deletion in this transaction. `what` is a key of REPLAYS."""
    if settings.DELETION_LOG:
        LoggedDeletion.objects.create(what=what, key=key, details=details)


def write_deletion_log(now: datetime | None = None) -> int:
    """Append what is recorded to the file. Return how many lines. Called by the worker, on any host:
    a row is gone once its line is on the disk, so a worker that is killed writes some lines twice."""
    if not settings.DELETION_LOG or not LoggedDeletion.objects.exists():
        return 0
    file = open_deletion_log()
    with transaction.atomic():
        rows = LoggedDeletion.objects.select_for_update(skip_locked=True).order_by("pk")
        taken = list(rows[:ROWS])
        if taken:
            _append(file, taken)
        LoggedDeletion.objects.filter(pk__in=[row.pk for row in taken]).delete()
    return len(taken)


def open_deletion_log() -> Path:
    """The file, made if it is not there. Raises OSError where it cannot be written."""
    file = Path(settings.DELETION_LOG)
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    return file


def _append(file: Path, rows: Iterable[LoggedDeletion]) -> None:
    lines = [
        json.dumps({"at": row.at.isoformat(), "what": row.what, "key": row.key, **row.details})
        for row in rows
    ]
    with file.open("a", encoding="utf-8") as opened:
        opened.write("".join(f"{line}\n" for line in lines))
        opened.flush()
        os.fsync(opened.fileno())


def read_deletion_log(lines: Iterable[str], since: datetime) -> Iterator[Entry]:
    """The entries since then. A line that cannot be read (of a full disk, say) is logged and left out."""
    for line in lines:
        try:
            entry = json.loads(line)
            at = parse_datetime(entry["at"])
            is_later = at is not None and at >= since and entry["what"] in REPLAYS
            is_later = is_later and isinstance(entry["key"], int)
        except (ValueError, KeyError, TypeError):
            logger.warning("a line of the deletion log cannot be read")
            continue
        if is_later:
            yield entry


def replay_deletions(entries: Iterable[Entry]) -> Counter[str]:
    """Replay the deletions made after the backup. Return how many of each kind had an effect."""
    counts: Counter[str] = Counter()
    for entry in entries:
        counts[entry["what"]] += REPLAYS[entry["what"]](entry)
    return counts


def _delete_post(entry: Entry) -> bool:
    post = Post.objects.filter(pk=entry["key"], deleted_at=None).first()
    if post is not None:
        posts.erase_post(post)
    return post is not None


def _narrow_post(entry: Entry) -> bool:
    """A group or chosen people may not be those of then any more: such a post is its writer's alone."""
    post = Post.objects.filter(pk=entry["key"], deleted_at=None).first()
    plain = (Audience.EVERYONE, Audience.FRIENDS_OF_FRIENDS, Audience.FRIENDS)
    wanted = entry.get("audience")
    audience = wanted if wanted in plain else Audience.ONLY_ME
    if (
        post is None
        or audience == post.audience
        or audience not in contained_audiences(post.audience)
    ):
        return False
    post.audience, post.group, post.chosen_at = audience, None, None
    post.save(update_fields=["audience", "group", "chosen_at"])
    planning.withdraw_copies(post)
    return True


def _doubt_copies(entry: Entry) -> bool:
    """The post was edited after the backup: a copy may have words that are not known here, so that it
    cannot be looked for, and its member is asked."""
    unsure = Delivery.objects.filter(
        post=entry["key"], state=DeliveryState.UNCONFIRMED, due_at__isnull=False
    ).exclude(operation=DeliveryOperation.DELETE)
    return bool(unsure.update(due_at=None, reason=outcomes.NOT_SURE))


def _delete_comment(entry: Entry) -> bool:
    return bool(Comment.objects.filter(pk=entry["key"]).delete()[0])


def _take_interaction_back(entry: Entry) -> bool:
    rows = Interaction.objects.select_related("link__member")
    taken = rows.filter(pk=entry["key"], deleted_at=None).first()
    if taken is not None:
        interactions.take_back(taken, by=taken.link.member)
    return taken is not None


def _end_link(entry: Entry) -> bool:
    link = Link.objects.filter(pk=entry["key"]).exclude(state=LinkState.ENDED).first()
    if link is None:
        return False
    account = link.account
    links.end_link(link)
    planning.close_link(link, timezone.now())
    if account is not None:
        account.delete()
    return True


def _close_account(entry: Entry) -> bool:
    member = Member.objects.filter(pk=entry["key"], closing_at=None).first()
    if member is None:
        return False
    takes_back = bool(entry.get("takes_copies_back"))
    try:
        account_closure.close_account(by=member, takes_copies_back=takes_back)
    except LastSuperuser:
        logger.warning("member %s stays: the last superuser in this backup", member.pk)
        return False
    return True


def _forget_address(entry: Entry) -> bool:
    """The account was closed to its end: its last mail was sent."""
    return bool(Member.objects.filter(pk=entry["key"]).exclude(email="").update(email=""))


def _block(entry: Entry) -> bool:
    """With it the friendship goes. Who was unblocked since stays blocked: the safer of the two."""
    blocker = Member.objects.filter(pk=entry["key"]).first()
    blocked = Member.objects.filter(pk=entry.get("other")).first()
    if blocker is None or blocked is None or blocker == blocked:
        return False
    friends.block_member(blocked, by=blocker)
    return True


def _hide(entry: Entry) -> bool:
    """The decision is lost, and perhaps the case: staff decide again, who alone can show it."""
    model = HIDEABLE.get(entry.get("of", ""))
    case = ReportCase(kind=entry.get("of", ""), subject=entry["key"])
    row = find_subject(case)
    if model is None or row is None:
        return False
    model._default_manager.filter(pk=row.pk, hidden_at=None).update(hidden_at=timezone.now())
    if isinstance(row, Post):
        _reopen_case(case, owner=row.author, audience=row.audience)
    else:
        audience = row.post.audience if row.post is not None else Audience.ONLY_ME
        _reopen_case(case, owner=row.writer, audience=audience)
    return True


def _show(entry: Entry) -> bool:
    model = HIDEABLE.get(entry.get("of", ""))
    hidden = model._default_manager.filter(pk=entry["key"]) if model else None
    return hidden is not None and bool(hidden.exclude(hidden_at=None).update(hidden_at=None))


def _suspend(entry: Entry) -> bool:
    member = Member.objects.filter(pk=entry["key"], suspended_at=None, is_superuser=False).first()
    if member is None:
        return False
    Member.objects.filter(pk=member.pk).update(suspended_at=timezone.now())
    case = ReportCase(kind=ReportedKind.PROFILE, subject=member.pk)
    _reopen_case(case, owner=member, audience=Audience.EVERYONE)
    return True


def _end_suspension(entry: Entry) -> bool:
    rows = Member.objects.filter(pk=entry["key"]).exclude(suspended_at=None)
    return bool(rows.update(suspended_at=None))


def _reopen_case(case: ReportCase, *, owner: Member, audience: str) -> None:
    about = {"kind": case.kind, "subject": case.subject}
    ReportCase.objects.get_or_create(**about, defaults={"owner": owner, "audience": audience})
    ReportCase.objects.filter(**about, waiting_since=None).update(waiting_since=timezone.now())


REPLAYS: dict[str, Callable[[Entry], bool]] = {
    "post": _delete_post,
    "narrowed": _narrow_post,
    "edited": _doubt_copies,
    "comment": _delete_comment,
    "interaction": _take_interaction_back,
    "link": _end_link,
    "member": _close_account,
    "erased": _forget_address,
    "blocked": _block,
    "hidden": _hide,
    "shown": _show,
    "suspended": _suspend,
    "restored": _end_suspension,
    **privacy_replays.REPLAYS,
}
