"""Admin pages about people. They never show keys, hashes, encrypted values or private text.

Every page is read-only unless it says otherwise; nothing is deleted here, since a delete page lists
rows that staff may not read. Staff log in by the door that all members take: with the second factor
and the limits that Django's own form does not know.
"""

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.admin import friends, logins, members, notices, site_pages

__all__ = ["logins", "friends", "members", "notices", "site_pages"]

# Their own pages show secrets (SocialApp, Authenticator), handsets' serial numbers, or a queue of
# mere hints. What staff need of them stands on ours.
NOT_SHOWN = ("socialaccount", "mfa", "account", "usersessions", "django_q")


def _unregister_models(app_label: str) -> None:
    for model in apps.get_app_config(app_label).get_models():
        if admin.site.is_registered(model):
            admin.site.unregister(model)


def _password_change(_request: HttpRequest, _extra_context: object = None) -> HttpResponse:
    """The members' page: it counts guesses, asks who it is and tells by mail. Django's own does not."""
    return redirect("account_change_password")


for _label in NOT_SHOWN:
    _unregister_models(_label)

admin.site.site_header = _("Profile Link: staff")
admin.site.site_title = _("Profile Link")
admin.site.enable_nav_sidebar = False  # 50 lines before each page in w3m; Today has the same lists
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = _password_change  # type: ignore[method-assign, assignment]
