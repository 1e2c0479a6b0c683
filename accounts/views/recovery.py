"""The pages of what staff were asked to change of a member's log-in: stop it; confirm the new address."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import recoveries, ways_in
from accounts.models import RecoveryEnd
from accounts.views.requests import MemberRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recovery(request: MemberRequest) -> HttpResponse:
    """Say what waits, and stop it by one press: any session may, since it came in without help."""
    if request.method == "POST":
        recoveries.stop_recovery(request.user, RecoveryEnd.MEMBER)
        messages.success(request, _("Stopped. Nothing changes, and you log in as before."))
        return redirect("security")
    waiting = recoveries.waiting_recovery(request.user)
    return TemplateResponse(request, "accounts/recovery.html", {"waiting": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
def address_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link that was mailed to the new address. A GET changes nothing: programs look at mails, too."""
    recovery = recoveries.recovery_of_token(token)
    if request.method == "POST" and recovery is not None:
        member = recoveries.confirm_address(recovery)
        if member is not None:
            uid, secret = ways_in.new_password_key(member)
            return redirect("account_reset_password_from_key", uidb36=uid, key=secret)
        recovery = None
    status = 200 if recovery is not None else 410
    return TemplateResponse(
        request, "accounts/address_confirm.html", {"recovery": recovery}, status=status
    )
