"""The text of a friend's post in the reader's language: its own text, and a line for each attachment."""

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
    """The text with attachments; never empty, since lists need something to press."""
    lines = [text] if text else []
    for kind, said in attached:
        line = f"{LABELS.get(kind, LABELS['file'])} {said}".rstrip()
        lines.insert(0, line) if kind == "passed_on" else lines.append(line)
    return "\n".join(lines) or gettext("[no words]")
