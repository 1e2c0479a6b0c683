"""The language of pages: the session's, else the browser's. No cookie."""

from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)

SESSION_KEY = "_language"


class SessionLocaleMiddleware(LocaleMiddleware):
    """Django's LocaleMiddleware with the session in place of the cookie."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        code = request.session.get(SESSION_KEY)
        if code and translation.check_for_language(code):
            translation.activate(code)
            request.LANGUAGE_CODE = translation.get_language()


def browser_language(request: HttpRequest) -> str:
    """The first supported language of Accept-Language; "" for none."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return str(get_supported_language_variant(code))
        except LookupError:
            continue
    return ""


def session_language(request: HttpRequest) -> str:
    """The language chosen in this session; "" for none."""
    return str(request.session.get(SESSION_KEY, ""))


def set_session_language(request: HttpRequest, code: str) -> bool:
    """Store the language in the session and activate it; False if unsupported."""
    if not translation.check_for_language(code):
        return False
    request.session[SESSION_KEY] = code
    translation.activate(code)
    return True
