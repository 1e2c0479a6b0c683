"""The box on the home page: what one press of its button would do, as the button says it."""

from __future__ import annotations

import secrets
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Audience, Member
from syndication.delivery import eligibility
from syndication.models import Link, PostKind

MAX_NAMED = 2  # networks
WIDEST = 36  # half-width characters of a button: two lines of a small phone


@dataclass(frozen=True)
class HomeBox:
    """A form for a status, with the audience and the links of its copies as the settings have them."""

    audience: str
    links: tuple[Link, ...]

    @property
    def carried(self) -> str:
        """One hidden field for all that the press needs, since home has to be light: `unpack_box`."""
        keys = (str(link.pk) for link in self.links)
        return " ".join((self.audience, secrets.token_hex(16), *keys))

    @property
    def button(self) -> str:
        """`Send to Everyone, mixi and Mastodon`."""
        if self.audience == Audience.ONLY_ME:
            return _("Save for me only")
        whom = _readers(self.audience)
        names = _network_names(self.links)
        said = _("Send to %(whom)s") % {"whom": _listed(whom, names)}
        if len(names) <= MAX_NAMED and _width(said) <= WIDEST:
            return said
        counted = ngettext(
            "Send to %(whom)s and %(n)s network",
            "Send to %(whom)s and %(n)s networks",
            len(names),
        )
        return counted % {"whom": whom, "n": len(names)}


def home_box(member: Member) -> HomeBox:
    """The box by the member's settings, by one query."""
    audience = member.posts_by_me
    links = eligibility.links_by_settings(member, PostKind.STATUS, audience)
    return HomeBox(audience, tuple(links))


def unpack_box(typed: Mapping[str, Any]) -> dict[str, str]:
    """The fields that a press of the box carried: `audience`, `form_key` and `to`, keys of links."""
    audience, _blank, rest = str(typed.get("box", "")).partition(" ")
    form_key, _blank, to = rest.partition(" ")
    return {"audience": audience, "form_key": form_key, "to": to} if "box" in typed else {}


def _readers(audience: str) -> str:
    """The readers here, in a word for a button."""
    return {
        Audience.EVERYONE: pgettext("on a button", "Everyone"),
        Audience.FRIENDS_OF_FRIENDS: pgettext("on a button", "Friends of friends"),
    }.get(Audience(audience), pgettext("on a button", "Friends"))


def _network_names(links: Iterable[Link]) -> list[str]:
    """Each network once, with the number of its accounts where there are several."""
    count = Counter(link.network_name for link in links)
    return [name if n == 1 else f"{name} ×{n}" for name, n in count.items()]


def _listed(whom: str, names: list[str]) -> str:
    if not names:
        return whom
    if len(names) == 1:
        return _("%(whom)s and %(network)s") % {"whom": whom, "network": names[0]}
    words = {"whom": whom, "networks": pgettext("list", ", ").join(names[:-1]), "last": names[-1]}
    return _("%(whom)s, %(networks)s and %(last)s") % words


def _width(text: str) -> int:
    """In half-width characters."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in text)
