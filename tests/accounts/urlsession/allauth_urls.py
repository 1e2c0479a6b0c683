"""The same small site with allauth's own pages."""

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from tests.accounts.urlsession import urls, views
from tests.accounts.urlsession.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@reauthentication_required(allow_get=True)
def sensitive(request: HttpRequest) -> HttpResponse:
    return views.page(request, "SENSITIVE " + request.method)


_OWN = ("account_login", "account_logout")

urlpatterns = [
    *[one for one in urls.urlpatterns if getattr(one, "name", "") not in _OWN],
    path("sensitive/", sensitive, name="sensitive"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
]
