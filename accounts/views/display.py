"""How pages look to their member: what home shows, and with pictures or without."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions.home import choose_home_posts, choose_pictures
from accounts.forms.profile import DisplayForm
from accounts.models import Member, PicturesOn
from accounts.urlsession.api import is_url_mode
from accounts.views.requests import MemberRequest


@login_required
def display(request: MemberRequest) -> HttpResponse:
    form = DisplayForm(request.POST or None, member=request.user)
    if request.method == "POST" and form.is_valid():
        choose_home_posts(form.cleaned_data["home_shows"], by=request.user)
        choose_pictures(form.cleaned_data["pictures_on"], by=request.user)
        messages.success(request, _("Saved."))
        return redirect("display")
    return TemplateResponse(
        request, "accounts/display.html", {"form": form, "with_pictures": with_pictures(request)}
    )


def with_pictures(request: HttpRequest) -> bool:
    """Whether this page shows profile pictures beside names, and photos in lists.

    By the member's choice and by the session, never by User-Agent: a session in the address is a phone
    that logged in by code, or a browser that keeps no cookies, where bytes are dear. Visitors get none.
    """
    if not isinstance(request.user, Member):
        return False
    choice = request.user.pictures_on
    return choice == PicturesOn.EVERYWHERE or (
        choice == PicturesOn.COMPUTERS and not is_url_mode(request)
    )
