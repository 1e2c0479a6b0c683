"""Changing the words of a post; its audience: forms.audiences."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from syndication.connectors.content import LONGEST, PHOTO_ALTS, TYPED
from syndication.forms.post_text import PostTextForm, numbered_label
from syndication.forms.posts import KEY_LENGTH
from syndication.models import Post, PostKind, photos_of


class EditForm(PostTextForm):
    """Edits a post. `version` is the version that the page showed, so that two phones do not overwrite
    each other; `url_title` comes from the page that asks before saving.
    """

    version = forms.CharField(required=False, widget=forms.HiddenInput)
    url_title = forms.CharField(
        required=False, max_length=LONGEST["url_title"], widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, post: Post, **kwargs: Any) -> None:
        initial = {name: getattr(post, name) for name in TYPED} | {"version": post.version}
        initial |= kwargs.pop("initial", None) or {}
        super().__init__(*args, kind=post.kind, initial={**initial, "url_title": ""}, **kwargs)
        self.post = post
        count = len(photos_of(post)) or (self.kind == PostKind.PHOTO)
        self._add_photo_alts(PHOTO_ALTS[:count])
        if count > 1:
            for place, name in enumerate(PHOTO_ALTS[:count], start=1):
                self.fields[name].label = numbered_label(place)

    def clean_version(self) -> int:
        """The version, 0 if invalid, which counts as edited meanwhile."""
        typed = self.cleaned_data["version"]
        return int(typed) if typed.isdecimal() and len(typed) < KEY_LENGTH else 0

    def words(self) -> dict[str, str]:
        """The content of a valid form, by fields of Post. `url_title` only if known."""
        words = {name: self.cleaned_data[name] for name in TYPED if name in self.fields}
        title = self.cleaned_data["url_title"]
        return {**words, "url_title": title} if title else words

    def carried(self, url_title: str) -> dict[str, str]:
        """The values for hidden fields of the page that asks before saving."""
        version = str(self.cleaned_data["version"])
        return {**self.words(), "url_title": url_title, "version": version}

    def is_page_outdated(self) -> bool:
        """Whether the post was edited since this page was made."""
        return self.cleaned_data["version"] != self.post.version

    def say_what_stands(self, post: Post) -> None:
        """Show the conflict with an edit that was saved first; saving once more overwrites it."""
        self.post = post
        self.add_error(
            None,
            _("This post was edited elsewhere while you were writing. Your text is not saved yet."),
        )
        data = cast(QueryDict, self.data).copy()
        data["version"] = str(post.version)
        self.data = data
