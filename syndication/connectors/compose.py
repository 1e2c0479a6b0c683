"""How a post reads on a network of one text: what is sent, and what is shown beforehand. Pure.

Most networks have no titles and no place for an address of its own: a note is its title, a blank
line and its text; a link post is the member's words and the address. A copy for everyone may be
cut and then ends in the address of the post. A copy for fewer readers carries no address of ours,
since they could not open it, and is never cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from syndication.connectors import reasons
from syndication.connectors.base import (
    Audience,
    Candidates,
    Kind,
    Limits,
    OutgoingPost,
    Photo,
    Preview,
    RemotePost,
)
from syndication.connectors.errors import Unsupported
from syndication.connectors.media import FittedPhotos, fit_photos
from syndication.connectors.text import (
    ELLIPSIS,
    UNITS,
    Count,
    Fitted,
    TextDoesNotFit,
    as_uri,
    clean,
    comparable_core,
    cut,
    fit,
    names_somebody,
    normalise,
    with_uris,
)

PARAGRAPH = "\n\n"


@dataclass(frozen=True)
class TextComposer:
    """A network of one text. `count` is the limits' own unit, unless the server has another.

    `keeps_iris`: addresses within the words stay as they were typed, since what they lead to is said
    beside the text.
    """

    limits: Mapping[Kind, Limits]
    audiences: Mapping[Kind, frozenset[Audience]]
    count: Count | None = None
    keeps_iris: bool = False

    def preview(self, post: OutgoingPost) -> Preview:
        """How `post` will read. Raises Unsupported, with the reason, where it cannot go."""
        return self.compose(post)[0]

    def compose(self, post: OutgoingPost) -> tuple[Preview, tuple[Photo, ...]]:
        """How `post` will read, and its pictures as they go along. Raises as `preview` does."""
        if post.kind not in self.limits:
            raise Unsupported(reasons.KIND_UNKNOWN)
        if post.audience not in self.audiences[post.kind]:
            raise Unsupported(reasons.NOT_TO_THESE_READERS)
        post = clean_post(post, keeps_iris=self.keeps_iris)
        carried = fit_photos(post, self.limits[post.kind])
        try:
            shown = self._shown(post, carried)
        except TextDoesNotFit as error:
            raise Unsupported(reasons.TEXT_TOO_LONG) from error
        if post.audience != "everyone" and names_somebody(shown.text):
            # Who is mentioned gets a post for followers, too, follower or not.
            raise Unsupported(reasons.NAMES_SOMEBODY)
        return shown, carried.photos

    def _shown(self, post: OutgoingPost, carried: FittedPhotos) -> Preview:
        always = post.always_permalink or bool(carried.dropped)
        if post.kind == "link":
            return self._link(post, always=always)
        fitted = self._fitted(post, _words(post, carried), always=always)
        return Preview(
            fitted.text,
            is_cut=fitted.is_cut,
            photos=len(carried.photos),
            dropped=carried.dropped,
        )

    def _link(self, post: OutgoingPost, *, always: bool) -> Preview:
        """The address is never cut: too long, and ours stands in for it."""
        if not post.url:
            raise Unsupported(reasons.ADDRESS_MISSING)
        words = post.text or post.url_title
        both = " ".join(part for part in (post.url, post.permalink) if part)
        try:
            fitted = self._fit(
                post, words, both if always else post.url, both if post.permalink else ""
            )
        except TextDoesNotFit:
            if not post.permalink:
                raise Unsupported(reasons.ADDRESS_TOO_LONG) from None
            fitted = self._fitted(post, words, always=True)
            return Preview(fitted.text, is_cut=True, dropped=(reasons.ADDRESS_TOO_LONG,))
        return Preview(fitted.text, is_cut=fitted.is_cut)

    def _fitted(self, post: OutgoingPost, text: str, *, always: bool) -> Fitted:
        return self._fit(post, text, post.permalink if always else "", post.permalink)

    def _fit(self, post: OutgoingPost, text: str, tail: str, cut_tail: str) -> Fitted:
        limits = self.limits[post.kind]
        if post.never_permalink and post.permalink:
            tail, cut_tail = (part.replace(post.permalink, "").strip() for part in (tail, cut_tail))
            if not cut_tail:
                return self._cut_bare(text, limits)
        gap = PARAGRAPH if post.kind == "note" else " "
        count = self.count or UNITS[limits.unit]
        return fit(text, limits.text, tail=tail, cut_tail=cut_tail, gap=gap, count=count)

    def _cut_bare(self, text: str, limits: Limits) -> Fitted:
        """`text`, cut where it is too long, and no address under it."""
        count = self.count or UNITS[limits.unit]
        if count(text) <= limits.text:
            return Fitted(text, is_cut=False)
        return Fitted(cut(text, limits.text - count(ELLIPSIS), count) + ELLIPSIS, is_cut=True)


def _words(post: OutgoingPost, carried: FittedPhotos) -> str:
    """The member's words as one text; where no picture goes along, what they said one shows."""
    words = PARAGRAPH.join(part for part in (post.title, post.text) if part)
    if words or carried.photos:
        return words
    shown = " ".join(clean(photo.alt) for photo in post.photos).strip()
    leads_there = carried.dropped and not post.never_permalink
    if not shown and not leads_there:
        raise Unsupported(reasons.NOTHING_TO_SEND)
    return shown


def clean_post(post: OutgoingPost, *, keeps_iris: bool = False) -> OutgoingPost:
    """`post` without what no request may carry, and without our address where that is not open.

    Addresses are ASCII: networks end a link at the first other letter (`connectors.text.addresses`).
    """
    text, title, url_title = (
        each if keeps_iris else with_uris(each)
        for each in (clean(post.text), _line(post.title), _line(post.url_title))
    )
    return replace(
        post,
        text=text,
        title=title,
        url_title=url_title,
        url=as_uri(clean(post.url)),
        permalink=post.permalink if post.audience == "everyone" else "",
    )


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def find_candidates(
    entries: Iterable[RemotePost | None], text: str, *, since: float, is_whole: bool = True
) -> Candidates:
    """Those of `entries`, newest first, that could be what was sent as `text` at `since` (epoch
    seconds; networks cut times to the second) or later.

    `is_whole`: the list shows such a post for sure. Of a text that is an address alone nothing is left
    to compare where a server shortens it, so one such entry leaves it open. So does None, an entry
    that could not be read: it may be the copy.
    """
    listed = list(entries)
    recent = [each for each in listed if each and each.created_at >= int(since)][::-1]
    shown, kept = normalise(text), comparable_core(text)
    exact = tuple(each for each in recent if normalise(each.text) == shown)
    others = [each for each in recent if each not in exact and comparable_core(each.text) == kept]
    return Candidates(
        exact,
        alike=tuple(others) if kept else (),
        is_conclusive=is_whole and None not in listed and (bool(kept) or not others),
    )
