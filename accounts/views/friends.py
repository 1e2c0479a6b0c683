"""Friends: the list, search by name, and each action as a POST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, QuerySet, Value
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import friends, quotas
from accounts.forms.friends import FindMemberForm
from accounts.models import (
    Block,
    Member,
    count_mutual_friends,
    members_found,
    mutual_friends,
)
from accounts.models.compiled_query import CompiledQuery
from accounts.models.member import MemberQuerySet
from accounts.views.display import with_pictures
from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest

PER_PAGE = 10


@login_required
@require_safe
def friend_list(request: MemberRequest) -> HttpResponse:
    pictured = with_pictures(request)
    listed: Any = _Friends(request.user, with_pictures=pictured)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(
        request,
        "accounts/friend_list.html",
        {
            "page": page,
            "with_pictures": pictured,
            "unanswered": _UNANSWERED.rows(member=request.user) if page.number == 1 else [],
            "form": FindMemberForm(),
        },
    )


@login_required
@require_safe
def friend_find(request: MemberRequest) -> HttpResponse:
    """Find members by name. Each page of what is found is a search, so that nobody can list members."""
    form = FindMemberForm(request.GET or None)
    page = None
    if form.is_valid():
        try:
            quotas.spend_member_quota(request.user, quotas.SEARCHES)
        except quotas.QuotaUsedUp as error:
            often = _("You searched %(count)s times within an hour. Search again later.")
            form.add_error("name", often % {"count": error.quota.most})
        else:
            page = _found_page(request, form)
    return TemplateResponse(
        request,
        "accounts/friend_find.html",
        {
            "form": form,
            "page": page,
            "page_query": urlencode({"name": request.GET.get("name", "")}) + "&",
        },
    )


def _found_page(request: MemberRequest, form: FindMemberForm) -> UncountedPage:
    """Members found, each with `mutual_count`: how many friends the viewer has in common with them."""
    found = members_found(request.user, form.folded)
    page = UncountedPage(found, request.GET.get("page"), size=PER_PAGE)
    counts = count_mutual_friends(request.user, page)
    for member in page:
        member.mutual_count = counts.get(member.pk, 0)
    return page


@login_required
@require_safe
def friend_mutual(request: MemberRequest, name: str) -> HttpResponse:
    """The viewer's friends who are friends of `name`, too."""
    other = _visible_member(request, name)
    if other == request.user:
        raise Http404
    return TemplateResponse(
        request,
        "accounts/friend_mutual.html",
        {
            "member": other,
            "page": UncountedPage(
                mutual_friends(request.user, other), request.GET.get("page"), size=PER_PAGE
            ),
        },
    )


@login_required
@require_POST
def friend_ask(request: MemberRequest) -> HttpResponse:
    """Request friendship with `name`, from a profile page or a list."""
    return _answer(request, "ask", request.POST.get("name", "").replace("\0", ""))


@login_required
@require_POST
def friend_answer(request: MemberRequest) -> HttpResponse:
    """Act on a list: one form, a button for each verb and member: `accept_hanako`.

    A form for each would cost 200 bytes of page a piece.
    """
    for pressed in request.POST:
        verb, _underscore, name = pressed.partition("_")
        if verb in _ANSWERS and name:
            return _answer(request, verb, name)
    return redirect("friend_list")


@login_required
def friend_remove(request: MemberRequest, name: str) -> HttpResponse:
    friend = _visible_member(request, name)
    if request.method != "POST":
        return TemplateResponse(request, "accounts/friend_remove.html", {"member": friend})
    friends.end_friendship(friend, by=request.user)
    messages.success(request, _("%(name)s is no longer your friend.") % _name_for_message(friend))
    return redirect("friend_list")


@login_required
def friend_block(request: MemberRequest, name: str) -> HttpResponse:
    blocked = _visible_or_blocked(request, name)  # blocked: by a second press
    if request.method != "POST":
        return TemplateResponse(request, "accounts/friend_block.html", {"member": blocked})
    friends.block_member(blocked, by=request.user)
    messages.success(
        request, _("@%(name)s is blocked: neither of you sees the other.") % {"name": name}
    )
    return redirect("friend_list")


@login_required
def friend_unblock(request: MemberRequest, name: str) -> HttpResponse:
    blocked = _visible_or_blocked(request, name)  # visible: by a second press
    if request.method != "POST":
        return TemplateResponse(request, "accounts/friend_unblock.html", {"member": blocked})
    friends.unblock_member(blocked, by=request.user)
    messages.success(request, _("@%(name)s is no longer blocked.") % {"name": name})
    return redirect("privacy")


