"""Marks between words: `{% gap %}`, `{% colon %}`. Built in: no {% load %} is needed.

Japanese writes its marks in full width, with the space in them.
"""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def gap() -> str:
    """Return what stands between two sentences, or behind a colon that a translation ends with."""
    return "" if get_language() == "ja" else " "


@register.simple_tag
def colon() -> str:
    """Return the mark between a word of the page and what it names: `{% translate "Readers" %}{% colon %}`."""
    return "：" if get_language() == "ja" else ": "
