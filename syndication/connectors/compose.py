"""Compose the text of a post for networks with one text field: sent, and shown as preview. Pure.

Most networks have no titles and no place for an address of its own: a note is its title, a blank
line and its text; a link post is the member's words and the address. A copy for everyone may be
cut and then ends in the address of the post. A copy for fewer readers carries no address of ours,
since they could not open it, and is never cut.

Names. "@taro" is a member's name here and a stranger's there: in a copy for everyone it becomes the handle
that `OutgoingPost.mentions` has for it, else a word without its sign. A handle typed whole stays,
but not in a reply, which names the author of its parent and nobody else.

Warnings. A network with a place for a content warning shows it before the text (`Preview.warning`);
elsewhere it is the first line of the text, in brackets, as warnings of friends are shown here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from syndication.connectors import reasons
from syndication.connectors.base import (
    Candidates,
    Limits,
    OutgoingPost,
    Photo,
    Preview,
    RemotePost,
    SubjectKind,
    WireAudience,
)
from syndication.connectors.content import LONGEST
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
    escape_mentions,
    fit,
    is_whole_handle,
    names_somebody,
    normalise,
    with_names,
    with_uris,
)

PARAGRAPH = "\n\n"
MAX_WARNING_LENGTH = LONGEST["warning"]  # of a parent's warning, which its reply repeats


@dataclass(frozen=True)
class TextComposer:
    """Composer for a network with one text field. `count` overrides the unit of the limits.

    `keeps_iris`: addresses in the text stay as typed, since their targets are sent beside the text.
    `names_reach`: a mentioned account receives a followers-only post even if it does not follow.
    `reads_names`: the network makes mentions of the names in a text; `reads_dots`: also of one with
    dots as a whole, else of its beginning. `names_author`: a reply tells the author of its parent only if
    it names them. `has_warning`: the network has a place for a content warning; `counts_warning`: which
    counts as part of the text.
    """

    limits: Mapping[SubjectKind, Limits]
    audiences: Mapping[SubjectKind, frozenset[WireAudience]]
    count: Count | None = None
    keeps_iris: bool = False
    names_reach: bool = True
    reads_names: bool = True
    reads_dots: bool = True
    names_author: bool = False
    has_warning: bool = False
    counts_warning: bool = False

    def preview(self, post: OutgoingPost) -> Preview:
        """Return how `post` will read. Raises Unsupported, with the reason, where it cannot go."""
        return self.compose(post)[0]

    def compose(self, post: OutgoingPost) -> tuple[Preview, tuple[Photo, ...]]:
        """Return the preview of `post` and its fitted pictures. Raises as `preview` does."""
        if post.kind not in self.limits or (post.kind == "reply" and post.reply_to is None):
            raise Unsupported(reasons.KIND_UNKNOWN)
        if post.audience not in self.audiences[post.kind]:
            raise Unsupported(reasons.NOT_TO_THESE_READERS)
        post = self._named(clean_post(post, keeps_iris=self.keeps_iris))
        carried = fit_photos(post, self.limits[post.kind])
        try:
            shown = self._shown(post, carried)
        except TextDoesNotFit as error:
            raise Unsupported(reasons.TEXT_TOO_LONG) from error
        is_narrow = post.audience != "everyone"
        warning = self._own_warning(post)
        if is_narrow and self.names_reach and names_somebody(f"{warning}\n{shown.text}"):
            raise Unsupported(reasons.NAMES_SOMEBODY)
        return replace(shown, warning=warning), carried.photos

    def _shown(self, post: OutgoingPost, carried: FittedPhotos) -> Preview:
        always = post.always_permalink or bool(carried.dropped)
        if post.kind == "link":
            return self._link(post, always=always)
        fitted = self._fitted(post, self._words(post, carried), always=always)
        return Preview(
            fitted.text,
            is_cut=fitted.is_cut,
            photos=len(carried.photos),
            dropped=carried.dropped,
        )

    def _words(self, post: OutgoingPost, carried: FittedPhotos) -> str:
        """Return the member's words as one text, with the picture's description where no picture goes."""
        words = PARAGRAPH.join(part for part in (post.title, post.text) if part)
        if words or carried.photos:
            return self._led(post, words)
        shown = " ".join(clean(photo.alt) for photo in post.photos).strip()
        leads_there = carried.dropped and not post.never_permalink
        if not shown and not leads_there:
            raise Unsupported(reasons.NOTHING_TO_SEND)
        return self._led(post, self._escaped(post, shown))

    def _led(self, post: OutgoingPost, words: str) -> str:
        """Return `words` below the content warning, where that has no place of its own."""
        if self.has_warning or not post.warning:
            return words
        return "\n".join(part for part in (f"[{post.warning}]", words) if part)

    def _own_warning(self, post: OutgoingPost) -> str:
        return post.warning if self.has_warning else ""

    def _named(self, post: OutgoingPost) -> OutgoingPost:
        """Return `post` with the names in its words as the copy says them.

        A post for fewer readers keeps them: it is refused, or goes where names mention nobody.
        """
        if post.audience != "everyone":
            return post
        mentions = {} if post.reply_to else post.mentions

        def said(words: str) -> str:
            return self._escaped(post, with_names(words, mentions))

        post = replace(post, title=said(post.title), url_title=said(post.url_title))
        post = replace(post, warning=self._escaped(post, post.warning), text=said(post.text))
        return self._addressed(post)

    def _escaped(self, post: OutgoingPost, words: str) -> str:
        """Return `words` with mentions of those alone whom this copy may mention."""
        author = post.reply_to.author.handle if post.reply_to else ""
        meant = {each.removeprefix("@").lower() for each in (author, *post.mentions.values())}

        def keeps(name: str) -> bool:
            is_typed = not post.reply_to and is_whole_handle(name, is_dotted=self.reads_dots)
            return is_typed or name.lower() in meant

        is_safe = not self.reads_names or post.audience != "everyone"
        return words if is_safe else escape_mentions(words, keeps)

    def _addressed(self, post: OutgoingPost) -> OutgoingPost:
        """Return a reply that names the author of its parent, unless the member typed that handle."""
        handle = post.reply_to.author.handle if post.reply_to and self.names_author else ""
        if not handle or not post.text or handle.lower() in post.text.lower().split():
            return post
        return replace(post, text=f"{handle} {post.text}")

    def _link(self, post: OutgoingPost, *, always: bool) -> Preview:
        """Never cut the address: the permalink replaces one that is too long."""
        if not post.url:
            raise Unsupported(reasons.ADDRESS_MISSING)
        words = self._led(post, post.text or post.url_title)
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
        limits = self._limits(post)
        if post.never_permalink and post.permalink:
            tail, cut_tail = (part.replace(post.permalink, "").strip() for part in (tail, cut_tail))
            if not cut_tail:
                return self._cut_bare(text, limits)
        gap = PARAGRAPH if post.kind == "note" else " "
        count = self.count or UNITS[limits.unit]
        return fit(text, limits.text, tail=tail, cut_tail=cut_tail, gap=gap, count=count)

    def _limits(self, post: OutgoingPost) -> Limits:
        """Return the limits of the text; a warning is counted by its code points: no server counts more."""
        limits = self.limits[post.kind]
        taken = len(self._own_warning(post)) if self.counts_warning else 0
        return replace(limits, text=max(limits.text - taken, 0)) if taken else limits

    def _cut_bare(self, text: str, limits: Limits) -> Fitted:
        """Return `text`, cut where it is too long, without an address below it."""
        count = self.count or UNITS[limits.unit]
        if count(text) <= limits.text:
            return Fitted(text, is_cut=False)
        return Fitted(cut(text, limits.text - count(ELLIPSIS), count) + ELLIPSIS, is_cut=True)


def clean_post(post: OutgoingPost, *, keeps_iris: bool = False) -> OutgoingPost:
    """Return `post` cleaned of control characters, and without a permalink that readers could not open.

    Addresses are ASCII: networks end a link at the first other character (`connectors.text.addresses`).
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
        warning=_warning(post),
        url=as_uri(clean(post.url)),
        permalink=post.permalink if post.audience == "everyone" else "",
    )


def _warning(post: OutgoingPost) -> str:
    """Return the content warning: a reply repeats its parent's, which no network does by itself."""
    parents = _line(post.reply_to.warning) if post.reply_to else ""
    if len(parents) > MAX_WARNING_LENGTH:
        parents = cut(parents, MAX_WARNING_LENGTH - 1) + ELLIPSIS
    return _line(post.warning) or parents


def _line(text: str) -> str:
    return " ".join(clean(text).split())


def find_candidates(
    entries: Iterable[RemotePost | None], text: str, *, since: float, is_whole: bool = True
) -> Candidates:
    """Return those of `entries` (newest first) that could be `text`, sent at `since` or later (epoch
    seconds; networks cut times to the second).

    `is_whole`: the list certainly includes such a post. The result is not conclusive where an entry is
    an address alone, which a server may have shortened, or None: an unreadable entry may be the copy.
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
