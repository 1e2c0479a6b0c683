"""Editing of the member's own profile. Syndication shows profiles, with their posts."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions import profile
from accounts.forms.profile import PictureForm, ProfileForm
from accounts.urlsession.api import initial_from_preserved_form
from accounts.views.requests import MemberRequest
from accounts.views.uploads import accepts_files


@login_required
def profile_edit(request: MemberRequest) -> HttpResponse:
    form = ProfileForm(
        request.POST or None,
        member=request.user,
        initial=initial_from_preserved_form(request, ProfileForm),
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        profile.set_profile_texts(
            request.user, display_name=given["display_name"], about=given["about"]
        )
        profile.set_profile_audiences(request.user, form.audiences(), is_listed=given["is_listed"])
        messages.success(request, _("Your profile is saved."))
        return redirect("profile", request.user.username)
    return TemplateResponse(request, "accounts/profile_edit.html", {"form": form})


@accepts_files
@login_required
def profile_picture_edit(request: MemberRequest) -> HttpResponse:
    form = PictureForm(request.POST or None, request.FILES or None, member=request.user)
    if request.method == "POST" and "remove" in request.POST:
        profile.remove_profile_picture(request.user)
        messages.success(request, _("Your picture is removed."))
        return redirect("profile_edit")
    if request.method == "POST" and form.is_valid():
        profile.set_profile_picture(
            request.user,
            form.cleaned_data["picture"],
            audience=form.cleaned_data["picture_audience"],
        )
        messages.success(request, _("Your picture is saved."))
        return redirect("profile_edit")
    return TemplateResponse(request, "accounts/profile_picture_edit.html", {"form": form})
