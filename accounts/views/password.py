"""Settings that ask for the password itself, typed lately. A session by PIN or QR opens none of them."""

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


def typed_lately(request: MemberRequest) -> bool:
    """Whether the password itself was typed in this session, no longer ago than allauth asks."""
    oldest = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "password" and record["at"] > oldest for record in records)


def ask_for_it(name: str) -> HttpResponse:
    """To the page that asks for it, which leads on to the page called `name`."""
    back = urlencode({REDIRECT_FIELD_NAME: reverse(name)})
    return redirect(f"{reverse('account_reauthenticate')}?{back}")
