"""The settings of this app, each with its default. Read at use, so that tests may override them."""

import re
from typing import Any

from django.conf import settings

DEFAULTS: dict[str, Any] = {
    # Seconds without a request after which a session ends, and seconds after which it ends anyway.
    "URLSESSION_IDLE": 30 * 60,
    "URLSESSION_ABSOLUTE": 12 * 3600,
    # The idle time-out is moved on at most this often (seconds): a read must not cost a write.
    "URLSESSION_TOUCH": 120,
    # Live anonymous sessions of one client address. A carrier's gateway is one address.
    "URLSESSION_ANONYMOUS_PER_ADDRESS": 300,
    # The same for an IPv6 /48, and for everybody. A row is 0.5 kB, or 20 kB with a form that waits.
    "URLSESSION_ANONYMOUS_PER_NETWORK": 3000,
    "URLSESSION_ANONYMOUS_IN_ALL": 30_000,
    # Outside addresses that pages named, kept by the sweeper: a text that is edited names ever others.
    "URLSESSION_TICKETS": 100_000,
    # An ended session of a member is remembered this long (seconds), to offer the right way back.
    "URLSESSION_REMEMBER_ENDED": 24 * 3600,
    # Regular expressions, matched from the beginning of the path.
    # Never under a token: 404 there. Without one these are never probed: they need cookies anyway.
    "URLSESSION_COOKIE_ONLY": [r"/(admin|static|media|out)(/|$)"],
    # No session is needed. A valid cookie is read; without one nothing is made and nothing set.
    "URLSESSION_PUBLIC": [r"/(static|media|out)/"],
    # No session, no probe, and views see no cookies; api.cookie_session_key() alone knows of them.
    "URLSESSION_NEVER_PROBE": [r"/[qp]/"],
    # The front door for those who keep no cookies: straight into a URL session.
    "URLSESSION_FRONT_DOOR": [r"/m/$"],
    # Sent without session these have nothing left to do: straight to the home page.
    "URLSESSION_NOT_KEPT": [r"/logout/$"],
    # The view that asks to log in again when a form was sent on a session that had ended.
    "URLSESSION_EXPIRED_VIEW": "accounts.urlsession.views.resume_form",
    # Called with the request and the member's key when an address was opened in another browser and
    # its session ended for that; "" for nobody.
    "URLSESSION_EXPOSED_HANDLER": "",
    # Proxies of ours in front of us: so many entries of X-Forwarded-For, from the right, are true.
    "TRUSTED_PROXY_COUNT": 0,
}


def get_setting(name: str) -> Any:
    """Return the project's value, or the default."""
    return getattr(settings, name, DEFAULTS[name])


def matches_setting(name: str, path: str) -> bool:
    """Whether a path (without token) matches an expression of the setting `name`."""
    return any(re.match(pattern, path) for pattern in get_setting(name))
