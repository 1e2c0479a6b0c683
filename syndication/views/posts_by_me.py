"""The button of 2010, "Change Posts by me to Everyone", with what it means and a way back."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions import privacy
from accounts.models import Audience
from accounts.urlsession.api import initial_from_preserved_form, pop_preserved_form
from accounts.views.requests import MemberRequest
from syndication.forms.audiences import PostsByMeForm
from syndication.models import Link


@login_required
def posts_by_me(request: MemberRequest) -> HttpResponse:
    """Three buttons: to Everyone, back to what it was, or to a chosen audience."""
    member = request.user
    initial = {"audience": member.posts_by_me} | initial_from_preserved_form(request)
    form = PostsByMeForm(request.POST if "save" in request.POST else None, initial=initial)
    if request.method == "POST" and _has_changed(request, form):
        pop_preserved_form(request)
        messages.success(
            request,
            _("Posts by me is now: %(audience)s. What you wrote before stays as it was.")
            % {"audience": member.get_posts_by_me_display()},
        )
        return redirect("posts_by_me")
    before = member.posts_by_me_before
    return TemplateResponse(
        request,
        "syndication/posts_by_me.html",
        {
            "form": form,
            "is_everyone": member.posts_by_me == Audience.EVERYONE,
            "before": Audience(before).label if before else "",
            "links": Link.objects.of(member).order_by("network", "pk"),
        },
    )


def _has_changed(request: MemberRequest, form: forms.Form) -> bool:
    """Run the button's change. Return False if the form has to be shown again."""
    if "to_everyone" in request.POST:
        privacy.change_posts_by_me(request.user, Audience.EVERYONE, by=request.user)
    elif "take_back" in request.POST:
        privacy.restore_posts_by_me(request.user, by=request.user)
    elif form.is_valid():
        privacy.change_posts_by_me(request.user, form.cleaned_data["audience"], by=request.user)
    else:
        return False
    return True
