"""What a text may hold, said a second time: not by the product's own tables."""

from __future__ import annotations

import re

_BROKEN = re.compile("[\ud800-\udfff]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def is_unicode(text: str) -> bool:
    """Without halves of a pair: it can be stored, sent and shown."""
    return not _BROKEN.search(text)


def is_whole(text: str) -> bool:
    """And without characters that mean something on one carrier's phones alone."""
    return is_unicode(text) and not _PRIVATE.search(text)


def is_clean(text: str) -> bool:
    """And without controls but tab and line feed."""
    return is_unicode(text) and not _CONTROLS.search(text)


def as_text(data: bytes) -> str:
    """Any text that JSON can bring, halves of pairs included."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")
