"""Lost phone, from a computer: one page that says what ends, and one press."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.views.password import ask_for_password, was_password_typed_recently
from accounts.views.requests import MemberRequest
from syndication.actions import member_help


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def phone_lost(request: MemberRequest) -> HttpResponse:
    """End all but this session. No password is asked: whoever has lost a phone is in a hurry.

    But for pausing mails, which shuts "Forgot password" too: whoever found the phone could do that to the
    member, from its session.
    """
    key = request.session.session_key
    if request.method == "POST":
        pauses, may_pause = "pause" in request.POST, was_password_typed_recently(request)
        member_help.report_lost_phone(
            by=request.user, kept_key=key, pauses_mails=pauses and may_pause
        )
        messages.success(request, _("Ended. Nobody comes in by the lost phone any more."))
        return redirect("phone_lost") if may_pause or not pauses else ask_for_password("phone_lost")
    ends = member_help.describe_lost_phone(request.user, kept_key=key)
    return TemplateResponse(request, "syndication/phone_lost.html", {"ends": ends})
