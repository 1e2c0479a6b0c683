"""The way in: which session a request has, decided in two steps.

`arrive` comes first of all: it reads the token or the cookie and rewrites the path. `decide` comes
when the address has been resolved, so an unknown address costs no probe and no row, and a view
that is exempt from CSRF keeps its POST.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY as MEMBER_KEY
from django.db import transaction
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
from accounts.urlsession.conf import is_listed, setting
from accounts.urlsession.context import Context, Mode
from accounts.urlsession.cross_site import is_cross_site_visit, is_foreign_post
from accounts.urlsession.limits import make_room
from accounts.urlsession.models import Session
from accounts.urlsession.tokens import hash_token, is_token, split_prefix


@dataclass
class Arrival:
    """What `decide` must know of how the request came."""

    has_no_session: bool = False  # neither a live token nor a live cookie
    is_dead_token: bool = False  # it came under a token that opens nothing (any more)
    keeps_cookies: bool = False  # it brought a session cookie, even a dead one, or the probe cookie
    marker: str = ""  # the probe's
    is_fresh: bool = False  # its URL session was made just now, so its address lacks the token


def new_store(key: str | None = None) -> Any:
    """A store of the configured engine."""
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


def arrive(request: HttpRequest, context: Context) -> tuple[Arrival, HttpResponse | None]:
    """Gives the request its live session or an empty one; answers at once where none is allowed."""
    request.session = new_store()
    arrival = Arrival(marker=probe.take_marker(request))
    token, rest = split_prefix(request.path_info)
    if token is None:
        _arrive_plain(request, context, arrival)
        return arrival, None
    _strip_prefix(request, rest)
    if is_listed("URLSESSION_COOKIE_ONLY", rest):
        return arrival, HttpResponseNotFound(_("There is no such page."))
    if is_crawler(request):
        return arrival, refuse_crawler()
    is_open = is_token(token) and _open(request, context, token, Mode.URL)
    if not is_open and is_cross_site_visit(request):
        return arrival, refuse_cross_site()
    if is_open:
        _set_prefix(request, context)
        if is_listed("URLSESSION_FRONT_DOOR", rest):
            return arrival, HttpResponseRedirect("/")
    else:
        arrival.has_no_session = arrival.is_dead_token = True
        context.token = token if is_token(token) else None
    return arrival, None


def decide(
    request: HttpRequest, context: Context, arrival: Arrival, view: Any
) -> HttpResponse | None:
    """What becomes of a request without session, now that its view is known. None: run the view."""
    path = request.path_info
    if is_listed("URLSESSION_NEVER_PROBE", path):
        return refuse_crawler() if is_crawler(request) else None
    if request.method not in ("GET", "HEAD", "POST"):
        return None
    if request.method == "POST":
        return (
            None if getattr(view, "csrf_exempt", False) else _late_post(request, context, arrival)
        )
    if is_listed("URLSESSION_FRONT_DOOR", path):
        return _front_door(request, context, arrival)
    if is_listed("URLSESSION_PUBLIC", path) and not arrival.is_dead_token:
        return None
    if is_crawler(request):
        return refuse_crawler()
    return _first_page(request, context, arrival)


def begin_url_session(request: HttpRequest, context: Context) -> str:
    """Gives the request a new URL session, whatever it had; returns the prefix of its addresses."""
    context.mode, context.key, context.current_key = Mode.URL, None, None
    request.session = new_store()
    request.session.create()
    _set_prefix(request, context)
    return context.prefix_for(context.minted[str(request.session.session_key)])


@transaction.atomic
def take_up(request: HttpRequest, context: Context, store: SessionStore) -> str | None:
    """Makes an open URL session the request's own, under a new token; returns its prefix.

    None if somebody else took it or it ended meanwhile: of many at once one deletes the row.
    """
    taken, _rows = Session.objects.filter(pk=store.session_key).delete()
    if not taken:
        return None
    context.mode, context.current_key = Mode.URL, store.session_key
    request.session = store
    store.cycle_key()
    _set_prefix(request, context)
    return context.prefix_for(context.minted[str(store.session_key)])


def exposed_words() -> str:
    """What the member reads on the phone whose address another browser opened."""
    return _(
        "The address of your last session was opened in another browser, so that session was "
        "ended. Whoever knows such an address can try it: never pass it on."
    )


def refuse_crawler() -> HttpResponse:
    """Crawlers and link previews get no session, so not this page."""
    return HttpResponseForbidden(_("This page is not for crawlers and link previews."))


def refuse_cross_site() -> HttpResponse:
    """An address with a session in it is not entered from another site; the page names no token."""
    page = loader.render_to_string("urlsession/elsewhere.html")
    response = HttpResponse(page, status=403)
    response["Cache-Control"] = "no-store, private, max-age=0"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def _arrive_plain(request: HttpRequest, context: Context, arrival: Arrival) -> None:
    arrival.has_no_session = True
    if is_listed("URLSESSION_NEVER_PROBE", request.path_info):
        # The page must not depend on a cookie, so the views see none. That a member is in by one
        # is known all the same: who logs another one in here is asked first.
        context.cookie_token = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
        request.COOKIES = {}
        request.META.pop("HTTP_COOKIE", None)
        return
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    arrival.keeps_cookies = bool(cookie) or probe.COOKIE in request.COOKIES
    if is_token(cookie) and _open(request, context, cookie, Mode.COOKIE):
        arrival.has_no_session = False


def _strip_prefix(request: HttpRequest, rest: str) -> None:
    """Under a token, live or dead: the path as the views know it, and no cookies."""
    request.path_info = request.META["PATH_INFO"] = rest
    request.path = f"{request.META.get('SCRIPT_NAME', '').rstrip('/')}{rest}"
    request.COOKIES = {}
    request.META.pop("HTTP_COOKIE", None)


def _set_prefix(request: HttpRequest, context: Context) -> None:
    """SCRIPT_NAME, path and reverse() say the token of the session in use."""
    prefix = context.prefix_for(context.token_of(request.session.session_key))
    request.META["SCRIPT_NAME"] = prefix
    request.path = prefix + request.path_info
    set_script_prefix(f"{prefix}/")


def _open(request: HttpRequest, context: Context, token: str, mode: Mode) -> bool:
    """Opens the session of a token, if it lives and belongs to this mode and browser."""
    store = new_store(hash_token(token))
    if not store.is_bound_to(mode, context.browser):
        if store.end_if_exposed(context.browser) and not store.is_anonymous():
            _tell_exposed(request, store)
        return False
    if mode is Mode.URL and is_cross_site_visit(request) and not store.take_ticket():
        return False
    store.touch()
    request.session = store
    context.mode, context.token = mode, token
    context.key = context.current_key = store.session_key
    return True


def ended_row(context: Context) -> Session | None:
    """The member's session that the dead token of this request belonged to, if it is remembered."""
    if not context.token or context.key:
        return None
    key = hash_token(context.token)
    return Session.objects.filter(pk=key, address_hash="").first()


