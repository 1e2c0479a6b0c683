"""Forms of named lists: their name. Who is on one is ticked (views.friend_picker)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import named_lists
from accounts.forms.keypads import KANA
from accounts.forms.typed import TypedTextField
from accounts.models import Member
from accounts.models.named_list import MAX_LIST_NAME_LENGTH


class NamedListForm(forms.Form):
    """The name of a list. `now`: its present name, which is no clash."""

    name = TypedTextField(
        label=gettext_lazy("Name of the list (only you see it)"),
        max_length=MAX_LIST_NAME_LENGTH,
        widget=forms.TextInput(attrs={"size": 16, **KANA}),
    )

    def __init__(self, *args: Any, member: Member, now: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.now = now

    def clean_name(self) -> str:
        try:
            name = named_lists.stored_list_name(str(self.cleaned_data["name"]))
        except named_lists.ListNameMissing:
            raise ValidationError(self.fields["name"].error_messages["required"]) from None
        if self.now != name:
            try:
                named_lists.check_new_list(name, by=self.member)
            except named_lists.ListNameTaken:
                raise ValidationError(name_taken()) from None
            except named_lists.TooManyLists:
                if not self.now:
                    raise ValidationError(too_many_lists()) from None
        return name


def name_taken() -> str:
    return _("You have a list of this name. Choose another name.")


def too_many_lists() -> str:
    words = _("You have %(count)s lists. Delete one of them first.")
    return words % {"count": named_lists.MAX_LISTS}


def list_name_error(name: str, *, by: Member) -> str:
    """Why a new list cannot have this name, or ""."""
    form = NamedListForm({"name": name}, member=by)
    return " ".join(str(error) for error in form["name"].errors)
