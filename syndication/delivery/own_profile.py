"""The account's own profile on its network: how it is mentioned, and the name and picture on offer.

One reading serves all three. It comes with a friend list, at most once a day, and is only stored here:
what a member imports of it is accounts.actions.profile_import's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from syndication.connectors import CONNECTORS
from syndication.connectors.base import Connector, Friend
from syndication.connectors.errors import Rejected, TryLater, Unauthorized
from syndication.delivery import server_limits
from syndication.delivery.mentions import valid_own_handle
from syndication.models import Link, LinkState

logger = logging.getLogger(__name__)

READ_EVERY = timedelta(hours=20)  # friend lists are read each 24 hours, give or take a tenth
MAX_ADDRESS_LENGTH = 500
TOO_MANY = 429  # the status of a network that asks for time


def read_beside_friends(link: Link, connector: Connector, now: datetime) -> None:
    """Read what comes with a friend list: the server's limits, and the account's own profile.

    Raises Unauthorized where the access is gone, and TryLater where the network asks for time.
    """
    with _tolerate_unreadable_profile(link):
        server_limits.store_terms(link, connector.terms())
    with _tolerate_unreadable_profile(link):
        read_own_profile(link, connector, now)


@contextmanager
def _tolerate_unreadable_profile(link: Link) -> Iterator[None]:
    """Log and ignore an error of this reading alone: the server is in trouble with it, or the access
    does not cover it. The friend list is read all the same."""
    try:
        yield
    except (Rejected, TryLater, Unauthorized) as error:
        if error.status == TOO_MANY or (isinstance(error, Unauthorized) and not error.scope):
            raise
        logger.info("link %s: the terms or the account could not be read", link.pk)


def read_own_profile(link: Link, connector: Connector, now: datetime) -> None:
    """Read and store the profile, unless that was done lately. Raises the errors of `Connector.profile`."""
    if link.profile_read_at is None or now - link.profile_read_at >= READ_EVERY:
        store_own_profile(link, connector.profile(), now)


def store_own_profile(link: Link, profile: Friend, now: datetime) -> None:
    """Store what `profile` says of the link's account: name and picture that it lacks are gone there.

    A profile of another account is not stored: a proxy may answer with somebody else's.
    """
    if link.account_uid(profile.uid) != link.uid:
        return
    found: dict[str, object] = {
        "profile_read_at": now,
        "display_name": profile.display_name[:100],
        "picture_url": valid_picture_address(profile.picture_url),
    }
    if CONNECTORS[link.network].has_handles:
        found["handle"] = valid_own_handle(link, profile.handle)
    Link.objects.exclude(state=LinkState.ENDED).filter(pk=link.pk).update(**found)


def valid_picture_address(url: str) -> str:
    """Return the address by https, "" for what is none or is too long. mixi names its pictures by http.

    Hosts of ALLOWED_PRIVATE_HOSTS keep http, as everywhere (accounts.providers.servers.origin_of).
    """
    try:
        parts = urlsplit(url)
        is_address = bool(parts.hostname) and parts.username is None
    except ValueError:
        return ""
    if not is_address or parts.scheme not in {"http", "https"} or len(url) >= MAX_ADDRESS_LENGTH:
        return ""
    is_private = parts.netloc.lower() in settings.ALLOWED_PRIVATE_HOSTS
    return url if is_private else parts._replace(scheme="https").geturl()
