"""Drafts: the list of all that wait, and a kept draft, opened and deleted. views.mail has those of mails."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.views.requests import MemberRequest
from syndication.actions import drafts
from syndication.forms.drafts import kept_form_initial, people_left
from syndication.forms.posts import PostForm
from syndication.models import KeptPhoto, Post, SavedDraft
from syndication.views.post_form import post_form_page

ON_A_PAGE = 10


@login_required
@require_safe
def draft_list(request: MemberRequest) -> HttpResponse:
    """Drafts and mails that wait, newest first."""
    page = Paginator(SavedDraft.objects.of(request.user), ON_A_PAGE)
    context = {
        "page": page.get_page(request.GET.get("page")),
        "days": drafts.KEPT.days,
        "most": drafts.MAX_KEPT,
    }
    return TemplateResponse(request, "syndication/draft_list.html", context)


@login_required
@require_safe
def draft(request: MemberRequest, pk: int) -> HttpResponse:
    """The form, filled as it was kept; for a draft that was sent its post."""
    saved = SavedDraft.objects.of(request.user).with_photo_keys().filter(pk=pk).first()
    if saved is None:
        return sent_draft(request, pk)
    if saved.is_mailed:
        return redirect("mail_draft", saved.pk)
    people = people_left(saved, by=request.user)
    form = PostForm(member=request.user, kind=saved.kind, initial=kept_form_initial(saved, people))
    form.kept_photos = [  # all that the page shows of them: a query less
        KeptPhoto(member=request.user, key=key) for key in saved.photo_keys.split()
    ]
    return post_form_page(request, form, saved, left_out=len(saved.people) - len(people))


@login_required
def draft_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete a draft, after a page that asks."""
    saved = get_object_or_404(SavedDraft.objects.of(request.user).kept(), pk=pk)
    if request.method == "POST":
        drafts.delete_draft(saved, by=request.user)
        messages.success(request, _("The draft is deleted."))
        return redirect("draft_list")
    return TemplateResponse(request, "syndication/draft_delete.html", {"draft": saved})


def sent_draft(request: MemberRequest, pk: int) -> HttpResponse:
    """Redirect a draft that was sent to its post: an old page or mail may link here."""
    saved = get_object_or_404(SavedDraft, pk=pk, member=request.user)
    posts = Post.objects.visible_to(request.user).by(request.user)
    return redirect("post_detail", get_object_or_404(posts, form_key=saved.form_key).pk)
