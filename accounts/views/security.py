"""The Account page, and the one page of two-step log-in that is ours: the new key."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from accounts import qr
from accounts.forms.allauth import SEALED_SECRET_SESSION_KEY, ActivateTOTPForm
from accounts.views.requests import MemberRequest

CELL = 3  # pixels of a cell of the QR code


@login_required
@require_safe
def security(request: MemberRequest) -> HttpResponse:
    """Who can get in, and by what: a menu."""
    context = {
        "is_two_step": Authenticator.objects.filter(
            user=request.user, type=Authenticator.Type.TOTP
        ).exists()
    }
    return TemplateResponse(request, "accounts/security.html", context)


class ActivateTOTP(ActivateTOTPView):
    """The key as text and as a small PNG: allauth's SVG is 20 KB and unknown to old phones."""

    form_class = ActivateTOTPForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        address = get_adapter().build_totp_url(self.request.user, context["form"].secret)
        return {**context, "key_picture": qr.data_uri(address, cell=CELL)}

    def form_valid(self, form: ActivateTOTPForm) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session.pop(SEALED_SECRET_SESSION_KEY, None)
        return response
