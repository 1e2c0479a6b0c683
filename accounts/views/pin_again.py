"""PIN for a form that was sent on an ended session, on a phone that has one.

Anybody else is asked for the password, by the page of urlsession. What was typed is kept by both.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actions import phones as actions
from accounts.forms.phones import PinForm
from accounts.models import Phone
from accounts.urlsession.api import (
    PreservedForm,
    get_preserved_form,
    pop_ended_session,
    redirect_to_preserved_form,
)
from accounts.urlsession.preserved_forms import PATH_FIELD
from accounts.urlsession.views import resume_form
from accounts.views.passwordless_login import log_in_without_password
from accounts.views.phones import PHONE, tries_left_message

# In the new anonymous session: the phone whose PIN lets it go on.
ASKED = "pin_phone"


def resume_by_pin(request: HttpRequest, form: PreservedForm) -> HttpResponse:
    """URLSESSION_EXPIRED_VIEW. The ended session names the phone; the PIN proves it.

    The page that asks for the PIN names the member, so an address gives it once, to its own browser.
    """
    phone = _live_phone(pop_ended_session(request).get(PHONE))
    if phone is None:
        return resume_form(request, form)
    request.session[ASKED] = phone.pk
    return _pin_page(request, phone, PinForm(), form)


@never_cache
@require_POST
def pin_again(request: HttpRequest) -> HttpResponse:
    """Check the PIN; then the preserved form is shown again, filled, not sent."""
    phone = _live_phone(request.session.get(ASKED))
    waiting = get_preserved_form(request)
    if phone is None:
        return redirect("account_login")
    form = PinForm(request.POST)
    try:
        if not form.is_valid():
            return _pin_page(request, phone, form, waiting)
        if not actions.check_pin(phone, form.cleaned_data["pin"]):
            form.add_error("pin", tries_left_message(phone))
            return _pin_page(request, phone, form, waiting)
    except actions.PinLocked:
        context = {"is_locked": True, "has_session": True}
        return TemplateResponse(request, "accounts/pin_over.html", context, status=410)
    del request.session[ASKED]
    key = log_in_without_password(request, phone.member, method="pin")
    request.session[PHONE] = phone.pk
    actions.record_bookmark_session(phone, key)
    return redirect_to_preserved_form(request) or redirect("home")


def _live_phone(pk: int | None) -> Phone | None:
    if pk is None:
        return None
    rows = Phone.objects.live().select_related("member").filter(member__is_active=True)
    phone = rows.filter(pk=pk).first()
    return None if phone is None or phone.is_locked else phone


def _pin_page(
    request: HttpRequest, phone: Phone, form: PinForm, waiting: PreservedForm | None
) -> HttpResponse:
    context = {"form": form, "member": phone.member, "preserved": waiting, "path_field": PATH_FIELD}
    return TemplateResponse(request, "accounts/pin_again.html", context)
