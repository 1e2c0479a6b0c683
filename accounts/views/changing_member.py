"""Confirmation before a browser with one member's session goes on as another member.

Pages that log a member in without using the browser's own session (`/q/`, `/p/`, the way back from
a network) ask it on a POST. It names both members, and its button carries a proof that only this
browser's own session can have been given.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.actions.sessions import is_logged_in
from accounts.models import Member
from accounts.urlsession.api import cookie_session_key, open_session

PROOF = "go_on"  # the field of the button


def other_member_logged_in(request: HttpRequest, *, coming: Member) -> Member | None:
    """The member logged in here by cookie, unless `coming`, or the change was confirmed."""
    key = cookie_session_key(request)
    here = _member_of(key) if key else None
    if key is None or here is None or here == coming:
        return None
    given = request.POST.get(PROOF, "")
    agreed = any(constant_time_compare(given, each) for each in _proofs(key, coming))
    return None if agreed else here


def confirm_member_change(
    request: HttpRequest,
    here: Member,
    *,
    coming: Member,
    fields: Mapping[str, str],
    field: BoundField | None = None,
) -> HttpResponse:
    """The confirmation page. `fields` are sent again as they came, `field` is typed again."""
    key = cookie_session_key(request) or ""
    context = {
        "here": here,
        "coming": coming,
        "action": request.path,
        "fields": {**fields, PROOF: _proofs(key, coming)[0]},
        "field": field,
    }
    return TemplateResponse(request, "accounts/changing_member.html", context)


def _member_of(key: str) -> Member | None:
    store = open_session(key)
    pk = store.get(SESSION_KEY) if store else None
    member = Member.objects.filter(pk=pk).first() if pk else None
    return member if member is not None and is_logged_in(member, key) else None


def _proofs(session_key: str, coming: Member) -> list[str]:
    """By SECRET_KEY, then by each of its fallbacks: the page may be older than the key."""
    text, salt = f"{session_key}:{coming.pk}", "accounts.changing_member"
    return [
        salted_hmac(salt, text, secret=secret, algorithm="sha256").hexdigest()[:40]
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
