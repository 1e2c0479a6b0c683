"""What friends are called on networks, for lists of friends: `{% load friends_there %}`."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext as _

from accounts.models import Member
from syndication.connectors import CONNECTORS
from syndication.queries.friend_matches import friend_names_on_networks

register = template.Library()


@register.simple_tag
def with_names_there(viewer: Member, friends: Iterable[Member]) -> list[tuple[Member, str]]:
    """Each friend with a text as "花子 on mixi", or "" (queries.friend_matches.friend_names_on_networks)."""
    names = friend_names_on_networks(viewer, friends)
    return [
        (friend, " ".join(_on_network(*one) for one in names.get(friend.pk, [])))
        for friend in friends
    ]


def _on_network(name: str, network: str) -> str:
    connector = CONNECTORS.get(network)
    shown = connector.name if connector else network
    return _("%(name)s on %(network)s") % {"name": name, "network": shown}
