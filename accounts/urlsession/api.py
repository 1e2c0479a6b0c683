"""What other apps may call. Session keys are hashes: keep those, never a raw token."""

from typing import Any

from django.http import HttpRequest

from accounts.urlsession.backend import STAMP, SessionStore
from accounts.urlsession.clients import client_address, is_crawler
from accounts.urlsession.context import Mode, context_of, no_session_prefix
from accounts.urlsession.cross_site import sessionless_form
from accounts.urlsession.devices import device_words
from accounts.urlsession.limits import clear_expired
from accounts.urlsession.locale import asked_language, chosen_language, set_language
from accounts.urlsession.models import Session
from accounts.urlsession.outbound import forget_door, outside_path
from accounts.urlsession.preserved_forms import (
    KeptForm,
    initial_from_kept,
    kept_form,
    pop_kept_form,
    redirect_to_kept,
)
from accounts.urlsession.resolution import begin_url_session, ended_row, new_store, take_up
from accounts.urlsession.tokens import hash_token, is_token, new_token, without_prefix

__all__ = [
    "KeptForm",
    "Mode",
    "adopt_session",
    "asked_language",
    "chosen_language",
    "clear_expired",
    "client_address",
    "cookie_session_key",
    "current_mode",
    "device_of",
    "device_words",
    "end_session",
    "forget_door",
    "hash_token",
    "initial_from_kept",
    "is_crawler",
    "is_url_mode",
    "kept_form",
    "new_token",
    "no_session_prefix",
    "open_session",
    "outside_path",
    "pop_kept_form",
    "redirect_to_kept",
    "rotate",
    "sessionless_form",
    "set_language",
    "start_url_session",
    "take_ended_session",
    "without_prefix",
]

_DEVICE = "_device"


def current_mode(request: HttpRequest) -> Mode:
    """Where this request's session is kept; Mode.NONE where it has none."""
    return context_of(request).mode


def is_url_mode(request: HttpRequest) -> bool:
    """Whether this request's session stands in the address."""
    return current_mode(request) is Mode.URL


def cookie_session_key(request: HttpRequest) -> str | None:
    """The key of the live session that this browser keeps by cookie, on whatever page; else None.

    Pages that never probe (URLSESSION_NEVER_PROBE) see no cookie and use no session; this tells
    them that there is one, without renewing it.
    """
    context = context_of(request)
    if context.mode is Mode.COOKIE:
        return context.key
    token = context.cookie_token or ""
    if not is_token(token):
        return None
    store: SessionStore = new_store(hash_token(token))
    return store.session_key if store.is_bound_to(Mode.COOKIE, context.browser) else None


def start_url_session(request: HttpRequest, device: str = "") -> str:
    """Gives the request a new URL session and returns the prefix of its addresses.

    What the request had before is left alone, unless it was an anonymous URL session: that ends,
    since its address was known before. From here on reverse() and redirect() carry the new token.
    `device` names the phone in words in the list of sessions.
    """
    context = context_of(request)
    if context.mode is Mode.URL and request.session.session_key and _is_anonymous(request):
        request.session.flush()
    prefix = begin_url_session(request, context)
    if device:
        request.session[_DEVICE] = device
    return prefix


def device_of(store: Any) -> str:
    """The name that start_url_session() was given, or ''."""
    return str(store.get(_DEVICE, ""))


def rotate(request: HttpRequest) -> None:
    """The session goes on under a new token: after a link was made or a privilege changed."""
    if request.session.session_key:
        request.session.cycle_key()


def open_session(key: str) -> SessionStore | None:
    """The live session of a key, for reading and writing on the server side; call save() yourself.

    It is not the request's: nothing here lets the client that asks have it.
    """
    store: SessionStore = new_store(key)
    mode = (store.get(STAMP) or {}).get("mode")
    return store if mode and store.is_alive(Mode(mode)) else None


def adopt_session(request: HttpRequest, key: str) -> str | None:
    """Makes the live URL session of a key this request's own, under a new token.

    Returns the prefix of its addresses, or None where it has ended, belongs to cookies, or to
    another browser. The caller must have proof that the client may have it: a stored key, or an
    OAuth state, which the network knows too, is none.
    """
    context = context_of(request)
    store: SessionStore = new_store(key)
    if not store.is_bound_to(Mode.URL, context.browser):
        return None
    return take_up(request, context, store)


def end_session(key: str) -> None:
    """Ends the session of a key. Who has it open is out at the next request."""
    new_store().delete(key)


def take_ended_session(request: HttpRequest) -> dict[str, Any]:
    """The data of the member's session that the dead token of this request belonged to, or {}.

    For the page that asks to log in again: a phone that has a PIN is asked for that. It says who
    the session was of and proves nothing. Given once, and to the session's own browser alone: a
    dead address must not name a member to whoever finds it.
    """
    row = ended_row(context_of(request))
    if row is None:
        return {}
    data = dict(row.get_decoded())
    if (data.get(STAMP) or {}).get("client") != context_of(request).browser:
        return {}
    taken, _rows = Session.objects.filter(pk=row.pk).delete()
    return data if taken else {}


def _is_anonymous(request: HttpRequest) -> bool:
    store = request.session
    return isinstance(store, SessionStore) and store.is_anonymous()
