"""The photos of a post that is being written: one file at a time, each kept at once (actions.photos).

The form carries the keys of the kept photos in their order, and a text for each place. A phone that can
send no file still has the form of a note: its file field comes by a press.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.actions import quotas
from accounts.media.pictures import BadPicture, PicturesBusy
from accounts.models import Member
from syndication.actions import photos
from syndication.connectors.content import MAX_PHOTOS, PHOTO_ALTS
from syndication.forms.fields import HiddenWhereFilled, bare_hidden
from syndication.forms.post_text import PostTextForm, numbered_label
from syndication.models import KeptPhoto, PostKind

# Named one by one: iOS then sends a JPEG in place of its HEIC.
PHOTO_TYPES = "image/jpeg,image/png,image/gif,image/webp"
WITH_PHOTOS = (PostKind.NOTE, PostKind.PHOTO)
OPEN, ADD, UP, REMOVE = "photo_open", "photo_add", "photo_up_", "photo_remove_"  # buttons


class PhotoRow(NamedTuple):
    """A kept photo on the form: its place from 1, and the field for what it shows."""

    place: int
    key: str
    alt: forms.BoundField


class PhotosForm(PostTextForm):
    """The part of a new post's form that is about its photos."""

    member: Member
    has_lost_photos = False  # cleaning found that some are no longer kept

    def _add_photos(self) -> None:
        """Last among the fields: w3m sends a form as soon as a file is chosen whose field has `accept`."""
        if self.kind not in WITH_PHOTOS:
            return
        self._add_photo_alts(PHOTO_ALTS)
        self.fields["photo"] = forms.FileField(
            label=_("Photo"), required=False, widget=forms.FileInput({"accept": PHOTO_TYPES})
        )
        self.fields["photo_key"] = forms.CharField(required=False, widget=bare_hidden())
        if self.kind == PostKind.NOTE:
            self.fields["photo_key"].widget = HiddenWhereFilled()
            self.fields["has_photos"] = forms.CharField(required=False, widget=HiddenWhereFilled)

    def photo_keys(self) -> list[str]:
        """The keys of the kept photos in their order, as the form carries them."""
        return keys_in(self.data if self.is_bound else self.initial) if self._may_have() else []

    @cached_property
    def kept_photos(self) -> list[KeptPhoto]:
        """The photos of this post that are still kept."""
        return photos.find_kept_photos(self.photo_keys(), by=self.member)

    def photo_rows(self) -> list[PhotoRow]:
        keys, rows = self.photo_keys(), []
        for one in self.kept_photos if keys else []:
            place = keys.index(one.key) + 1
            alt = self[PHOTO_ALTS[place - 1]]
            if len(keys) > 1:
                alt.label = numbered_label(place)
            rows.append(PhotoRow(place, one.key, alt))
        return rows

    def first_photo_alt(self) -> forms.BoundField | None:
        """What the photo shows, beside the field in which it is chosen."""
        is_first = self.kind == PostKind.PHOTO and not self.kept_photos
        return self[PHOTO_ALTS[0]] if is_first else None

    def carried_alts(self) -> list[forms.BoundField]:
        """Alternative texts of photos that are not chosen yet: they are kept."""
        shown = len(self.kept_photos) or (self.kind == PostKind.PHOTO)
        fields = [self[name] for name in PHOTO_ALTS[shown:]] if self._may_have() else []
        return [field for field in fields if field.value()]

    def usual_fields(self) -> list[forms.BoundField]:
        return [field for field in super().usual_fields() if field.name not in PHOTO_ALTS]

    def may_open_photos(self) -> bool:
        return self._may_have() and not self.is_multipart()

    def photo_field(self) -> forms.BoundField | None:
        """Where the next photo is chosen, unless there are as many as a post holds."""
        has_room = len(self.kept_photos) < MAX_PHOTOS
        return self["photo"] if self.is_multipart() and has_room else None

    def is_multipart(self) -> bool:
        """Only where a photo may be chosen: the oldest phones cannot send multipart at all."""
        if self.kind != PostKind.NOTE:
            return self.kind == PostKind.PHOTO
        return bool(self.photo_keys() or self["has_photos"].value())

    def clean_photo(self) -> None:
        """Keeps the photo at once, so that an error in another field does not cost the upload."""
        upload = self.cleaned_data.get("photo")
        if not upload:
            return
        keys = self.photo_keys()
        if len(keys) >= MAX_PHOTOS:
            raise ValidationError(
                _("A post holds %(count)s photos. Remove one first.") % {"count": MAX_PHOTOS}
            )
        if upload.size > settings.PHOTO_MAX_BYTES:
            raise ValidationError(
                _("This photo is larger than %(size)s. Make it smaller and choose it again.")
                % {"size": filesizeformat(settings.PHOTO_MAX_BYTES)}
            )
        try:
            kept = photos.keep_upload(upload.read(), by=self.member)
        except (BadPicture, PicturesBusy) as error:
            raise ValidationError(str(error)) from error
        except quotas.QuotaUsedUp:
            raise ValidationError(
                _(
                    "You reached today's limit for photos. Send this one tomorrow, or "
                    "send the words as a status."
                )
            ) from None
        self._set_data(photo_key=" ".join([*keys, kept.key]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "photo" in self.errors:
            return cleaned
        if self.kind == PostKind.PHOTO and not self.kept_photos:
            self.add_error("photo", _("Choose a photo."))
        elif len(self.kept_photos) < len(self.photo_keys()):
            self.add_error("photo", _("The photo was no longer here. Choose it again."))
            self.has_lost_photos = True
            self._set_data(**without_lost_photos(self.data, self.kept_photos), has_photos="1")
        return cleaned

    def _may_have(self) -> bool:
        return self.kind in WITH_PHOTOS

    def _set_data(self, **fields: str) -> None:
        data = cast(QueryDict, self.data).copy()
        for name, value in fields.items():
            data[name] = value
        self.data = data


def is_photo_press(pressed: Mapping[str, Any]) -> bool:
    """Whether a button of the photos was pressed, which leads back to the form."""
    return any(name in (OPEN, ADD) or name.startswith((UP, REMOVE)) for name in pressed)


def after_photo_press(data: Mapping[str, Any], pressed: Mapping[str, Any]) -> dict[str, str]:
    """The fields that the press of a button changes: the order of the photos, each with its words."""
    order = order_after_press(len(keys_in(data)), pressed)
    return {**_in_order(data, order), "has_photos": "1"}


def order_after_press(count: int, pressed: Mapping[str, Any]) -> list[int]:
    """The places of `count` photos, from 1, in the order that the pressed button gives them."""
    order = list(range(1, count + 1))
    for place in list(order):
        if f"{REMOVE}{place}" in pressed:
            order.remove(place)
        elif f"{UP}{place}" in pressed and place > 1:
            order[place - 2 : place] = [place, place - 1]
    return order


def without_lost_photos(data: Mapping[str, Any], kept: Sequence[KeptPhoto]) -> dict[str, str]:
    """The fields without the photos that are not in `kept`. Their words wait behind: they may be chosen anew."""
    keys, here = keys_in(data), {one.key for one in kept}
    places = range(1, len(keys) + 1)
    left = [place for place in places if keys[place - 1] in here]
    return _in_order(data, left, then=[place for place in places if place not in left])


def _in_order(
    data: Mapping[str, Any], order: Sequence[int], then: Sequence[int] = ()
) -> dict[str, str]:
    """The keys and words of the photos at the places of `order`; the words alone of those in `then`, and of
    photos that are not chosen yet."""
    keys = keys_in(data)
    further = range(len(keys) + 1, MAX_PHOTOS + 1)
    words = [str(data.get(PHOTO_ALTS[place - 1], "")) for place in (*order, *then, *further)]
    return {
        "photo_key": " ".join(keys[place - 1] for place in order),
        **dict(zip(PHOTO_ALTS, _padded(words), strict=True)),
    }


def _padded(words: Sequence[str]) -> Iterator[str]:
    for place in range(MAX_PHOTOS):
        yield words[place] if place < len(words) else ""


def keys_in(data: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(str(data.get("photo_key") or "").split()))[:MAX_PHOTOS]
