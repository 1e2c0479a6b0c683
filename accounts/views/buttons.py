"""Buttons of a list in one form, named by verb and row: `end_17`.

A form for each row would cost two hundred bytes of page a piece.
"""

from collections.abc import Collection

from django.http import HttpRequest

_LONGEST = 18  # digits; more is no primary key of ours


def pressed_button(request: HttpRequest, verbs: Collection[str]) -> tuple[str, int]:
    """The verb and primary key of the pressed button; ("", 0) where none was."""
    for name in request.POST:
        verb, _underscore, number = name.rpartition("_")
        if verb in verbs and _is_number(number):
            return verb, int(number)
    return "", 0


def number_in(text: str | None) -> int:
    """A primary key, or the number of a page, as a browser sent it; 0 for anything else."""
    return int(text) if text and _is_number(text) else 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST
