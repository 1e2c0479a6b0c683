"""Feed items: one post of a friend on a network, and hiding its account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.views.buttons import pressed_button
from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest
from syndication.actions import hidden_accounts
from syndication.models import FeedItem, Link, RemoteReply
from syndication.queries.excerpts import split_into_pages
from syndication.queries.interaction_targets import target_of_item
from syndication.views.interaction_new import interaction_context, open_feed_item

HIDDEN_PER_PAGE = 10


@require_safe
@login_required
def feed_item(request: MemberRequest, pk: int) -> HttpResponse:
    """A friend's post on a network, in pages, for the link's member only. The copy of a post of this
    site leads to the post."""
    item = open_feed_item(request, pk)
    if item.post_here is not None:
        return redirect("post_detail", item.post_here)
    page = Paginator(split_into_pages(item.words), 1).get_page(request.GET.get("page"))
    context = {"item": item, "page": page, **interaction_context(target_of_item(item))}
    return TemplateResponse(request, "syndication/feed_item.html", context)


@login_required
def feed_item_hide(request: MemberRequest, pk: int) -> HttpResponse:
    """Hide the account that wrote the item, after a page that says what that means."""
    hidden = hide_account_of(
        request, open_feed_item(request, pk), "syndication/feed_item_hide.html"
    )
    return hidden or redirect("home")


def hide_account_of(
    request: MemberRequest, item: FeedItem | RemoteReply, asking: str
) -> HttpResponse | None:
    """Hide the account that wrote `item`, and say so; None when that is done. Else the page `asking`
    first, or the list of hidden accounts where no more fit."""
    if request.method != "POST":
        return TemplateResponse(request, asking, {"item": item})
    named = {"name": item.author_name, "network": item.link.network_name}
    try:
        hidden_accounts.hide_account(item, by=request.user)
    except hidden_accounts.TooManyHidden:
        full = _("You hide %(most)s accounts of %(network)s. Show one again to hide %(name)s.")
        messages.error(request, full % {"most": hidden_accounts.MAX_HIDDEN, **named})
        return redirect("link_hidden", item.link.network, item.link_id)
    messages.success(
        request,
        _("%(name)s (%(network)s) is hidden. The page of that link shows them again.") % named,
    )
    return None


@login_required
def link_hidden(request: MemberRequest, network: str, pk: int) -> HttpResponse:
    """The hidden accounts of a link, each with a button that shows it again."""
    link = get_object_or_404(Link.objects.of(request.user), network=network, pk=pk)
    hidden = link.hidden_accounts.order_by("name", "pk")
    _verb, pressed = pressed_button(request, ("show",))
    if pressed:
        account = hidden.filter(pk=pressed).first()
        if account is not None:
            hidden_accounts.show_account(account, by=request.user)
            messages.success(request, _("%(name)s is shown again.") % {"name": account.name})
        return redirect("link_hidden", network, pk)
    page = UncountedPage(hidden, request.GET.get("page"), size=HIDDEN_PER_PAGE)
    return TemplateResponse(request, "syndication/link_hidden.html", {"link": link, "page": page})
