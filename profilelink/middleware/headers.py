"""Response headers: content security policy, caching, referrer, robots."""

import base64
import hashlib
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from accounts.urlsession.api import SessionMode, current_session_mode

# The style of pages without a form, that of the front page on a computer, with buttons alone and with
# fields, that of home with its box and without, which must be small, the short one of log-in, which must be
# the smallest, and what pages with pictures, or with ticks, have in elements of their own: together with each
# of the others it would be ten more hashes.
STYLES = (
    ["_style.css", "_style_pages.css"],
    ["_style.css", "_style_pages.css", "_style_front.css"],
    ["_style.css", "_style_pages.css", "_style_buttons.css"],
    ["_style.css", "_style_pages.css", "_style_buttons.css", "_style_forms.css"],
    ["_style.css", "_style_box.css"],
    ["_style.css"],
    ["_style_short.css"],
    ["_style_pictures.css"],
    ["_style_ticks.css"],
)

# Not of a session, and yet not for everybody: codes, invitations, the way out.
PRIVATE_PATHS = ("/q/", "/p/", "/i/", "/out/")

# Django's admin brings files of its own, and some styles in attributes.
ADMIN_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def content_security_policy(*styles: str) -> str:
    """Build the policy of pages: no scripts, no other origins, and only these inline styles, by hash."""
    digests = [base64.b64encode(hashlib.sha256(style.encode()).digest()) for style in styles]
    allowed = " ".join(f"'sha256-{digest.decode()}'" for digest in digests)
    return (
        f"default-src 'none'; style-src {allowed}; img-src 'self' data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


class BrowserHeadersMiddleware:
    """Set the headers on every response. Outside the session middleware, so that errors have them, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        # As the template loader hands them out: it drops comments and blanks.
        styles = ("".join(map(render_to_string, parts)) for parts in STYLES)
        self.page_policy = content_security_policy(*styles)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_admin = request.path_info.startswith("/admin/")
        policy = ADMIN_POLICY if is_admin else self.page_policy
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", settings.SECURE_REFERRER_POLICY)
        _set_cache_headers(request, response)
        if isinstance(response, HttpResponse) and not response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))
        return response


def _set_cache_headers(request: HttpRequest, response: HttpResponseBase) -> None:
    """Forbid caching of what depends on a session; let only the browser cache a public page."""
    if request.path_info.startswith(settings.STATIC_URL):
        return
    if _depends_on_session(request, response):
        response["Cache-Control"] = "no-store, private"
        response["Pragma"] = "no-cache"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    else:
        response.headers.setdefault("Cache-Control", "private, max-age=0, must-revalidate")


def _depends_on_session(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether the response is for one visitor, as redirects, refusals and pages that set a cookie are."""
    is_plain_page = (
        current_session_mode(request) is SessionMode.NONE
        and request.method in ("GET", "HEAD")
        and response.status_code == 200
        and not response.cookies
    )
    return request.path_info.startswith(PRIVATE_PATHS) or not is_plain_page
