"""allauth's forms with our words. Hints stand beside the field, not in it: a placeholder is gone
as soon as one types, and many phones show none."""

from __future__ import annotations

import unicodedata
from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.account.adapter import get_adapter as account_adapter
from allauth.account.models import EmailAddress
from allauth.account.utils import user_email
from allauth.core import context
from allauth.mfa.adapter import get_adapter as mfa_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django import forms
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions import guesses, invitations, mailed_links, quotas, site_pages
from accounts.crypto import encryption
from accounts.forms.keypads import DIGITS, NAME
from accounts.forms.mail_address_field import MailAddressField
from accounts.mail_addresses import canonical_email
from accounts.urlsession.api import client_address

SEALED_SECRET_SESSION_KEY = "mfa.totp.sealed"  # noqa: S105 - a key of the session


NEW_PASSWORD_HINT = _("At least 8 characters.")


# What a sign-up page says that makes no account, by the quota that is used up.
SIGN_UPS_USED_UP = {
    quotas.SIGN_UPS_AN_HOUR: _(
        "Many accounts were made from your network just now: a carrier's gateway is one network for "
        "all its phones. Try again in an hour, or ask a member for an invitation: it lets you in at "
        "once."
    ),
    quotas.SIGN_UPS_A_DAY: _(
        "Many accounts were made from your network today: a carrier's gateway is one network for all "
        "its phones. Try again tomorrow, or ask a member for an invitation: it lets you in at once."
    ),
    quotas.SIGN_UPS_IN_ALL: _(
        "Many accounts were made here today. Try again tomorrow, or ask a member for an invitation: "
        "it lets you in at once."
    ),
}


