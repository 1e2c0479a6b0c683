"""Register with a server that speaks Mastodon's API, and check that registrations still hold.

https://docs.joinmastodon.org/methods/apps/#create. Other software differs: some servers know only the
broad permissions `read` and `write` (Takahē), some forget registrations (snac, at each revocation).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.providers.base import LinkingFailed
from accounts.providers.http import (
    check_not_blocked,
    check_not_failing,
    json_fields,
    request_server,
)
from accounts.providers.issuers import METADATA, Issuer
from accounts.providers.servers import NotAServer, Server, origin_of, parse_host

SCOPES = (
    "read:accounts",  # who it is, and whether followers are approved
    "read:follows",  # the friend list
    "read:statuses",  # look up a post whose answer was lost; what friends wrote
    "write:statuses",
    "write:media",
)
LIKE_SCOPE = "write:favourites"  # registered with, asked for when a member wants to like
BROAD_SCOPES = ("read", "write")  # liking is in the second
# By their version string, so that members need not consent twice.
BROAD_SCOPES_ONLY = ("takahe/",)

MAX_KEY_LENGTH = 500  # characters of what a server calls us; its registration stays

# What the permission page answers to who is not registered; 403 and 5xx say nothing about that.
REFUSES = frozenset({400, 401, 404, 410, 422})
UNKNOWN = frozenset({"invalid_client", "unauthorized_client", "invalid_client_id"})


def register_client(host: str, *, callback_url: str, is_broad: bool = False) -> Mapping[str, str]:
    """Register at `host`; return our keys and their scopes. Raises LinkingFailed with a sentence.

    Checks first that it is such a server, so that a member learns what is wrong.
    """
    version = _version(host)
    issuer_of(host)
    scopes: tuple[str, ...] = (*SCOPES, LIKE_SCOPE)
    if is_broad or version.lower().startswith(BROAD_SCOPES_ONLY):
        scopes = BROAD_SCOPES
    answer = _register(host, callback_url, scopes)
    if (
        answer.status_code in {400, 422} and scopes != BROAD_SCOPES
    ):  # old servers refuse narrow scopes so
        scopes = BROAD_SCOPES
        answer = _register(host, callback_url, scopes)
    return {**_keys(host, answer, scopes), "redirect_uri": callback_url}


def scopes_of(server: Server, *, with_likes: bool = True) -> tuple[str, ...]:
    """Return the scopes of our registration with `server`, all or without the one that liking takes."""
    scopes = tuple(server.details.get("scopes", "").split()) or SCOPES
    return tuple(each for each in scopes if with_likes or each != LIKE_SCOPE)


def allows_likes(server: Server) -> bool:
    """Whether our registration covers liking; those of earlier versions do not, and cannot be widened."""
    return bool({LIKE_SCOPE, *BROAD_SCOPES[1:]} & set(scopes_of(server)))


def is_registration_known(server: Server, *, callback_url: str) -> bool:
    """Whether `server` still knows our registration; True where it cannot be determined.

    One that was made for another redirect URI (for all servers the same, in earlier versions; with
    another PUBLIC_URL) is of no use, whatever the server says of it. The details name the URI.

    By the permission page, as the member would see it. One that sends everybody to log in first
    says nothing about us; then the revocation of a token that never was says whether it is our
    place to ask (RFC 7009, section 2.2: 200 where we are known). No question here may be answered
    with a token: the token endpoint of an old snac gives one for any code.
    """
    if server.details.get("redirect_uri") != callback_url:
        return False
    query = {
        "client_id": server.details.get("client_id", ""),
        "redirect_uri": callback_url,
        "response_type": "code",
        "scope": " ".join(scopes_of(server)),
    }
    url = f"{server.origin}/oauth/authorize?{urlencode(query)}"
    page = request_server(server.host, "GET", url, allow_redirects=False)
    if page.status_code in REFUSES:
        return False
    if page.status_code // 100 != 3:
        return True
    form = {
        "client_id": server.details.get("client_id", ""),
        "client_secret": server.details.get("client_secret", ""),
        "token": "none",
    }
    answer = request_server(server.host, "POST", f"{server.origin}/oauth/revoke", data=form)
    return answer.status_code != 401 and json_fields(answer).get("error") not in UNKNOWN


def issuer_of(host: str) -> Issuer:
    """The name that comes back with a server's codes: of its metadata, or its address where it has
    none (before 4.3, and other makes). Raises LinkingFailed with a sentence."""
    origin = origin_of(host)
    answer = request_server(host, "GET", f"{origin}{METADATA}")
    if answer.status_code != 200:
        return Issuer(origin)
    try:
        issuer = Issuer.described(json_fields(answer))
        other = parse_host(issuer.name)
    except (LinkingFailed, NotAServer):
        raise _no_such_server(host) from None
    if other == host:
        return issuer
    sentence = _("%(host)s signs people in at %(other)s. Type that name instead.")
    raise LinkingFailed(sentence % {"host": host, "other": other})


def _no_such_server(host: str) -> LinkingFailed:
    sentence = _("%(host)s answers, but is not a Mastodon server. Check the name.")
    return LinkingFailed(sentence % {"host": host})


def _version(host: str) -> str:
    """Return the server's version string, "" where it fails to state one. Raises LinkingFailed with a sentence for
    one of another kind.

    Some servers fail at one of the two addresses for good (Takahē 0.11 at v2), so an error of 5xx
    refuses nobody: whether it is a Mastodon server registering tells.
    """
    fails = False
    answer = None
    for path in ("/api/v2/instance", "/api/v1/instance"):
        answer = request_server(host, "GET", origin_of(host) + path)
        version = json_fields(answer).get("version") if answer.status_code == 200 else ""
        if version:
            return str(version)
        fails = fails or answer.status_code >= 500
    if fails:
        return ""
    check_not_blocked(host, answer)
    raise _no_such_server(host)


def _register(host: str, callback_url: str, scopes: tuple[str, ...]) -> Any:
    return request_server(
        host,
        "POST",
        f"{origin_of(host)}/api/v1/apps",
        json={
            "client_name": settings.SITE_NAME,
            "redirect_uris": callback_url,
            "scopes": " ".join(scopes),
            "website": settings.PUBLIC_URL,
        },
    )


def _keys(host: str, answer: Any, scopes: tuple[str, ...]) -> Mapping[str, str]:
    check_not_failing(host, answer)
    known = json_fields(answer)
    keys = {name: str(known.get(name) or "") for name in ("client_id", "client_secret")}
    if not all(0 < len(key) <= MAX_KEY_LENGTH for key in keys.values()):
        raise LinkingFailed(
            _("%(host)s does not let this site register. Ask the staff of that server why.")
            % {"host": host}
        )
    return {**keys, "scopes": " ".join(scopes)}
