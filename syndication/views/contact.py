"""The contact page: anybody writes to the staff, about a page here or not, without a script."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import quotas
from accounts.models import Member
from accounts.urlsession.api import client_address
from syndication.actions import reports
from syndication.forms.contact import ContactForm
from syndication.queries.reports import (
    Reported,
    Viewer,
    find_reportable_post,
    find_reportable_profile,
)


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    form = ContactForm(request.POST or None, initial={"about": request.GET.get("about", "")})
    is_sent = False
    if request.method == "POST" and form.is_valid():
        try:
            reports.report_from_outside(
                find_by_address(form.cleaned_data["about"], request.user),
                form.message,
                address=client_address(request),
                by=request.user if isinstance(request.user, Member) else None,
            )
            is_sent = True
        except quotas.QuotaUsedUp as error:
            form.add_error(None, _what_to_do(error.quota, request.user))
    context = {"form": form, "is_sent": is_sent, "has_email": is_sent and form["email"].value()}
    return TemplateResponse(request, "syndication/contact.html", context)


def _what_to_do(used_up: quotas.Limit, viewer: Viewer) -> list[str]:
    """Why the message was not taken, and which way is left."""
    if used_up == quotas.CONTACTS:
        return [_("Too many messages came from your connection. Try again in an hour.")]
    if used_up == quotas.MEMBER_CONTACTS:
        too_many = _("You wrote to the staff %(count)s times today. Try again tomorrow.")
        return [too_many % {"count": used_up.most}]
    if viewer.is_authenticated:  # with an account of today
        sentences = [_("Many messages came today. Try again tomorrow.")]
    else:
        sentences = [_("Many messages came today. Log in to send this one, or try again tomorrow.")]
    if settings.SITE_OPERATOR:
        operator = {"operator": settings.SITE_OPERATOR}
        sentences.append(_("Who runs this site: %(operator)s.") % operator)
    return sentences


def find_by_address(typed: str, viewer: Viewer) -> Reported | None:
    """What the address of a page here shows, where the viewer may read it."""
    try:
        path = urlsplit(typed.strip()).path
        if path.startswith("/s/"):  # copied from a phone
            path = "/" + path.removeprefix("/s/").partition("/")[2]
        match = resolve(path)
    except (Resolver404, ValueError):
        return None
    if match.url_name == "profile":
        return find_reportable_profile(match.kwargs["name"], viewer)
    if match.kwargs.get("pk") and match.route.startswith("posts/<key:pk>/"):
        return find_reportable_post(match.kwargs["pk"], viewer)
    return None
