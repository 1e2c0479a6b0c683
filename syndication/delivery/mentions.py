"""Mentions: replace names of members by handles in copies, and validate the handles of accounts.

A copy mentions a member by the handle of their account on the same network, where both are friends
at that moment and the mentioned one allowed it (`Link.is_mentionable`). Only copies of posts for
everyone mention anybody. Every other name stays plain text; connectors see to that.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from django.db.models import Exists, OuterRef, Q

from accounts.models import Block, Friendship
from syndication.connectors import CONNECTORS
from syndication.connectors.base import OutgoingPost, Preview
from syndication.connectors.content import PostContent
from syndication.connectors.text import local_names
from syndication.models import Link, Post

# For each network: the handle for a name as it was typed.
Handles = Mapping[str, Mapping[str, str]]

_HANDLE = re.compile(
    r"@[A-Za-z0-9_][A-Za-z0-9_.-]{0,150}(?:@(?P<host>[A-Za-z0-9.-]{1,130}(?::[0-9]{1,5})?))?"
)


def find_handles(author: int, content: PostContent | Post) -> Handles:
    """Find the handles for all names in `content`, by one query, or none where it names nobody."""
    typed = names_in(content)
    if not typed:
        return {}
    friends = Friendship.objects.filter(member=author, friend=OuterRef("member"))
    blocks = Block.objects.filter(
        Q(blocker=author, blocked=OuterRef("member"))
        | Q(blocker=OuterRef("member"), blocked=author)
    )
    links = Link.objects.active().filter(
        Exists(friends),
        ~Exists(blocks),
        is_mentionable=True,
        member__is_active=True,
        member__username__in={_username(name) for name in typed},
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    rows = (
        links.exclude(handle="")
        .order_by("-pk")
        .values_list("network", "member__username", "handle")
    )
    for network, username, handle in rows:  # of two accounts the one that was linked first
        found[network].update({name: handle for name in typed if _username(name) == username})
    return found


def find_uids(network: str, named: Mapping[str, str]) -> Mapping[str, str]:
    """Find the account behind each handle of `named` (as in Handles), where a server can call its account by
    a handle that is somebody else's."""
    if not named or CONNECTORS[network].has_local_ids:
        return {}
    usernames = {_username(name) for name in named}
    links = Link.objects.active().filter(network=network, member__username__in=usernames)
    return dict(links.filter(handle__in=named.values()).values_list("handle", "uid"))


def names_in(content: PostContent | Post) -> list[str]:
    """The names of members in title, text and content warning, as typed."""
    texts = (content.title, content.text, content.warning)
    return list(dict.fromkeys(name for text in texts for name in local_names(text)))


def names_there(post: OutgoingPost, preview: Preview | None) -> list[tuple[str, str]]:
    """For the preview page: each name that reads differently on the network, with its handle, or "" where
    it becomes plain text."""
    if preview is None:
        return []
    shown = f"{preview.title}\n{preview.warning}\n{preview.text}"
    stays = local_names(shown)
    return [
        (name, post.mentions.get(name, ""))
        for name in names_in(post)
        if name in post.mentions or name not in stays
    ]


def valid_own_handle(link: Link, handle: str) -> str:
    """`handle` if it can be one of the link's account, else "".

    A server could call its account by somebody else's handle, and copies would then mention that one:
    the host in it has to be the link's. A domain above or below it may be another's, as where servers
    are let by name (mallory.example.host). Whose handles are on such a domain is mentioned as plain text.
    """
    found = _HANDLE.fullmatch(handle)
    if found is None:
        return ""
    host, own = (found["host"] or "").lower(), link.host.lower()
    if not CONNECTORS[link.network].has_local_ids:
        return handle if not host else ""
    return handle if host and host == own else ""


def _username(name: str) -> str:
    return name[1:].lower()
