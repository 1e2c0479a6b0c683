"""Pages that need the password typed recently. A session by PIN or QR does not open them."""

from __future__ import annotations

import time
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from accounts.views.requests import MemberRequest


def was_password_typed_recently(request: MemberRequest) -> bool:
    """Whether the password was typed in this session within allauth's time-out."""
    oldest = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "password" and record["at"] > oldest for record in records)


def ask_for_password(name: str) -> HttpResponse:
    """Redirect to the password page, which leads on to the page called `name`."""
    back = urlencode({REDIRECT_FIELD_NAME: reverse(name)})
    return redirect(f"{reverse('account_reauthenticate')}?{back}")
