"""Languages that a post can name: those that are written most where this site is used.

Few, because every form for writing carries them; a list of all would be ten times the page.
"""

from __future__ import annotations

NAMES = {  # by BCP 47; each in its own characters, which its readers know whatever the page speaks
    "ja": "日本語",
    "en": "English",
    "zh": "中文",
    "ko": "한국어",
    "pt": "Português",
    "vi": "Tiếng Việt",
    "tl": "Filipino",
}


def language_name(code: str) -> str:
    """The language in its own characters; the code where it is none of these."""
    return NAMES.get(code, code)
