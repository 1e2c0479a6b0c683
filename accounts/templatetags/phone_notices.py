"""Notice "A phone logged in just now. Not you? End it." for the session that let it in.

No query for a session that never showed a code or let a computer in; else one for each of these.
"""

from __future__ import annotations

from typing import Any

from django import template

from accounts.models import DeviceLogin, PhoneLogin
from accounts.urlsession.api import SessionMode, current_session_mode

register = template.Library()

# Marks in the session: it showed a code for a phone; it let a computer in.
SHOWED_CODE = "showed_code"
LET_IN = "let_in"


@register.inclusion_tag("accounts/_phone_notices.html", takes_context=True)
def phone_notices(context: dict[str, Any]) -> dict[str, Any]:
    """Phones and computers that this session let in and has not acknowledged."""
    request = context.get("request")
    found: dict[str, Any] = {"csrf_token": context.get("csrf_token")}
    if request is None or current_session_mode(request) is SessionMode.NONE:
        return found
    key = request.session.session_key
    if request.session.get(SHOWED_CODE):
        rows = PhoneLogin.objects.unanswered(key).select_related("picked")
        found["phones"] = list(rows)
    if request.session.get(LET_IN):
        found["computers"] = list(DeviceLogin.objects.unanswered(key))
    return found
