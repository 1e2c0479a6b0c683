"""The public interface of this package. Store session keys (hashes), never a raw token."""

from typing import Any

from django.http import HttpRequest

from accounts.urlsession.backend import STAMP, SessionStore
from accounts.urlsession.clients import client_address, is_crawler
from accounts.urlsession.context import SessionMode, get_request_context, no_session_prefix
from accounts.urlsession.cross_site import sessionless_form
from accounts.urlsession.devices import device_label
from accounts.urlsession.limits import delete_expired_sessions
from accounts.urlsession.locale import browser_language, session_language, set_session_language
from accounts.urlsession.models import Session
from accounts.urlsession.outbound import delete_outbound_link, outbound_path, safe_outbound_url
from accounts.urlsession.preserved_forms import (
    PreservedForm,
    get_preserved_form,
    initial_from_preserved_form,
    is_field_preserved,
    pop_preserved_form,
    preserve_form,
    redirect_to_preserved_form,
)
from accounts.urlsession.resolution import (
    create_url_session,
    ended_session_row,
    new_session_store,
    take_over_session,
)
from accounts.urlsession.tokens import hash_token, is_token, new_token, without_session_prefix

__all__ = [
    "PreservedForm",
    "SessionMode",
    "adopt_session",
    "browser_language",
    "session_language",
    "delete_expired_sessions",
    "client_address",
    "cookie_session_key",
    "current_session_mode",
    "stored_device_label",
    "device_label",
    "end_session",
    "delete_outbound_link",
    "hash_token",
    "initial_from_preserved_form",
    "is_field_preserved",
    "is_crawler",
    "is_url_mode",
    "get_preserved_form",
    "new_token",
    "no_session_prefix",
    "open_session",
    "outbound_path",
    "pop_preserved_form",
    "preserve_form",
    "redirect_to_preserved_form",
    "rotate_session",
    "safe_outbound_url",
    "sessionless_form",
    "set_session_language",
    "start_url_session",
    "pop_ended_session",
    "without_session_prefix",
]

_DEVICE = "_device"


def current_session_mode(request: HttpRequest) -> SessionMode:
    """Where this request's session is kept; SessionMode.NONE without one."""
    return get_request_context(request).mode


def is_url_mode(request: HttpRequest) -> bool:
    """Whether this request's session is in the address."""
    return current_session_mode(request) is SessionMode.URL


def cookie_session_key(request: HttpRequest) -> str | None:
    """The key of the browser's live cookie session, even on pages that never probe; else None.

    Pages that never probe (URLSESSION_NEVER_PROBE) see no cookie and use no session; this tells
    them that there is one, without renewing it.
    """
    context = get_request_context(request)
    if context.mode is SessionMode.COOKIE:
        return context.key
    token = context.cookie_token or ""
    if not is_token(token):
        return None
    store: SessionStore = new_session_store(hash_token(token))
    return store.session_key if store.is_bound_to(SessionMode.COOKIE, context.browser) else None


def start_url_session(request: HttpRequest, device: str = "") -> str:
    """Start a new URL session for the request; returns the prefix of its addresses.

    What the request had before is left alone, unless it was an anonymous URL session: that ends,
    since its address was known before. From here on reverse() and redirect() carry the new token.
    `device` names the phone in words in the list of sessions.
    """
    context = get_request_context(request)
    if context.mode is SessionMode.URL and request.session.session_key and _is_anonymous(request):
        request.session.flush()
    prefix = create_url_session(request, context)
    if device:
        request.session[_DEVICE] = device
    return prefix


def stored_device_label(store: Any) -> str:
    """The device label that start_url_session() stored, or ""."""
    return str(store.get(_DEVICE, ""))


def rotate_session(request: HttpRequest) -> None:
    """Move the session to a new token, after a link was made or a privilege changed."""
    if request.session.session_key:
        request.session.cycle_key()


def open_session(key: str) -> SessionStore | None:
    """Open the live session of a key on the server side; the caller calls save().

    It is not the request's: nothing here lets the client that asks have it.
    """
    store: SessionStore = new_session_store(key)
    mode = (store.get(STAMP) or {}).get("mode")
    return store if mode and store.is_alive(SessionMode(mode)) else None


def adopt_session(request: HttpRequest, key: str) -> str | None:
    """Make the live URL session of `key` this request's own, under a new token.

    Returns the prefix of its addresses, or None where it has ended, belongs to cookies, or to
    another browser. The caller must have proof that the client may have it: a stored key, or an
    OAuth state, which the network knows too, is none.
    """
    context = get_request_context(request)
    store: SessionStore = new_session_store(key)
    if not store.is_bound_to(SessionMode.URL, context.browser):
        return None
    return take_over_session(request, context, store)


def end_session(key: str) -> None:
    """End the session of a key, in effect from its next request."""
    new_session_store().delete(key)


def pop_ended_session(request: HttpRequest) -> dict[str, Any]:
    """Return and delete the data of the member's session that the request's dead token belonged to.

    For the page that asks to log in again: a phone that has a PIN is asked for that. It says who
    the session was of and proves nothing. Given once, and to the session's own browser alone: a
    dead address must not name a member to whoever finds it.
    """
    row = ended_session_row(get_request_context(request))
    if row is None:
        return {}
    data = dict(row.get_decoded())
    if (data.get(STAMP) or {}).get("client") != get_request_context(request).browser:
        return {}
    taken, _rows = Session.objects.filter(pk=row.pk).delete()
    return data if taken else {}


def _is_anonymous(request: HttpRequest) -> bool:
    store = request.session
    return isinstance(store, SessionStore) and store.is_anonymous()
