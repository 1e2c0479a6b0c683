"""The operator's pages, which anybody may read; and the page that asks a member to agree to the terms."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.contrib.auth.signals import user_logged_in
from django.core.paginator import Page, Paginator
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import site_pages
from accounts.models import Member, PageName
from accounts.models.site_text import TextBlock, text_parts
from accounts.views.requests import MemberRequest

ASKS_FOR_TERMS = "asks_for_terms"  # a key of the session


@require_safe
def site_page(request: HttpRequest, name: str) -> HttpResponse:
    text, language = site_pages.page_text(name)
    if not text:
        raise Http404
    context = {
        "title": PageName(name).label,
        "page": _part(text, request.GET.get("page", "1")),
        "language": language,
    }
    return TemplateResponse(request, "accounts/site_page.html", context)


def _part(text: str, number: str) -> Page[list[TextBlock]]:
    return Paginator(text_parts(text), 1).get_page(number)


def ask_for_terms(request: HttpRequest) -> HttpResponse | None:
    """The page that asks for agreement, in place of the page that was opened. None: nothing to agree to."""
    text, language = site_pages.page_text(PageName.TERMS)
    if not text:
        return None
    context = {"page": _part(text, "1"), "language": language, "next": request.get_full_path_info()}
    return TemplateResponse(request, "accounts/terms_agree.html", context)


@require_POST
@login_required
def terms_agree(request: MemberRequest) -> HttpResponse:
    """Agree, and go on to the page that was opened."""
    site_pages.agree_to_terms(by=request.user)
    request.session.pop(ASKS_FOR_TERMS, None)
    place = request.POST.get(REDIRECT_FIELD_NAME, "")
    is_ours = place.startswith("/") and url_has_allowed_host_and_scheme(place, allowed_hosts=None)
    return redirect(_under_token(request, place) if is_ours else "home")


def _under_token(request: HttpRequest, place: str) -> str:
    """The path of a page with the session's token before it, where there is one."""
    return request.META.get("SCRIPT_NAME", "") + place


@receiver(user_logged_in, dispatch_uid="accounts.asks_for_terms")
def note_terms_at_login(
    sender: type[Member], request: HttpRequest, user: Member, **given: Any
) -> None:
    """Mark the session of a member who has terms to agree to."""
    if site_pages.is_to_agree(user):
        request.session[ASKS_FOR_TERMS] = True
