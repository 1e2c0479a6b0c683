"""Phone login by QR: the computer's page, and the pages of the phone.

The phone's pages have no session and set no cookie. Their forms carry the opener's nonce, a secret
that stands on that page alone, in the place of CSRF's; what another site posts is refused.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import guesses
from accounts.actions import phone_login as actions
from accounts.crypto import codes
from accounts.forms.phones import TypedCodeForm
from accounts.media import qr
from accounts.models import PhoneLogin
from accounts.public_urls import public_url
from accounts.templatetags.phone_notices import SHOWED_CODE
from accounts.urlsession.api import client_address, redirect_to_preserved_form, sessionless_form
from accounts.views.changing_member import confirm_member_change, other_member_logged_in
from accounts.views.passwordless_login import log_in_without_password, request_device_label
from accounts.views.requests import MemberRequest

_PAGE = "accounts/phone_login.html"


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def phone_login(request: MemberRequest) -> HttpResponse:
    """The computer's page. GET shows a button; each POST carries the code in the page.

    The code is stored nowhere but as a hash, so the page itself must bring it back.
    """
    if request.method == "GET":
        return TemplateResponse(request, _PAGE, {})
    code = request.POST.get("code", "")
    if not code:
        return _show_new_code(request)
    key = str(request.session.session_key)
    try:
        login = actions.get_phone_login(code, by=request.user, issuer_key=key)
        return _handle_button(request, login, code)
    except actions.PhoneCodeExpired:
        return _expired_page(request, _("This code no longer works. Show a new one."))


@require_safe
def front_door(request: HttpRequest) -> HttpResponse:
    """`/m/` for browsers with cookies; the middleware gives others a token before."""
    return redirect("home")


@sessionless_form
@never_cache
@require_http_methods(["GET", "POST"])
def phone_open(request: HttpRequest, code: str) -> HttpResponse:
    """The page of the QR code. GET shows member and number; POST continues."""
    if request.method == "POST":
        return _continue_login(request)
    try:
        opened = actions.open_scanned_code(code, device=request_device_label(request))
    except actions.PhoneCodeExpired:
        return _unknown_code_page(request)
    return _opener_page(request, opened)


@sessionless_form
@never_cache
@require_http_methods(["GET", "POST"])
def phone_code(request: HttpRequest) -> HttpResponse:
    """The phone types the ten characters instead of scanning."""
    if "nonce" in request.POST:
        return _continue_login(request)
    form = TypedCodeForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _code_form_page(request, form)
    network = [guesses.subject_of_network(client_address(request))]
    try:
        guesses.claim_guess(guesses.TYPED_CODE, network)
        opened = actions.open_typed_code(
            form.cleaned_data["code"], device=request_device_label(request)
        )
    except guesses.TooManyGuesses:
        text = _(
            "Too many wrong codes came from your network. Wait 15 minutes, then send it again."
        )
        form.add_error(None, text)
        return _code_form_page(request, form, status=429)
    except actions.PhoneCodeExpired:
        text = _(
            "No computer is showing this code. A code expires after two minutes, or once it "
            "is used."
        )
        form.add_error("code", text)
        return _code_form_page(request, form)
    guesses.refund_guess(guesses.TYPED_CODE, network)
    return _opener_page(request, opened)


def _show_new_code(request: MemberRequest) -> HttpResponse:
    key = str(request.session.session_key)
    login, code = actions.start_phone_login(by=request.user, issuer_key=key)
    request.session[SHOWED_CODE] = True
    return _code_page(request, login, code)


def _handle_button(request: MemberRequest, login: PhoneLogin, code: str) -> HttpResponse:
    """Handle a button below the code."""
    if "stop" in request.POST:
        actions.end_phone_login(login, "stopped")
        return _expired_page(request, _("This code no longer works: nobody can log in with it."))
    number = request.POST.get("number", "")
    if number and login.picked is None and not actions.pick_number(login, number):
        text = _("No phone that opened the code has this number, so the code no longer works.")
        return _expired_page(request, text)
    picked = login.picked.number if login.picked else number
    if picked:
        context = {"picked": picked, "code": code, "login": login}
        return TemplateResponse(request, _PAGE, context)
    return _code_page(request, login, code)


def _code_page(request: MemberRequest, login: PhoneLogin, code: str) -> HttpResponse:
    """The code, or the numbers once a phone has opened it."""
    context: dict[str, Any] = {
        "login": login,
        "code": code,
        "numbers": actions.number_choice(login),
    }
    if not context["numbers"].devices:
        qr_format, cell = _qr_format_and_cell(request)
        context |= {
            "picture": qr.qr_data_uri(
                public_url("phone_open", code), qr_format=qr_format, cell=cell
            ),
            "is_gif": qr_format == "GIF",
            "typed": codes.group_typed_code(codes.derive_typed_code(code)),
            "type_at": public_url("phone_code"),
            "has_looked": "look" in request.POST,
        }
    return TemplateResponse(request, _PAGE, context)


def _qr_format_and_cell(request: HttpRequest) -> tuple[qr.QrFormat, int]:
    """Format and pixels a cell: as `?picture=` asks, or as the browser reads."""
    if request.GET.get("picture") == "gif":
        return "GIF", 3
    qr_format = qr.qr_format_for(request.headers)
    return qr_format, 4 if qr_format == "PNG" else 3


def _expired_page(request: HttpRequest, reason: str) -> HttpResponse:
    return TemplateResponse(request, _PAGE, {"reason": reason}, status=410)


def _opener_page(
    request: HttpRequest, opened: actions.OpenedCode, *, is_early: bool = False
) -> HttpResponse:
    """The opener's page. Its form posts to its own URL."""
    context = {
        "member": opened.opener.login.member,
        "number": opened.opener.number,
        "nonce": opened.nonce,
        "action": request.path,
        "is_early": is_early,
    }
    return TemplateResponse(request, "accounts/phone_open.html", context)


def _code_form_page(
    request: HttpRequest, form: TypedCodeForm, *, status: int = 200
) -> HttpResponse:
    return TemplateResponse(request, "accounts/phone_code.html", {"form": form}, status=status)


def _unknown_code_page(request: HttpRequest) -> HttpResponse:
    """Refuse without telling whether the code ever existed."""
    return TemplateResponse(
        request, "accounts/phone_gone.html", {"form": TypedCodeForm()}, status=410
    )


def _continue_login(request: HttpRequest) -> HttpResponse:
    """Continue: log in, or say that nothing is picked yet, or that the code has expired."""
    nonce = request.POST.get("nonce", "")
    try:
        coming = actions.get_approved_phone_login(nonce).member
        if here := other_member_logged_in(request, coming=coming):
            return confirm_member_change(request, here, coming=coming, fields={"nonce": nonce})
        login = actions.complete_phone_login(nonce)
    except actions.NumberNotPicked as waiting:
        return _opener_page(request, actions.OpenedCode(waiting.opener, nonce), is_early=True)
    except actions.PhoneCodeExpired:
        return _unknown_code_page(request)
    actions.record_phone_session(
        login, log_in_without_password(request, login.member, method="phone_login")
    )
    return redirect_to_preserved_form(request) or redirect("home")
