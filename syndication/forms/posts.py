"""Writing posts: one form for the four kinds, each with the fields of its kind."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.actions import quotas
from accounts.forms.ticks import ticks_as_text
from accounts.media.pictures import BadPicture, PicturesBusy
from accounts.models import Audience, Member
from syndication.actions import photos
from syndication.actions.posts import Draft
from syndication.connectors.content import CONTENT, LONGEST, TYPED, content_of
from syndication.forms.audiences import chosen_people
from syndication.forms.fields import (
    AudienceField,
    HiddenWhereFilled,
    PlainText,
    WebAddress,
    audience_choice,
    groups_of,
    lists_of,
)
from syndication.forms.languages import LanguageField
from syndication.models import KeptPhoto, Post, PostKind
from syndication.queries.excerpts import cut_to_line

STATUS_LENGTH = 1000
KEY_LENGTH = 18  # digits; more is no primary key of ours
RARELY_FILLED = ("warning", "language")  # fields of every kind, below "More"
# Named one by one: iOS then sends a JPEG in place of its HEIC.
PHOTO_TYPES = "image/jpeg,image/png,image/gif,image/webp"


def bare_hidden() -> forms.HiddenInput:
    """A hidden field without the id that nothing points at: up to 100 bytes of a page."""
    return forms.HiddenInput({"id": False})


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
        """The fields above "More". A photo stands below it, as the last (`PostForm._add_photo`)."""
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
        self.fields["photo_alt"] = PlainText(
            label=_("What the photo shows, for those who cannot see it"),
            longest=LONGEST["photo_alt"],
            rows=2,
            required=False,
        )

    def _link(self) -> None:
        self.fields["url"] = WebAddress(label=_("Address"))
        self.fields["text"] = PlainText(
            label=_("Caption"), longest=STATUS_LENGTH, rows=3, required=False
        )


class PostForm(PostTextForm):
    """A new post, from the first page until it is sent: each page carries all of it on."""

    form_key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=bare_hidden())

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
        self.fields["kind"] = forms.CharField(required=False, widget=bare_hidden())
        self.initial["kind"] = self.kind.value
        self.fields["audience"] = AudienceField(
            groups=groups_of(member), lists=SimpleLazyObject(lambda: lists_of(member))
        )
        for name in ("people", "list_name"):
            self.fields[name] = forms.CharField(required=False, widget=HiddenWhereFilled)
        self.fields["left_out"] = forms.Field(required=False, widget=forms.MultipleHiddenInput)
        if self.kind == PostKind.PHOTO:
            self._add_photo()
        if self.kind == PostKind.LINK:
            self.fields["url_title"] = forms.CharField(
                required=False, max_length=LONGEST["url_title"], widget=bare_hidden()
            )
        self._carry_other_kinds()

    def draft_version(self) -> int:
        """Of the saved draft that the form was opened from; 0 for none."""
        return next(iter(parse_keys([str(self.data.get("draft_version", ""))])), 0)

    def clean_left_out(self) -> frozenset[int]:
        """The keys of links. An unknown one is no error: nothing would go there."""
        return parse_keys(self.cleaned_data["left_out"])

    def _carry_other_kinds(self) -> None:
        """Carry what was typed for other kinds in hidden fields, so that a change of kind loses nothing."""
        typed = self.data if self.is_bound else self.initial
        names = [name for name in (*TYPED, "photo_key") if name not in self.fields]
        self._of_other_kinds = [name for name in names if typed.get(name)]
        version = ["draft_version"] if typed.get("draft_version") else []
        for name in [*self._of_other_kinds, *version]:
            self.fields[name] = forms.CharField(required=False, strip=False, widget=bare_hidden())

    def fields_of_other_kinds(self) -> dict[str, str]:
        """What is kept for other kinds and is no part of this post, by the names of its fields."""
        return {name: str(self[name].value() or "") for name in self._of_other_kinds}

    def other_kinds_in_words(self) -> str:
        """What is kept for other kinds, for its line on the page."""
        carried, said = self.fields_of_other_kinds(), []
        if title := carried.get("title"):
            said.append(_("the title “%(title)s”") % {"title": title})
        if url := carried.get("url"):
            said.append(_("the address %(url)s") % {"url": url})
        if "photo_key" in carried:
            said.append(_("the photo"))
        if "photo_alt" in carried:
            said.append(_("what the photo shows"))
        return pgettext("list", ", ").join(cut_to_line(words, 60)[0] for words in said)

    def _add_photo(self) -> None:
        """A file the first time, afterwards the key under which it is kept.

        Last among the fields: w3m sends a form as soon as a file is chosen whose field has `accept`.
        """
        file = forms.FileField(
            label=_("Photo"), required=False, widget=forms.FileInput({"accept": PHOTO_TYPES})
        )
        self.fields["photo"] = file
        self.fields["photo_key"] = forms.CharField(required=False, widget=bare_hidden())

    @cached_property
    def kept_photo(self) -> KeptPhoto | None:
        """The photo that is kept for this form, if one is."""
        if self.kind != PostKind.PHOTO:
            return None
        return next(
            iter(photos.find_kept_photos([str(self["photo_key"].value() or "")], by=self.member)),
            None,
        )

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
        """The draft of a valid form."""
        cleaned = self.cleaned_data
        audience, group, named_list = cleaned["audience"]
        people: frozenset[int] = frozenset()
        if audience == Audience.CHOSEN:
            people = chosen_people(self.member, named_list, cleaned["people"])
        return Draft(
            kind=self.kind.value,
            audience=audience,
            group=group,
            people=people,
            list_name=cleaned["list_name"] if people and named_list is None else "",
            form_key=cleaned["form_key"],
            **{
                name: "" if name in self._of_other_kinds else cleaned.get(name, "")
                for name in CONTENT
            },
            photos=(self.kept_photo,) if self.kept_photo else (),
            left_out=cleaned["left_out"],
            named=parse_keys(self.data["to"].split()) if "to" in self.data else None,
            foretold=parse_keys(cast(QueryDict, self.data).getlist("foretold")),
            version=self.draft_version(),
        )

    def repeats(self, post: Post) -> bool:
        """Whether `post` says what this form says, valid or not: then it is the same press once more.

        A deleted post says nothing, so that words are never taken for its repetition.
        """
        own = (name for name in TYPED if name in self.fields and name not in self._of_other_kinds)
        return all(self._said_in(name) == getattr(post, name) for name in own)

    def _said_in(self, name: str) -> str:
        """The cleaned text of a field; as it was typed where it is not valid."""
        if name in self.cleaned_data:
            return str(self.cleaned_data[name])
        return str(self.data.get(name, "")).strip()

    def is_multipart(self) -> bool:
        """Only where a photo may be chosen: the oldest phones cannot send multipart at all."""
        return self.kind == PostKind.PHOTO


def parse_keys(typed: Iterable[str] | None) -> frozenset[int]:
    """Primary keys that a form carries; what cannot be one is left out."""
    return frozenset(int(key) for key in typed or () if key.isdecimal() and len(key) < KEY_LENGTH)


def posts_used_up(error: quotas.QuotaUsedUp) -> str:
    """What the form says, which still holds all that was typed."""
    words = _(
        "You wrote or changed %(count)s posts within a day. Keep this one, and send it tomorrow."
    )
    return words % {"count": error.quota.most}


def hidden_fields(draft: Draft) -> dict[str, str]:
    """The values of a draft for hidden fields of the preview page."""
    fields = {
        "kind": draft.kind,
        **content_of(draft),
        "photo_key": " ".join(one.key for one in draft.photos),
        "audience": audience_choice(draft.audience, draft.group.pk if draft.group else None),
        "people": ticks_as_text(draft.people),
        "list_name": draft.list_name,
        "form_key": draft.form_key,
        "draft_version": str(draft.version or ""),
    }
    return {name: value for name, value in fields.items() if value}
