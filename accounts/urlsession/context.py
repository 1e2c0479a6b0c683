"""The current request's session context, for code that has no request.

The session store and `reverse()` know none, so the middleware leaves it in a ContextVar.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum

from django.http import HttpRequest
from django.urls import get_script_prefix, set_script_prefix


class SessionMode(StrEnum):
    """Where the session is kept: in the address, in a cookie, or nowhere."""

    URL = "url"
    COOKIE = "cookie"
    NONE = "none"


@dataclass
class SessionContext:
    """One request's session state. Raw tokens stay out of repr(), which ends in error reports."""

    mode: SessionMode = SessionMode.NONE
    outer: str = ""  # SCRIPT_NAME of the deployment, without slash at the end
    browser: str = ""  # clients.browser_id(), stamped into new sessions
    address: str = ""  # clients.address_hash(), stamped into new anonymous sessions
    token: str | None = field(default=None, repr=False)  # raw, as the client presented it
    # Raw, of the session cookie that came to a page without session. Read, never renewed or set.
    cookie_token: str | None = field(default=None, repr=False)
    key: str | None = None  # hash of that token while its session lives
    current_key: str | None = None  # key of the session that is in use now
    minted: dict[str, str] = field(default_factory=dict, repr=False)  # key -> raw token, made here
    out_tickets: dict[str, str] = field(default_factory=dict)  # ticket -> outside address
    permission_pages: set[str] = field(default_factory=set)  # those of them that lead to one
    is_preserved_form_shown: bool = False  # a view asked for the form, so it shows it

    def prefix_for(self, token: str | None) -> str:
        """SCRIPT_NAME for a token, without trailing slash."""
        return f"{self.outer}/s/{token}" if token else self.outer

    def token_of(self, key: str | None) -> str | None:
        """The raw token of a session key, if this request knows it."""
        return self.token if key and key == self.key else self.minted.get(key or "")

    def raw_tokens(self) -> list[str]:
        """All raw tokens that this request knows, for masking."""
        return [token for token in (self.token, self.cookie_token, *self.minted.values()) if token]


_current: ContextVar[SessionContext | None] = ContextVar("urlsession", default=None)


def current_context() -> SessionContext | None:
    """The context of the current request, or None."""
    return _current.get()


def get_request_context(request: HttpRequest) -> SessionContext:
    """The context that the middleware set on the request; an empty one where it did not."""
    context = getattr(request, "urlsession", None)
    return context if isinstance(context, SessionContext) else SessionContext()


@contextmanager
def activate_context(context: SessionContext) -> Iterator[SessionContext]:
    """Make the context current, and restore context and prefix afterwards.

    The reset matters: Django leaves the last request's prefix standing in the thread.
    """
    before = get_script_prefix()
    reset = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(reset)
        set_script_prefix(before)


@contextmanager
def override_script_prefix(prefix: str) -> Iterator[None]:
    """Reverse addresses below `prefix`, which ends in a slash."""
    before = get_script_prefix()
    set_script_prefix(prefix)
    try:
        yield
    finally:
        set_script_prefix(before)


@contextmanager
def no_session_prefix() -> Iterator[None]:
    """Reverse addresses without the token: for mails, feeds, QR codes and callbacks."""
    context = current_context()
    with override_script_prefix(f"{context.outer}/" if context else "/"):
        yield
