"""A column that holds what is folded of a member's display name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import models

from accounts.text_sanitizing import replace_private_letters
from accounts.visible_text import visible_line

LONGEST = 80  # characters; some characters fold to several, names are 40 long


class FoldedNameField(models.CharField):
    """`fold` of the `display_name` of the same row, computed whenever the row is saved."""

    def __init__(self, *, fold: Callable[[str], str] = str, **kwargs: Any) -> None:
        self.fold = fold
        super().__init__(
            **{"max_length": LONGEST, "default": "", "editable": False, "blank": True, **kwargs}
        )

    def folded(self, display_name: str) -> str:
        """As the name is stored: without what cannot be seen (PublicCharField)."""
        return self.fold(replace_private_letters(visible_line(display_name)))[:LONGEST]

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        folded = self.folded(getattr(model_instance, "display_name", ""))
        setattr(model_instance, self.attname, folded)
        return folded

    def deconstruct(self) -> Any:
        """Appear as a CharField in migrations."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
