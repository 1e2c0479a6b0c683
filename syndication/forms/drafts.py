"""Drafts and PostForm: fill the form from a draft, and keep a form as a draft."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms.ticks import ticks_as_text
from accounts.models import Audience, Member
from accounts.models.named_list import MAX_LIST_NAME_LENGTH
from syndication.actions import photos
from syndication.actions.drafts import DraftContent
from syndication.connectors.content import LONGEST, TYPED
from syndication.forms.audiences import chosen_people
from syndication.forms.fields import PlainText
from syndication.forms.post_photos import keys_in, without_lost_photos
from syndication.forms.posts import PostForm
from syndication.models import KeptPhoto, PostKind, SavedDraft


class DraftKindForm(forms.Form):
    """Offers a photo only if the mail has one, and no link, whose address must be typed."""

    kind = forms.ChoiceField(label=gettext_lazy("Write it as"))

    def __init__(self, data: Any = None, *, draft: SavedDraft) -> None:
        super().__init__(data, initial={"kind": draft.kind.value})
        kinds = [PostKind.STATUS, PostKind.NOTE, *([PostKind.PHOTO] if draft.photo else [])]
        self.fields["kind"].choices = [(one.value, one.label) for one in kinds]  # type: ignore[attr-defined]


def people_left(draft: SavedDraft, *, by: Member) -> frozenset[int]:
    """The friendships of those whom the draft is for and who can still be chosen."""
    return chosen_people(by, None, ticks_as_text(draft.people)) if draft.people else frozenset()


def kept_form_initial(draft: SavedDraft, people: frozenset[int]) -> dict[str, Any]:
    """The initial values of PostForm for a draft that its member kept, from `with_photo_keys`. `people`:
    from `people_left`."""
    return {
        **{name: getattr(draft, name) for name in TYPED},
        "audience": draft.audience,
        "people": ticks_as_text(people),
        "list_name": draft.list_name,
        "left_out": draft.without_links,
        "form_key": draft.form_key,
        "draft_version": str(draft.version),
        "photo_key": draft.photo_keys,
    }


def draft_content(form: PostForm) -> DraftContent | None:
    """The draft content of a form, complete or not; None, with an error on the form, where it cannot be kept."""
    is_photo_wrong = not form.is_valid() and bool(form.files) and "photo" in form.errors
    if is_photo_wrong:
        return None
    keys = keys_in(form.data)
    kept = photos.find_kept_photos(keys, by=form.member)
    data = {**form.data.dict(), **without_lost_photos(form.data, kept)}  # type: ignore[attr-defined]
    words = {name: _as_typed(data, name) for name in TYPED}
    if any(len(said) > LONGEST[name] for name, said in words.items()):
        form.add_error(
            None, _("This is too long for a draft. Make it shorter and press Save draft again.")
        )
        return None
    if not kept and not any(said for name, said in words.items() if name != "language"):
        gone = _("The photo was no longer here. Choose it again.")
        form.add_error(None, gone if keys else _("There is nothing to save yet."))
        return None
    audience = str(form.data.get("audience", ""))
    is_chosen = audience == Audience.CHOSEN
    return DraftContent(
        kind=form.kind.value,
        form_key=form.cleaned_data.get("form_key") or secrets.token_hex(16),
        version=form.draft_version(),
        words=words,
        audience=audience if form.fields["audience"].valid_value(audience) else "",  # type: ignore[attr-defined]
        people=chosen_people(form.member, None, data.get("people", ""))
        if is_chosen
        else frozenset(),
        list_name=_as_typed(data, "list_name")[:MAX_LIST_NAME_LENGTH] if is_chosen else "",
        photos=tuple(kept),
        is_photo_gone=form.has_lost_photos or len(kept) < len(keys),
        left_out=form.cleaned_data.get("left_out", frozenset()),
    )


def _as_typed(data: Mapping[str, Any], name: str) -> str:
    field = PlainText(longest=LONGEST.get(name, MAX_LIST_NAME_LENGTH), required=False)
    return field.to_python(data.get(name, ""))


def post_form_initial(draft: SavedDraft, kind: str, kept: Sequence[KeptPhoto]) -> dict[str, str]:
    """The initial values of PostForm. The draft's key makes one post of it, however often it is sent.

    Only a note has a title; for other kinds the subject comes before the text.
    """
    if kind == PostKind.NOTE:
        words = {"title": draft.title, "text": draft.text}
    else:
        words = {"text": draft.words}
    carried = {"form_key": draft.form_key, "draft_version": str(draft.version)}
    return {"photo_key": " ".join(photo.key for photo in kept), **carried, **words}
