"""The profile: what it says, who sees which field, the picture, the language of the pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.actions.profile import AUDIENCE_FIELDS
from accounts.forms.keypads import KANA
from accounts.forms.typed import TypedText
from accounts.media.pictures import BadPicture, PicturesBusy, from_upload
from accounts.models import Audience, Member

PICTURE_SIDE = 240  # pixels: the width of a phone's screen

# A field of a profile is shown to no group: a group is of many, a profile of one.
FIELD_AUDIENCES = [choice for choice in Audience.choices if choice[0] != Audience.GROUP]


def _audience(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=FIELD_AUDIENCES)


class _MemberForm(forms.Form):
    """A form over some fields of a member. It does not write: actions.profile does."""

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        now = {name: getattr(member, name) for name in self.base_fields if hasattr(member, name)}
        kwargs["initial"] = {**now, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def audiences(self) -> dict[str, str]:
        """What was chosen, by the names that actions.profile.set_profile_audiences takes."""
        return {name: self.cleaned_data[name] for name in AUDIENCE_FIELDS if name in self.fields}


class ProfileForm(_MemberForm):
    display_name = TypedText(
        label=_("Name"),
        help_text=_("Where it is not shown, the name behind the @ stands."),
        max_length=Member._meta.get_field("display_name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"size": 16, "autocomplete": "name", **KANA}),
    )
    display_name_audience = _audience(_("Who sees the name"))
    about = TypedText(
        label=_("About you"),
        max_length=Member._meta.get_field("about").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 24, **KANA}),
    )
    about_audience = _audience(_("Who sees what is about you"))
    is_listed = forms.BooleanField(
        label=_("Search engines may list what my profile shows to Everyone"), required=False
    )


class PrivacyForm(_MemberForm):
    """The audiences of the profile alone, for the page where all of privacy stands together."""

    display_name_audience = _audience(_("Name"))
    about_audience = _audience(_("About you"))
    picture_audience = _audience(_("Picture"))
    is_listed = ProfileForm.base_fields["is_listed"]


class PictureForm(_MemberForm):
    """The picture has a form of its own: a browser cannot give a chosen file back, so nothing that
    was typed stands beside it.
    """

    picture = forms.FileField(
        label=_("New picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    picture_audience = _audience(_("Who sees the picture"))

    def clean_picture(self) -> bytes | None:
        """The picture, small and without metadata; None where none was chosen."""
        chosen = self.cleaned_data["picture"]
        if not isinstance(chosen, UploadedFile):
            return None
        if (chosen.size or 0) > settings.PHOTO_MAX_BYTES:
            raise forms.ValidationError(
                _("This file is too large. Make it smaller and send it again.")
            )
        try:
            return from_upload(chosen.read(), PICTURE_SIDE)
        except (BadPicture, PicturesBusy) as error:
            raise forms.ValidationError(str(error)) from error


class LanguageSelect(forms.Select):
    """Each language named in itself, and read aloud as itself."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["lang"] = value
        return option


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, widget=LanguageSelect
    )
