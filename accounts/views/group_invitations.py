"""Invitations to a group: made by ticking friends or by name, listed for the owner, taken back."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.actions import groups, quotas
from accounts.forms.groups import GroupInviteForm
from accounts.models import Group, Member, Membership
from accounts.models.member import MemberQuerySet
from accounts.views.buttons import pressed_button
from accounts.views.groups import PER_PAGE, joined_group, owned_group
from accounts.views.paging import UncountedPage
from accounts.views.requests import MemberRequest
from accounts.views.ticking import TickPage


@login_required
def group_invite(request: MemberRequest, pk: int) -> HttpResponse:
    """Tick friends, or type one's name; a page names who was ticked before one press invites them."""
    group = joined_group(request, pk)
    is_typed = "name" in request.POST
    form = GroupInviteForm(request.POST if is_typed else None, by=request.user)
    typed = request.POST if request.method == "POST" else request.GET
    ticks = TickPage(_invitable(group, request.user), typed, most=quotas.GROUP_INVITATIONS.most)
    if request.method == "POST" and not is_typed:
        _invite(request, group, ticks.chosen())
        return redirect("group_detail", pk)
    if is_typed and form.is_valid():
        _invite(request, group, [form.invited])
        return redirect("group_detail", pk)
    context = {
        "group": group,
        "form": form,
        "ticks": ticks,
        "chosen": ticks.chosen() if ticks.is_done else [],
    }
    return TemplateResponse(request, "accounts/group_invite.html", context)


@login_required
def group_invited(request: MemberRequest, pk: int) -> HttpResponse:
    """For the owner: who is invited and has not joined, each with a press that takes it back."""
    group = owned_group(request, pk)
    if request.method == "POST":
        _verb, key = pressed_button(request, ["back"])
        for member in Member.objects.seen_by(request.user).filter(pk=key):
            groups.withdraw_group_invitation(group, member, by=request.user)
            messages.success(request, _("The invitation of %(name)s is withdrawn.") % _name(member))
        return redirect("group_invited", pk)
    invited = Membership.objects.invited().filter(group=group).values("member")
    rows = Member.objects.seen_by(request.user).filter(pk__in=invited)
    page = UncountedPage(
        rows.order_by(F("shown_name"), "pk"), request.GET.get("page"), size=PER_PAGE
    )
    return TemplateResponse(request, "accounts/group_invited.html", {"group": group, "page": page})


def _invitable(group: Group, viewer: Member) -> MemberQuerySet:
    """The viewer's friends who are neither in the group nor invited, as far as the viewer knows: whom others
    invited is for the owner alone, and inviting them once more changes nothing."""
    places = Membership.objects.filter(group=group)
    invited = places.invited()
    if group.owner_id != viewer.pk:
        invited = invited.filter(invited_by=viewer)
    friends: MemberQuerySet = Member.objects.seen_by(viewer).friends_of(viewer)
    return (
        friends.exclude(pk__in=places.joined().values("member"))
        .exclude(pk__in=invited.values("member"))
        .order_by(F("shown_name"), "pk")
    )


def _invite(request: MemberRequest, group: Group, members: Iterable[Member]) -> None:
    invited: list[str] = []
    for member in members:
        try:
            groups.invite_to_group(group, member, by=request.user)
        except groups.GroupActionNotAllowed:  # a friend no more
            continue
        except quotas.QuotaUsedUp as error:
            too_many = _("You invited %(count)s people within a day. Invite the others tomorrow.")
            messages.error(request, too_many % {"count": error.quota.most})
            break
        invited.append(_name(member)["name"])
    if len(invited) == 1:
        said = _("%(name)s is invited and can join or decline.") % {"name": invited[0]}
        messages.success(request, said)
    elif invited:
        said = _("%(count)s friends are invited and can join or decline.") % {"count": len(invited)}
        messages.success(request, said)


def _name(member: Member) -> dict[str, str]:
    return {"name": getattr(member, "shown_name", member.username)}
