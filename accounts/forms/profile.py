"""Forms of the profile: texts, audiences, picture, language."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.actions.profile import (
    AUDIENCE_FIELDS,
    TEXT_FIELDS,
    TooWideForMinor,
    check_birthday_audience,
)
from accounts.forms.keypads import DIGITS, KANA, NAME
from accounts.forms.typed import TypedTextField
from accounts.media.pictures import BadPicture, PicturesBusy, jpeg_from_upload
from accounts.models import Audience, Birthday, Commenters, HomeShows, Member, PicturesOn
from accounts.urlsession.api import safe_outbound_url

PICTURE_SIDE = 240  # pixels: the width of a phone's screen
MAX_WEBSITES = 3
MAX_WEBSITE_LENGTH = 200  # characters of an address

# A field of a profile is shown to no group: a group is of many, a profile of one.
_OF_POSTS = (Audience.CHOSEN, Audience.GROUP)  # chosen for a post, never for a field
FIELD_AUDIENCES = [choice for choice in Audience.choices if choice[0] not in _OF_POSTS]


def _audience(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=FIELD_AUDIENCES)


class _MemberForm(forms.Form):
    """Form over fields of a member. actions.profile does the writing."""

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        now = {name: getattr(member, name) for name in self.base_fields if hasattr(member, name)}
        kwargs["initial"] = {**now, **kwargs.get("initial", {})}
        self.member = member
        super().__init__(*args, **kwargs)

    def audiences(self) -> dict[str, str]:
        """Chosen audiences by field, for set_profile_audiences."""
        return {name: self.cleaned_data[name] for name in AUDIENCE_FIELDS if name in self.fields}

    def clean(self) -> None:
        """Keep the birthday of a minor among friends."""
        birthday = self.cleaned_data.get("birthday", self.member.birthday)
        try:
            check_birthday_audience(birthday, self.cleaned_data.get("birthday_audience", ""))
        except TooWideForMinor:
            self.add_error(
                "birthday_audience",
                _("Choose friends, or only you: under 18 nobody else is shown your birthday."),
            )


class BirthdayField(forms.CharField):
    """Month and day, with a year before them or not; cleaned to what the column holds."""

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        if not typed:
            return ""
        found = Birthday.parse(typed)
        if found is None:
            raise forms.ValidationError(
                _("Type four digits, month and day: 0305. With the year it is eight: 19980305.")
            )
        return str(found)


class WebsitesField(forms.CharField):
    """Addresses, one a line; cleaned to those that we let a reader leave for."""

    def to_python(self, value: Any) -> str:
        typed = [line.strip() for line in (super().to_python(value) or "").splitlines()]
        found = [self._address(line) for line in typed if line]
        if len(found) > MAX_WEBSITES:
            raise forms.ValidationError(_("Three addresses at most, one a line."))
        return "\n".join(found)

    def _address(self, line: str) -> str:
        """A host alone is taken for one of the web."""
        address = safe_outbound_url(line if "://" in line else f"https://{line}")
        if "." not in address.partition("://")[2].partition("/")[0]:
            address = ""
        if not address or len(address) > MAX_WEBSITE_LENGTH:
            raise forms.ValidationError(
                _("“%(line)s” is not the address of a website. Type it like https://example.jp/")
                % {"line": line[:40]}
            )
        return address


class DisplayForm(_MemberForm):
    home_shows = forms.ChoiceField(label=_("What home shows"), choices=HomeShows.choices)
    pictures_on = forms.ChoiceField(
        label=_("Pictures beside names and in lists"),
        choices=PicturesOn.choices,
        help_text=_(
            "Pictures cost more data. A browser that logged in by QR code or bookmark, or that "
            "keeps no cookies, counts as a phone."
        ),
    )


class PictureForm(_MemberForm):
    """The picture and who sees it."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("The picture is made small (240 pixels); place, time and camera are removed."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    picture_audience = _audience(_("Who sees your picture"))

    def clean_picture(self) -> bytes | None:
        """Return the picture small and without metadata; None where none was chosen."""
        chosen = self.cleaned_data["picture"]
        if not isinstance(chosen, UploadedFile):
            return None
        if (chosen.size or 0) > settings.PHOTO_MAX_BYTES:
            raise forms.ValidationError(
                _("This file is too large. Make it smaller and send it again.")
            )
        try:
            return jpeg_from_upload(chosen.read(), PICTURE_SIDE)
        except (BadPicture, PicturesBusy) as error:
            raise forms.ValidationError(str(error)) from error


class ProfileForm(PictureForm):
    """All that a profile shows. The picture is saved even where something else is wrong: a browser cannot
    give a chosen file back."""

    field_order = ("display_name", "display_name_audience", "picture", "remove_picture")

    display_name = TypedTextField(
        label=_("Name"),
        help_text=_("People who cannot see your name see your username."),
        max_length=Member._meta.get_field("display_name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"size": 16, "autocomplete": "name", **KANA}),
    )
    display_name_audience = _audience(_("Who sees your name"))
    remove_picture = forms.BooleanField(label=_("Remove the picture"), required=False)
    about = TypedTextField(
        label=_("About you"),
        max_length=Member._meta.get_field("about").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 24, **KANA}),
    )
    about_audience = _audience(_("Who sees “About you”"))
    birthday = BirthdayField(
        label=_("Birthday"),
        help_text=_("Month and day, 0305, or with the year, 19980305."),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"size": 10, **DIGITS}),
    )
    birthday_audience = _audience(_("Who sees your birthday"))
    town = TypedTextField(
        label=_("Town"),
        max_length=Member._meta.get_field("town").max_length,
        required=False,
        widget=forms.TextInput(attrs={"size": 16, **KANA}),
    )
    town_audience = _audience(_("Who sees your town"))
    websites = WebsitesField(
        label=_("Websites"),
        help_text=_("Up to three addresses, one a line."),
        max_length=(MAX_WEBSITE_LENGTH + 2) * MAX_WEBSITES,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 24, **NAME}),
    )
    websites_audience = _audience(_("Who sees your websites"))
    is_listed = forms.BooleanField(
        label=_("Search engines may list what my profile shows to Everyone"), required=False
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, member=member, **kwargs)
        if not member.picture:
            del self.fields["remove_picture"]

    def texts(self) -> dict[str, str]:
        """For set_profile_texts."""
        return {name: self.cleaned_data[name] for name in TEXT_FIELDS}


class PrivacyForm(_MemberForm):
    """Audiences of the profile, for the privacy page."""

    display_name_audience = _audience(_("Name"))
    about_audience = _audience(_("About you"))
    picture_audience = _audience(_("Picture"))
    birthday_audience = _audience(_("Birthday"))
    town_audience = _audience(_("Town"))
    websites_audience = _audience(_("Websites"))
    is_searchable = forms.BooleanField(
        label=_("Members may find me by search"),
        help_text=_(
            "Friends of friends by name, others by your exact username. Friends always find you."
        ),
        required=False,
    )
    is_listed = ProfileForm.base_fields["is_listed"]
    commenters = forms.ChoiceField(
        label=_("Who may comment on my posts"), choices=Commenters.choices
    )
    group_commenters = forms.ChoiceField(
        label=_("Who may comment on my posts in groups and for chosen people"),
        choices=Member._meta.get_field("group_commenters").choices or (),
    )


class LanguageSelect(forms.Select):
    """Languages, each named and marked up in itself."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["lang"] = value
        return option


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=LanguageSelect
    )
