"""The kind of post that a mail draft becomes. PostForm asks for everything else."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from syndication.models import MailDraft, PostKind


class DraftKindForm(forms.Form):
    """Offers a photo only if the mail has one, and no link, whose address must be typed."""

    kind = forms.ChoiceField(label=gettext_lazy("Write it as"))

    def __init__(self, data: Any = None, *, draft: MailDraft) -> None:
        super().__init__(data, initial={"kind": draft.kind.value})
        kinds = [PostKind.STATUS, PostKind.NOTE, *([PostKind.PHOTO] if draft.photo else [])]
        self.fields["kind"].choices = [(one.value, one.label) for one in kinds]  # type: ignore[attr-defined]


def post_form_initial(draft: MailDraft, kind: str, photo_key: str) -> dict[str, str]:
    """The initial values of PostForm. The draft's key makes one post of it, however often it is sent.

    Only a note has a title; for other kinds the subject comes before the text.
    """
    if kind == PostKind.NOTE:
        words = {"title": draft.title, "text": draft.text}
    else:
        words = {"text": draft.words}
    return {"form_key": draft.form_key, "photo_key": photo_key, **words}
