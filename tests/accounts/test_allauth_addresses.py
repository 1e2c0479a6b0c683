"""Every page that allauth can send somebody to is routed here, or is switched off by our settings.

accounts/urls.py lists allauth's pages one by one. A new version of allauth may add a page, name it in
a redirect or a mail, and switch it on by default: `reverse()` then raises, and the member reads 500.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import allauth
import pytest
from allauth.account import app_settings as account
from allauth.account.adapter import get_adapter
from allauth.core.context import request_context
from allauth.mfa import app_settings as mfa
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.test import RequestFactory
from django.urls import URLResolver, get_resolver, resolve

from tests.making import make_member

PACKAGE = Path(allauth.__file__).parent
BESIDE = {"tests", "migrations", "management", "providers"}  # providers: ours live elsewhere


def no_code_for_reauthentication() -> bool:
    return "code" not in account.REAUTHENTICATION_METHODS


def no_code_for_login() -> bool:
    return not account.LOGIN_BY_CODE_ENABLED and not account.LOGIN_BY_CODE_REQUIRED


def no_code_for_password_reset() -> bool:
    return not account.PASSWORD_RESET_BY_CODE_ENABLED


def no_phone_numbers() -> bool:
    return "phone" not in account.SIGNUP_FIELDS


def no_passkeys() -> bool:
    return "webauthn" not in mfa.SUPPORTED_TYPES and not mfa.PASSKEY_SIGNUP_ENABLED


def no_trusted_browsers() -> bool:
    return not mfa._TRUST_STAGE_ENABLED


def no_social_login() -> bool:
    return not views_of("allauth.socialaccount")


def own_session_list() -> bool:
    return not views_of("allauth.usersessions")


# Pages of allauth that are not offered here: what shows that nothing can lead to them.
SWITCHED_OFF: dict[str, Callable[[], bool]] = {
    "account_request_reauthentication_code": no_code_for_reauthentication,
    "account_confirm_reauthentication_code": no_code_for_reauthentication,
    "account_request_login_code": no_code_for_login,
    "account_confirm_login_code": no_code_for_login,
    "account_confirm_password_reset_code": no_code_for_password_reset,
    "account_complete_password_reset": no_code_for_password_reset,
    "account_password_reset_completed": no_code_for_password_reset,
    "account_verify_phone": no_phone_numbers,
    "account_change_phone": no_phone_numbers,
    "account_signup_by_passkey": no_passkeys,
    "mfa_add_webauthn": no_passkeys,
    "mfa_edit_webauthn": no_passkeys,
    "mfa_list_webauthn": no_passkeys,
    "mfa_login_webauthn": no_passkeys,
    "mfa_reauthenticate_webauthn": no_passkeys,
    "mfa_remove_webauthn": no_passkeys,
    "mfa_signup_webauthn": no_passkeys,
    "mfa_trust": no_trusted_browsers,
    "socialaccount_connections": no_social_login,
    "socialaccount_login_cancelled": no_social_login,
    "socialaccount_signup": no_social_login,
    "usersessions_list": own_session_list,
}


def views_of(package: str) -> list[str]:
    """The names of our routes that lead to a view of this package."""
    return [
        str(pattern.name)
        for pattern in _patterns(get_resolver())
        if pattern.callback.__module__.startswith(f"{package}.")
    ]


def _patterns(resolver: URLResolver) -> Iterator:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _patterns(each)
        else:
            yield each


def installed_modules() -> list[Path]:
    """The Python files of allauth's installed apps, and of what they share."""
    roots = [Path(each.path) for each in apps.get_app_configs() if each.name.startswith("allauth.")]
    roots += [PACKAGE / "core", *PACKAGE.glob("*.py")]
    files = [file for root in roots for file in ([root] if root.is_file() else root.rglob("*.py"))]
    return [file for file in files if not BESIDE & set(file.relative_to(PACKAGE).parts)]


def named_pages() -> set[str]:
    """Every URL name of allauth that its own code or templates write."""
    defined, written = set(), set()
    for file in installed_modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if file.name == "urls.py":
                if isinstance(node, ast.keyword) and node.arg == "name":
                    defined.add(ast.literal_eval(node.value))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
    for file in (PACKAGE / "templates").rglob("*.*"):
        written |= set(re.findall(r"{%\s*url\s+['\"](\w+)", file.read_text(encoding="utf-8")))
    return defined & written


def test_every_page_that_allauth_names_is_routed_or_switched_off():
    names = named_pages()
    assert "account_reauthenticate" in names, "the search finds nothing any more: repair it"
    absent = names - {str(name) for name in get_resolver().reverse_dict}
    assert absent == set(SWITCHED_OFF)
    assert [name for name, off in SWITCHED_OFF.items() if not off()] == []


@pytest.mark.django_db
def test_every_way_of_asking_again_has_a_page():
    """For a member with all of them: a password, a confirmed address, an app and recovery codes."""
    hanako = make_member("hanako")
    TOTP.activate(hanako, generate_totp_secret())
    RecoveryCodes.activate(hanako)
    request = RequestFactory().get("/")
    request.user = hanako
    with request_context(request):
        ways = get_adapter(request).get_reauthentication_methods(hanako)
    assert [resolve(way["url"]).url_name for way in ways] == [
        "account_reauthenticate",
        "mfa_reauthenticate",
    ]
