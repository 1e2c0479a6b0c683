"""The one session middleware, for both modes. The order of MIDDLEWARE is explained here.

1. The phone lane may build a fresh request (from Shift_JIS), so it comes before everything.
2. Browser headers wrap what follows, so that refusals, redirects and error pages have them too.
   What is refused unread (size, multipart, NUL) comes next; the lane leaves its bytes alone, too.
3. This one: it rewrites the path, so every later middleware sees the address without token. It is
   a subclass of Django's SessionMiddleware for the sake of the admin's system check.
4. Security, then WhiteNoise: /static/ is answered before any session is needed.
5. The locale reads the session's language; Common adds slashes; CSRF compares with the session;
   auth, messages, frame options and allauth's two follow as their manuals say. What a suspended
   member may not open is refused last: it asks who is logged in.

Synchronous only: the product runs under WSGI.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.handlers.exception import response_for_exception
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path
from django.utils.translation import gettext as _

from accounts.urlsession import location, preserved_forms
from accounts.urlsession.backend import ENDED, ENTRY_TICKET, EXPOSED, SessionStore
from accounts.urlsession.clients import address_hash, browser_id, drop_subscriber_headers
from accounts.urlsession.context import (
    SessionContext,
    SessionMode,
    activate_context,
    override_script_prefix,
)
from accounts.urlsession.cross_site import is_cross_site_visit
from accounts.urlsession.outbound import outbound_path, store_out_tickets
from accounts.urlsession.resolution import (
    SessionResolution,
    exposed_message,
    handle_missing_session,
    new_session_store,
    resolve_session,
    was_session_exposed,
)
from accounts.urlsession.views import resend_form

logger = logging.getLogger(__name__)


class UrlSessionMiddleware(SessionMiddleware):
    """Open the session of every request, and bind it to the response."""

    async_capable = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(settings.STATIC_URL):
            # A file: no query, and the session cookie is left alone.
            request.session = new_session_store()
            return cast(HttpResponseBase, self.get_response(request))
        drop_subscriber_headers(request)
        outer = request.META.get("SCRIPT_NAME", "").rstrip("/")
        context = SessionContext(
            outer=outer, browser=browser_id(request), address=address_hash(request)
        )
        request.urlsession = context  # type: ignore[attr-defined]
        with activate_context(context):
            try:
                resolution, response = resolve_session(request, context)
                request.urlsession_resolution = resolution  # type: ignore[attr-defined]
                answer = response or cast(HttpResponseBase, self.get_response(request))
                return _finish_response(request, answer, context, resolution)
            except DatabaseError as error:
                return _error_response(request, error)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Handle requests without session, once the view is known."""
        context = getattr(request, "urlsession", None)
        resolution = getattr(request, "urlsession_resolution", None)
        if context is None or resolution is None:
            return None
        if resolution.has_no_session:
            return handle_missing_session(request, context, resolution, view)
        if ended := request.session.get(ENDED):
            del request.session[ENDED]
            text = _("Your session had expired, so a new one has begun.")
            text = exposed_message() if ended == EXPOSED else text
            messages.info(request, text, fail_silently=True)
        if request.method == "POST" or preserved_forms.DISCARD_PARAM in request.GET:
            _discard_sent_form(request)
        return None


def _error_response(request: HttpRequest, error: DatabaseError) -> HttpResponseBase:
    """The error page, while the address still has its token: whoever presses "Send again" on it comes back
    to the session that could not be read or saved."""
    response = response_for_exception(request, error)
    if request.path != request.path_info:
        _bind_to_address(response)
    return response


def _discard_sent_form(request: HttpRequest) -> None:
    """Discard the preserved form of this address once it is sent or given up."""
    form = preserved_forms.peek_preserved_form(request)
    if form is None or not form.is_for(request.path_info):
        return
    if request.method == "POST" and form.is_other_than(request.POST):
        return
    del request.session[preserved_forms.SESSION_KEY]


