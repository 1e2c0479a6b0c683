"""Forms of groups: name, and member to invite."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.keypads import KANA
from accounts.forms.typed import TypedTextField
from accounts.models import Group, Member
from accounts.models.member_search import friends_named
from accounts.name_folding import fold_name


class GroupForm(forms.Form):
    name = TypedTextField(
        label=_("Name of the group"),
        max_length=Group._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"size": 16, **KANA}),
    )


class GroupInviteForm(forms.Form):
    """Invite by name, among the inviting member's friends."""

    name = forms.CharField(
        label=_("A friend's name"),
        max_length=60,
        widget=forms.TextInput(attrs={"size": 16, **KANA}),
    )

    def __init__(self, *args: Any, by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._by = by

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip().lstrip("@＠")
        friends = Member.objects.seen_by(self._by).friends_of(self._by)
        named = friends.filter(username=name.lower()).first()
        if named is None:
            same = list(friends_named(self._by, fold_name(name))[:2])
            if len(same) > 1:
                raise forms.ValidationError(
                    _(
                        "More than one friend has this name. Type the username, the part after "
                        "the @."
                    )
                )
            named = same[0] if same else None
        if named is None:
            raise forms.ValidationError(
                _(
                    "None of your friends has this name. Look under Friends; only friends can be "
                    "invited."
                )
            )
        self.invited = named
        return name
