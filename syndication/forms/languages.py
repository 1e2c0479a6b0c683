"""The language of a post: one choice among those of queries.languages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from syndication.queries.languages import NAMES


class LanguageField(forms.ChoiceField):
    """ "Not said", the language of the page, then the others. `kept` is one that the post has already."""

    def __init__(self, *, kept: str = "", **kwargs: Any) -> None:
        own = (get_language() or "").split("-")[0]
        names = NAMES if kept in ("", *NAMES) else {**NAMES, kept: kept}
        codes = sorted(names, key=lambda code: code != own)
        choices = [("", _("not specified")), *((code, names[code]) for code in codes)]
        super().__init__(choices=choices, label=_("Language"), required=False, **kwargs)
