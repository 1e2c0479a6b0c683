"""The pages "Where it went": of all posts, of one, what was tried, and the commands of deliveries."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.views.buttons import number_in
from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest
from syndication.actions import commands, deliveries
from syndication.models import Attempt, Delivery, DeliveryState, Link, Post
from syndication.models.delivery import DeliveryQuerySet
from syndication.models.errors import NotNow
from syndication.models.reason_texts import sentence
from syndication.queries import where_it_went
from syndication.queries.copy_lines import copy_lines, newest_rows, with_copy_activity
from syndication.queries.copy_times import MemberClock, clock_of

PER_PAGE = 10
LINES_PER_PAGE = 7

# Each command's label, action and success message. The buttons of a form differ by name.
COMMANDS: dict[str, tuple[Promise, Callable[..., None], Promise]] = {
    "retry": (
        gettext_lazy("Try again"),
        commands.retry_delivery,
        gettext_lazy("It is tried again now."),
    ),
    "there": (
        gettext_lazy("It arrived"),
        commands.confirm_copy_exists,
        gettext_lazy("Noted: it arrived."),
    ),
    "again": (
        gettext_lazy("Send it again"),
        commands.resend_delivery,
        gettext_lazy("It is sent again now."),
    ),
    "dismiss": (
        gettext_lazy("Dismiss"),
        commands.dismiss_delivery,
        gettext_lazy("Dismissed: nothing more is tried."),
    ),
}


def lines_with_commands(
    rows: DeliveryQuerySet, subject: str, number: str | None, clock: MemberClock, *, size: int
) -> UncountedPage:
    """Page `number` of the lines of `rows`, which are of one `subject` (queries.copy_lines).

    The row of each has its `commands`, whether its copy is behind the post (`is_outdated`), and where the
    member can look, or delete, as they are asked to (`look_at`).
    """
    newest = with_copy_activity(newest_rows(rows, subject, clock), subject)
    newest = newest.order_by("link__network", "link", "sequence")
    page = UncountedPage(newest, number, size=size)
    for row in page:
        names = commands.available_commands(row)
        row.commands = [(name, COMMANDS[name][0]) for name in names]
        row.is_outdated = not row.is_being_deleted and deliveries.is_outdated(row)
        row.look_at = row.link.profile_url if _is_for_the_member(row, names) else ""
    page.object_list = copy_lines(page.object_list, clock)
    return page


@login_required
@require_safe
def delivery_list(request: MemberRequest) -> HttpResponse:
    """Posts and answers, newest first, with a line for each link."""
    is_open_only = bool(request.GET.get("open"))
    rows = partial(where_it_went.subjects, request.user, is_open_only=is_open_only)
    page = UncountedPage(rows, request.GET.get("page"), size=PER_PAGE)
    page.object_list = where_it_went.whereabouts(page.object_list)
    context = {"page": page, "is_open_only": is_open_only}
    return TemplateResponse(request, "syndication/delivery_list.html", context)


@login_required
@require_safe
def post_deliveries(request: MemberRequest, pk: int) -> HttpResponse:
    """Where one post went, with what the member can do about it."""
    clock = clock_of(request.user, timezone.now())
    rows = Delivery.objects.of(request.user).filter(post=pk, post__author=request.user.pk)
    rows = rows.select_related("post")
    page = lines_with_commands(rows, "post", request.GET.get("page"), clock, size=LINES_PER_PAGE)
    post = page.object_list[0].row.post if page.object_list else _mine(request, pk)
    context = {"post": post, "at": clock.past(post.created_at), "page": page}
    return TemplateResponse(request, "syndication/post_deliveries.html", context)


@login_required
@require_safe
def delivery_log(request: MemberRequest, pk: int) -> HttpResponse:
    """The attempts for a post, or a reply, on one link, newest first."""
    mine = Delivery.objects.of(request.user).select_related("link", "interaction")
    delivery = get_object_or_404(mine, pk=pk)
    attempts = Attempt.objects.filter(delivery__in=Delivery.objects.in_sequence_of(delivery))
    page = UncountedPage(attempts.order_by("-pk"), request.GET.get("page"), size=PER_PAGE)
    clock = clock_of(request.user, timezone.now())
    for attempt in page:
        attempt.at = clock.coming(attempt.started_at)
    context = {"delivery": delivery, "page": page}
    return TemplateResponse(request, "syndication/delivery_log.html", context)


@login_required
def post_send(request: MemberRequest, pk: int) -> HttpResponse:
    """Links to which a copy may be sent now, with their readers; POST sends it."""
    post = _mine(request, pk)
    if request.method == "POST":
        link = get_object_or_404(
            Link.objects.of(request.user), pk=number_in(request.POST.get("link"))
        )
        _try(
            request,
            lambda: deliveries.send_copy(post, link, by=request.user),
            gettext("A copy goes to %(name)s now.") % {"name": link.network_name},
        )
        return redirect("post_deliveries", pk)
    return TemplateResponse(
        request,
        "syndication/post_send.html",
        {"post": post, "links": deliveries.sendable_links(post, by=request.user)},
    )


@login_required
def post_correct(request: MemberRequest, pk: int) -> HttpResponse:
    """Copies that can be deleted and sent anew, with what is lost; POST does it for one."""
    post = get_object_or_404(Post.objects.visible_to(request.user).by(request.user), pk=pk)
    if request.method == "POST":
        link = get_object_or_404(
            Link.objects.of(request.user), pk=number_in(request.POST.get("link"))
        )
        _try(
            request,
            lambda: deliveries.send_corrected(post, link, by=request.user),
            gettext("The copy on %(name)s is being deleted, and is sent again after that.")
            % {"name": link.network_name},
        )
        return redirect("post_deliveries", pk)
    foreseen = deliveries.preview_corrections(post, by=request.user)
    context = {"post": post, "foreseen": foreseen}
    return TemplateResponse(request, "syndication/post_correct.html", context)


@login_required
@require_POST
def delivery_command(request: MemberRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(
        Delivery.objects.of(request.user).select_related("post", "interaction", "link"), pk=pk
    )
    pressed = next((name for name in COMMANDS if name in request.POST), None)
    if pressed is not None:
        _label, act, said = COMMANDS[pressed]
        _try(request, lambda: act(delivery, by=request.user), str(said))
    if request.POST.get("from") == "post" and delivery.post_id:
        return redirect("post_deliveries", delivery.post_id)
    if request.POST.get("from") == "interaction" and delivery.interaction_id:
        return redirect("interaction_detail", delivery.interaction_id)
    return redirect("delivery_list")


def _is_for_the_member(row: Delivery, names: Collection[str]) -> bool:
    """Whether only the member can act, on the network: look for a copy, or delete it."""
    over = (DeliveryState.SKIPPED, DeliveryState.FAILED)
    return "there" in names or (row.is_delete and row.state in over)


def _try(request: MemberRequest, act: Callable[[], object], said: str) -> None:
    """Run the action, and show on the next page that it was done, or why not."""
    try:
        act()
    except NotNow as no:
        messages.error(request, sentence(no.reason))
    else:
        messages.success(request, said)


def _mine(request: MemberRequest, pk: int) -> Post:
    """The member's own post, also a deleted one: its copies may remain."""
    return get_object_or_404(Post.objects.filter(author=request.user.pk), pk=pk)
