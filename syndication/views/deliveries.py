"""The pages "Where it went": the state of each delivery, and its commands."""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F, OuterRef, Prefetch, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from accounts.models import Member
from accounts.views.buttons import number_in
from accounts.views.paging import UncountedPage, page_number
from accounts.views.requests import MemberRequest
from syndication.actions import commands, deliveries
from syndication.models import (
    NOT_DONE,
    Attempt,
    Delivery,
    DeliveryState,
    Link,
    NetworkSwitch,
    Post,
)
from syndication.models.delivery import DeliveryQuerySet
from syndication.models.errors import NotNow
from syndication.models.newest import NewestOfAll
from syndication.models.reason_texts import sentence
from syndication.queries import copies

PER_PAGE = 7
PER_PAGE_WITH_LOG = 5

# Each command's label, action and success message. The buttons of a form differ by name.
COMMANDS: dict[str, tuple[Promise, Callable[..., None], Promise]] = {
    "retry": (
        gettext_lazy("Try again"),
        commands.retry_delivery,
        gettext_lazy("It is tried again now."),
    ),
    "there": (
        gettext_lazy("It is there"),
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


def shown_deliveries(rows: DeliveryQuerySet, number: str | None, *, size: int) -> UncountedPage:
    """Page `number` of `rows`, each with what the page says of it: its `commands`, when it is tried next
    (`next_at`), whether its copy is behind the post (`is_behind`), why staff `paused` its network (None: they did not) and where the member can look, or
    delete, as they are asked to (`look_at`).
    """
    switched_off = NetworkSwitch.objects.paused().filter(network=OuterRef("link__network"))
    rows = copies.with_is_taken_back(rows).annotate(
        paused=Subquery(switched_off.values("reason")), is_going=copies.has_open_or_sent_delete()
    )
    page, now = UncountedPage(rows, number, size=size), timezone.now()
    for row in page:
        names = commands.available_commands(row)
        row.commands = [(name, COMMANDS[name][0]) for name in names]
        row.next_at = row.due_at if row.due_at is not None and row.due_at > now else None
        row.is_behind = not row.is_going and deliveries.is_behind(row)
        row.look_at = row.link.profile_url if _is_for_the_member(row, names) else ""
    return page


@login_required
def delivery_list(request: MemberRequest) -> HttpResponse:
    number, is_open_only = request.GET.get("page"), bool(request.GET.get("open"))
    if is_open_only:
        rows = Delivery.objects.of(request.user).filter(state__in=NOT_DONE)
    else:
        rows = _newest(request.user, page_number(number) * PER_PAGE + 1)
    # By an expression: few are open, and a walk down the key would pass everybody's.
    rows = rows.select_related("post", "interaction", "link", "activity").order_by(-F("pk"))
    return TemplateResponse(
        request,
        "syndication/delivery_list.html",
        {
            "page": shown_deliveries(rows, number, size=PER_PAGE),
            "is_open_only": is_open_only,
        },
    )


@login_required
def post_deliveries(request: MemberRequest, pk: int) -> HttpResponse:
    log = Prefetch("attempts", queryset=Attempt.objects.order_by("-pk"), to_attr="log")
    rows = Delivery.objects.of(request.user).filter(post=pk, post__author=request.user.pk)
    rows = rows.select_related("post", "link", "activity").prefetch_related(log).order_by("-pk")
    page = shown_deliveries(rows, request.GET.get("page"), size=PER_PAGE_WITH_LOG)
    post = page.object_list[0].post if page.object_list else _mine(request, pk)
    return TemplateResponse(
        request, "syndication/post_deliveries.html", {"post": post, "page": page}
    )


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
            gettext("The copy on %(name)s is deleted now, and then sent anew.")
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


def _newest(member: Member, most: int) -> DeliveryQuerySet:
    """The newest deliveries of all links that the member has or had."""
    newest = NewestOfAll(
        Link.objects.filter(member=member).values("pk"),
        lambda link: Delivery.objects.filter(link=link),
        time="id",
        most=most,
    )
    return Delivery.objects.filter(pk__in=newest)


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
