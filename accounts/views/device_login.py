"""`/device/`: a computer that nobody is logged in on asks; a phone that is in lets it in."""

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
from accounts.forms.phones import LetInForm, TypedCodeForm
from accounts.models import DeviceLogin, Phone
from accounts.public_urls import public_url
from accounts.templatetags.phone_notices import LET_IN
from accounts.urlsession.api import client_address, redirect_to_preserved_form, rotate_session
from accounts.views.passwordless_login import device_of, log_in
from accounts.views.phones import PHONE
from accounts.views.requests import MemberRequest

# In the session of the computer that asks: the pk of its code.
ASKED = "device_login"


@never_cache
@require_http_methods(["GET", "POST"])
def device_ask(request: HttpRequest) -> HttpResponse:
    """One address to remember: it asks for who is out, and lets in for who is in."""
    if request.user.is_authenticated:
        return _let_in(request)  # type: ignore[arg-type]
    if request.method == "GET":
        return _asking(request)
    if "approved" in request.POST:
        return _come_in(request)
    return _ask(request)


# --- The computer ---------------------------------------------------------------------------------


def _ask(request: HttpRequest) -> HttpResponse:
    if not ratelimit.consume(request, action="device_ask"):
        text = _("Too many computers ask at this moment. Wait a minute, then press again.")
        return _asking(request, problem=text, status=429)
    login, typed = actions.start_device_login(
        device=device_of(request), address=client_address(request)
    )
    # Whoever knew this session's address before must not be the one whom the phone lets in.
    rotate_session(request)
    request.session[ASKED] = login.pk
    return _asking(request, login=login, typed=typed)


def _come_in(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("typed", "")
    try:
        login = actions.get_device_login(request.session.get(ASKED, 0))
        member = actions.complete_device_login(login)
    except actions.DeviceNotApproved as waiting:
        text = _("Not approved yet. Finish on the phone first.")
        if waiting.is_too_soon:
            text = _("Not approved yet. Wait five seconds before you press again.")
        return _asking(request, login=login, typed=typed, problem=text)
    except actions.DeviceCodeExpired:
        text = _(
            "This code is over: refused on the phone, or older than 10 minutes. Get a new one."
        )
        return _asking(request, problem=text, status=410)
    actions.record_device_session(login, log_in(request, member, method="device_login"))
    actions.notify_of_device_login(login, member)
    return redirect_to_preserved_form(request) or redirect("home")


def _asking(
    request: HttpRequest,
    *,
    login: DeviceLogin | None = None,
    typed: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The computer's page. The letters are stored as a hash alone, so the form carries them."""
    context = {
        "login": login,
        "typed": codes.plain(typed),
        "shown": codes.grouped(codes.plain(typed)),
        "device_url": public_url("device_ask"),
        "problem": problem,
    }
    return TemplateResponse(request, "accounts/device_ask.html", context, status=status)


# --- The phone ------------------------------------------------------------------------------------


def _let_in(request: MemberRequest) -> HttpResponse:
    form = TypedCodeForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _typing(request, form)
    network = [guesses.subject_of_network(client_address(request))]
    try:
        if not ratelimit.consume(request, action="device_code"):
            raise guesses.TooManyGuesses
        guesses.claim_guess(guesses.TYPED_CODE, network)
        login = actions.get_device_login_by_code(form.cleaned_data["code"])
        guesses.refund_guess(guesses.TYPED_CODE, network)
        return _judge(request, login)
    except guesses.TooManyGuesses:
        text = _(
            "Too many wrong codes came from your network. Wait 15 minutes, then send it again."
        )
        form.add_error(None, text)
        return _typing(request, form, status=429)
    except actions.DeviceCodeExpired:
        text = _(
            "No computer shows this code now. Press “Get a code” on the computer for a new one."
        )
        form.add_error("code", text)
        return _typing(request, form)


def _judge(request: MemberRequest, login: DeviceLogin) -> HttpResponse:
    """The code is right: show who asks; then take the answer. Raises DeviceCodeExpired."""
    phone = _phone_of(request)
    if "refuse" in request.POST:
        actions.end_device_login(login, "refused")
        return _done(request, is_approved=False)
    number = request.POST.get("number", "")
    form = LetInForm(request.POST if number else None, has_pin=phone is not None)
    if not number or not form.is_valid():
        return _comparing(request, login, form)
    try:
        actions.check_pin_or_password(
            login, form.cleaned_data["secret"], by=request.user, phone=phone
        )
    except actions.WrongPinOrPassword as wrong:
        form.add_error("secret", _("That is not right. Type it again, then choose the number."))
        if wrong.is_last:
            address = client_address(request)
            actions.notify_of_wrong_passwords(
                request.user, device=device_of(request), address=address
            )
        return _comparing(request, login, form)
    except guesses.TooManyGuesses:
        text = _("Too many wrong tries for this account. Wait 5 minutes, then try again.")
        form.add_error("secret", text)
        return _comparing(request, login, form)
    key = str(request.session.session_key)
    actions.approve_device_login(login, number, by=request.user, approver_key=key)
    request.session[LET_IN] = True
    return _done(request, is_approved=True)


def _phone_of(request: MemberRequest) -> Phone | None:
    """The phone that this session belongs to, if it has a PIN that still works."""
    pk = request.session.get(PHONE)
    phone = Phone.objects.live().filter(pk=pk, member=request.user).first() if pk else None
    return None if phone is None or phone.is_locked else phone


def _typing(request: MemberRequest, form: TypedCodeForm, *, status: int = 200) -> HttpResponse:
    return TemplateResponse(request, "accounts/device_type.html", {"form": form}, status=status)


def _comparing(request: MemberRequest, login: DeviceLogin, form: LetInForm) -> HttpResponse:
    context = {
        "login": login,
        "form": form,
        "code": request.POST["code"],
        "is_same_address": login.address == client_address(request),
    }
    return TemplateResponse(request, "accounts/device_compare.html", context)


def _done(request: MemberRequest, *, is_approved: bool) -> HttpResponse:
    context = {"is_approved": is_approved}
    return TemplateResponse(request, "accounts/device_done.html", context)
