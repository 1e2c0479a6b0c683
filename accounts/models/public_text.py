"""Columns for words that people read, whoever wrote them: members, networks, pages, mails.

No private-use character is stored in them, and nothing that cannot be seen (accounts.visible_text). It is
seen to here and not where texts come in, since those places are many, and the next one would forget it.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.text_sanitizing import replace_private_letters
from accounts.visible_text import visible_line, visible_text


def public_line(text: str) -> str:
    """The text as a PublicCharField stores it, before it is cut to the column."""
    return replace_private_letters(visible_line(text))


class PublicCharField(models.CharField):
    """A name, title or sentence on one line."""

    def get_prep_value(self, value: Any) -> Any:
        """Sanitize the text; replacements may lengthen it, so cut it to the column."""
        prepared = super().get_prep_value(value)
        if not isinstance(prepared, str):
            return prepared
        return public_line(prepared)[: self.max_length]

    def deconstruct(self) -> Any:
        """Appear as a CharField in migrations."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class PublicTextField(models.TextField):
    """A text of any number of lines."""

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return (
            replace_private_letters(visible_text(prepared))
            if isinstance(prepared, str)
            else prepared
        )

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs
