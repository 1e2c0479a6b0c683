"""Where it went: each copy, how far it is, why not, what next; and the presses."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from syndication.actions import deliveries, notices, presses
from syndication.actions.errors import NotNow
from syndication.models import Attempt, Delivery, DeliveryState, Link, Notice, Post

PER_PAGE = 8

# What each press is called on the page; the buttons of one form, told apart by name.
PRESSES: dict[str, tuple[Promise, Callable[..., None]]] = {
    "retry": (gettext_lazy("Try again"), deliveries.retry),
    "there": (gettext_lazy("It is there"), deliveries.confirm_it_is_there),
    "again": (gettext_lazy("Send it again"), deliveries.send_again),
    "dismiss": (gettext_lazy("Let it be"), deliveries.dismiss),
}


@login_required
def delivery_list(request: HttpRequest) -> HttpResponse:
    rows = Delivery.objects.of(request.user).select_related("post", "link").order_by("-pk")
    is_open_only = bool(request.GET.get("open"))
    if is_open_only:
        rows = rows.exclude(state__in=[DeliveryState.SENT, DeliveryState.CANCELLED])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "syndication/delivery_list.html",
        {
            "page": _with_presses(page),
            "told": Notice.objects.filter(member=request.user.pk, closed_at=None)[:3],
            "is_open_only": is_open_only,
        },
    )


@login_required
def post_deliveries(request: HttpRequest, pk: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.filter(author=request.user.pk), pk=pk)
    log = Prefetch("attempts", queryset=Attempt.objects.order_by("-pk"), to_attr="log")
    rows = Delivery.objects.of(request.user).filter(post=post).select_related("post", "link")
    page = Paginator(rows.prefetch_related(log).order_by("link", "sequence"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    return TemplateResponse(
        request,
        "syndication/post_deliveries.html",
        {"post": post, "page": _with_presses(page), "sendable": deliveries.sendable(post)},
    )


@login_required
@require_POST
def delivery_press(request: HttpRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(
        Delivery.objects.of(request.user).select_related("post", "link"), pk=pk
    )
    pressed = next((name for name in PRESSES if name in request.POST), None)
    if pressed is not None:
        _, act = PRESSES[pressed]
        _try(request, lambda: act(delivery, by=request.user))
    if request.POST.get("from") == "post":
        return redirect("post_deliveries", delivery.post_id)
    return redirect("delivery_list")


@login_required
@require_POST
def post_send(request: HttpRequest, pk: int, link_pk: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.filter(author=request.user.pk), pk=pk)
    link = get_object_or_404(Link.objects.of(request.user), pk=link_pk)
    _try(request, lambda: deliveries.send_copy(post, link, by=request.user))
    return redirect("post_deliveries", pk)


@login_required
@require_POST
def notice_close(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.filter(member=request.user.pk), pk=pk)
    notices.close(notice, by=request.user)
    return redirect("delivery_list")


def _try(request: HttpRequest, act: Callable[[], object]) -> None:
    """Do it, and say on the next page whether it was done, or why not."""
    try:
        act()
    except NotNow as no:
        messages.error(request, gettext(no.reason))
    else:
        messages.success(request, gettext("Done."))


def _with_presses(page: Page[Delivery]) -> Page[Delivery]:
    """Each delivery with the buttons that make sense in its state, as `presses`."""
    for delivery in page.object_list:
        names = presses.offered(delivery)
        delivery.presses = [(name, PRESSES[name][0]) for name in names]  # type: ignore[attr-defined]
    return page
