"""Groups: the list with invitations, one group, and each action as a POST."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import groups, quotas
from accounts.forms.groups import GroupForm
from accounts.models import Group, Member, Membership
from accounts.views.requests import MemberRequest

PER_PAGE = 10


@login_required
@require_safe
def group_list(request: MemberRequest) -> HttpResponse:
    mine = Membership.objects.filter(member=request.user).select_related("group", "invited_by")
    page = Paginator(mine.joined().order_by("group__name", "pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    invited = mine.reaching().order_by("-pk")[:PER_PAGE] if page.number == 1 else []
    return TemplateResponse(request, "accounts/group_list.html", {"page": page, "invited": invited})


@login_required
def group_new(request: MemberRequest) -> HttpResponse:
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            group = groups.create_group(form.cleaned_data["name"], by=request.user)
        except groups.TooManyGroups:
            too_many = _("You own %(count)s groups. Close one of them, or hand one over, first.")
            form.add_error(None, too_many % {"count": groups.MAX_GROUPS_OWNED})
        except quotas.QuotaUsedUp as error:
            too_many = _("You made %(count)s groups within a day. Make this one tomorrow.")
            form.add_error(None, too_many % {"count": error.quota.most})
        else:
            messages.success(
                request,
                _("The group is created. Invite your friends: they decide whether to join."),
            )
            return redirect("group_detail", group.pk)
    return TemplateResponse(request, "accounts/group_new.html", {"form": form})


@login_required
@require_safe
def group_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """The group for members; for the invited, who invites and what joining means."""
    membership = _own_membership(request, pk)
    group, is_owner = membership.group, membership.group.owner_id == request.user.pk
    if membership.joined_at is None:
        return TemplateResponse(
            request, "accounts/group_invitation.html", {"group": group, "membership": membership}
        )
    seen = Member.objects.seen_by(request.user).order_by("shown_name", "pk")
    here = Membership.objects.filter(group=group)
    page = Paginator(seen.filter(pk__in=here.joined().values("member")), PER_PAGE)
    return TemplateResponse(
        request,
        "accounts/group_detail.html",
        {
            "group": group,
            "is_owner": is_owner,
            "page": page.get_page(request.GET.get("page")),
            "invited": seen.filter(pk__in=here.invited().values("member"))[:PER_PAGE]
            if is_owner
            else [],
        },
    )


@login_required
@require_POST
def group_accept(request: MemberRequest, pk: int) -> HttpResponse:
    group = Group.objects.filter(pk=pk).first()
    if group is None or not groups.accept_group_invitation(group, by=request.user):
        messages.error(request, _("The invitation was withdrawn. Ask the member who invited you."))
        return redirect("group_list")
    messages.success(request, _("You are in %(name)s now.") % {"name": group.name})
    return redirect("group_detail", pk)


@login_required
@require_POST
def group_decline(request: MemberRequest, pk: int) -> HttpResponse:
    """Decline. A second tap, with nothing left to decline, is no error."""
    for group in Group.objects.filter(pk=pk):
        groups.decline_group_invitation(group, by=request.user)
    messages.success(request, _("Declined. Nobody is told."))
    return redirect("group_list")


@login_required
@require_POST
def group_leave(request: MemberRequest, pk: int) -> HttpResponse:
    for group in Group.objects.filter(pk=pk):
        try:
            groups.leave_group(group, by=request.user)
        except groups.OwnerMustTransfer:
            messages.error(
                request, _("You own the group: hand it over to a member first, or close it.")
            )
            return redirect("group_detail", pk)
        except groups.LastMemberLeaves:
            return redirect("group_close", pk)
    messages.success(request, _("You left the group."))
    return redirect("group_list")


@login_required
def group_member(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """Remove a member, or hand the group over to them, as the owner."""
    # Who is neither in the group nor visible is as unknown here as on the profile page.
    inside = Membership.objects.filter(group=pk).values("member")
    seen = Member.objects.seen_by(request.user).values("pk")
    known = Member.objects.filter(Q(pk__in=inside) | Q(pk__in=seen))
    member = get_object_or_404(known, username=name)
    if request.method == "POST":  # after handing over, a second tap comes from a plain member
        return _act_on_member(request, joined_group(request, pk), member)
    group = owned_group(request, pk)
    get_object_or_404(Membership, group=group, member=member)
    return TemplateResponse(
        request, "accounts/group_member.html", {"group": group, "member": member}
    )


def _act_on_member(request: MemberRequest, group: Group, member: Member) -> HttpResponse:
    try:
        if "hand_over" in request.POST:
            groups.transfer_group(group, member, by=request.user)
            said = _("%(name)s owns the group now; you are still in.")
        else:
            groups.remove_from_group(group, member, by=request.user)
            said = _("%(name)s is no longer in the group.")
    except groups.GroupActionNotAllowed:
        messages.error(
            request,
            _("You cannot do this with yourself, or with somebody who is not in the group."),
        )
    else:
        messages.success(request, said % {"name": f"@{member.username}"})
    return redirect("group_detail", group.pk)


@login_required
def group_close(request: MemberRequest, pk: int) -> HttpResponse:
    group = get_object_or_404(Group, pk=pk)
    if not groups.may_close_group(group, request.user):
        raise Http404
    if request.method == "POST":
        groups.close_group(group, by=request.user)
        messages.success(request, _("%(name)s is closed.") % {"name": group.name})
        return redirect("group_list")
    others = Membership.objects.joined().filter(group=group).exclude(member=request.user)
    context = {"group": group, "is_alone": not others.exists()}
    return TemplateResponse(request, "accounts/group_close.html", context)


def _own_membership(request: MemberRequest, pk: int) -> Membership:
    """The viewer's membership or invitation; 404 for others, who must not learn of the group."""
    mine = Membership.objects.filter(group=pk, member=request.user)
    mine = (mine.joined() | mine.reaching()).select_related("group__owner", "invited_by")
    return get_object_or_404(mine)


def joined_group(request: MemberRequest, pk: int) -> Group:
    joined = Membership.objects.joined().select_related("group")
    return get_object_or_404(joined, group=pk, member=request.user).group


def owned_group(request: MemberRequest, pk: int) -> Group:
    return get_object_or_404(Group, pk=pk, owner=request.user)
