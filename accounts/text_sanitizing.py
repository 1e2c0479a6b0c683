"""Words as they may be stored and shown: without letters that have a meaning on one device alone.

Private-use letters are old carriers' pictograms, or a maker's logo; on every other screen they are
another sign, or a box. Networks hand on what their members' phones typed, so they come by every way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"

_PRIVATE = re.compile(f"[{PRIVATE}]")


def public(text: str) -> str:
    """`text` with pictograms as Unicode's and 〓 for other private-use letters. It may be longer.

    settings.PUBLIC_LETTERS names the function that knows the pictograms.
    """
    if not _PRIVATE.search(text):
        return text
    return cast(Callable[[str], str], import_string(settings.PUBLIC_LETTERS))(text)
