"""Typed text as it may be stored."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from accounts.letters import PRIVATE

_PRIVATE = re.compile(f"[{PRIVATE}]")


class TypedText(forms.CharField):
    """A CharField without private-use letters. profilelink.phone has turned into Unicode's, before
    any form sees them, those that an old phone's carrier is known for."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return _PRIVATE.sub("", text) if isinstance(text, str) else text