class PlainForm(forms.Form):
    """Form with our labels and hints, without placeholders and links inside hints."""

    auto_id: str | bool = ""
    labels: ClassVar[dict[str, Any]] = {}
    hints: ClassVar[dict[str, Any]] = {}
    attrs: ClassVar[dict[str, dict[str, str]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if self.auto_id:
            kwargs["auto_id"] = self.auto_id
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs.update(self.attrs.get(name, {}))
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")


def normalize_width(typed: str) -> str:
    """Full-width letters and digits, as Japanese keypads type them, in ordinary width."""
    return unicodedata.normalize("NFKC", typed)


class LoginForm(PlainForm, account.LoginForm):
    """Log-in by username or email address, in any case and width."""

    # The page must be the lightest of all; what is missing is said beside the field.
    use_required_attribute = False
    auto_id = "%s"  # id="login": six characters less for each field
    labels = {"login": _("Username or email address"), "password": _("Password")}
    # Phones write the first letter large.
    attrs = {"login": {"autocomplete": "username", "autocapitalize": "none"}}

    def clean_login(self) -> str:
        self.cleaned_data["login"] = normalize_width(self.cleaned_data["login"])
        login: str = super().clean_login()
        return canonical_email(login) if "@" in login else login


class SignupForm(PlainForm, account.SignupForm):
    """Sign-up, with a field that only machines fill in."""

    email = MailAddressField()

    labels = {
        "username": _("Username"),
        "email": _("Email address"),
        "password1": _("Password"),
        settings.ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD: _("Leave this empty"),
    }
    hints = {
        "username": _("Lowercase letters and digits. Your page has the address /@username/."),
        "email": _("For a new password if you forget yours. Nobody else sees it."),
        "password1": NEW_PASSWORD_HINT,
    }
    attrs = {"username": {**NAME, "maxlength": "30"}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if site_pages.has_terms():
            self.fields["agrees"] = forms.BooleanField(
                label=_("I have read the terms of use and agree to them."),
                error_messages={"required": _("To sign up, agree to the terms of use.")},
            )
        # Hidden for browsers that know the attribute; text browsers read the label.
        trap = self.fields[settings.ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD]
        trap.widget = forms.TextInput(attrs={"hidden": True, "tabindex": "-1"})

    def clean_username(self) -> str:
        """Lower the case: phones capitalize the first letter."""
        self.cleaned_data["username"] = normalize_width(self.cleaned_data["username"]).lower()
        return super().clean_username()

    def clean(self) -> dict[str, Any]:
        """One account more for this network. Only where nothing else is wrong: that makes no account."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not cleaned[settings.ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD]:
            self._spend_quota(context.request)
        return cleaned

    def _spend_quota(self, request: HttpRequest) -> None:
        way_back = request.POST.get(REDIRECT_FIELD_NAME, "")
        inviter = invitations.inviter_at(way_back)
        try:
            quotas.spend_sign_up(client_address(request), inviter=inviter)
        except quotas.QuotaUsedUp as error:
            self.add_error(None, str(SIGN_UPS_USED_UP[error.quota]))

    def save(self, request: HttpRequest) -> AbstractBaseUser:
        """Create the account without the address, which may be another member's.

        allauth makes it the account's own at once, so that mails went there before anybody confirmed it.
        """
        member: Any = super().save(request)
        EmailAddress.objects.filter(user_id=member.pk).update(primary=False)
        user_email(member, "", commit=True)
        if "agrees" in self.fields:
            site_pages.agree_to_terms(by=member)
        saved: AbstractBaseUser = member
        return saved


class AddEmailForm(PlainForm, account.AddEmailForm):
    email = MailAddressField(required=True)
    labels = {"email": _("Email address")}

    def clean_email(self) -> str:
        """Each is sent a mail, so a day takes so many."""
        email: str = super().clean_email()
        try:
            quotas.spend_member_quota(self.user, quotas.MAIL_ADDRESSES)
        except quotas.QuotaUsedUp as error:
            raise forms.ValidationError(
                _("%(count)s email addresses a day can be added. Try again tomorrow."),
                params={"count": error.quota.most},
            ) from None
        return email


class ResetPasswordForm(PlainForm, account.ResetPasswordForm):
    email = MailAddressField(required=True)
    labels = {"email": _("Email address")}

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send at most so many mails a day; earlier links stay valid. The page does not tell."""
        email: str = self.cleaned_data["email"]
        try:
            if members := [guesses.subject_of_member(member) for member in self.users]:
                guesses.claim_guess(guesses.RESET_MAIL, members)
            else:
                quotas.spend_stranger_mail(email, address=client_address(request))
        except (guesses.TooManyGuesses, quotas.QuotaUsedUp):
            return email
        sent: str = super().save(request, **kwargs)
        return sent


class ResetPasswordKeyForm(PlainForm, account.ResetPasswordKeyForm):
    labels = {"password1": _("New password"), "password2": _("New password again")}
    hints = {"password1": NEW_PASSWORD_HINT}

    def clean(self) -> dict[str, Any] | None:
        """Use the link up before the password is hashed, which takes long enough for others to press it."""
        cleaned: dict[str, Any] | None = super().clean()
        if not self.errors and not mailed_links.use_mailed_link(self.user):
            raise forms.ValidationError(
                _("This address was used already, or is too old. Ask for a new email.")
            )
        return cleaned


class SetPasswordForm(PlainForm, account.SetPasswordForm):
    labels = {"password1": _("New password"), "password2": _("New password again")}
    hints = {"password1": NEW_PASSWORD_HINT}


class ChangePasswordForm(PlainForm, account.ChangePasswordForm):
    labels = {
        "oldpassword": _("Current password"),
        "password1": _("New password"),
        "password2": _("New password again"),
    }
    hints = {"password1": NEW_PASSWORD_HINT}

    def clean_oldpassword(self) -> str:
        """Count the guess as a log-in's, since it is the same password."""
        member = [guesses.subject_of_member(self.user)]
        try:
            guesses.claim_guess(guesses.PASSWORD, member)
        except guesses.TooManyGuesses:
            raise account_adapter().validation_error("too_many_login_attempts") from None
        typed: str = super().clean_oldpassword()
        guesses.refund_guess(guesses.PASSWORD, member)
        return typed


class ReauthenticateForm(PlainForm, account.ReauthenticateForm):
    labels = {"password": _("Password")}


class CodeFormMixin(PlainForm):
    """A code of digits, in whichever width it is typed."""

    labels = {"code": _("Code")}
    attrs = {"code": DIGITS}

    def clean_code(self) -> str:
        """Count the guess in the database; allauth's own count would be in the cache."""
        typed = self.cleaned_data["code"] = normalize_width(self.cleaned_data["code"])
        member = [guesses.subject_of_member(self.user)]  # type: ignore[attr-defined] # of allauth's form
        try:
            guesses.claim_guess(guesses.SECOND_FACTOR, member)
        except guesses.TooManyGuesses:
            raise account_adapter().validation_error("too_many_login_attempts") from None
        code: str = super().clean_code()  # type: ignore[misc] # of allauth's form, which follows
        self._use_up(typed)
        guesses.refund_guess(guesses.SECOND_FACTOR, member)
        return code

    def _use_up(self, typed: str) -> None:
        """Accept an authenticator app's code once. allauth records that in the cache alone."""
        authenticator = getattr(self, "authenticator", None)
        if authenticator is None or authenticator.type != Authenticator.Type.TOTP:
            return  # the first code of a new key, or a recovery code, whose use is a row
        code = "".join(letter for letter in typed if letter.isdigit())
        used = f"{guesses.subject_of_member(self.user)} {code}"  # type: ignore[attr-defined]
        try:
            guesses.claim_guess(guesses.APP_CODE, [used])
        except guesses.TooManyGuesses:
            raise mfa_adapter().validation_error("incorrect_code") from None


class SecondFactorForm(CodeFormMixin, mfa.AuthenticateForm):
    """Second step of a log-in."""


class SecondFactorAgainForm(CodeFormMixin, mfa.ReauthenticateForm):
    """Second factor, asked for again."""


class ActivateTOTPForm(CodeFormMixin, totp.ActivateTOTPForm):
    """Activation of a new key, encrypted in the session until the first code confirms it.

    It stays the same when the page is loaded again: the app may have scanned it already.
    """

    labels = {"code": _("Code that the app shows")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        session = context.request.session
        secret = ""
        if sealed := session.pop(SEALED_SECRET_SESSION_KEY, ""):
            secret = session[SECRET_SESSION_KEY] = encryption.decrypt(sealed)
        super().__init__(*args, **kwargs)
        if secret:
            self.secret = secret
        session.pop(SECRET_SESSION_KEY, None)
        session[SEALED_SECRET_SESSION_KEY] = encryption.encrypt(self.secret)

    def secret_in_groups(self) -> str:
        """The key in groups of four characters, for typing."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))
