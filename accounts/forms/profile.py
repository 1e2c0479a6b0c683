"""Forms of the profile: texts, audiences, picture, language."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.actions.profile import AUDIENCE_FIELDS
from accounts.forms.keypads import KANA
from accounts.forms.typed import TypedTextField
from accounts.media.pictures import BadPicture, PicturesBusy, jpeg_from_upload
from accounts.models import Audience, Commenters, Member

PICTURE_SIDE = 240  # pixels: the width of a phone's screen

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
        super().__init__(*args, **kwargs)

    def audiences(self) -> dict[str, str]:
        """Chosen audiences by field, for set_profile_audiences."""
        return {name: self.cleaned_data[name] for name in AUDIENCE_FIELDS if name in self.fields}


class ProfileForm(_MemberForm):
    display_name = TypedTextField(
        label=_("Name"),
        help_text=_("Those who cannot see the name see your username."),
        max_length=Member._meta.get_field("display_name").max_length,
        required=False,
        widget=forms.TextInput(attrs={"size": 16, "autocomplete": "name", **KANA}),
    )
    display_name_audience = _audience(_("Who sees the name"))
    about = TypedTextField(
        label=_("About you"),
        max_length=Member._meta.get_field("about").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 24, **KANA}),
    )
    about_audience = _audience(_("Who sees “About you”"))
    is_listed = forms.BooleanField(
        label=_("Search engines may list what my profile shows to Everyone"), required=False
    )


class PrivacyForm(_MemberForm):
    """Audiences of the profile, for the privacy page."""

    display_name_audience = _audience(_("Name"))
    about_audience = _audience(_("About you"))
    picture_audience = _audience(_("Picture"))
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


class PictureForm(_MemberForm):
    """The picture alone: a browser cannot give a chosen file back, so no typed field stands beside
    it.
    """

    picture = forms.FileField(
        label=_("New picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    picture_audience = _audience(_("Who sees the picture"))

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
