"""Invitations: created by a member, opened by whoever holds the URL."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.actions import invitations
from accounts.forms.friends import InvitationForm
from accounts.mail_addresses import mail_link
from accounts.media import qr
from accounts.models import Invitation, Member
from accounts.public_urls import no_session_prefix, public_url
from accounts.views.requests import MemberRequest

OPEN_SHOWN = 10


@login_required
def invitation_new(request: MemberRequest) -> HttpResponse:
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _new_invitation_page(request, form)
        except invitations.TooManyOpenInvitations:
            form.add_error(
                None,
                _(
                    "%(count)s invitations of yours wait to be used, and there is no room for more. "
                    "Withdraw one below."
                )
                % {"count": invitations.MAX_OPEN_INVITATIONS},
            )
    mine = invitations.open_invitations(request.user)
    return TemplateResponse(
        request,
        "accounts/invitation_new.html",
        {"form": form, "open": mine.order_by("-pk")[:OPEN_SHOWN]},
    )


def _new_invitation_page(request: MemberRequest, form: InvitationForm) -> HttpResponse:
    """The URL in the response itself: it is not stored, so no redirect could show it."""
    given = form.cleaned_data
    invitation, code = invitations.create_invitation(
        given["form_key"], note=given["note"], by=request.user
    )
    address = public_url("invitation_open", code=code)
    qr_format = qr.qr_format_for(request.headers)
    return TemplateResponse(
        request,
        "accounts/invitation_show.html",
        {
            "invitation": invitation,
            "address": address,
            "qr": qr.qr_data_uri(address, qr_format=qr_format),
            # By mail alone: the other ways are for everybody, and /out/ would store the address.
            "mail": mail_link(address, _("Your invitation")),
        },
    )


@login_required
@require_POST
def invitation_withdraw(request: MemberRequest, pk: int) -> HttpResponse:
    invitations.withdraw_invitation(
        get_object_or_404(Invitation, pk=pk, inviter=request.user), by=request.user
    )
    messages.success(request, _("The invitation is withdrawn: its address no longer works."))
    return redirect("invitation_new")


def invitation_open(request: HttpRequest, code: str) -> HttpResponse:
    """Show who invites. A logged-in member's POST accepts."""
    viewer = request.user if request.user.is_authenticated else None
    try:
        invitation = invitations.get_invitation(code, viewer=viewer)
        if request.method == "POST" and viewer is not None:
            return _accept(request, invitation, viewer)
    except invitations.InvitationNotValid:
        return TemplateResponse(request, "accounts/invitation_gone.html", status=404)
    if request.method == "POST":
        return redirect("invitation_open", code)  # shown again, with the ways to come in
    with no_session_prefix():  # log-in and sign-up come back here, under whatever token they give
        way_back = reverse("invitation_open", args=[code])
    return TemplateResponse(
        request,
        "accounts/invitation_open.html",
        {
            "inviter": Member.objects.seen_by(viewer).get(pk=invitation.inviter_id),
            "is_mine": viewer == invitation.inviter,
            "is_used": invitation.used_by_id is not None,
            "way_back": way_back,
        },
    )


def _accept(request: HttpRequest, invitation: Invitation, by: Member) -> HttpResponse:
    invitations.accept_invitation(invitation, by=by)
    messages.success(
        request,
        _("You and %(name)s are friends now.") % {"name": invitation.inviter.username},
    )
    return redirect("friend_list")
