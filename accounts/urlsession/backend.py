"""SESSION_ENGINE: Django's database sessions, with the hash of the token as session key.

What allauth, the admin or a dump hold is a hash and opens nothing. allauth also replaces
`request.session` by a fresh store made from the key alone; since the raw token is kept in the
request's context and not on the store, that loses nothing.
"""

import time
from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib.auth import SESSION_KEY as MEMBER_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.middleware.csrf import CSRF_SESSION_KEY
from django.urls import set_script_prefix
from django.utils import timezone

from accounts.urlsession.conf import get_setting
from accounts.urlsession.context import SessionContext, SessionMode, current_context
from accounts.urlsession.models import Session
from accounts.urlsession.signals import session_key_changed
from accounts.urlsession.tokens import hash_token, new_token

# Where a session says what it is bound to: mode, client (the browser's names, hashed), address,
# began (seconds), member.
STAMP = "_urlsession"
# Set in a member's session that ended because another browser opened its address.
EXPOSED = "_exposed"

# Set in a session that takes the place of one that had ended; a message tells the member once.
ENDED = "_session_ended"

# Set (to the time in seconds) in a session that the next request may enter from another site, once:
# browsers call a request "cross-site" through all the redirects that follow a link of another site.
ENTRY_TICKET = "_entry_ticket"
ENTRY_TICKET_SECONDS = 60

# What a session holds before its visitor has done anything.
_INITIAL_KEYS = {STAMP, ENDED, CSRF_SESSION_KEY, ENTRY_TICKET}


class SessionStore(DatabaseStore):
    """A session. Stamps itself with its mode, browser and age whenever it is saved."""

    expires_at: datetime | None = None
    _stored = ""  # the data as the row had it

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]
        self.expires_at = row.expire_date if row else None
        self._stored = row.session_data if row else ""
        return self.decode(row.session_data) if row else {}

    def exists(self, session_key: str) -> bool:
        """Whether a live session has this key. Ended ones stay in the table for a while."""
        rows = Session.objects.filter(session_key=session_key, expire_date__gt=timezone.now())
        return bool(rows.exists())

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        self._stamp(data)
        row = cast(Session, super().create_model_instance(data))
        row.address_hash = data.get(STAMP, {}).get("address", "")
        row.is_empty = data.keys() <= _INITIAL_KEYS
        return row

    def get_session_cookie_age(self) -> int:
        return int(get_setting("URLSESSION_IDLE"))

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """When the session ends without further requests: idle or absolute time-out.

        What a library asked for by set_expiry() cannot make it longer.
        """
        now = kwargs.get("modification") or timezone.now()
        idle = now + timedelta(seconds=get_setting("URLSESSION_IDLE"))
        return min(super().get_expiry_date(**kwargs), idle)

    def touch(self) -> None:
        """Extend the idle time-out without rewriting the data, and not for every request."""
        end = timezone.now() + timedelta(seconds=get_setting("URLSESSION_IDLE"))
        step = timedelta(seconds=get_setting("URLSESSION_TOUCH"))
        if self.expires_at is not None and self.expires_at < end - step:
            Session.objects.filter(session_key=self.session_key).update(expire_date=end)
            self.expires_at = end

    def is_bound_to(self, mode: SessionMode, browser: str) -> bool:
        """Whether the session is live, of this mode, and, in an address, of this browser."""
        if mode is SessionMode.URL and self._client != browser:
            return False
        return self.is_alive(mode)

    def take_ticket(self) -> bool:
        """Use up the entry ticket for a cross-site request. Of many at once, one may."""
        made_at = self.pop(ENTRY_TICKET, 0)
        if time.time() - made_at > ENTRY_TICKET_SECONDS:
            return False
        unchanged = Session.objects.filter(pk=self.session_key, session_data=self._stored)
        data = self.encode(self._session)  # type: ignore[attr-defined]
        self.modified = False
        return bool(unchanged.update(session_data=data) == 1)

    def end_if_exposed(self, browser: str) -> bool:
        """End a live session whose address came from another browser; True if this call did.

        The row of a member's session stays, marked, so that the member's own phone is told.
        """
        if not self.is_alive(SessionMode.URL) or self._client in (None, browser):
            return False
        now = timezone.now()
        self[EXPOSED] = True
        live = Session.objects.filter(pk=self.session_key, expire_date__gt=now)
        data = self.encode(self._session)  # type: ignore[attr-defined]
        return bool(live.update(expire_date=now, session_data=data) == 1)

    @property
    def _client(self) -> str | None:
        """The browser's hash; None in sessions of an earlier version, which never open."""
        return (self.get(STAMP) or {}).get("client")

    def is_alive(self, mode: SessionMode) -> bool:
        """Whether the session is live and of this mode, whatever browser asks."""
        stamp = self.get(STAMP) or {}
        if self.session_key is None or stamp.get("mode") != mode:
            return False
        return time.time() - float(stamp["began"]) <= float(get_setting("URLSESSION_ABSOLUTE"))

    def is_anonymous(self) -> bool:
        """Whether nobody is logged in here."""
        return MEMBER_KEY not in self

    def cycle_key(self) -> None:
        old = self.session_key
        super().cycle_key()
        if old and not self.is_anonymous():
            session_key_changed.send(SessionStore, old=old, new=self.session_key)

    def flush(self) -> None:
        context, old = current_context(), self.session_key
        super().flush()
        if context and context.mode is SessionMode.URL and old == context.current_key:
            context.current_key = None
            set_script_prefix(f"{context.outer}/")

    def _get_new_session_key(self) -> str:
        """Create a token. For the request's own session, move the prefix at once."""
        token = new_token()
        key = hash_token(token)
        context = current_context()
        if context is not None:
            context.minted[key] = token
            if context.mode is SessionMode.URL and self.session_key == context.current_key:
                context.current_key = key
                set_script_prefix(context.prefix_for(token) + "/")
        return key

    def _stamp(self, data: dict[str, Any]) -> None:
        """Bind a new session; restart the absolute time-out at log-in."""
        stamp = data.get(STAMP)
        member = MEMBER_KEY in data
        if stamp is None:
            context = current_context()
            if context is None or context.mode is SessionMode.NONE:
                return  # made outside of a request: bound to nothing, so it opens nowhere
            stamp = data[STAMP] = _fresh_stamp(context)
        elif member and not stamp["member"]:
            stamp["began"] = int(time.time())
        stamp["member"] = member
        if member:
            stamp["address"] = ""


def _fresh_stamp(context: SessionContext) -> dict[str, Any]:
    return {
        "mode": str(context.mode),
        "client": context.browser,
        "address": context.address,
        "began": int(time.time()),
        "member": False,
    }