def was_exposed(context: Context) -> bool:
    """Whether that session ended because its address was opened in another browser."""
    row = ended_row(context)
    return bool(row and row.get_decoded().get(EXPOSED))


def _tell_exposed(request: HttpRequest, store: SessionStore) -> None:
    """Lets the project tell the member."""
    if name := setting("URLSESSION_EXPOSED_HANDLER"):
        import_string(name)(request, str(store[MEMBER_KEY]))


def _first_page(request: HttpRequest, context: Context, arrival: Arrival) -> HttpResponse | None:
    """A page that needs a session, asked for without one."""
    if not arrival.keeps_cookies and not arrival.is_dead_token:
        if is_listed("URLSESSION_COOKIE_ONLY", request.path_info):
            arrival.keeps_cookies = True
        elif number := probe.next_try(arrival.marker, context):
            return probe.ask(request, context, number)
    make_room(context)
    if arrival.keeps_cookies:
        context.mode = Mode.COOKIE
        return None
    begin_url_session(request, context)
    arrival.is_fresh = True
    return None


def _front_door(request: HttpRequest, context: Context, arrival: Arrival) -> HttpResponse:
    if is_crawler(request):
        return refuse_crawler()
    make_room(context)
    begin_url_session(request, context)
    return HttpResponseRedirect("/")


def _late_post(request: HttpRequest, context: Context, arrival: Arrival) -> HttpResponse | None:
    """A form that was sent without session: kept, and log-in is asked for. Nothing is lost.

    What another site sent is not the member's: it goes on without session, and CSRF refuses it.
    """
    if is_crawler(request):
        return refuse_crawler()
    if is_foreign_post(request):
        return None
    make_room(context)
    # Anybody can send one; a member's ended session is what a stranger has none of.
    room = preserved_forms.LARGEST if ended_row(context) else preserved_forms.LARGEST_OF_STRANGERS
    if is_listed("URLSESSION_NOT_KEPT", request.path_info):
        return HttpResponseRedirect("/")
    if arrival.keeps_cookies or is_listed("URLSESSION_COOKIE_ONLY", request.path_info):
        context.mode = Mode.COOKIE
    else:
        is_exposed = was_exposed(context)
        begin_url_session(request, context)
        if is_exposed:
            messages.warning(request, exposed_words(), fail_silently=True)
    form = preserved_forms.typed_in(request)
    preserved_forms.keep(request, form, room=room)
    view = import_string(setting("URLSESSION_EXPIRED_VIEW"))
    response: HttpResponse = view(request, form)
    return response
