"""How pages name a link: by its network, and by the account only where the member has several of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.translation import pgettext

from syndication.models import Link


def link_labels(links: Iterable[Link]) -> dict[int, str]:
    """The label of each link, by its key."""
    by_key = {link.pk: link for link in links}
    count = Counter(link.network for link in by_key.values())
    return {
        key: link.network_name if count[link.network] == 1 else f"{link.network_name} ({link.name})"
        for key, link in by_key.items()
    }


def as_list(labels: Iterable[str]) -> str:
    """Labels as one text, in the active language."""
    return pgettext("list", ", ").join(labels)
