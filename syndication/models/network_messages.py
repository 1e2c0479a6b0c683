"""What a network said, as far as its members can read it: no JSON, no page of HTML."""

from __future__ import annotations

import re

# How answers of machines begin. Stored words are cut, so that they cannot be parsed; people begin
# with a bracket, too ("[mixi] The text is too long", "<3").
_MARKUP = re.compile(
    r"""\s*(?:\{\s*["}] | \[\s*["\[\]{] | <[a-z!?/])""", re.IGNORECASE | re.VERBOSE
)


def readable_message(message: str) -> str:
    """`message`, or "" where it is an answer for machines."""
    return "" if _MARKUP.match(message) else message
