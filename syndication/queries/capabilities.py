"""Capabilities of each network (kinds, audiences, limits), read from its connector.

The links page, the compose page and the README's table read this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Audience
from syndication.connectors import CONNECTORS
from syndication.connectors.base import Limits, SubjectKind
from syndication.models import PostKind

READERS = {
    Audience.EVERYONE: _("everyone on the network"),
    Audience.FRIENDS_OF_FRIENDS: _("friends of your friends on the network"),
    Audience.FRIENDS: _("your friends on the network"),
    Audience.CHOSEN: _("people whom you choose"),
    Audience.GROUP: _("a group on the network"),
    Audience.ONLY_ME: _("you alone"),
}


@dataclass(frozen=True)
class Capabilities:
    """One network, as a member needs to know it."""

    key: str
    name: str
    kinds: tuple[PostKind, ...]
    limits: Mapping[str, Limits]
    narrower: tuple[PostKind, ...]  # kinds that it can hold for friends only
    cannot_delete: tuple[PostKind, ...]
    can_edit: tuple[PostKind, ...]  # whose copies take other words; the others stay as sent
    cannot_edit: tuple[PostKind, ...]
    to_followers: bool  # what is narrower is for followers, so only where they are approved
    address_costs: bool
    closed_in: str  # the year, where the network itself is gone
    can_revoke: bool  # unlinking takes the permission back there, too
    brings_back: bool  # replies or likes of some kind of copy
    silent: tuple[PostKind, ...]  # kinds whose replies it does not tell
    can_reply: bool


def is_set_up(key: str) -> bool:
    """Whether this site is registered there; not needed where members name the server."""
    return bool(settings.NETWORKS[key].get("client_id", "none needed"))


def set_up_network_names() -> list[str]:
    """Display names of the networks that members of this site can link, in the order of the links page."""
    return [CONNECTORS[key].name for key in settings.NETWORKS if is_set_up(key)]


def audiences_of_kind(network: str, kind: str) -> frozenset[str]:
    """The audiences to which `network` can show this kind of post."""
    return frozenset(dict(CONNECTORS[network].audiences).get(cast(SubjectKind, kind), frozenset()))


def capabilities(key: str) -> Capabilities:
    """The capabilities of the network `key`. Raises KeyError for an unknown key."""
    connector = CONNECTORS[key]
    kinds = tuple(kind for kind in PostKind if kind in connector.kinds())
    return Capabilities(
        key=key,
        name=connector.name,
        kinds=kinds,
        limits={str(kind): limits for kind, limits in connector.limits.items()},
        narrower=tuple(
            k for k in kinds if audiences_of_kind(key, k.value) - {Audience.EVERYONE.value}
        ),
        cannot_delete=tuple(k for k in kinds if k.value not in connector.can_delete),
        can_edit=tuple(k for k in kinds if k.value in connector.can_edit),
        cannot_edit=tuple(k for k in kinds if k.value not in connector.can_edit),
        to_followers=bool(connector.followers_read),
        address_costs=connector.address_costs,
        closed_in=connector.closed_in,
        can_revoke=connector.can_revoke,
        brings_back=bool(connector.brings_replies or connector.brings_likes),
        silent=tuple(k for k in kinds if k.value not in connector.brings_replies),
        can_reply=connector.can_reply(),
    )
