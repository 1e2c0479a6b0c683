"""Reply by mail: the setting, and the page of a draft that a reply became."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import quotas
from accounts.urlsession.api import initial_from_preserved_form, pop_preserved_form
from accounts.views.requests import MemberRequest
from syndication.actions import (
    comments,
    drafts,
    post_addresses,
    reply_addresses,
    reply_drafts,
)
from syndication.forms.comments import comments_used_up
from syndication.forms.reply_drafts import ReplyDraftForm
from syndication.models import Comment, SavedDraft


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reply_by_mail(request: MemberRequest) -> HttpResponse:
    """Turn replies by mail on or off. 404 where the site accepts no mails."""
    if not post_addresses.is_post_by_mail_enabled():
        raise Http404
    if request.method == "POST":
        is_on = request.POST.get("on") == "1"
        reply_addresses.set_reply_by_mail(by=request.user, is_on=is_on)
        said = _("Reply by email is on.") if is_on else _("Reply by email is off.")
        messages.success(request, said)
        return redirect("reply_by_mail")
    return TemplateResponse(
        request, "syndication/reply_by_mail.html", {"is_on": request.user.answers_by_mail}
    )


def reply_draft_page(request: MemberRequest, draft: SavedDraft) -> HttpResponse:
    """The draft in a form, whose button makes the comment."""
    initial = {"text": draft.text, **initial_from_preserved_form(request)}
    form = ReplyDraftForm(request.POST or None, initial=initial)
    comment = _sent_comment(request, draft, form) if form.is_valid() else None
    if comment is not None:
        pop_preserved_form(request)
        messages.success(request, _("Your comment was added."))
        return redirect("comment_detail", draft.post_id, comment.pk)
    context = {
        "draft": draft,
        "form": form,
        "post": reply_addresses.commentable_post(draft.post, by=request.user),
        "until": drafts.draft_expires_at(draft),
    }
    return TemplateResponse(request, "syndication/reply_draft.html", context)


def _sent_comment(
    request: MemberRequest, draft: SavedDraft, form: ReplyDraftForm
) -> Comment | None:
    try:
        return reply_drafts.send_reply_draft(draft, form.cleaned_data["text"], by=request.user)
    except quotas.QuotaUsedUp as error:
        form.add_error(None, comments_used_up(error))
    except (comments.TalkNotReadable, comments.CommentsClosed):
        form.add_error(None, _("You can no longer comment on this post."))
    return None
