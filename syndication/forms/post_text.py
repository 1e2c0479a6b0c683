"""The texts of a post: what a new post and an edit have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from syndication.connectors.content import LONGEST
from syndication.forms.fields import PlainText, WebAddress
from syndication.forms.languages import LanguageField
from syndication.models import PostKind

STATUS_LENGTH = 1000
RARELY_FILLED = ("warning", "language")  # fields of every kind, below "More"


def numbered_label(place: int) -> str:
    """The label of what a photo shows, where there are several."""
    return _("What photo %(number)s shows") % {"number": place}


class PostTextForm(forms.Form):
    """The texts of a post of one kind, to write it and to change it."""

    # A browser that insists on a text would let nobody change the kind, or keep what is begun.
    use_required_attribute = False

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = PostKind(kind)
        {
            PostKind.STATUS: self._status,
            PostKind.NOTE: self._note,
            PostKind.PHOTO: self._photo,
            PostKind.LINK: self._link,
        }[self.kind]()
        self.fields["warning"] = PlainText(
            label=_("Content warning"), longest=LONGEST["warning"], required=False
        )
        self.fields["warning"].widget.attrs.clear()  # 30 bytes: kana is what a keypad begins with
        self.fields["language"] = LanguageField(kept=str(self.initial.get("language") or ""))

    def usual_fields(self) -> list[forms.BoundField]:
        """The fields above "More". A photo stands below it, as the last (forms.post_photos)."""
        apart = (*RARELY_FILLED, "photo")
        return [field for field in self.visible_fields() if field.name not in apart]

    def rare_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in RARELY_FILLED]

    def shows_rare_fields(self) -> bool:
        """Whether "More" is open from the start: something is filled in there, or wrong."""
        return any(field.value() or field.errors for field in self.rare_fields())

    def _status(self) -> None:
        self.fields["text"] = PlainText(label=_("What is new?"), longest=STATUS_LENGTH, rows=4)

    def _note(self) -> None:
        self.fields["title"] = PlainText(label=_("Title"), longest=LONGEST["title"])
        self.fields["text"] = PlainText(label=_("Note"), longest=LONGEST["text"], rows=10)

    def _photo(self) -> None:
        self.fields["text"] = PlainText(
            label=_("Caption"), longest=STATUS_LENGTH, rows=3, required=False
        )

    def _add_photo_alts(self, names: Iterable[str]) -> None:
        """Add a field for what each photo shows; `names` are of connectors.content.PHOTO_ALTS."""
        for name in names:
            self.fields[name] = PlainText(
                label=_("What the photo shows, for people who cannot see it"),
                longest=LONGEST[name],
                rows=2,
                required=False,
            )

    def _link(self) -> None:
        self.fields["url"] = WebAddress(label=_("Address"))
        self.fields["text"] = PlainText(
            label=_("Caption"), longest=STATUS_LENGTH, rows=3, required=False
        )
