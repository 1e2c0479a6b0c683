"""Account closure: the page that asks once, with the password, and the page after it."""

from __future__ import annotations

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.account_closure import LastSuperuser, group_successors
from accounts.views import password
from accounts.views.requests import MemberRequest
from syndication.actions import account_closure
from syndication.forms.account_closure import AccountClosureForm


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def account_close(request: MemberRequest) -> HttpResponse:
    """Ask and close the account; the password first, unless it was typed lately."""
    if not password.was_password_typed_recently(request):
        return password.ask_for_password("account_close")
    form = AccountClosureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account_closure.close_account(by=request.user, takes_copies_back=form.takes_copies_back)
        except LastSuperuser:
            words = _("You are the last of the staff here. Give somebody else your rights first.")
            form.add_error(None, words)
        else:
            logout(request)
            return redirect("account_closed")
    fates = account_closure.preview_closure(request.user)
    return TemplateResponse(
        request,
        "syndication/account_close.html",
        {"form": form, "fates": fates, "heirs": group_successors(request.user)},
    )


@require_safe
def account_closed(request: HttpRequest) -> HttpResponse:
    """The page after closing; it has no session."""
    return TemplateResponse(request, "syndication/account_closed.html")
