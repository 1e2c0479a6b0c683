"""The preview page's lines: what is the same for several links is said once.

delivery.planning.preview_deliveries decides what goes; here it is put together for reading.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Audience
from syndication.connectors import reasons
from syndication.connectors.base import Preview
from syndication.connectors.content import PostContent
from syndication.delivery import eligibility
from syndication.delivery.planning import DeliveryPreview
from syndication.models import Link, LinkState
from syndication.queries.excerpts import cut_position
from syndication.queries.link_labels import as_list, link_labels

SHOWN_WHOLE = 100  # characters of a cut text; of a longer one only its end is shown
SHOWN_END = 20  # besides the address behind it
SHOWN_CUT_OFF = 10  # characters of what does not fit
FOUND_BY = 60  # characters before the cut, by which the text is found in the post

# What changes a reason, where that is not in the form.
REMEDIES: dict[str, str] = {
    eligibility.TURNED_OFF: "toggle",
    eligibility.NOT_OPTED_IN: "toggle",
    eligibility.NOT_ALLOWED_THERE: "again",
    eligibility.FOLLOWERS_NOT_APPROVED: "profile",
}
# Reasons that a post to everyone would not have.
OF_AUDIENCE = frozenset(
    {
        eligibility.ONLY_FOR_EVERYONE,
        eligibility.NOT_FOR_FRIENDS_OF_FRIENDS,
        eligibility.NOT_OPTED_IN,
        reasons.NOT_TO_THESE_READERS,
    }
)


@dataclass(frozen=True)
class PreviewGroup:
    """Links of which the page says the same, with their `names` as a list to read.

    `shown` is what is left of a text that was cut, `is_end` where that is only its end, `cut_off` the first
    words that did not fit. `remedy` says what changes the reason (REMEDIES), "" for nothing outside of the
    form.
    """

    links: Sequence[Link]
    names: str
    readers: str
    reason: str
    preview: Preview | None
    shown: str
    is_end: bool
    cut_off: str
    remedy: str


@dataclass(frozen=True)
class PreviewGroups:
    """`whole` goes as it was written, `changed` is cut or leaves something out, `staying` does not go.

    `readers` is said once for all where they are everyone. `named` has what the names of members become,
    `held` the links whose copies go later. `going` is every link that gets a copy, with its label;
    `if_public` names the links that would get one if the post were for everyone.
    """

    whole: Sequence[PreviewGroup]
    changed: Sequence[PreviewGroup]
    staying: Sequence[PreviewGroup]
    named: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    held: Sequence[tuple[Link, str]]
    going: Sequence[tuple[Link, str]]
    readers: str
    if_public: str

    @property
    def leads_away(self) -> bool:
        """Whether the page has addresses of other pages, with the post not sent."""
        is_parked = any(link.state == LinkState.PARKED for link, _label in self.held)
        return is_parked or any(one.remedy for one in self.staying)


def group_previews(
    foreseen: Sequence[DeliveryPreview], audience: str, post: PostContent | None = None
) -> PreviewGroups:
    """Group previews that were made for `audience`, whose links carry delivery.availability. `post` is what
    they preview: a cut copy says where in it the text stops."""
    words = f"{post.title}\n{post.text}" if post is not None else ""
    labels = link_labels(one.link for one in foreseen)

    def grouped(
        ones: Sequence[DeliveryPreview], key: Callable[[DeliveryPreview], Hashable]
    ) -> list[list[DeliveryPreview]]:
        found: dict[Hashable, list[DeliveryPreview]] = {}
        for one in ones:
            found.setdefault(key(one), []).append(one)
        return list(found.values())

    def names(ones: Sequence[DeliveryPreview]) -> str:
        return as_list(labels[one.link.pk] for one in ones)

    def group(ones: Sequence[DeliveryPreview]) -> PreviewGroup:
        first = ones[0]
        shown, is_end = _left_of(first.preview) if first.preview else ("", False)
        cut_off = _cut_off_from(words, first.preview) if first.preview else ""
        return PreviewGroup(
            links=[one.link for one in ones],
            names=names(ones),
            readers="" if audience == Audience.EVERYONE else first.readers,
            reason=first.reason,
            preview=first.preview,
            shown=shown,
            is_end=is_end,
            cut_off=cut_off,
            remedy="" if first.goes else REMEDIES.get(first.reason, ""),
        )

    def circle(one: DeliveryPreview) -> str:
        return "" if audience == Audience.EVERYONE else one.readers

    going = [one for one in foreseen if one.goes]
    whole = [one for one in going if not _is_changed(one.preview)]
    changed = [one for one in going if _is_changed(one.preview)]
    staying = [one for one in foreseen if not one.goes]
    return PreviewGroups(
        whole=[group(ones) for ones in grouped(whole, circle)],
        changed=[group(ones) for ones in grouped(changed, lambda one: (one.preview, circle(one)))],
        staying=[group(ones) for ones in grouped(staying, lambda one: one.reason)],
        named=[
            (names(ones), ones[0].names)
            for ones in grouped([one for one in going if one.names], lambda one: tuple(one.names))
        ],
        held=[(one.link, labels[one.link.pk]) for one in going if _waits(one.link)],
        going=[(one.link, labels[one.link.pk]) for one in going],
        readers=_public_readers(going) if audience == Audience.EVERYONE else "",
        if_public=names([one for one in staying if _waits_for_audience(one)]),
    )


def _public_readers(going: Sequence[DeliveryPreview]) -> str:
    if len({one.link.network for one in going}) > 1:
        return _("everyone on these networks")
    return next((one.readers for one in going), "")


def _waits_for_audience(one: DeliveryPreview) -> bool:
    return one.would_go_if_public and one.reason in OF_AUDIENCE


def _waits(link: Link) -> bool:
    return link.state == LinkState.PARKED or link.is_held_back


def _is_changed(preview: Preview | None) -> bool:
    return preview is not None and (preview.is_cut or bool(preview.dropped))


def _left_of(preview: Preview) -> tuple[str, bool]:
    """What a cut text still says, and whether that is its end alone."""
    if not preview.is_cut:
        return "", False
    text = " ".join(f"{preview.title}\n{preview.text}".split())
    if len(text) <= SHOWN_WHOLE:
        return text, False
    start = cut_position(text, max(len(_without_address(text)) - SHOWN_END, 0))
    return text[start:].strip(), True


def _cut_off_from(words: str, preview: Preview) -> str:
    """The first words that a cut text leaves out; "" where the network has the text in other words."""
    if not preview.is_cut:
        return ""
    text, kept = " ".join(words.split()), " ".join(preview.text.split())
    end = _without_address(kept).rstrip(" …")[-FOUND_BY:]
    nearest = len(kept) + text.count("@")  # names lose their sign there
    at = text.rfind(end, 0, nearest) if end else -1
    rest = text[at + len(end) :].lstrip() if at >= 0 else ""
    return rest[: cut_position(rest, SHOWN_CUT_OFF)].rstrip()


def _without_address(text: str) -> str:
    """`text` on one line, without the address of the post that ends a cut copy."""
    words, _blank, last = text.rpartition(" ")
    return words if last.startswith("http") else text
