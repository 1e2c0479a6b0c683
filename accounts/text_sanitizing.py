"""Removal of private-use characters, which mean something on one device alone.

Private-use characters are old carriers' pictograms, or a maker's logo; on every other screen they are
another sign, or a box. Networks hand on what their members' phones typed, so they come by every way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

PRIVATE_USE = "\ue000-\uf8ff\U000f0000-\U0010ffff"

_PRIVATE = re.compile(f"[{PRIVATE_USE}]")


def replace_private_letters(text: str) -> str:
    """Replace pictograms by Unicode's, other private-use characters by 〓. The text may grow.

    settings.PRIVATE_LETTER_REPLACER names the function that knows the pictograms.
    """
    if not _PRIVATE.search(text):
        return text
    return cast(Callable[[str], str], import_string(settings.PRIVATE_LETTER_REPLACER))(text)
