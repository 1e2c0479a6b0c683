"""Editing of the member's own profile. Syndication shows profiles, with their posts."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions import profile
from accounts.forms.profile import ProfileForm
from accounts.models import Member
from accounts.urlsession.api import initial_from_preserved_form
from accounts.views.requests import MemberRequest
from accounts.views.uploads import accepts_files


@accepts_files
@login_required
def profile_edit(request: MemberRequest) -> HttpResponse:
    form = ProfileForm(
        request.POST or None,
        request.FILES or None,
        member=request.user,
        initial=initial_from_preserved_form(request, ProfileForm),
    )
    if request.method == "POST":
        is_valid = form.is_valid()
        is_picture_saved = _save_picture(request.user, form.cleaned_data)
        if is_valid:
            profile.set_profile_texts(request.user, **form.texts())
            listed = form.cleaned_data["is_listed"]
            profile.set_profile_audiences(request.user, form.audiences(), is_listed=listed)
            messages.success(request, _("Your profile is saved."))
            return redirect("profile", request.user.username)
        if is_picture_saved:
            messages.success(request, _("Your picture is saved. Correct the rest and save again."))
    return TemplateResponse(request, "accounts/profile_edit.html", {"form": form})


def _save_picture(member: Member, given: dict[str, Any]) -> bool:
    """Save or remove the picture, whatever else is wrong: the browser does not send it again. Return
    whether there is a new one."""
    if given.get("picture") is not None:
        audience = given.get("picture_audience", member.picture_audience)
        profile.set_profile_picture(member, given["picture"], audience=audience)
        return True
    if given.get("remove_picture"):
        profile.remove_profile_picture(member)
    return False
