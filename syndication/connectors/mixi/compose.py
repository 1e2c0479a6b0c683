"""Compose posts for mixi: sent, and shown as preview. Pure.

A copy for everyone may be cut; it then ends in the address of the post. A copy for fewer readers
carries no address of ours, since they could not open it, and is never cut.
"""

from __future__ import annotations

from syndication.connectors import reasons
from syndication.connectors.base import Audience, Kind, Limits, OutgoingPost, Photo, Preview
from syndication.connectors.compose import clean_post
from syndication.connectors.errors import Unsupported
from syndication.connectors.media import fit_photos
from syndication.connectors.text import Fitted, TextDoesNotFit, clean, cut, fit

# Voice: 150 characters, more is 400. Diary: 100 and 10,000 full-width characters; a half-width one
# may count half there, but counted whole it is never refused. The title of a photo has no written
# limit; a diary's is our guess.
LIMITS: dict[Kind, Limits] = {
    "status": Limits(text=150),
    "note": Limits(text=10_000, title=100, photos=3),
    "photo": Limits(text=100, photos=1),
    "link": Limits(text=150),
}

# A Voice has no visibility parameter: the member's own setting applies. A diary and an album each
# have one.
AUDIENCES: dict[Kind, frozenset[Audience]] = {
    "status": frozenset({"everyone"}),
    "note": frozenset({"everyone", "friends"}),
    "photo": frozenset({"everyone", "friends"}),
    "link": frozenset({"everyone"}),
}

PARAGRAPH = "\n\n"


def preview_on_mixi(post: OutgoingPost) -> Preview:
    """Return how `post` will read. Raises Unsupported, with the reason, where it cannot go."""
    if post.kind not in LIMITS:
        raise Unsupported(reasons.KIND_UNKNOWN)
    if post.audience not in AUDIENCES[post.kind]:
        raise Unsupported(reasons.NOT_TO_THESE_READERS)
    post = clean_post(post)
    try:
        match post.kind:
            case "note":
                return _note(post)
            case "photo":
                return _photo(post)
            case "link":
                return _link(post)
            case _:
                return _status(post)
    except TextDoesNotFit as error:
        raise Unsupported(reasons.TEXT_TOO_LONG) from error


def photos_on_mixi(post: OutgoingPost) -> tuple[Photo, ...]:
    """Return the pictures of `post` that go along, fitted to the limits."""
    return fit_photos(post, LIMITS[post.kind]).photos


def _status(post: OutgoingPost) -> Preview:
    if not post.text:
        raise Unsupported(reasons.NOTHING_TO_SEND)
    fitted = _fitted(post, post.text, always=post.always_permalink)
    return Preview(fitted.text, is_cut=fitted.is_cut)


def _link(post: OutgoingPost) -> Preview:
    """Compose text and address. The address is never cut: the permalink replaces one that is too long."""
    if not post.url:
        raise Unsupported(reasons.ADDRESS_MISSING)
    words = post.text or post.url_title
    both = " ".join(part for part in (post.url, post.permalink) if part)
    tail = both if post.always_permalink else post.url
    try:
        fitted = fit(words, LIMITS["link"].text, tail=tail, cut_tail=both if post.permalink else "")
    except TextDoesNotFit:
        return _link_by_permalink(post, words)
    return Preview(fitted.text, is_cut=fitted.is_cut)


def _link_by_permalink(post: OutgoingPost, words: str) -> Preview:
    if not post.permalink:
        raise Unsupported(reasons.ADDRESS_TOO_LONG)
    fitted = _fitted(post, words, always=True)
    return Preview(fitted.text, is_cut=True, dropped=(reasons.ADDRESS_TOO_LONG,))


def _note(post: OutgoingPost) -> Preview:
    """Compose a diary. It needs a title: a note without one gets its first line."""
    body = post.text or post.title
    if not body:
        raise Unsupported(reasons.NOTHING_TO_SEND)
    carried = fit_photos(post, LIMITS["note"])
    title, title_is_cut = _titled(post, body)
    always = post.always_permalink or bool(carried.dropped) or title_is_cut
    fitted = _fitted(post, body, always=always, gap=PARAGRAPH)
    return Preview(
        fitted.text,
        title=title,
        is_cut=fitted.is_cut or title_is_cut,
        photos=len(carried.photos),
        dropped=carried.dropped,
    )


def _titled(post: OutgoingPost, body: str) -> tuple[str, bool]:
    limit = LIMITS["note"].title
    title = post.title or body.split("\n", 1)[0].strip()
    if len(title) <= limit:
        return title, False
    if post.title and not post.permalink:
        raise Unsupported(reasons.TITLE_TOO_LONG)
    return cut(title, limit - 1) + "…", bool(post.title)


def _photo(post: OutgoingPost) -> Preview:
    """Compose a photo: its title is the member's text, else the description."""
    carried = fit_photos(post, LIMITS["photo"])
    if not carried.photos:
        raise Unsupported(reasons.PHOTO_MISSING)
    words = post.text or clean(carried.photos[0].alt)
    fitted = _fitted(post, words, always=post.always_permalink or bool(carried.dropped))
    return Preview(
        fitted.text,
        is_cut=fitted.is_cut,
        photos=len(carried.photos),
        dropped=carried.dropped,
    )


def _fitted(post: OutgoingPost, text: str, *, always: bool, gap: str = " ") -> Fitted:
    tail = post.permalink if always else ""
    return fit(text, LIMITS[post.kind].text, tail=tail, cut_tail=post.permalink, gap=gap)
