"""Session resolution in the request phase.

`resolve_session` comes first: it reads token or cookie and rewrites the path.
`handle_missing_session` runs when the view is known, so an unknown address costs no probe and no
row, and a view that is exempt from CSRF keeps its POST.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY as MEMBER_KEY
from django.db import DatabaseError, transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
    HttpResponseNotFound,
    HttpResponseRedirect,
)
from django.template import loader
from django.urls import set_script_prefix
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.urlsession import preserved_forms, probe
from accounts.urlsession.backend import EXPOSED, SessionStore
from accounts.urlsession.clients import is_crawler
from accounts.urlsession.conf import get_setting, matches_setting
from accounts.urlsession.context import SessionContext, SessionMode
from accounts.urlsession.cross_site import is_cross_site_visit, is_foreign_post
from accounts.urlsession.limits import evict_anonymous_sessions
from accounts.urlsession.models import Session
from accounts.urlsession.tokens import hash_token, is_token, split_session_prefix


@dataclass
class SessionResolution:
    """How the request came, for `handle_missing_session`."""

    has_no_session: bool = False  # neither a live token nor a live cookie
    is_dead_token: bool = False  # it came under a token that opens nothing (any more)
    keeps_cookies: bool = False  # it brought a session cookie, even a dead one, or the probe cookie
    marker: str = ""  # the probe's
    is_fresh: bool = False  # its URL session was made just now, so its address lacks the token


def new_session_store(key: str | None = None) -> Any:
    """Create a store of the configured engine."""
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


def resolve_session(
    request: HttpRequest, context: SessionContext
) -> tuple[SessionResolution, HttpResponse | None]:
    """Set the request's live session or an empty one; a response where none is allowed."""
    request.session = new_session_store()
    resolution = SessionResolution(marker=probe.take_probe_marker(request))
    token, rest = split_session_prefix(request.path_info)
    if token is None:
        _resolve_cookie_session(request, context, resolution)
        return resolution, None
    _strip_prefix(request, rest)
    if matches_setting("URLSESSION_COOKIE_ONLY", rest):
        return resolution, HttpResponseNotFound(_("There is no such page."))
    if is_crawler(request):
        return resolution, refuse_crawler()
    try:
        is_open = is_token(token) and _open_session(request, context, token, SessionMode.URL)
    except DatabaseError:  # whether it is live is not known: the error page keeps the address
        context.token = token
        _put_under_token(request, context.prefix_for(token))
        raise
    if not is_open and is_cross_site_visit(request):
        return resolution, refuse_cross_site()
    if is_open:
        _set_prefix(request, context)
        if matches_setting("URLSESSION_FRONT_DOOR", rest):
            return resolution, HttpResponseRedirect("/")
    else:
        resolution.has_no_session = resolution.is_dead_token = True
        context.token = token if is_token(token) else None
    return resolution, None


def handle_missing_session(
    request: HttpRequest, context: SessionContext, resolution: SessionResolution, view: Any
) -> HttpResponse | None:
    """Answer a request without session, now that its view is known. None: run the view."""
    path = request.path_info
    if matches_setting("URLSESSION_NEVER_PROBE", path):
        return refuse_crawler() if is_crawler(request) else None
    if request.method not in ("GET", "HEAD", "POST"):
        return None
    if request.method == "POST":
        return (
            None
            if getattr(view, "csrf_exempt", False)
            else _preserve_late_post(request, context, resolution)
        )
    if matches_setting("URLSESSION_FRONT_DOOR", path):
        return _enter_by_front_door(request, context, resolution)
    if matches_setting("URLSESSION_PUBLIC", path) and not resolution.is_dead_token:
        return None
    if is_crawler(request):
        return refuse_crawler()
    return _begin_session(request, context, resolution)


def create_url_session(request: HttpRequest, context: SessionContext) -> str:
    """Start a new URL session in place of any other; returns the prefix of its addresses."""
    context.mode, context.key, context.current_key = SessionMode.URL, None, None
    request.session = new_session_store()
    request.session.create()
    _set_prefix(request, context)
    return context.prefix_for(context.minted[str(request.session.session_key)])


@transaction.atomic
def take_over_session(
    request: HttpRequest, context: SessionContext, store: SessionStore
) -> str | None:
    """Make an open URL session the request's own, under a new token; returns its prefix.

    None if somebody else took it or it ended meanwhile: of many at once one deletes the row.
    """
    taken, _rows = Session.objects.filter(pk=store.session_key).delete()
    if not taken:
        return None
    context.mode, context.current_key = SessionMode.URL, store.session_key
    request.session = store
    store.cycle_key()
    _set_prefix(request, context)
    return context.prefix_for(context.minted[str(store.session_key)])


def exposed_message() -> str:
    """Message for the phone whose session address another browser opened."""
    return _(
        "The address of your last session was opened in another browser, so that session was "
        "ended. Whoever knows such an address can try it: never pass it on."
    )


def refuse_crawler() -> HttpResponse:
    """Refuse crawlers and link previews, which get no session."""
    return HttpResponseForbidden(_("This page is not for crawlers and link previews."))


