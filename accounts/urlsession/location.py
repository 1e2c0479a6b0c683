"""Repair of redirects, so that they keep the session and leak no token."""

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

from django.http import HttpRequest

from accounts.urlsession.conf import matches_setting
from accounts.urlsession.context import SessionContext, SessionMode
from accounts.urlsession.tokens import PATTERN, without_session_prefix

# A prefix inside a query, mostly in `next`: the path alone is enough there, and cannot go stale.
_IN_QUERY = re.compile(rf"(?:/|%2F)s(?:/|%2F)(?:{PATTERN}|-)(?=/|%2F)", re.I)


def is_external_url(request: HttpRequest, url: str) -> bool:
    """Whether a URL leads to another host. Browsers read a backslash as a slash."""
    parts = urlsplit(url.replace("\\", "/"))
    if parts.netloc:
        return parts.netloc != request.get_host()
    return bool(parts.scheme)


def repair_location(
    request: HttpRequest, context: SessionContext, url: str, token: str | None
) -> str:
    """Rewrite an own URL for the session that continues under `token`.

    Old, doubled and missing tokens and the holes of stored addresses are all put right. Scheme and
    host stay, or SECURE_SSL_REDIRECT would redirect for ever; slashes at the front become one,
    since two would name another host.
    """
    parts = urlsplit(urljoin(request.path, url.replace("\\", "/")))
    path = parts.path
    if context.outer and path.startswith(f"{context.outer}/"):
        path = path[len(context.outer) :]
    path = re.sub(r"^/*", "/", without_session_prefix(path))
    if context.mode is not SessionMode.URL or matches_setting("URLSESSION_COOKIE_ONLY", path):
        token = None
    path = context.prefix_for(token) + path
    query = _IN_QUERY.sub("", parts.query)
    return urlunsplit((parts.scheme, parts.netloc, path, query, parts.fragment))
