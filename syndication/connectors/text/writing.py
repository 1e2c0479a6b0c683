"""Clean texts for requests, and normalize them for comparison."""

from __future__ import annotations

import html
import re
import unicodedata

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")


def clean(text: str) -> str:
    """Return `text` fit for a request: line breaks as \\n, no controls, no lone surrogates."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", lines.replace("\u2028", "\n").replace("\u2029", "\n")).strip()


def normalise(text: str) -> str:
    """Return `text` normalized for comparison: networks escape, recompose, trim and re-wrap."""
    plain = unicodedata.normalize("NFC", html.unescape(text))
    return " ".join(plain.replace("\ufe0e", "").replace("\ufe0f", "").split())
