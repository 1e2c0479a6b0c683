"""Post by mail: the member's secret address, and the drafts that came to it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import quotas
from accounts.crypto.encryption import DecryptionFailed
from accounts.media import qr
from accounts.views.requests import MemberRequest
from syndication.actions import drafts, mail_drafts, post_addresses
from syndication.forms.drafts import DraftKindForm, post_form_initial
from syndication.forms.posts import PostForm
from syndication.models import KeptPhoto, PostAddress, PostKind, SavedDraft
from syndication.queries.excerpts import split_into_pages
from syndication.views.drafts import sent_draft
from syndication.views.photos import jpeg_response
from syndication.views.post_form import post_form_page
from syndication.views.reply_by_mail import reply_draft_page

LETTERS_ON_A_PAGE = 700  # beside the form and its remarks


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: MemberRequest) -> HttpResponse:
    """The address, or the button that creates it. 404 where the site accepts no mails."""
    _must_be_offered()
    if request.method == "POST":
        post_addresses.enable_post_by_mail(by=request.user)
        return redirect("mail")
    address = post_addresses.live_post_address(request.user)
    written = _written(address)
    qr_format = qr.qr_format_for(request.headers)
    context = {
        "address": address,
        "written": written,
        "qr": qr.qr_data_uri(f"mailto:{written}", qr_format=qr_format) if written else "",
        "waiting": SavedDraft.objects.of(request.user).mailed().count(),
    }
    return TemplateResponse(request, "syndication/mail.html", context)


@login_required
def mail_renew(request: MemberRequest) -> HttpResponse:
    """Renew the address, after a page that says what happens to the old one."""
    _must_be_offered()
    if request.method == "POST":
        post_addresses.renew_post_address(by=request.user)
        messages.success(request, _("This is your new address. The old one no longer works."))
        return redirect("mail")
    return TemplateResponse(request, "syndication/mail_change.html", {"is_end": False})


@login_required
def mail_end(request: MemberRequest) -> HttpResponse:
    """Turn post by mail off. Drafts stay."""
    _must_be_offered()
    if request.method == "POST":
        post_addresses.disable_post_by_mail(by=request.user)
        messages.success(request, _("Post by email is off."))
        return redirect("mail")
    return TemplateResponse(request, "syndication/mail_change.html", {"is_end": True})


@login_required
def mail_draft(request: MemberRequest, pk: int) -> HttpResponse:
    """One draft. Its button opens the filled post form; only that form makes a post."""
    draft = SavedDraft.objects.of(request.user).select_related("post").filter(pk=pk).first()
    if draft is None:
        return sent_draft(request, pk)
    if not draft.is_mailed:
        return redirect("draft", draft.pk)
    if draft.is_answer:
        return reply_draft_page(request, draft)
    form = DraftKindForm(request.POST or None, draft=draft)
    if form.is_valid():
        return _as_post(request, draft, form.cleaned_data["kind"])
    context = {
        "draft": draft,
        "form": form,
        "more_photos": [one for one in draft.photos_in_order if one.place > 1],
        "page": Paginator(split_into_pages(draft.text, LETTERS_ON_A_PAGE), 1).get_page(
            request.GET.get("page")
        ),
        "until": drafts.draft_expires_at(draft),
    }
    return TemplateResponse(request, "syndication/mail_draft.html", context)


@login_required
def mail_draft_delete(request: MemberRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(SavedDraft.objects.of(request.user).mailed(), pk=pk)
    if request.method == "POST":
        drafts.delete_draft(draft, by=request.user)
        messages.success(request, _("The email is deleted."))
        return redirect("home")
    return TemplateResponse(request, "syndication/mail_draft_delete.html", {"draft": draft})


@login_required
@require_safe
def mail_draft_photo(request: MemberRequest, pk: int) -> HttpResponse:
    draft = get_object_or_404(SavedDraft.objects.of(request.user), pk=pk)
    return jpeg_response(request, draft.photo, is_public=False)


def _as_post(request: MemberRequest, draft: SavedDraft, kind: str) -> HttpResponse:
    kept: list[KeptPhoto] = []
    try:
        kept = mail_drafts.keep_draft_photos(draft, by=request.user)
    except quotas.QuotaUsedUp:
        if kind != PostKind.STATUS:
            messages.error(
                request,
                _("You reached today's limit for photos. The email waits here: open it tomorrow."),
            )
            return redirect("draft_list")
    initial = post_form_initial(draft, kind, kept)
    return post_form_page(request, PostForm(member=request.user, kind=kind, initial=initial))


def _written(address: PostAddress | None) -> str:
    """The address as text; "" if its key is gone, when a new one can be made."""
    try:
        return post_addresses.full_address(address) if address else ""
    except DecryptionFailed:
        return ""


def _must_be_offered() -> None:
    if not post_addresses.is_post_by_mail_enabled():
        raise Http404