def refuse_cross_site() -> HttpResponse:
    """Refuse to enter a session address from another site; the page names no token."""
    page = loader.render_to_string("urlsession/elsewhere.html")
    response = HttpResponse(page, status=403)
    response["Cache-Control"] = "no-store, private, max-age=0"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _resolve_cookie_session(
    request: HttpRequest, context: SessionContext, resolution: SessionResolution
) -> None:
    resolution.has_no_session = True
    if matches_setting("URLSESSION_NEVER_PROBE", request.path_info):
        # The page must not depend on a cookie, so the views see none. That a member is in by one
        # is known all the same: who logs another one in here is asked first.
        context.cookie_token = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.COOKIES = {}
        request.META.pop("HTTP_COOKIE", None)
        return
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    resolution.keeps_cookies = bool(cookie) or probe.PROBE_COOKIE in request.COOKIES
    if is_token(cookie) and _open_session(request, context, cookie, SessionMode.COOKIE):
        resolution.has_no_session = False


def _strip_prefix(request: HttpRequest, rest: str) -> None:
    """Under a token, live or dead: set the path without prefix, and drop cookies."""
    request.path_info = request.META["PATH_INFO"] = rest
    request.path = f"{request.META.get('SCRIPT_NAME', '').rstrip('/')}{rest}"
    request.COOKIES = {}
    request.META.pop("HTTP_COOKIE", None)


def _set_prefix(request: HttpRequest, context: SessionContext) -> None:
    """Set SCRIPT_NAME, path and the script prefix to the current session's token."""
    _put_under_token(request, context.prefix_for(context.token_of(request.session.session_key)))


def _put_under_token(request: HttpRequest, prefix: str) -> None:
    request.META["SCRIPT_NAME"] = prefix
    request.path = prefix + request.path_info
    set_script_prefix(f"{prefix}/")


def _open_session(
    request: HttpRequest, context: SessionContext, token: str, mode: SessionMode
) -> bool:
    """Open a token's session if it is live, of this mode and browser."""
    store = new_session_store(hash_token(token))
    if not store.is_bound_to(mode, context.browser):
        if store.end_if_exposed(context.browser) and not store.is_anonymous():
            _notify_exposed(request, store)
        return False
    if mode is SessionMode.URL and is_cross_site_visit(request) and not store.take_ticket():
        return False
    store.touch()
    request.session = store
    context.mode, context.token = mode, token
    context.key = context.current_key = store.session_key
    return True


def ended_session_row(context: SessionContext) -> Session | None:
    """The remembered member's session of this request's dead token, or None."""
    if not context.token or context.key:
        return None
    key = hash_token(context.token)
    return Session.objects.filter(pk=key, address_hash="").first()


def was_session_exposed(context: SessionContext) -> bool:
    """Whether that session ended because another browser opened its address."""
    row = ended_session_row(context)
    return bool(row and row.get_decoded().get(EXPOSED))


def _notify_exposed(request: HttpRequest, store: SessionStore) -> None:
    """Call the project's URLSESSION_EXPOSED_HANDLER."""
    if name := get_setting("URLSESSION_EXPOSED_HANDLER"):
        import_string(name)(request, str(store[MEMBER_KEY]))


def _begin_session(
    request: HttpRequest, context: SessionContext, resolution: SessionResolution
) -> HttpResponse | None:
    """Probe, or start a session, for a page that needs one."""
    if not resolution.keeps_cookies and not resolution.is_dead_token:
        if matches_setting("URLSESSION_COOKIE_ONLY", request.path_info):
            resolution.keeps_cookies = True
        elif number := probe.next_probe_try(resolution.marker, context):
            return probe.start_probe(request, context, number)
    evict_anonymous_sessions(context)
    if resolution.keeps_cookies:
        context.mode = SessionMode.COOKIE
        return None
    create_url_session(request, context)
    resolution.is_fresh = True
    return None


def _enter_by_front_door(
    request: HttpRequest, context: SessionContext, resolution: SessionResolution
) -> HttpResponse:
    if is_crawler(request):
        return refuse_crawler()
    evict_anonymous_sessions(context)
    create_url_session(request, context)
    return HttpResponseRedirect("/")


def _preserve_late_post(
    request: HttpRequest, context: SessionContext, resolution: SessionResolution
) -> HttpResponse | None:
    """Preserve a form that was sent without session, and ask to log in.

    What another site sent is not the member's: it goes on without session, and CSRF refuses it.
    """
    if is_crawler(request):
        return refuse_crawler()
    if is_foreign_post(request):
        return None
    evict_anonymous_sessions(context)
    # Anybody can send one; a member's ended session is what a stranger has none of.
    room = (
        preserved_forms.MAX_MEMBER_CHARACTERS
        if ended_session_row(context)
        else preserved_forms.MAX_STRANGER_CHARACTERS
    )
    if matches_setting("URLSESSION_NOT_KEPT", request.path_info):
        return HttpResponseRedirect("/")
    if resolution.keeps_cookies or matches_setting("URLSESSION_COOKIE_ONLY", request.path_info):
        context.mode = SessionMode.COOKIE
    else:
        is_exposed = was_session_exposed(context)
        create_url_session(request, context)
        if is_exposed:
            messages.warning(request, exposed_message(), fail_silently=True)
    form = preserved_forms.form_from_post(request)
    preserved_forms.preserve_form(request, form, room=room)
    view = import_string(get_setting("URLSESSION_EXPIRED_VIEW"))
    response: HttpResponse = view(request, form)
    return response
