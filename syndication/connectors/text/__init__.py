"""Text on its way to a network and back: clean it, count it, fit it, compare it. Pure.

`text_of_html` and `title_of_html` read HTML, `codec_for_label` the label of a charset.

Each network counts in its own unit; `UNITS` names the ways of counting, and a connector's
`Limits.unit` picks one. Where a server has a say (Mastodon's), the connector makes its own count
with `mastodon_count`. Nothing here is cut inside an address, a mention, a hashtag, a `:shortcode:`
or what a reader takes for one character.
"""

from syndication.connectors.text.addresses import as_uri
from syndication.connectors.text.comparing import comparable_core, may_be_rewritten
from syndication.connectors.text.counting import (
    UNITS,
    Count,
    characters,
    graphemes_and_bytes,
    mastodon_count,
    strict_count,
    weighted,
)
from syndication.connectors.text.escaping import escape_mentions, is_whole_handle
from syndication.connectors.text.fitting import ELLIPSIS, Fitted, TextDoesNotFit, cut, fit
from syndication.connectors.text.labels import codec_for_label
from syndication.connectors.text.markup import text_of_html, title_of_html
from syndication.connectors.text.names import local_names, with_names
from syndication.connectors.text.pieces import (
    Span,
    atoms,
    graphemes,
    names_somebody,
    spans,
    with_uris,
)
from syndication.connectors.text.writing import clean, normalise

__all__ = [
    "ELLIPSIS",
    "UNITS",
    "Count",
    "Fitted",
    "Span",
    "TextDoesNotFit",
    "as_uri",
    "atoms",
    "characters",
    "clean",
    "comparable_core",
    "codec_for_label",
    "cut",
    "escape_mentions",
    "fit",
    "graphemes",
    "graphemes_and_bytes",
    "is_whole_handle",
    "local_names",
    "mastodon_count",
    "may_be_rewritten",
    "names_somebody",
    "normalise",
    "spans",
    "strict_count",
    "text_of_html",
    "title_of_html",
    "weighted",
    "with_names",
    "with_uris",
]
