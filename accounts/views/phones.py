"""Phones: the list, bookmarks, and log-in by bookmark and PIN."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import device_login, phone_login
from accounts.actions import phones as actions
from accounts.actions.sessions import live_session_keys
from accounts.forms.phones import BookmarkForm, PinForm
from accounts.models import Phone, PhoneLogin
from accounts.public_urls import public_url
from accounts.urlsession.api import redirect_to_preserved_form, sessionless_form
from accounts.views import password
from accounts.views.buttons import pressed_button
from accounts.views.changing_member import confirm_member_change, other_member_logged_in
from accounts.views.passwordless_login import log_in_without_password, request_device_label
from accounts.views.requests import MemberRequest

# In the session: the phone that it belongs to. The page that asks a phone to come back reads it.
PHONE = "phone"

_ANSWERS = {
    "me_phone": phone_login.acknowledge_phone_login,
    "end_phone": phone_login.end_phone_session,
    "me_computer": device_login.acknowledge_device_login,
    "end_computer": device_login.end_device_session,
}
_ENDS = {"login": phone_login.end_phone_session, "phone": actions.end_bookmark}


@login_required
@require_http_methods(["GET", "POST"])
def phone_list(request: MemberRequest) -> HttpResponse:
    """List phones logged in by code, and bookmarks. Buttons `login_<pk>`, `phone_<pk>` end one."""
    if request.method == "POST":
        return _end_pressed(request)
    came = PhoneLogin.objects.filter(member=request.user, session_key__in=live_session_keys())
    context = {
        "logins": came.select_related("picked").order_by("-used_at"),
        "phones": Phone.objects.live().filter(member=request.user).order_by("-created_at"),
        "most": actions.MAX_BOOKMARKS,
        "current_key": request.session.session_key,
    }
    return TemplateResponse(request, "accounts/phone_list.html", context)


@login_required
@require_POST
def phone_answer(request: MemberRequest) -> HttpResponse:
    """Answer the notice, by one of the buttons in `_ANSWERS`."""
    name, pk = pressed_button(request, _ANSWERS)
    if name:
        _ANSWERS[name](pk, by=request.user)
    if name.startswith("end"):
        messages.success(request, _("Ended. Whoever used it is logged out now."))
    elif name:
        messages.success(request, _("Noted: it was you."))
    return redirect("home")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def phone_bookmark(request: MemberRequest) -> HttpResponse:
    """Create a bookmark for this phone. Asks for the password unless typed recently."""
    if not password.was_password_typed_recently(request):
        return password.ask_for_password("phone_bookmark")
    form = BookmarkForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return TemplateResponse(request, "accounts/phone_bookmark.html", {"form": form})
    phone, code = actions.create_bookmark(
        by=request.user,
        device=request_device_label(request),
        pin=form.cleaned_data["pin"],
        session_key=str(request.session.session_key),
    )
    request.session[PHONE] = phone.pk
    address = public_url("pin_enter", code)
    return TemplateResponse(request, "accounts/phone_bookmark_made.html", {"address": address})


@sessionless_form
@never_cache
@require_http_methods(["GET", "POST"])
def pin_enter(request: HttpRequest, code: str) -> HttpResponse:
    """Log in by bookmark and PIN, without session and cookie."""
    form = PinForm(request.POST or None)
    try:
        phone = actions.get_bookmarked_phone(code)
        if request.method == "GET" or not form.is_valid():
            return _ask_for_pin(request, phone, form)
        if here := other_member_logged_in(request, coming=phone.member):
            again = PinForm()["pin"]
            return confirm_member_change(request, here, coming=phone.member, fields={}, field=again)
        if not actions.check_pin(phone, form.cleaned_data["pin"]):
            form.add_error("pin", tries_left_message(phone))
            return _ask_for_pin(request, phone, form)
    except actions.UnknownBookmark:
        return TemplateResponse(request, "accounts/pin_over.html", {}, status=410)
    except actions.PinLocked:
        return TemplateResponse(request, "accounts/pin_over.html", {"is_locked": True}, status=410)
    key = log_in_without_password(request, phone.member, method="pin")
    request.session[PHONE] = phone.pk
    actions.record_bookmark_session(phone, key)
    return redirect_to_preserved_form(request) or redirect("home")


def tries_left_message(phone: Phone) -> str:
    """Message with the number of tries left."""
    left = Phone.MAX_WRONG_TRIES - phone.wrong_tries
    text = _("Wrong PIN. Tries left: %(left)s. After that, a QR code or the password is needed.")
    return text % {"left": left}


def _ask_for_pin(request: HttpRequest, phone: Phone, form: PinForm) -> HttpResponse:
    context = {"form": form, "member": phone.member, "action": request.path}
    return TemplateResponse(request, "accounts/pin_enter.html", context)


def _end_pressed(request: MemberRequest) -> HttpResponse:
    name, pk = pressed_button(request, _ENDS)
    if name:
        _ENDS[name](pk, by=request.user)
        messages.success(request, _("Ended. Whoever used it is logged out now."))
    return redirect("phone_list")
