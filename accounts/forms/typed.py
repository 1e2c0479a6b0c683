"""Typed text as it may be stored."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from accounts.text_sanitizing import PRIVATE
from accounts.visible_text import visible_text

_PRIVATE = re.compile(f"[{PRIVATE}]")


class TypedText(forms.CharField):
    """A CharField without private-use letters and without what cannot be seen: a required one is
    missing where nothing can. profilelink.phone has turned into Unicode's, before any form sees them,
    those letters that an old phone's carrier is known for."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return visible_text(_PRIVATE.sub("", text)) if isinstance(text, str) else text
