"""The link's settings: one checkbox for each kind and audience that the network supports."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Audience
from syndication.actions.links import available_toggles
from syndication.models import Link, PostKind
from syndication.queries.capabilities import capabilities

AUDIENCE_WORDS = {
    Audience.EVERYONE: _("open to Everyone"),
    Audience.FRIENDS_OF_FRIENDS: _("for Friends of friends"),
    Audience.FRIENDS: _("for Friends"),
    Audience.CHOSEN: _("for chosen people"),
    Audience.GROUP: _("for a group"),
    Audience.ONLY_ME: _("for me only"),
}
KIND_WORDS = {
    PostKind.STATUS: _("Statuses"),
    PostKind.NOTE: _("Notes"),
    PostKind.PHOTO: _("Photos"),
    PostKind.LINK: pgettext_lazy("kind of post", "Links"),
}


def _permalink(link: Link) -> str:
    if link.never_permalink:
        return "never"
    return "always" if link.always_permalink else "cut"


class LinkForm(forms.Form):
    """Toggles of a link, and its two options."""

    is_findable = forms.BooleanField(required=False)
    permalink = forms.ChoiceField(
        label=_("The post's address under a copy"),
        choices=[("cut", _("When it was cut")), ("always", _("Always"))],
    )

    def __init__(self, *args: Any, link: Link, **kwargs: Any) -> None:
        now_on = set(link.toggles.filter(is_on=True).values_list("kind", "audience"))
        kwargs["initial"] = {
            "is_findable": link.is_findable,
            "is_mentionable": link.is_mentionable,
            "permalink": _permalink(link),
        }
        super().__init__(*args, **kwargs)
        self.fields["is_findable"].label = _("My %(network)s friends can find me on this site") % {
            "network": link.network_name
        }
        if link.handle:
            label = _("Friends on this site may mention me on %(network)s, as %(handle)s")
            self.fields["is_mentionable"] = forms.BooleanField(
                required=False,
                label=label % {"network": link.network_name, "handle": link.handle},
            )
        if capabilities(link.network).address_costs:
            permalink = cast(forms.ChoiceField, self.fields["permalink"])
            permalink.choices = [*permalink.choices, ("never", _("Never"))]  # type: ignore[misc]
            permalink.help_text = _("A copy with an address costs this site more.")
        self.offered = available_toggles(link)
        for kind, audience in self.offered:
            self.fields[f"{kind}_{audience}"] = forms.BooleanField(
                required=False,
                label=_("%(kind)s %(audience)s")
                % {
                    "kind": KIND_WORDS[PostKind(kind)],
                    "audience": AUDIENCE_WORDS[Audience(audience)],
                },
                initial=(kind, audience) in now_on,
            )

    def chosen(self) -> set[tuple[str, str]]:
        """The (kind, audience) pairs that were ticked."""
        return {pair for pair in self.offered if self.cleaned_data["{}_{}".format(*pair)]}

    def everyone_fields(self) -> list[forms.BoundField]:
        """Checkboxes for posts open to Everyone."""
        return [self[f"{k}_{a}"] for k, a in self.offered if a == Audience.EVERYONE]

    def narrower_fields(self) -> list[forms.BoundField]:
        """Opt-ins: narrower posts that this network can hold."""
        return [self[f"{k}_{a}"] for k, a in self.offered if a != Audience.EVERYONE]
