"""Columns for words that people read, whoever wrote them: members, networks, pages, mails.

No private-use letter is stored in them. It is seen to here and not where texts come in, since those
places are many, and the next one would forget it.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from accounts.letters import public


class PublicCharField(models.CharField):
    def get_prep_value(self, value: Any) -> Any:
        """What a sign has grown by is cut off at the end of the column."""
        prepared = super().get_prep_value(value)
        return public(prepared)[: self.max_length] if isinstance(prepared, str) else prepared

    def deconstruct(self) -> Any:
        """To the database a CharField: migrations need not know."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class PublicTextField(models.TextField):
    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return public(prepared) if isinstance(prepared, str) else prepared

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs
