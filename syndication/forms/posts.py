"""Writing posts: one form for the four kinds, each with the fields of its kind."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.actions import quotas
from accounts.forms.ticks import ticks_as_text
from accounts.models import Audience, Member
from syndication.actions.posts import NewPost
from syndication.connectors.content import CONTENT, LONGEST, PHOTO_ALTS, TYPED, content_of
from syndication.forms.audiences import chosen_people
from syndication.forms.fields import (
    AudienceField,
    HiddenWhereFilled,
    audience_choice,
    bare_hidden,
    groups_of,
    lists_of,
)
from syndication.forms.post_photos import PhotosForm
from syndication.models import Post, PostKind
from syndication.queries.excerpts import cut_to_line

KEY_LENGTH = 18  # digits; more is no primary key of ours


class PostForm(PhotosForm):
    """A new post, from the first page until it is sent: each page carries all of it on."""

    form_key = forms.RegexField(r"\A[0-9a-f]{32}\Z", widget=bare_hidden())

    def __init__(self, *args: Any, member: Member, kind: str, **kwargs: Any) -> None:
        initial = {
            "form_key": secrets.token_hex(16),
            "audience": member.posts_by_me,
            **(kwargs.pop("initial", None) or {}),
        }
        if isinstance(initial.get("left_out"), str):  # one value comes back without its list
            initial["left_out"] = [initial["left_out"]]
        super().__init__(*args, kind=kind, initial=initial, **kwargs)
        self.member = member
        self._add_photos()
        self.fields["kind"] = forms.CharField(required=False, widget=bare_hidden())
        self.initial["kind"] = self.kind.value
        self.fields["audience"] = AudienceField(
            groups=groups_of(member), lists=SimpleLazyObject(lambda: lists_of(member))
        )
        for name in ("people", "list_name"):
            self.fields[name] = forms.CharField(required=False, widget=HiddenWhereFilled)
        self.fields["left_out"] = forms.Field(required=False, widget=forms.MultipleHiddenInput)
        if self.kind == PostKind.LINK:
            self.fields["url_title"] = forms.CharField(
                required=False, max_length=LONGEST["url_title"], widget=bare_hidden()
            )
        self._carry_other_kinds()

    def draft_version(self) -> int:
        """Of the saved draft that the form was opened from; 0 for none."""
        return next(iter(parse_keys([str(self.data.get("draft_version", ""))])), 0)

    def clean_left_out(self) -> frozenset[int]:
        """The keys of links. An unknown one is no error: nothing would go there."""
        return parse_keys(self.cleaned_data["left_out"])

    def _carry_other_kinds(self) -> None:
        """Carry what was typed for other kinds in hidden fields, so that a change of kind loses nothing."""
        typed = self.data if self.is_bound else self.initial
        names = [name for name in (*TYPED, "photo_key") if name not in self.fields]
        self._of_other_kinds = [name for name in names if typed.get(name)]
        version = ["draft_version"] if typed.get("draft_version") else []
        for name in [*self._of_other_kinds, *version]:
            self.fields[name] = forms.CharField(required=False, strip=False, widget=bare_hidden())

    def fields_of_other_kinds(self) -> dict[str, str]:
        """What is kept for other kinds and is no part of this post, by the names of its fields."""
        return {name: str(self[name].value() or "") for name in self._of_other_kinds}

    def other_kinds_in_words(self) -> str:
        """What is kept for other kinds, for its line on the page."""
        carried, said = self.fields_of_other_kinds(), []
        if title := carried.get("title"):
            said.append(_("the title “%(title)s”") % {"title": title})
        if url := carried.get("url"):
            said.append(_("the address %(url)s") % {"url": url})
        if keys := carried.get("photo_key", "").split():
            said.append(ngettext("the photo", "%(count)s photos", len(keys)) % {"count": len(keys)})
        if any(name in carried for name in PHOTO_ALTS):
            said.append(_("what the photo shows"))
        return pgettext("list", ", ").join(cut_to_line(words, 60)[0] for words in said)

    def new_post(self) -> NewPost:
        """The post that a valid form describes."""
        cleaned = self.cleaned_data
        audience, group, named_list = cleaned["audience"]
        people: frozenset[int] = frozenset()
        if audience == Audience.CHOSEN:
            people = chosen_people(self.member, named_list, cleaned["people"])
        return NewPost(
            kind=self.kind.value,
            audience=audience,
            group=group,
            people=people,
            list_name=cleaned["list_name"] if people and named_list is None else "",
            form_key=cleaned["form_key"],
            **{
                name: "" if name in self._not_of_this_post() else cleaned.get(name, "")
                for name in CONTENT
            },
            photo=next(iter(self.kept_photos), None),
            more_photos=tuple(self.kept_photos[1:]),
            left_out=cleaned["left_out"],
            named=parse_keys(self.data["to"].split()) if "to" in self.data else None,
            announced=parse_keys(cast(QueryDict, self.data).getlist("staying")),
            version=self.draft_version(),
        )

    def repeats(self, post: Post) -> bool:
        """Whether `post` says what this form says, valid or not: then it is the same press once more.

        A deleted post says nothing, so that words are never taken for its repetition.
        """
        apart = self._not_of_this_post()
        own = (name for name in TYPED if name in self.fields and name not in apart)
        return all(self._said_in(name) == getattr(post, name) for name in own)

    def _not_of_this_post(self) -> list[str]:
        """The fields that the form only carries: for other kinds, and for photos that are not chosen yet."""
        return [*self._of_other_kinds, *PHOTO_ALTS[len(self.photo_keys()) :]]

    def _said_in(self, name: str) -> str:
        """The cleaned text of a field; as it was typed where it is not valid."""
        if name in self.cleaned_data:
            return str(self.cleaned_data[name])
        return str(self.data.get(name, "")).strip()


def parse_keys(typed: Iterable[str] | None) -> frozenset[int]:
    """Primary keys that a form carries; what cannot be one is left out."""
    return frozenset(int(key) for key in typed or () if key.isdecimal() and len(key) < KEY_LENGTH)


def posts_used_up(error: quotas.QuotaUsedUp) -> str:
    """What the form says, which still holds all that was typed."""
    words = _(
        "You wrote or changed %(count)s posts within a day. Keep this one, and send it tomorrow."
    )
    return words % {"count": error.quota.most}


def hidden_fields(new_post: NewPost) -> dict[str, str]:
    """The values of a post for hidden fields of the preview page."""
    fields = {
        "kind": new_post.kind,
        **content_of(new_post),
        "photo_key": " ".join(one.key for one in new_post.photos),
        "audience": audience_choice(
            new_post.audience, new_post.group.pk if new_post.group else None
        ),
        "people": ticks_as_text(new_post.people),
        "list_name": new_post.list_name,
        "form_key": new_post.form_key,
        "draft_version": str(new_post.version or ""),
    }
    return {name: value for name, value in fields.items() if value}
