"""Typed text as it may be stored."""

from __future__ import annotations

import re
from typing import Any

from django import forms

# Letters without a meaning outside of the device that made them: old carriers' pictograms, a
# maker's logo. On every other screen they are another sign, or a box.
PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"

_PRIVATE = re.compile(f"[{PRIVATE}]")


class TypedText(forms.CharField):
    """A CharField without private-use letters. profilelink.phone has turned into Unicode's, before
    any form sees them, those that an old phone's carrier is known for."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return _PRIVATE.sub("", text) if isinstance(text, str) else text
