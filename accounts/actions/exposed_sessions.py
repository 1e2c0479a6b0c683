"""Mail for a member whose session address was opened in another browser.

The session has ended by then (accounts.urlsession); the phone it was on reads why on its next page.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import pgettext

from accounts.models import Member
from accounts.public_urls import public_url
from accounts.urlsession.api import client_address, device_label

logger = logging.getLogger(__name__)


def notify_of_exposed_session(request: HttpRequest, member_pk: str) -> None:
    """URLSESSION_EXPOSED_HANDLER: mail the member. Called once for a session, which ends with it."""
    member = Member.objects.filter(pk=member_pk, is_active=True).exclude(email="").first()
    if member is None:
        return
    with translation.override(member.language or settings.LANGUAGE_CODE):
        context = {
            "member": member,
            "device": device_label(request.META.get("HTTP_USER_AGENT", "")),
            "address": client_address(request),
            "sessions_url": public_url("session_list"),
        }
        text = render_to_string("accounts/mail/session_exposed.txt", context)
        subject = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + pgettext("subject", "Session ended")
    try:
        send_mail(subject, text, None, [member.email])
    except OSError:  # that it cannot be sent must not keep the page
        logger.exception("The mail about an address opened elsewhere could not be sent.")
