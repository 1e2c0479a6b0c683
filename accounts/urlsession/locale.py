"""The language: what the session says, else what the browser asks for. No cookie."""

from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

SESSION_KEY = "_language"


class SessionLocaleMiddleware(LocaleMiddleware):
    """Django's own, with the session in place of the language cookie."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        code = request.session.get(SESSION_KEY)
        if code and translation.check_for_language(code):
            translation.activate(code)
            request.LANGUAGE_CODE = translation.get_language()


def chosen_language(request: HttpRequest) -> str:
    """The language that was chosen in this session; "" for none."""
    return str(request.session.get(SESSION_KEY, ""))


def set_language(request: HttpRequest, code: str) -> bool:
    """Remembers the language for this session; False if there is no such language here."""
    if not translation.check_for_language(code):
        return False
    request.session[SESSION_KEY] = code
    translation.activate(code)
    return True
