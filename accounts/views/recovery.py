"""The page that stops what staff were asked to change of the member's log-in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import recoveries
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
