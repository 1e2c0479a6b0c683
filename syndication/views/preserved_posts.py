"""The form of a post that waits in the session, for "Write" (accounts.urlsession.preserved_forms)."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.urlsession.api import (
    PreservedForm,
    get_preserved_form,
    pop_preserved_form,
    preserve_form,
    without_session_prefix,
)
from accounts.views.requests import MemberRequest
from syndication.queries.home_box import unpack_box

_NO_FIELDS = ("csrfmiddlewaretoken", "keep")


def preserve_post_form(request: MemberRequest, fields: Mapping[str, list[str]]) -> None:
    """Preserve what was typed: the page that is shown next has presses that lead away from it."""
    typed = {name: values for name, values in fields.items() if name not in _NO_FIELDS}
    path = without_session_prefix(reverse("post_new"))
    preserve_form(request, PreservedForm(path, typed))


def forget_post_form(request: MemberRequest, form_key: str) -> None:
    """Remove the preserved form if it is the one that was sent or kept; another one still waits."""
    waiting = get_preserved_form(request)
    if waiting is None:
        return
    fields = {name: values[-1] for name, values in waiting.fields.items() if values}
    if (fields | unpack_box(fields)).get("form_key") == form_key:
        pop_preserved_form(request)


def resumed_fields(request: MemberRequest) -> dict[str, object]:
    """What waits, as initial values of the form; {} if nothing does."""
    waiting = _waiting(request)
    return waiting.initial() if waiting else {}


def is_form_resumed(request: MemberRequest) -> bool:
    """Whether what the session preserves was typed into this form."""
    return _waiting(request) is not None


def _waiting(request: MemberRequest) -> PreservedForm | None:
    """The session may have ended at "Preview" too: it is the same form, and "Write" shows it."""
    waiting = get_preserved_form(request)
    pages = (without_session_prefix(reverse(name)) for name in ("post_new", "post_preview"))
    return waiting if waiting and any(map(waiting.is_for, pages)) else None


def lost_files(request: MemberRequest) -> list[str]:
    """The names of file fields whose files could not be preserved."""
    waiting = get_preserved_form(request)
    return waiting.files if waiting is not None else []


def discard_post_form(request: MemberRequest) -> HttpResponse:
    """Remove the preserved form by the member's command, and begin with an empty one."""
    if is_form_resumed(request):
        pop_preserved_form(request)
    return redirect("post_new")
