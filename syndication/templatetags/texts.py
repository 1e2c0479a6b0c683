"""Filters for long texts on small pages: `{% load texts %}`."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language

from syndication.models.reason_texts import sentence
from syndication.queries.comments import count_in_words
from syndication.queries.excerpts import cut_position, cut_to_line
from syndication.queries.languages import language_name

register = template.Library()
register.filter("in_words", sentence)  # {{ one.reason|in_words }}
register.filter("counted", count_in_words)  # {{ post.like_count|counted }}

register.filter("language_name", language_name)


@register.simple_tag
def lang(code: str) -> str:
    """` lang="ko"` for text in another language than the page's, which its `html` element names."""
    return "" if code in ("", get_language()) else format_html(' lang="{}"', code)


@register.simple_tag
def line_in(code: str, text: str) -> str:
    """`{% line_in post.language "…" %}`: text within a line, in an element where it needs its language."""
    said = lang(code)
    return format_html("<span{}>{}</span>", said, text) if said else format_html("{}", text)


@register.filter("excerpt")
def excerpt_filter(text: str, length: int) -> str:
    """`{{ post.text|excerpt:40 }}`: on one line, with … where something was left out."""
    line, is_cut = cut_to_line(text, length)
    return f"{line}…" if is_cut else line


@register.filter
def beginning(text: str, length: int) -> str:
    """`{{ text|beginning:600 }}`: the same with its line ends."""
    return text if len(text) <= length else f"{text[: cut_position(text, length)]}…"
