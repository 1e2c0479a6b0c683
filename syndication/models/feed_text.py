"""A friend's post as a text in the reader's language: its words, and a line for each thing beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LABELS = {
    "photo": _("[photo]"),
    "video": _("[video]"),
    "sound": _("[sound]"),
    "file": _("[file]"),
    "poll": _("[poll]"),
    "quote": _("[quote]"),
    "link": _("[link]"),
    "passed_on": _("[shared by]"),
}


def feed_item_text(text: str, attached: Iterable[Sequence[str]]) -> str:
    """Never empty: a list needs something to press."""
    lines = [text] if text else []
    for kind, said in attached:
        line = f"{LABELS.get(kind, LABELS['file'])} {said}".rstrip()
        lines.insert(0, line) if kind == "passed_on" else lines.append(line)
    return "\n".join(lines) or gettext("[no words]")