# What each button does, and what is said then.
_ANSWERS: dict[str, tuple[Callable[..., object], Promise]] = {
    "ask": (
        friends.request_friendship,
        gettext_lazy("Request sent. Nothing changes until %(name)s answers."),
    ),
    "accept": (friends.accept_friend_request, gettext_lazy("%(name)s is your friend now.")),
    "decline": (friends.decline_friend_request, gettext_lazy("Declined. %(name)s is not told.")),
    "back": (
        friends.withdraw_friend_request,
        gettext_lazy("Your request to %(name)s is withdrawn."),
    ),
}


def _answer(request: MemberRequest, verb: str, name: str) -> HttpResponse:
    member = _visible_member(request, name)
    try:
        act, said = _ANSWERS[verb]
        if act(member, by=request.user) and verb == "ask":
            said = gettext_lazy("%(name)s is your friend.")  # who asked this member before
        way_on = "home" if verb == "ask" else ""  # nothing is left to do here
        messages.success(request, str(said) % _name_for_message(member), extra_tags=way_on)
    except friends.NoFriendRequest:
        gone = _("The request of %(name)s is no longer open. You can send one from their page.")
        messages.error(request, gone % _name_for_message(member))
    except quotas.QuotaUsedUp as error:
        too_many = _(
            "You asked %(count)s people within a day. Ask %(name)s tomorrow, or send them an invitation."
        )
        messages.error(request, too_many % {"count": error.quota.most, **_name_for_message(member)})
    except friends.MemberUnavailable:
        messages.error(request, _("You cannot send a request to yourself. Type a friend's name."))
    return redirect("friend_list")


class _Friends:
    """The member's friends by name, as Paginator reads them; the statement of the first page is kept."""

    def __init__(self, member: Member, *, with_pictures: bool) -> None:
        self._member = member
        self._with_pictures = with_pictures

    def count(self) -> int:
        return _COUNTED.first(member=self._member) or 0

    def __getitem__(self, wanted: slice) -> list[Member]:
        find = _FRIENDS.rows if not wanted.start else _FRIENDS.rows_composed_now
        return find(wanted.start, wanted.stop, self._with_pictures, member=self._member)


def _related(viewer: Member) -> MemberQuerySet:
    """Members whom the viewer may see, with their relation to the viewer, by name."""
    seen: MemberQuerySet = Member.objects.seen_by(viewer)
    return seen.with_relation_to(viewer).order_by(F("shown_name"), "pk")


def _unanswered(*, member: Member) -> MemberQuerySet:
    """Both kinds by one query: who waits for an answer first."""
    found: MemberQuerySet = _related(member).unanswered_with(member)
    return found.order_by(F("is_asking").desc(), F("shown_name"))[:PER_PAGE]


def _counted(*, member: Member) -> QuerySet[Any, int]:
    of_all = (
        _related(member).friends_of(member).order_by().annotate(of_all=Value(0)).values("of_all")
    )
    return of_all.annotate(count=Count("pk")).values_list("count", flat=True)


def _friends(start: int, stop: int, with_pictures: bool, *, member: Member) -> MemberQuerySet:
    found: MemberQuerySet = _related(member).friends_of(member)
    return (found.with_profile_for(member) if with_pictures else found)[start:stop]


_COUNTED = CompiledQuery(_counted)
_FRIENDS = CompiledQuery(_friends)
_UNANSWERED = CompiledQuery(_unanswered)


def _visible_member(request: MemberRequest, name: str) -> Member:
    member: Member = get_object_or_404(Member.objects.seen_by(request.user), username=name)
    return member


def _visible_or_blocked(request: MemberRequest, name: str) -> Member:
    """Another member whom the viewer may see or has blocked.

    404 for who blocked the viewer, as for a name that nobody has: another answer would tell of the block.
    """
    others = Member.objects.filter(username=name).exclude(pk=request.user.pk)
    seen = others.seen_by(request.user).first()
    if seen is not None:
        return seen
    blocked = Block.objects.filter(blocker=request.user).values("blocked")
    member: Member = get_object_or_404(
        others.filter(pk__in=blocked).annotate(shown_name=F("username"))
    )
    return member


def _name_for_message(member: Member) -> dict[str, str]:
    """The name of a member that messages show to the viewer."""
    return {"name": getattr(member, "shown_name", member.username)}
