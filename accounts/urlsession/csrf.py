"""CSRF for browsers that send neither Origin nor Referer."""

from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware

from accounts.urlsession.context import SessionMode, get_request_context


class UrlCsrfMiddleware(CsrfViewMiddleware):
    """Django's CSRF check, except that under a token HTTPS requests may lack a Referer.

    Old phones send none. The address is a secret that another site does not know, and the form's
    token is still compared with the session's. A Referer that is there and wrong is still refused.
    """

    def _check_referer(self, request: HttpRequest) -> None:
        if get_request_context(request).mode is SessionMode.URL and not request.META.get(
            "HTTP_REFERER"
        ):
            return
        super()._check_referer(request)  # type: ignore[misc]
