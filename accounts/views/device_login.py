"""`/device/`: a computer asks to log in; a logged-in phone approves it."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actions import device_login as actions
from accounts.actions import guesses
from accounts.crypto import codes
from accounts.forms.phones import ApproveDeviceForm, TypedCodeForm
from accounts.models import DeviceLogin, Phone
from accounts.public_urls import public_url
from accounts.templatetags.phone_notices import LET_IN
from accounts.urlsession.api import client_address, redirect_to_preserved_form, rotate_session
from accounts.views.passwordless_login import log_in_without_password, request_device_label
from accounts.views.phones import PHONE
from accounts.views.requests import MemberRequest

# In the session of the computer that asks: the pk of its code.
ASKED = "device_login"


@never_cache
@require_http_methods(["GET", "POST"])
def device_ask(request: HttpRequest) -> HttpResponse:
    """One URL for both: a visitor asks, a member approves."""
    if request.user.is_authenticated:
        return _take_typed_code(request)  # type: ignore[arg-type]
    if request.method == "GET":
        return _computer_page(request)
    if "approved" in request.POST:
        return _complete_login(request)
    return _start_login(request)


# --- The computer ---------------------------------------------------------------------------------


def _start_login(request: HttpRequest) -> HttpResponse:
    if not ratelimit.consume(request, action="device_ask"):
        text = _("Too many computers ask for a code just now. Wait a minute, then press again.")
        return _computer_page(request, problem=text, status=429)
    login, typed = actions.start_device_login(
        device=request_device_label(request), address=client_address(request)
    )
    # Whoever knew this session's address before must not be the one whom the phone lets in.
    rotate_session(request)
    request.session[ASKED] = login.pk
    return _computer_page(request, login=login, typed=typed)


def _complete_login(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("typed", "")
    try:
        login = actions.get_device_login(request.session.get(ASKED, 0))
        member = actions.complete_device_login(login)
    except actions.DeviceNotApproved as waiting:
        text = _("Not approved yet. Finish on the phone first.")
        if waiting.is_too_soon:
            text = _("Not approved yet. Wait five seconds before you press again.")
        return _computer_page(request, login=login, typed=typed, problem=text)
    except actions.DeviceCodeExpired:
        text = _(
            "This code no longer works: it was refused on the phone, or is older than 10 "
            "minutes. Get a new one."
        )
        return _computer_page(request, problem=text, status=410)
    actions.record_device_session(
        login, log_in_without_password(request, member, method="device_login")
    )
    actions.notify_of_device_login(login, member)
    return redirect_to_preserved_form(request) or redirect("home")


def _computer_page(
    request: HttpRequest,
    *,
    login: DeviceLogin | None = None,
    typed: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The computer's page. Only a hash of the characters is stored, so the form carries them."""
    context = {
        "login": login,
        "typed": codes.normalize_typed(typed),
        "grouped": codes.group_typed_code(codes.normalize_typed(typed)),
        "device_url": public_url("device_ask"),
        "problem": problem,
    }
    return TemplateResponse(request, "accounts/device_ask.html", context, status=status)


# --- The phone ------------------------------------------------------------------------------------


def _take_typed_code(request: MemberRequest) -> HttpResponse:
    form = TypedCodeForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _code_form_page(request, form)
    network = [guesses.subject_of_network(client_address(request))]
    try:
        if not ratelimit.consume(request, action="device_code"):
            raise guesses.TooManyGuesses
        guesses.claim_guess(guesses.TYPED_CODE, network)
        login = actions.get_device_login_by_code(form.cleaned_data["code"])
        guesses.refund_guess(guesses.TYPED_CODE, network)
        return _approve_or_refuse(request, login)
    except guesses.TooManyGuesses:
        text = _(
            "Too many wrong codes came from your network. Wait 15 minutes, then send it again."
        )
        form.add_error(None, text)
        return _code_form_page(request, form, status=429)
    except actions.DeviceCodeExpired:
        text = _(
            "No computer is showing this code. Press “Get a code” on the computer for a new one."
        )
        form.add_error("code", text)
        return _code_form_page(request, form)


def _approve_or_refuse(request: MemberRequest, login: DeviceLogin) -> HttpResponse:
    """Show the computer of a right code, then take the answer. Raises DeviceCodeExpired."""
    phone = _phone_of(request)
    if "refuse" in request.POST:
        actions.end_device_login(login, "refused")
        return _done_page(request, is_approved=False)
    number = request.POST.get("number", "")
    form = ApproveDeviceForm(request.POST if number else None, has_pin=phone is not None)
    if not number or not form.is_valid():
        return _compare_page(request, login, form)
    try:
        actions.check_pin_or_password(
            login, form.cleaned_data["secret"], by=request.user, phone=phone
        )
    except actions.WrongPinOrPassword as wrong:
        form.add_error(
            "secret", _("The PIN or password is wrong. Type it again, then choose the number.")
        )
        if wrong.is_last:
            address = client_address(request)
            actions.notify_of_wrong_passwords(
                request.user, device=request_device_label(request), address=address
            )
        return _compare_page(request, login, form)
    except guesses.TooManyGuesses:
        text = _("Too many wrong tries for this account. Wait 5 minutes, then try again.")
        form.add_error("secret", text)
        return _compare_page(request, login, form)
    key = str(request.session.session_key)
    actions.approve_device_login(login, number, by=request.user, approver_key=key)
    request.session[LET_IN] = True
    return _done_page(request, is_approved=True)


def _phone_of(request: MemberRequest) -> Phone | None:
    """The phone of this session, if it has a PIN that is not locked."""
    pk = request.session.get(PHONE)
    phone = Phone.objects.live().filter(pk=pk, member=request.user).first() if pk else None
    return None if phone is None or phone.is_locked else phone


def _code_form_page(
    request: MemberRequest, form: TypedCodeForm, *, status: int = 200
) -> HttpResponse:
    return TemplateResponse(request, "accounts/device_type.html", {"form": form}, status=status)


def _compare_page(
    request: MemberRequest, login: DeviceLogin, form: ApproveDeviceForm
) -> HttpResponse:
    context = {
        "login": login,
        "form": form,
        "code": request.POST["code"],
        "is_same_address": login.address == client_address(request),
    }
    return TemplateResponse(request, "accounts/device_compare.html", context)


def _done_page(request: MemberRequest, *, is_approved: bool) -> HttpResponse:
    context = {"is_approved": is_approved}
    return TemplateResponse(request, "accounts/device_done.html", context)
