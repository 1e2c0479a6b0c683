"""Log-in without a password form: by QR code, PIN or another device.

allauth's stages (second factor, mail confirmation) are for who proves the account by its password;
here another session of the same member, which went through them, stands for this one. That leaves
no mark of a password, so whatever asks for a recently typed one still asks.
"""

from __future__ import annotations

from typing import Literal

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import user_logged_in
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accounts.models import Member
from accounts.urlsession.api import (
    SessionMode,
    current_session_mode,
    device_label,
    start_url_session,
)

LoginMethod = Literal["phone_login", "pin", "device_login"]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def log_in_without_password(request: HttpRequest, member: Member, *, method: LoginMethod) -> str:
    """Log the member in and return the key (a hash) of their session.

    A page without session (`/q/`, `/p/`) begins a URL session; else the session there goes on under
    a new token. Redirect by URL name afterwards. Raises PermissionDenied for an ended member.
    """
    if not member.is_active:
        raise PermissionDenied
    if current_session_mode(request) is SessionMode.NONE:
        start_url_session(request, device=request_device_label(request))
    login(request, member, backend=BACKEND)
    record_authentication(request, member, method=method)
    # allauth lists the session (UserSession) when it hears this.
    user_logged_in.send(sender=Member, request=request, user=member)
    return str(request.session.session_key)


def request_device_label(request: HttpRequest) -> str:
    """Label of the request's browser."""
    return device_label(request.META.get("HTTP_USER_AGENT", ""))
