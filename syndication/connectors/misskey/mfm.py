"""Convert Misskey's markup (MFM) to plain text.

https://misskey-hub.net/en/docs/for-users/features/mfm/
"""

from __future__ import annotations

import re

DEEPEST = 8  # functions within each other; Misskey itself stops at 20

_RUBY = re.compile(r"\$\[ruby (\S+) ([^\[\]$]*)\]")
_FUNCTION = re.compile(r"\$\[[a-z0-9]+(?:\.[^\s\[\]]*)? ([^\[\]]*)\]")
_TAG = re.compile(r"</?(?:center|small|b|i|s|plain)>")
_ADDRESS = re.compile(r"<(https?://[^<>\s]+)>")
_LINK = re.compile(r"\??\[([^\[\]\n]*)\]\((https?://[^\s()<>]+)\)")
_MARKS = re.compile(r"(\*\*\*|\*\*|~~)(?=\S)([^*~\n]+)(?<=\S)\1")


def mfm_to_text(text: str) -> str:
    """Return `text` without markup. Links keep their text and address."""
    for _level in range(DEEPEST if "$[" in text else 0):  # from the innermost outwards
        without = _FUNCTION.sub(r"\1", _RUBY.sub(r"\1(\2)", text))
        if without == text:
            break
        text = without
    text = _ADDRESS.sub(r"\1", _TAG.sub("", text))
    text = _LINK.sub(_link, text)
    return _MARKS.sub(r"\2", _MARKS.sub(r"\2", text))  # ~~**of two kinds**~~


def _link(found: re.Match[str]) -> str:
    words, address = found[1].strip(), found[2]
    return address if not words or words in address else f"{words} {address}"
