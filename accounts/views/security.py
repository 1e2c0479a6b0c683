"""The Account page, and our versions of allauth's pages: email addresses, TOTP activation."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.views import EmailView
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.forms.allauth import SEALED_SECRET_SESSION_KEY, ActivateTOTPForm
from accounts.media import qr
from accounts.urlsession.api import initial_from_preserved_form
from accounts.urlsession.preserved_forms import form_from_post, preserve_form
from accounts.views.requests import MemberRequest

CELL = 3  # pixels of a cell of the QR code


@login_required
@require_safe
def security(request: MemberRequest) -> HttpResponse:
    """Menu of the account's settings."""
    context = {
        "is_two_step": Authenticator.objects.filter(
            user=request.user, type=Authenticator.Type.TOTP
        ).exists()
    }
    return TemplateResponse(request, "accounts/security.html", context)


class MailAddresses(EmailView):
    """Email addresses. A change asks for the password, then shows the typed form again.

    allauth would keep the whole request, and find it under a token no more.
    """

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), **initial_from_preserved_form(self.request)}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, *args, **kwargs)
        except ReauthenticationRequired:
            preserve_form(request, form_from_post(request))
            [ask, *_others] = get_account_adapter().get_reauthentication_methods(request.user)
            back = urlencode({REDIRECT_FIELD_NAME: reverse("account_email")})
            return redirect(f"{ask['url']}?{back}")


class ActivateTOTP(ActivateTOTPView):
    """The key as text and as a small PNG: allauth's SVG is 20 KB and unknown to old phones."""

    form_class = ActivateTOTPForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        address = get_adapter().build_totp_url(self.request.user, context["form"].secret)
        return {**context, "key_picture": qr.qr_data_uri(address, cell=CELL)}

    def form_valid(self, form: ActivateTOTPForm) -> HttpResponse:
        response = super().form_valid(form)
        self.request.session.pop(SEALED_SECRET_SESSION_KEY, None)
        return response
