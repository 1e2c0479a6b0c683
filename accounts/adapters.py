"""allauth adapters: mails without tokens, one way out, encrypted second factors, no social log-in.

Linking an account on a network never logs anybody in. allauth's own log-in by a network is not
routed, and refused here once more.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, NoReturn
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.dispatch import receiver
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import guesses, password_checks
from accounts.actions.ways_in import is_paused
from accounts.bulkhead import PASSWORD_BULKHEAD, BulkheadFull
from accounts.crypto import encryption
from accounts.models import Member
from accounts.outgoing import outgoing_http
from accounts.public_urls import public_url
from accounts.safe_http import SafeSession
from accounts.urlsession.api import client_address, device_label

log = logging.getLogger(__name__)

NETWORK_DEADLINE = 10.0  # seconds; a member waits while a network is asked who came back


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up, log-in, mail."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": gettext_lazy(
            "The username or password is wrong. Check capital letters, or press “Forgot password”."
        ),
        "email_password_mismatch": gettext_lazy(
            "The email address or password is wrong. Check capital letters, or press “Forgot "
            "password”."
        ),
        "too_many_login_attempts": gettext_lazy(
            "Too many wrong tries for this account. Wait 5 minutes, or press “Forgot password”. "
            "A phone can still be let in by QR code."
        ),
        "too_many_at_once": gettext_lazy(
            "Too many people log in at this moment. Wait a few seconds, then send it again."
        ),
        "incorrect_password": gettext_lazy("This is not your password. Type it again."),
        "enter_current_password": gettext_lazy("This is not your password. Type it again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Count the guess for every account that the password is compared with, then compare.

        On a bounded number of threads, and fewer for one network: each try is a hash.
        """
        accounts = password_checks.guess_subjects(credentials)
        once = password_checks.credentials_for_one_lookup(credentials)
        try:
            with PASSWORD_BULKHEAD.hold_place(guesses.subject_of_network(client_address(request))):
                guesses.claim_guess(guesses.PASSWORD, accounts)
                member = super().authenticate(request, **once)
        except BulkheadFull:
            raise self.validation_error("too_many_at_once") from None
        except guesses.TooManyGuesses:
            raise self.validation_error("too_many_login_attempts") from None
        if member is not None:
            guesses.refund_guess(guesses.PASSWORD, accounts)
        return member

    # Every address in a mail is PUBLIC_URL's: never the token of who asked for the mail (whoever
    # followed it would step into that session), never a host that a request named.

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _dash, secret = key.partition("-")
        return public_url("account_reset_password_from_key", uidb36=uid, key=secret)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return public_url("account_confirm_email", key=emailconfirmation.key)

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: Any, signup: bool
    ) -> None:
        """Mail the link that confirms the address, or tell its present owner of the try.

        Anybody can name anybody's address, so a day brings a few of these to it and no more. The page
        says nothing of that: the links of the mails before are good for days.
        """
        address = emailconfirmation.email_address
        try:
            guesses.claim_guess(
                guesses.CONFIRMATION_MAIL, [guesses.subject_of_email(address.email)]
            )
        except guesses.TooManyGuesses:
            log.info("no further mail today to an address that is to be confirmed")
            return
        if _has_owner(address):
            self.send_account_already_exists_mail(address.email)
        else:
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """Render a plain text mail. Its templates get no request."""
        context = {**context, **_addresses_of(context), **_site()}
        context.pop("request", None)
        subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", context).split())
        return EmailMessage(
            self.format_email_subject(subject),
            render_to_string(f"{template_prefix}_message.txt", context).strip() + "\n",
            self.get_from_email(),
            [email] if isinstance(email, str) else email,
            headers=headers,
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send the mail, or tell the member on the page that it failed."""
        try:
            self.render_mail(template_prefix, email, {**context, "email": email}).send()
        except OSError:
            log.exception("a mail was not sent: %s", template_prefix)
            if self.request is not None:
                messages.error(
                    self.request,
                    _("The email could not be sent just now. Try again in a few minutes."),
                )

    def send_password_reset_mail(
        self, user: AbstractBaseUser, email: str, context: dict[str, Any]
    ) -> None:
        """Send none to an address that a lost phone reads. The page does not tell."""
        if not (isinstance(user, Member) and is_paused(user, email)):
            super().send_password_reset_mail(user, email, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Add the label of the device that acted."""
        device = device_label(self.request.META.get("HTTP_USER_AGENT", ""))
        super().send_notification_mail(
            template_prefix, user, {**(context or {}), "device": device, "user": user}, email
        )


def _has_owner(address: EmailAddress) -> bool:
    """Whether another member has confirmed the address, or staff gave it to them."""
    others = EmailAddress.objects.filter(email=address.email, verified=True)
    members = get_user_model().objects.filter(email=address.email)
    return (
        others.exclude(user_id=address.user_id).exists()
        or members.exclude(pk=address.user_id).exists()
    )


@receiver(password_reset, dispatch_uid="accounts.guesses")
def clear_guesses_on_reset(*, user: AbstractBaseUser, **_: object) -> None:
    """Unlock the account when its password was reset by mail."""
    guesses.clear_guesses(guesses.PASSWORD, guesses.subject_of_member(user))


def _addresses_of(context: dict[str, Any]) -> dict[str, str]:
    """allauth's URLs in a mail, made anew by public_url()."""
    ours = {"signup_url": "account_signup"}
    if "key" not in context:  # with a key it is the one-time address, made above
        ours["password_reset_url"] = "account_reset_password"  # noqa: S105 - the name of a page
    return {name: public_url(page) for name, page in ours.items() if name in context}


def _site() -> dict[str, str]:
    return {"site_name": settings.SITE_NAME, "site_url": settings.PUBLIC_URL}


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Networks: accounts.actions.linking links; allauth's own flow, which logs in, is refused."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse before allauth logs in, signs up or connects."""
        _refuse_social_login(request)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        return False

    def get_requests_session(self) -> SafeSession:
        return outgoing_http().session(deadline=NETWORK_DEADLINE)

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Build the apps from settings, so that no row holds their secrets."""
        return [
            SocialApp(
                provider=key,
                name=key,
                client_id=network.get("client_id", ""),
                secret=network.get("client_secret", ""),
                settings={
                    **network,
                    "callback_url": public_url("link_callback", key),
                    "client_url": public_url("oauth_client"),
                },
            )
            for key, network in settings.NETWORKS.items()
            # Where the member names the server we register with it then, and need none before.
            if network.get("client_id", "-") and provider in (key, None)
        ]


def _refuse_social_login(request: HttpRequest) -> NoReturn:
    page = TemplateResponse(request, "accounts/link_never_logs_in.html", status=403)
    raise ImmediateHttpResponse(page.render())


class MFAAdapter(DefaultMFAAdapter):
    """Two-step log-in."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy(
            "This code is wrong or has expired. Type the code that is shown now."
        ),
        "unverified_email": gettext_lazy(
            "Confirm your email address first: open the address in the email that we sent you."
        ),
    }

    def is_mfa_enabled(self, user: AbstractBaseUser, types: Iterable[str] | None = None) -> bool:
        """As allauth, with one query for all types on a page that is only read."""
        if self.request is None or self.request.method != "GET" or user.is_anonymous:
            return super().is_mfa_enabled(user, types)
        kept = vars(user)  # of this request's own member object
        if "_second_factors" not in kept:
            rows = Authenticator.objects.filter(user_id=user.pk)
            kept["_second_factors"] = set(rows.values_list("type", flat=True))
        known: set[str] = kept["_second_factors"]
        return bool(known if types is None else known.intersection(types))

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        """Unused: our page shows a small PNG, which old phones can read."""
        return ""

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def _get_site_name(self) -> str:
        return urlsplit(settings.PUBLIC_URL).hostname or settings.SITE_NAME
