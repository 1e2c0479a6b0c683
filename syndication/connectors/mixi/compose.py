"""Compose posts for mixi, where that differs from a network with one text field. Pure."""

from __future__ import annotations

from syndication.connectors import reasons
from syndication.connectors.base import (
    EVERYONE_ONLY,
    Limits,
    OutgoingPost,
    Preview,
    SubjectKind,
    WireAudience,
)
from syndication.connectors.compose import TextComposer
from syndication.connectors.errors import Unsupported
from syndication.connectors.media import FittedPhotos
from syndication.connectors.text import clean, cut

# Voice: 150 characters, more is 400. Diary: 100 and 10,000 full-width characters; a half-width one
# may count half there, but counted whole it is never refused. The title of a photo has no written
# limit; a diary's is our guess.
LIMITS: dict[SubjectKind, Limits] = {
    "status": Limits(text=150),
    "note": Limits(text=10_000, title=100, photos=3),
    "photo": Limits(text=100, photos=1),
    "link": Limits(text=150),
    "reply": Limits(
        text=150
    ),  # of a comment no page says; Voice's own, which fits a picture's, too
}

# A Voice has no visibility parameter: the member's own setting applies. A diary and an album each
# have one.
AUDIENCES: dict[SubjectKind, frozenset[WireAudience]] = {
    "status": EVERYONE_ONLY,
    "note": frozenset({"everyone", "friends"}),
    "photo": frozenset({"everyone", "friends"}),
    "link": EVERYONE_ONLY,
    "reply": EVERYONE_ONLY,  # read by those who read what it answers
}


class MixiComposer(TextComposer):
    """Composer with titles: a diary has one besides its text, a picture has nothing else."""

    def _shown(self, post: OutgoingPost, carried: FittedPhotos) -> Preview:
        """Give a diary the title that it must have: of a note without one, the first line."""
        if post.kind != "note":
            return super()._shown(post, carried)
        if not post.text and not post.title:
            raise Unsupported(reasons.NOTHING_TO_SEND)
        body = self._led(post, post.text or post.title)
        title, title_is_cut = _titled(post, body)
        always = post.always_permalink or bool(carried.dropped) or title_is_cut
        fitted = self._fitted(post, body, always=always)
        return Preview(
            fitted.text,
            title=title,
            is_cut=fitted.is_cut or title_is_cut,
            photos=len(carried.photos),
            dropped=carried.dropped,
        )

    def _words(self, post: OutgoingPost, carried: FittedPhotos) -> str:
        """Title a picture by the member's text, else by its description."""
        if post.kind != "photo":
            return super()._words(post, carried)
        if not carried.photos:
            raise Unsupported(reasons.PHOTO_MISSING)
        return self._led(post, post.text or clean(carried.photos[0].alt))


def _titled(post: OutgoingPost, body: str) -> tuple[str, bool]:
    limit = LIMITS["note"].title
    title = post.title or body.split("\n", 1)[0].strip()
    if len(title) <= limit:
        return title, False
    if post.title and not post.permalink:
        raise Unsupported(reasons.TITLE_TOO_LONG)
    return cut(title, limit - 1) + "…", bool(post.title)


# mixi has no mentions.
TEXTS = MixiComposer(LIMITS, AUDIENCES, names_reach=False, reads_names=False)
