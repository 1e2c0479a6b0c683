"""The contact page: anybody writes to the staff, about a page here or not, without a script."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import quotas
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
                form.report_reason,
                form.cleaned_data["words"],
                email=form.cleaned_data["email"],
                address=client_address(request),
            )
            is_sent = True
        except quotas.QuotaUsedUp:
            form.add_error(
                None, _("Too many messages came from your connection. Try again in an hour.")
            )
    context = {"form": form, "is_sent": is_sent, "has_email": is_sent and form["email"].value()}
    return TemplateResponse(request, "syndication/contact.html", context)


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