def _offer_preserved_form(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Show the preserved form of this address where the view did not."""
    if response.status_code not in (200, 405):
        return response
    return resend_form(request, takes_get=response.status_code == 200) or response


def _finish_response(
    request: HttpRequest,
    response: HttpResponseBase,
    context: SessionContext,
    resolution: SessionResolution,
) -> HttpResponseBase:
    """Rotate and save the session, repair Location, bind the session to the response."""
    if request.method == "GET" and not context.is_preserved_form_shown:
        response = _offer_preserved_form(request, response)
    if resolution.is_fresh or (resolution.marker and request.method in ("GET", "HEAD")):
        response = _redirect_to_own_address(request, response, context, resolution)
    goes_to = response.get("Location", "") if 300 <= response.status_code < 400 else ""
    goes_outside = bool(goes_to) and location.is_external_url(request, goes_to)
    store = cast(SessionStore, request.session)  # read late: allauth may have replaced it
    if goes_to and not goes_outside:
        _rotate_anonymous(store, context)
        if context.mode is SessionMode.URL and is_cross_site_visit(request):
            store[ENTRY_TICKET] = int(time.time())
    _save_session(store, response, context)
    if goes_outside:
        response = _redirect_by_ticket(response, goes_to)
    elif goes_to:
        token = context.token_of(store.session_key)
        response["Location"] = location.repair_location(request, context, goes_to, token)
    if context.mode is SessionMode.URL:
        _bind_to_address(response)
    else:
        _bind_to_cookie(store, response, context)
    store_out_tickets(context.out_tickets, permission_pages=context.permission_pages)
    return response


def _redirect_to_own_address(
    request: HttpRequest,
    response: HttpResponseBase,
    context: SessionContext,
    resolution: SessionResolution,
) -> HttpResponseBase:
    """Redirect to the page's own address: with its new token, or without the probe's marker.

    The view has run already: where it redirects (to log in, say) that redirect does it, so that a
    first visit costs no third one. A GET changes nothing, so a page may be made twice.
    """
    if resolution.is_dead_token:
        request.session[ENDED] = EXPOSED if was_session_exposed(context) else True
    if response.status_code >= 300:
        return response
    query = request.META.get("QUERY_STRING", "")
    path = escape_uri_path(request.path_info)
    return HttpResponseRedirect(f"{path}?{query}" if query else path)


def _rotate_anonymous(store: SessionStore, context: SessionContext) -> None:
    """Move a changed anonymous session to a new token, on whatever page.

    Who knows the old one (it was handed out on purpose, say) must not see what comes of a password
    that is typed in it: between password and second factor nobody is logged in yet.
    """
    is_presented = store.session_key is not None and store.session_key == context.key
    if is_presented and store.modified and store.is_anonymous():
        store.cycle_key()


def _save_session(store: SessionStore, response: HttpResponseBase, context: SessionContext) -> None:
    """Save what changed. Without a session nothing may have been made."""
    if context.mode is SessionMode.NONE:
        if store.session_key in context.minted:
            logger.error("A view without session made one: start_url_session() comes first.")
            store.flush()
        return
    if not store.modified or store.is_empty() or response.status_code >= 500:
        return
    try:
        store.save()
    except UpdateError as error:
        # Django says the same of a row that is gone and of a database that is.
        if isinstance(error.__context__, OperationalError | InterfaceError):
            raise error.__context__ from None
        raise SessionInterrupted("The session ended while the request ran.") from error


def _redirect_by_ticket(response: HttpResponseBase, url: str) -> HttpResponseBase:
    """Redirect to /out/<ticket> in place of another host; answer 400 for unsafe URLs."""
    path = outbound_path(url)
    if not path:
        return HttpResponseBadRequest(_("This address cannot be opened from here."))
    response["Location"] = path
    return response


def _bind_to_address(response: HttpResponseBase) -> None:
    """Under a token: drop cookies, forbid caching, keep the prefix for streamed bodies."""
    if response.cookies:
        logger.warning("Dropped Set-Cookie %s under a token.", sorted(response.cookies))
        response.cookies.clear()
    response["Cache-Control"] = "no-store, private, max-age=0"
    response["Pragma"] = "no-cache"
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    if response.streaming:
        chunks: Any = getattr(response, "streaming_content", ())
        response.streaming_content = _with_prefix(chunks, get_script_prefix())  # type: ignore[attr-defined]


def _bind_to_cookie(
    store: SessionStore, response: HttpResponseBase, context: SessionContext
) -> None:
    """Set the cookie of a new or rotated session; delete that of an ended one."""
    patch_vary_headers(cast(HttpResponse, response), ("Cookie",))
    if context.mode is not SessionMode.COOKIE:
        return
    name = settings.SESSION_COOKIE_NAME
    place: dict[str, Any] = {
        "path": settings.SESSION_COOKIE_PATH,
        "domain": settings.SESSION_COOKIE_DOMAIN,
        "samesite": settings.SESSION_COOKIE_SAMESITE,
    }
    token = context.minted.get(store.session_key or "")
    if token:
        response.set_cookie(
            name,
            token,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            **place,
        )
    elif context.key and not store.session_key:
        response.delete_cookie(name, **place)


def _with_prefix(chunks: Iterable[bytes], prefix: str) -> Iterator[bytes]:
    """Yield the chunks of a lazy body, each made under the prefix."""
    iterator = iter(chunks)
    while True:
        with override_script_prefix(prefix):
            try:
                chunk = next(iterator)
            except StopIteration:
                return
        yield chunk
