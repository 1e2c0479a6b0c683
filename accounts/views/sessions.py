"""The member's sessions by device."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.actions import sessions as actions
from accounts.views.buttons import pressed_button
from accounts.views.requests import MemberRequest


@login_required
@require_http_methods(["GET", "POST"])
def session_list(request: MemberRequest) -> HttpResponse:
    """List sessions. Button `end_<pk>` ends one, `others` all but the current."""
    key = request.session.session_key
    if request.method == "GET":
        lines = actions.list_sessions(request.user, current_key=key)
        context = {"lines": lines, "most": actions.MAX_SESSIONS}
        return TemplateResponse(request, "accounts/session_list.html", context)
    if "others" in request.POST:
        count = actions.end_other_sessions(by=request.user, current_key=key)
        text = ngettext("%(count)s session ended.", "%(count)s sessions ended.", count)
        messages.success(request, text % {"count": count})
    else:
        _verb, pk = pressed_button(request, ["end"])
        actions.end_own_session(pk, by=request.user)
        messages.success(request, _("Session ended."))
    return redirect("session_list")
