"""Name and picture of a linked account, and the presses that import them and go back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions import profile_import
from accounts.actions.profile_import import PictureUnavailable
from accounts.actions.quotas import IMPORTED_PICTURES, QuotaUsedUp
from accounts.models import Member
from accounts.views.requests import MemberRequest
from syndication.actions import link_profile as actions
from syndication.models import Link


@login_required
def link_profile(request: MemberRequest, network: str, pk: int) -> HttpResponse:
    link = get_object_or_404(Link.objects.of(request.user), network=network, pk=pk)
    if request.method == "POST":
        _carry_out(request, link)
        return redirect("link_profile", network, pk)
    context = {"link": link, "name_there": profile_import.importable_name(link.display_name)}
    return TemplateResponse(request, "syndication/link_profile.html", context)


def _carry_out(request: MemberRequest, link: Link) -> None:
    """Do what the pressed button says, and tell that it was done."""
    pressed = next((name for name in PRESSES if name in request.POST), None)
    if pressed is None:
        return
    try:
        messages.success(request, PRESSES[pressed](link, request.user))
    except PictureUnavailable:
        text = _(
            "The picture from %(network)s cannot be fetched or read. Try again later, or choose one in "
            "your profile."
        )
        messages.error(request, text % {"network": link.network_name})
    except QuotaUsedUp:
        words = _("You have imported %(count)s pictures in the last hour. Try again in an hour.")
        messages.error(request, words % {"count": IMPORTED_PICTURES.most})


def _take_name(link: Link, member: Member) -> str:
    if not actions.import_name(link, by=member):
        return _("Nothing changed: that is your name already.")
    name = profile_import.importable_name(link.display_name)
    return _("Your name is now: %(name)s") % {"name": name}


def _take_picture(link: Link, member: Member) -> str:
    if not actions.import_picture(link, by=member):
        return _("Nothing changed: that is your picture already.")
    return _("Your picture is now the one from %(network)s.") % {"network": link.network_name}


def _restore_name(link: Link, member: Member) -> str:
    if not profile_import.restore_name(by=member):
        return _("Nothing changed: what was before is no longer kept.")
    return _("Your name is as it was before.")


def _restore_picture(link: Link, member: Member) -> str:
    if not profile_import.restore_picture(by=member):
        return _("Nothing changed: what was before is no longer kept.")
    return _("Your picture is as it was before.")


PRESSES = {
    "take_name": _take_name,
    "name_before": _restore_name,
    "take_picture": _take_picture,
    "picture_before": _restore_picture,
}
