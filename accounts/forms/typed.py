"""Typed text, sanitized for storage."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from accounts.text_sanitizing import PRIVATE_USE
from accounts.visible_text import visible_text

_PRIVATE = re.compile(f"[{PRIVATE_USE}]")


class TypedTextField(forms.CharField):
    """CharField without private-use characters and invisible characters: a required one is missing
    where nothing can be seen. profilelink.phone has turned a known carrier's pictograms into
    Unicode's before.
    """

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return visible_text(_PRIVATE.sub("", text)) if isinstance(text, str) else text
