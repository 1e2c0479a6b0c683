"""The page of notices, and the press that clears it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import notices
from accounts.models import Member, Notice, picture_known_to
from accounts.models.compiled_query import CompiledQuery
from accounts.models.notice import NoticeQuerySet
from accounts.models.notice_kinds import stoppable_codes
from accounts.views.display import with_pictures
from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest

PER_PAGE = 10
STOP = 12  # characters that the link "Stop" takes from a text
CUT, CUT_WIDE = 90, 40  # characters of a text; a Japanese one takes three bytes


def _notices(start: int, stop: int, with_pictures: bool, *, member: Member) -> NoticeQuerySet:
    found = Notice.objects.visible_to(member).newest_first()
    if with_pictures:
        found = found.annotate(shown_picture=picture_known_to(member, "actor"))
    return found[start:stop]


_NOTICES = CompiledQuery(_notices)


@login_required
@require_safe
def notice_list(request: MemberRequest) -> HttpResponse:
    """Notices, newest first. Showing the first page moves the mark of what is new, nothing else."""

    def rows(start: int, stop: int) -> list[Notice]:
        find = _NOTICES.rows if start == 0 else _NOTICES.rows_composed_now
        return find(start, stop, with_pictures(request), member=request.user)

    page = UncountedPage(rows, request.GET.get("page"), size=PER_PAGE)
    seen_at = request.user.notices_seen_at
    cut = CUT_WIDE if get_language() == "ja" else CUT
    for notice in page:
        name, args = notice.target
        notice.path = reverse(name, args=args)
        notice.cut = cut - STOP if notice.kind.can_be_stopped else cut
        notice.is_new = seen_at is None or notice.created_at > seen_at
    if page.number == 1 and page.object_list:
        notices.mark_notices_seen(page.object_list[0], by=request.user)
    return TemplateResponse(
        request,
        "accounts/notice_list.html",
        {"page": page, "with_pictures": with_pictures(request)},
    )


@login_required
def notice_stop(request: MemberRequest, pk: int) -> HttpResponse:
    """A page that asks; POST stops notices of this kind about the same thing."""
    mine = Notice.objects.visible_to(request.user).filter(code__in=stoppable_codes())
    if request.method != "POST":
        notice = get_object_or_404(mine, pk=pk)
        return TemplateResponse(request, "accounts/notice_stop.html", {"notice": notice})
    for notice in mine.filter(pk=pk):  # a second press finds none
        notices.stop_notices(notice, by=request.user)
    messages.success(
        request, _("Stopped. You will be told about this post again when you comment on it.")
    )
    return redirect("notice_list")


@login_required
@require_POST
def notice_clear(request: MemberRequest) -> HttpResponse:
    notices.clear_seen_notices(by=request.user)
    messages.success(request, _("All notices are cleared."))
    return redirect("notice_list")
