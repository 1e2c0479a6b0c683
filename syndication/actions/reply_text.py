"""Text of replies: fingerprints of a notice's lines, and reply addresses that stand in a text. Pure."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from syndication.actions.post_addresses import LETTERS

# 14 such characters in a row are no word, and wwwww has one: a token is found without what leads it, too.
_TOKEN = re.compile(f"[{LETTERS}]{{14,}}")
_MIN_CHARACTERS = 8  # different ones
_TAKEN_OUT = re.compile(r"[^\w./@:-]")


def line_fingerprint(line: str) -> str:
    """A hash of the line that survives another width, case, charset or indentation."""
    return hashlib.sha256(compact_line(line).encode("utf-8", "replace")).hexdigest()[:32]


def holds_reply_address(text: str) -> bool:
    """Whether such an address, or its local part, stands in the text, in pieces, too."""
    letters = re.sub(r"[.:/@_-]", "", squeezed_text(text))
    return any(len(set(run)) >= _MIN_CHARACTERS for run in _TOKEN.findall(letters))


def squeezed_text(text: str) -> str:
    """The text as one narrow line without blanks, marks and invisible characters."""
    plain = unicodedata.normalize("NFKC", text).replace("。", ".")
    return _TAKEN_OUT.sub("", plain).casefold()


def compact_line(line: str) -> str:
    return "".join(unicodedata.normalize("NFKC", line).split()).casefold()
