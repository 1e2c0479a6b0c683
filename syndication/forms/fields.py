"""Form fields of posts: plain text, web address, audience.

Input is returned exactly as typed. Texts are never cut; the error of a text that is too long names the
number of characters to take out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.forms.keypads import KANA
from accounts.models import Audience, Group, Member, NamedList
from accounts.text_sanitizing import PRIVATE_USE
from syndication.connectors.content import LONGEST

LATIN = {"istyle": "3", "mode": "alphabet", "inputmode": "url", "autocapitalize": "off"}

# What XML (the feed) cannot hold and no keyboard types, and private use. Line feed and tab stay.
_UNWRITABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff{PRIVATE_USE}]")


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
        """Check the length here: with a maxlength attribute browsers cut pasted text silently."""
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
        super().__init__(assume_scheme="https", max_length=LONGEST["url"], **kwargs)
        # Not type=url: a browser would refuse an address typed without https:// before we add it.
        self.widget = forms.TextInput(LATIN)

    def validate(self, value: str) -> None:
        super().validate(value)
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or "@" in parts.netloc):
            raise ValidationError(
                _("Only addresses that begin with http:// or https:// can be linked.")
            )


def bare_hidden() -> forms.HiddenInput:
    """A hidden field without the id that nothing points at: up to 100 bytes of a page."""
    return forms.HiddenInput({"id": False})


class HiddenWhereFilled(forms.HiddenInput):
    """Costs a page nothing as long as there is no value."""

    def render(self, name: str, value: Any, *args: Any, **kwargs: Any) -> SafeString:
        return super().render(name, value, *args, **kwargs) if value else SafeString("")


class AudienceSelect(forms.Select):
    """Shows a blank choice if none is selected: a browser would take the first, Everyone."""

    def optgroups(self, name: str, value: list[str], attrs: Any = None) -> list[Any]:
        groups = super().optgroups(name, value, attrs)
        if any(option["selected"] for _name, options, _index in groups for option in options):
            return groups
        blank = self.create_option(name, "", _("Choose who sees it"), True, 0, attrs=attrs)
        return [(None, [blank], 0), *groups]


class AudienceChoice(NamedTuple):
    """What was chosen: an audience, with its group, or with the list whose people are chosen."""

    audience: str
    group: Group | None = None
    named_list: NamedList | None = None


class AudienceField(forms.ChoiceField):
    """Who may see it. A group of the member's is one choice, `group_<id>`, among the audiences, and a
    list of friends, `list_<id>`, which stands for chosen people.

    `within`: the only audiences to choose from, beside `groups`.
    """

    def __init__(
        self,
        *,
        groups: Iterable[Group],
        lists: Iterable[NamedList] = (),
        within: Collection[str] | None = None,
        **kwargs: Any,
    ) -> None:
        self._groups, self._lists = groups, lists
        self.plain = [
            audience
            for audience in Audience
            if audience != Audience.GROUP and (within is None or audience in within)
        ]
        super().__init__(
            choices=self._choices,
            label=gettext_lazy("Who sees it"),
            widget=AudienceSelect,
            error_messages={"invalid_choice": _("Choose one of these.")},
            **kwargs,
        )

    @cached_property
    def groups(self) -> dict[str, Group]:
        return {f"group_{group.pk}": group for group in self._groups}

    @cached_property
    def lists(self) -> dict[str, NamedList]:
        return {f"list_{one.pk}": one for one in self._lists}

    def _choices(self) -> list[tuple[str, Any]]:
        choices: list[tuple[str, Any]] = []
        for audience in Audience:
            if audience == Audience.GROUP:
                choices += [
                    (value, _("Group: %(name)s") % {"name": group.name})
                    for value, group in self.groups.items()
                ]
            elif audience in self.plain:
                choices.append((audience.value, audience.label))
                if audience == Audience.CHOSEN:
                    choices += [
                        (value, _("List: %(name)s") % {"name": one.name})
                        for value, one in self.lists.items()
                    ]
        return choices

    def valid_value(self, value: Any) -> bool:
        """As of any choice; groups and lists, which may be lazy, are read only where one is chosen."""
        return value in self.plain or super().valid_value(value)

    def clean(self, value: Any) -> AudienceChoice:
        choice = str(super().clean(value))
        if choice in self.plain:
            return AudienceChoice(choice)
        if group := self.groups.get(choice):
            return AudienceChoice(Audience.GROUP, group=group)
        if named_list := self.lists.get(choice):
            return AudienceChoice(Audience.CHOSEN, named_list=named_list)
        return AudienceChoice(choice)


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


def lists_of(member: Member) -> list[NamedList]:
    return list(member.named_lists.order_by("name", "pk"))
