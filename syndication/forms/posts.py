"""Writing and changing posts: one form for the four kinds, each with the fields of its kind."""

from __future__ import annotations

import secrets
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.privacy import DEFAULTS
from accounts.models import Audience, Member
from accounts.pictures import BadPicture
from syndication.actions import photos
from syndication.actions.posts import Draft
from syndication.forms.fields import (
    AudienceField,
    AudienceSelect,
    PlainText,
    WebAddress,
    audience_choice,
    groups_of,
)
from syndication.models import KeptPhoto, PostKind

STATUS_LENGTH = 1000
NOTE_LENGTH = 10_000
TITLE_LENGTH = 100
ALT_LENGTH = 400
KEY_LENGTH = 18  # digits; more is no primary key of ours
# Named one by one: iOS then sends a JPEG in place of its HEIC.
PHOTO_TYPES = "image/jpeg,image/png,image/gif,image/webp"


class PostTextForm(forms.Form):
    """The texts of a post of one kind. Also the form by which a post is changed."""

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = PostKind(kind)
        {
            PostKind.STATUS: self._status,
            PostKind.NOTE: self._note,
            PostKind.PHOTO: self._photo,
            PostKind.LINK: self._link,
        }[self.kind]()

    def _status(self) -> None:
        self.fields["text"] = PlainText(label=_("What is new?"), longest=STATUS_LENGTH, rows=4)

    def _note(self) -> None:
        self.fields["title"] = PlainText(label=_("Title"), longest=TITLE_LENGTH)
        self.fields["text"] = PlainText(label=_("Note"), longest=NOTE_LENGTH, rows=10)

    def _photo(self) -> None:
        self.fields["text"] = PlainText(
            label=_("Words to it"), longest=STATUS_LENGTH, rows=3, required=False
        )
        self.fields["photo_alt"] = PlainText(
            label=_("What it shows, for those who cannot see it"),
            longest=ALT_LENGTH,
            rows=2,
            required=False,
        )

    def _link(self) -> None:
        self.fields["url"] = WebAddress(label=_("Address"))
        self.fields["text"] = PlainText(
            label=_("Words to it"), longest=STATUS_LENGTH, rows=3, required=False
        )


class PostForm(PostTextForm):
    """A new post, from the first page until it is sent: each page carries all of it on."""

    form_key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=forms.HiddenInput)

    def __init__(self, *args: Any, member: Member, kind: str, **kwargs: Any) -> None:
        initial = {
            "form_key": secrets.token_hex(16),
            "audience": member.posts_by_me,
            **(kwargs.pop("initial", None) or {}),
        }
        if isinstance(initial.get("left_out"), str):  # one value comes back without its list
            initial["left_out"] = [initial["left_out"]]
        super().__init__(*args, kind=kind, initial=initial, **kwargs)
        self.member = member
        self.fields["kind"] = forms.CharField(widget=forms.HiddenInput)
        self.initial["kind"] = self.kind.value
        self.fields["audience"] = AudienceField(groups=groups_of(member))
        self.fields["left_out"] = forms.Field(required=False, widget=forms.MultipleHiddenInput)
        if self.kind == PostKind.PHOTO:
            self._add_photo()
        if self.kind == PostKind.LINK:
            self.fields["url_title"] = forms.CharField(
                required=False, max_length=200, widget=forms.HiddenInput
            )

    def clean_left_out(self) -> frozenset[int]:
        """Keys of links. One that is no longer there is no error: nothing would go there."""
        keys = self.cleaned_data["left_out"] or ()
        return frozenset(int(key) for key in keys if key.isdecimal() and len(key) < KEY_LENGTH)

    def _add_photo(self) -> None:
        """A file the first time, afterwards the key under which it is kept.

        Last among the fields: w3m sends a form as soon as a file is chosen whose field has `accept`.
        """
        file = forms.FileField(
            label=_("Photo"), required=False, widget=forms.FileInput({"accept": PHOTO_TYPES})
        )
        self.fields["photo"] = file
        self.fields["photo_key"] = forms.CharField(required=False, widget=forms.HiddenInput)

    @cached_property
    def kept_photo(self) -> KeptPhoto | None:
        """The photo that is kept for this form, if one is."""
        if self.kind != PostKind.PHOTO:
            return None
        return photos.find(str(self["photo_key"].value() or ""), by=self.member)

    def clean_photo(self) -> None:
        """Keeps the photo at once, so that an error in another field does not cost the upload."""
        upload = self.cleaned_data.get("photo")
        if not upload:
            return
        if upload.size > settings.PHOTO_MAX_BYTES:
            raise ValidationError(
                _("This photo is larger than %(size)s. Make it smaller and choose it again.")
                % {"size": filesizeformat(settings.PHOTO_MAX_BYTES)}
            )
        try:
            kept = photos.keep(upload.read(), by=self.member)
        except BadPicture as error:
            raise ValidationError(str(error)) from error
        data = cast(QueryDict, self.data).copy()
        data["photo_key"] = kept.key
        self.data = data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        has_failed = "photo" in self.errors
        if self.kind == PostKind.PHOTO and not self.kept_photo and not has_failed:
            self.add_error("photo", _("Choose a photo."))
        return cleaned

    def draft(self) -> Draft:
        """What a valid form holds."""
        cleaned = self.cleaned_data
        audience, group = cleaned["audience"]
        return Draft(
            kind=self.kind.value,
            audience=audience,
            group=group,
            form_key=cleaned["form_key"],
            title=cleaned.get("title", ""),
            text=cleaned["text"],
            url=cleaned.get("url", ""),
            url_title=cleaned.get("url_title", ""),
            photo=self.kept_photo,
            photo_alt=cleaned.get("photo_alt", ""),
            left_out=cleaned["left_out"],
        )

    def is_multipart(self) -> bool:
        """Only where a photo may be chosen: the oldest phones cannot send multipart at all."""
        return self.kind == PostKind.PHOTO


def carried(draft: Draft) -> dict[str, str]:
    """The fields of PostForm for a draft: hidden in the page that asks before sending."""
    fields = {
        "kind": draft.kind,
        "title": draft.title,
        "text": draft.text,
        "url": draft.url,
        "url_title": draft.url_title,
        "photo_key": draft.photo.key if draft.photo else "",
        "photo_alt": draft.photo_alt,
        "audience": audience_choice(draft.audience, draft.group.pk if draft.group else None),
        "form_key": draft.form_key,
    }
    return {name: value for name, value in fields.items() if value}


class AudienceForm(forms.Form):
    """Who sees a post that stands already."""

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["audience"] = AudienceField(groups=groups_of(member))


class PostsByMeForm(forms.Form):
    """The audience of posts to come. To Everyone leads a button of its own, with what it means."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Posts by me"),
        choices=[(one.value, one.label) for one in DEFAULTS if one != Audience.EVERYONE],
        widget=AudienceSelect,
    )
