"""Writing and changing posts. What is typed comes back exactly as it was typed.

One form for the four kinds: each shows the fields of its kind alone. Texts are never cut; a text
that is too long is given back with the number of characters to take out.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.actions.privacy import DEFAULTS
from accounts.models import Audience, Group, Member
from accounts.pictures import BadPicture
from syndication.actions import photos
from syndication.actions.posts import Draft
from syndication.models import KeptPhoto, PostKind

STATUS_LENGTH = 1000
NOTE_LENGTH = 10_000
TITLE_LENGTH = 100
ALT_LENGTH = 400
URL_LENGTH = 1000
# Named one by one: iOS then sends a JPEG in place of its HEIC.
PHOTO_TYPES = "image/jpeg,image/png,image/gif,image/webp"

# Japanese input first; three generations of handsets read three different attributes.
KANA = {"istyle": "1", "mode": "hiragana"}
LATIN = {"istyle": "3", "mode": "alphabet", "inputmode": "url", "autocapitalize": "off"}

# What XML (the feed) cannot hold, and no keyboard types. Line feed and tab stay.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_GROUP = re.compile(r"group_([0-9]{1,18})")


class PlainText(forms.CharField):
    """Typed text. Line ends become line feeds, so that each counts as one character."""

    def __init__(self, *, longest: int, rows: int = 1, **kwargs: Any) -> None:
        self.longest = longest
        widget = (
            forms.TextInput(KANA)
            if rows == 1
            else forms.Textarea({**KANA, "rows": rows, "cols": 20})
        )
        super().__init__(widget=widget, strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        """A space at the beginning stays: a Japanese paragraph is indented with one."""
        text = str(value or "").replace("\r\n", "\n").replace("\r", "\n")
        return _UNWRITABLE.sub("", text).rstrip().lstrip("\n")

    def validate(self, value: str) -> None:
        """No maxlength attribute: browsers would cut what is pasted without a word."""
        super().validate(value)
        over = len(value) - self.longest
        if over > 0:
            raise ValidationError(
                ngettext(
                    "One character too many (%(longest)s fit). Take it out and send again.",
                    "%(over)s characters too many (%(longest)s fit). Take them out and send again.",
                    over,
                )
                % {"over": over, "longest": self.longest}
            )


class WebAddress(forms.URLField):
    """An address that may be offered as a link: http or https, no name or password before the host."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", max_length=URL_LENGTH, **kwargs)
        # Not type=url: a browser would refuse an address typed without https:// before we add it.
        self.widget = forms.TextInput(LATIN)

    def validate(self, value: str) -> None:
        super().validate(value)
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or "@" in parts.netloc):
            raise ValidationError(
                _("Only addresses that begin with http:// or https:// can be linked.")
            )


class AudienceSelect(forms.Select):
    """Where no choice is made, none is shown as made: a browser would take the first, Everyone."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        groups = super().optgroups(name, value, attrs)
        if any(option["selected"] for _name, options, _index in groups for option in options):
            return groups
        blank = self.create_option(name, "", _("Choose who sees it"), True, 0, attrs=attrs)
        return [(None, [blank], 0), *groups]


class AudienceField(forms.ChoiceField):
    """Who may see it. A group of the member's is one choice, `group_<id>`, among the audiences."""

    def __init__(self, *, groups: Iterable[Group], **kwargs: Any) -> None:
        self.groups = {f"group_{group.pk}": group for group in groups}
        choices: list[tuple[str, Any]] = []
        for audience in Audience:
            if audience == Audience.GROUP:
                choices += [
                    (value, _("Group: %(name)s") % {"name": group.name})
                    for value, group in self.groups.items()
                ]
            else:
                choices.append((audience.value, audience.label))
        super().__init__(
            choices=choices, label=gettext_lazy("Who sees it"), widget=AudienceSelect, **kwargs
        )

    def clean(self, value: Any) -> tuple[str, Group | None]:  # type: ignore[override]
        """The audience, and the group where it is for one."""
        choice = str(super().clean(value))
        group = self.groups.get(choice)
        return (Audience.GROUP, group) if group else (choice, None)


def audience_choice(audience: str, group_pk: int | None) -> str:
    """The value of AudienceField for an audience as it stands in a row."""
    return f"group_{group_pk}" if audience == Audience.GROUP else audience


def groups_of(member: Member) -> list[Group]:
    """The groups that `member` has joined and may post to."""
    return list(
        Group.objects.filter(
            memberships__member=member, memberships__joined_at__isnull=False, closed_at=None
        ).order_by("name", "pk")
    )


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
        super().__init__(*args, kind=kind, initial=initial, **kwargs)
        self.member = member
        self.fields["kind"] = forms.CharField(widget=forms.HiddenInput)
        self.initial["kind"] = self.kind.value
        self.fields["audience"] = AudienceField(groups=groups_of(member))
        if self.kind == PostKind.PHOTO:
            self._add_photo()
        if self.kind == PostKind.LINK:
            self.fields["url_title"] = forms.CharField(
                required=False, max_length=200, widget=forms.HiddenInput
            )

    def _add_photo(self) -> None:
        """A file the first time, afterwards the key under which it is kept."""
        file = forms.FileField(
            label=_("Photo"), required=False, widget=forms.FileInput({"accept": PHOTO_TYPES})
        )
        self.fields = {"photo": file, **self.fields}
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
        self.data = self.data.copy()
        self.data["photo_key"] = kept.key

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
