"""One form for a whole list, a button for each verb and row: `end_17`.

A form for each row would cost two hundred bytes of page a piece.
"""

from collections.abc import Collection

from django.http import HttpRequest

_LONGEST = 18  # digits; more is no primary key of ours


def pressed(request: HttpRequest, verbs: Collection[str]) -> tuple[str, int]:
    """The verb and the primary key of the button that was pressed; ("", 0) where none was."""
    for name in request.POST:
        verb, _underscore, number = name.rpartition("_")
        if verb in verbs and number.isascii() and number.isdigit() and len(number) <= _LONGEST:
            return verb, int(number)
    return "", 0
