"""The page Mails: which notices come by mail and when, the test mail, and the link that ends mails."""

from __future__ import annotations

from smtplib import SMTPException

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import quotas, ways_in
from accounts.actions.notice_mail import choices as mail_choices
from accounts.actions.notice_mail import transport
from accounts.forms.mail_settings import MailSettingsForm, MailTestForm
from accounts.mail_addresses import email_as_typed
from accounts.models import MailSettings
from accounts.views.requests import MemberRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mail_settings(request: MemberRequest) -> HttpResponse:
    """Show and save the choices. Whoever wants mails of people is sent a test mail first."""
    if request.method == "POST" and "resume" in request.POST:
        ways_in.resume_mails(by=request.user)
        messages.success(request, _("Emails go to you again."))
        return redirect("mail_settings")
    saved = mail_choices.mail_settings_of(request.user)
    form = MailSettingsForm(request.POST or None, instance=saved)
    if request.method != "POST" or not form.is_valid():
        return _page(request, saved, form, MailTestForm())
    if mail_choices.save_mail_settings(form.save(commit=False), by=request.user):
        _send_test_mail(request)
    else:
        messages.success(request, _("Saved."))
    return redirect("mail_settings")


@login_required
@require_POST
def mail_test(request: MemberRequest) -> HttpResponse:
    """Check the number of the test mail, or send another one."""
    if "again" in request.POST:
        _send_test_mail(request)
        return redirect("mail_settings")
    form = MailTestForm(request.POST)
    if form.is_valid():
        if mail_choices.confirm_test_number(form.cleaned_data["number"], by=request.user):
            messages.success(request, _("Emails reach you. From now on they come as you chose."))
            return redirect("mail_settings")
        form.add_error("number", _("This number is not from the newest test email."))
    saved = mail_choices.mail_settings_of(request.user)
    return _page(request, saved, MailSettingsForm(None, instance=saved), form)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def mails_off(request: HttpRequest, token: str) -> HttpResponse:
    """List-Unsubscribe (RFC 8058): a GET asks and names nobody, a POST ends mails.

    Mail providers send the POST, without cookies. The answer to a dead link is the same.
    """
    if request.method == "POST":
        mail_choices.end_mails(token)
    return TemplateResponse(
        request, "accounts/mails_off.html", {"is_done": request.method == "POST"}
    )


def _page(
    request: MemberRequest, saved: MailSettings, form: MailSettingsForm, test: MailTestForm
) -> HttpResponse:
    address = mail_choices.confirmed_mail_address(request.user)
    context = {
        "form": form,
        "test_form": test,
        "address": email_as_typed(address),
        "sender": transport.plain_from_address(),
        "needs_test": mail_choices.needs_test_mail(saved, address),
        "paused": saved.lost_address,
        "is_tested": bool(saved.test_number) and saved.tested_address == address,
    }
    return TemplateResponse(request, "accounts/mail_settings.html", context)


def _send_test_mail(request: MemberRequest) -> None:
    try:
        address = mail_choices.send_test_mail(by=request.user)
    except quotas.QuotaUsedUp:
        messages.error(
            request,
            _(
                "Several test emails have been sent already. Check your inbox, or try "
                "again in an hour."
            ),
        )
    except (OSError, SMTPException):
        messages.error(
            request, _("The test email could not be sent now. Try again in a few minutes.")
        )
    else:
        if address:
            messages.success(request, _("A test email is on its way. Type its number here."))
