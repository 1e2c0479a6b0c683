"""Filters for long texts on small pages: `{% load texts %}`."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext

from syndication.connectors import reasons
from syndication.connectors.base import Preview
from syndication.connectors.content import PHOTO_ALTS
from syndication.models import Post
from syndication.models.reason_texts import sentence
from syndication.queries.comments import count_in_words
from syndication.queries.excerpts import cut_position, cut_to_line
from syndication.queries.languages import language_name

register = template.Library()
register.filter("sentence", sentence)  # {{ one.reason|sentence }}
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
def photo_alts(words: Mapping[str, str] | Post) -> list[str]:
    """`{% for alt in words|photo_alts %}`: what the photos show, of a post or of the fields of its form."""
    if isinstance(words, Mapping):
        return [words[name] for name in PHOTO_ALTS if words.get(name)]
    return [getattr(words, name) for name in PHOTO_ALTS if getattr(words, name)]


@register.filter
def omission(code: str, preview: Preview) -> str:
    """`{{ code|omission:preview }}`: what a copy leaves out; of photos, how many go."""
    if code != reasons.PHOTOS_LEFT_OUT or not preview.photos:
        return sentence(code)
    words = ngettext(
        "Only the first photo goes. The copy carries the address of your post.",
        "Only the first %(count)s photos go. The copy carries the address of your post.",
        preview.photos,
    )
    return words % {"count": preview.photos}


@register.filter
def beginning(text: str, length: int) -> str:
    """`{{ text|beginning:600 }}`: the same with its line ends."""
    return text if len(text) <= length else f"{text[: cut_position(text, length)]}…"
