"""Filters for long texts on small pages: `{% load texts %}`."""

from __future__ import annotations

from django import template

from syndication.models.reason_texts import sentence
from syndication.queries.comments import count_in_words
from syndication.queries.excerpts import cut_position, cut_to_line

register = template.Library()
register.filter("in_words", sentence)  # {{ one.reason|in_words }}
register.filter("counted", count_in_words)  # {{ post.like_count|counted }}


@register.filter("excerpt")
def excerpt_filter(text: str, length: int) -> str:
    """`{{ post.text|excerpt:40 }}`: on one line, with … where something was left out."""
    line, is_cut = cut_to_line(text, length)
    return f"{line}…" if is_cut else line


@register.filter
def beginning(text: str, length: int) -> str:
    """`{{ text|beginning:600 }}`: the same with its line ends."""
    return text if len(text) <= length else f"{text[: cut_position(text, length)]}…"
