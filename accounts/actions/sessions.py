"""A member's sessions: list them and end them. Keys are hashes, and no page shows one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.actions import mailed_links, notices
from accounts.actions.notices import NoticeEvent
from accounts.models import Member
from accounts.models.people_notices import SESSION_ENDED
from accounts.urlsession.api import device_label, end_session, open_session
from accounts.urlsession.models import Session

MAX_SESSIONS = 50  # live sessions of one member


@dataclass(frozen=True)
class SessionLine:
    """One session as its member's list shows it."""

    pk: int
    device: str
    address: str
    began_at: datetime
    used_at: datetime
    is_current: bool


def list_sessions(member: Member, *, current_key: str | None) -> list[SessionLine]:
    """List the member's live sessions: the current one first, then the last used."""
    rows = _live_rows(member).order_by("-ends_at")
    lines = [_session_line(row, current_key) for row in rows]
    return sorted(lines, key=lambda line: not line.is_current)


def end_own_session(pk: int, *, by: Member) -> None:
    """End one session of the member. Another member's is left alone."""
    for row in UserSession.objects.filter(pk=pk, user=by):
        _end_row(row)


def end_session_as_staff(row: UserSession) -> None:
    """End a member's session, and tell them."""
    _end_row(row)
    notices.notify([row.user_id], NoticeEvent(SESSION_ENDED, again_after=timedelta(0)))


def end_other_sessions(*, by: Member, current_key: str | None) -> int:
    """End all sessions of the member but the current one, and the links in mails; returns how many."""
    mailed_links.end_mailed_links(by)
    others = list(UserSession.objects.filter(user=by).exclude(session_key=current_key or "-"))
    for row in others:
        _end_row(row)
    return len(others)


@receiver(post_save, sender=UserSession, dispatch_uid="accounts.sessions.end_surplus_sessions")
def end_surplus_sessions(instance: UserSession, created: bool, **_: object) -> None:
    """A member who comes in once too often is out where they have been idle for longest."""
    if not created:
        return
    others = _live_rows(instance.user).exclude(pk=instance.pk).order_by("-ends_at")
    for row in others[MAX_SESSIONS - 1 :]:
        _end_row(row)


def is_logged_in(member: Member, session_key: str) -> bool:
    """Whether this session is live and the member's, under their present password."""
    store = open_session(session_key)
    if store is None or not member.is_active or store.get(SESSION_KEY) != str(member.pk):
        return False
    stored = store.get(HASH_SESSION_KEY, "")
    hashes = (member.get_session_auth_hash(), *member.get_session_auth_fallback_hash())
    return any(constant_time_compare(stored, each) for each in hashes)


def live_session_keys() -> QuerySet[Session, Any]:
    """Select the keys of all live sessions, for a sub-select."""
    live: QuerySet[Session] = Session.objects.filter(expire_date__gt=timezone.now())
    return live.values("session_key")


def _live_rows(member: Member) -> QuerySet[UserSession]:
    ends_at = Session.objects.filter(session_key=OuterRef("session_key")).values("expire_date")
    rows = UserSession.objects.filter(user=member, session_key__in=live_session_keys())
    annotated: QuerySet[UserSession] = rows.annotate(ends_at=Subquery(ends_at))
    return annotated


def _session_line(row: UserSession, current_key: str | None) -> SessionLine:
    idle = timedelta(seconds=settings.URLSESSION_IDLE)
    return SessionLine(
        pk=row.pk,
        device=device_label(row.user_agent),
        address=row.ip,
        began_at=row.created_at,
        # A session says when it will end, which is so long after it was used.
        used_at=row.ends_at - idle,
        is_current=row.session_key == current_key,
    )


def _end_row(row: UserSession) -> None:
    end_session(row.session_key)
    row.delete()
