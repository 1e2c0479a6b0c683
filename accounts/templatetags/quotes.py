"""Markup of Japanese words in sentences of another language: `{% load quotes %}`."""

from __future__ import annotations

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

_QUOTED = re.compile("「[^」]*」")


@register.filter
def quotes(sentence: str) -> SafeString:
    """Mark text within 「 」 as Japanese, so that it is read aloud as such."""
    safe = str(escape(sentence))
    if (get_language() or "").startswith("ja"):
        return mark_safe(safe)  # noqa: S308 - escaped above
    return mark_safe(_QUOTED.sub(r'<span lang="ja">\g<0></span>', safe))  # noqa: S308
