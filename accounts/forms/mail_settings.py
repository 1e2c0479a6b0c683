"""Forms of the page Mails: when which mails come, and the number of a test mail."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms.keypads import DIGITS
from accounts.models import MailSettings

# Few, since the page is read on phones. A host's own zone is offered besides, by its name.
TIME_ZONES = {
    "Asia/Tokyo": pgettext_lazy("time zone", "Tokyo"),
    "Asia/Shanghai": pgettext_lazy("time zone", "Beijing"),
    "Asia/Kolkata": pgettext_lazy("time zone", "Delhi"),
    "Europe/Berlin": pgettext_lazy("time zone", "Berlin"),
    "Europe/London": pgettext_lazy("time zone", "London"),
    "America/Sao_Paulo": pgettext_lazy("time zone", "São Paulo"),
    "America/New_York": pgettext_lazy("time zone", "New York"),
    "America/Los_Angeles": pgettext_lazy("time zone", "Los Angeles"),
}


class MailSettingsForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = MailSettings
        fields = ("people", "likes", "trouble", "is_without_words", "is_jis", "time_zone")
        labels = {
            "people": _("Friends, comments, groups"),
            "likes": _("Likes, and replies from networks"),
            "trouble": _("Trouble with sending"),
            "is_without_words": _("Leave out what people wrote"),
            "is_jis": _("For old phones (ISO-2022-JP)"),
        }

    def __init__(self, data: Any, *, instance: MailSettings) -> None:
        zone = instance.time_zone or settings.TIME_ZONE
        super().__init__(data, instance=instance, initial={"time_zone": zone})
        choices = TIME_ZONES if zone in TIME_ZONES else {zone: zone, **TIME_ZONES}
        offered = self.fields["time_zone"]
        assert isinstance(offered, forms.ChoiceField)  # noqa: S101 - for mypy
        offered.choices = list(choices.items())


class MailTestForm(forms.Form):
    number = forms.CharField(
        label=_("The number in the test email"),
        max_length=4,
        widget=forms.TextInput(attrs={"size": 4, "autocomplete": "off", **DIGITS}),
    )

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"]).strip()
