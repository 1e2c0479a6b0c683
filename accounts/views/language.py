"""The language of the pages: kept in the session, and with the member for mails, notices and the
next log-in, on whatever device.

Who never chose reads what each browser asks for, and is written to in what the browser of the first
log-in asked for. A browser that asks for none, or for a language that is not here, decides nothing.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.actions import profile
from accounts.forms.profile import LanguageForm
from accounts.models import Member
from accounts.urlsession.api import browser_language, session_language, set_session_language


def language(request: HttpRequest) -> HttpResponse:
    """Show the languages, each named in itself; a POST chooses one."""
    form = LanguageForm(request.POST or None, initial={"language": get_language()})
    if request.method != "POST" or not form.is_valid():
        return TemplateResponse(request, "accounts/language.html", {"form": form})
    code = form.cleaned_data["language"]
    set_session_language(request, code)
    if request.user.is_authenticated:
        profile.set_member_language(request.user, code, is_chosen=True)
    with override(code):
        messages.success(request, _("The pages are in English now."))
    return redirect("home")


@receiver(user_logged_in)
def apply_language_at_login(
    sender: type[Member], request: HttpRequest, user: Member, **given: Any
) -> None:
    """Agree session and member on a language at log-in.

    A choice made on the way in, on this very browser, is the newest and stands for the member.
    """
    asked = browser_language(request)
    if chosen := session_language(request):
        profile.set_member_language(user, chosen, is_chosen=True)
    elif user.is_language_chosen:
        set_session_language(request, user.language)
    elif asked and not user.language:
        profile.set_member_language(user, asked, is_chosen=False)
