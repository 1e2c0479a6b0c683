"""Audiences apart from writing: of a post that stands, of new posts, and who the chosen people are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.actions.privacy import DEFAULT_AUDIENCES
from accounts.forms.ticks import ticks_in
from accounts.models import Audience, Member, NamedList, contained_audiences, friends_to_choose
from syndication.forms.fields import AudienceField, AudienceSelect, groups_of, lists_of
from syndication.models import Post


def chosen_people(member: Member, named_list: NamedList | None, people: str) -> frozenset[int]:
    """The friendships that are chosen, as they stand now: those on the list, or those of a hidden field."""
    friends = friends_to_choose(member)
    if named_list is not None:
        friends = friends.filter(pk__in=named_list.listed.values("friendship"))
    else:
        friends = friends.filter(pk__in=ticks_in(people))
    return frozenset(friends.values_list("pk", flat=True))


class AudienceForm(forms.Form):
    """Changes the audience of a post. `is_answered`: only to fewer readers (AudienceNotContained)."""

    def __init__(
        self, *args: Any, member: Member, post: Post, is_answered: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        groups, within = groups_of(member), set(Audience.values)
        if is_answered:
            groups = [one for one in groups if one.pk == post.group_id]
            within &= contained_audiences(post.audience)
        if post.chosen_at or post.chosen_before_at:  # they are chosen once
            within.discard(Audience.CHOSEN)
        self.fields["audience"] = AudienceField(
            groups=groups, lists=lists_of(member), within=within
        )


class PostsByMeForm(forms.Form):
    """The default audience of new posts. Everyone has a button of its own that says what it means."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Posts by me"),
        choices=[(one.value, one.label) for one in DEFAULT_AUDIENCES if one != Audience.EVERYONE],
        widget=AudienceSelect,
    )
