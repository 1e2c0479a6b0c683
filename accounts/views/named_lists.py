"""Named lists of friends: the lists, one of them, and each change. All are their owner's alone."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import named_lists
from accounts.forms.named_lists import NamedListForm, name_taken, too_many_lists
from accounts.models import Member, NamedList, friends_to_choose
from accounts.views.friend_picker import FriendPicker
from accounts.views.requests import MemberRequest

PER_PAGE = 10


@login_required
@require_safe
def named_list_list(request: MemberRequest) -> HttpResponse:
    mine = NamedList.objects.filter(owner=request.user).annotate(count=Count("listed"))
    page = Paginator(mine.order_by("name", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(request, "accounts/named_list_list.html", {"page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def named_list_new(request: MemberRequest) -> HttpResponse:
    """Create a list: a name, and friends to tick."""
    form = NamedListForm(request.POST or None, member=request.user)
    picker = FriendPicker(request.user, request.POST)
    if picker.is_done:
        name = request.POST.get("name", "")
        made = named_lists.find_list(name, picker.ticked, by=request.user)  # pressed twice
        if made is None and form.is_valid():
            made = _create_list(form, picker, by=request.user)
        if made is not None:
            messages.success(request, _("List created. Only you see it."))
            return redirect("named_list_detail", made.pk)
    if not picker.is_done:
        form = NamedListForm(member=request.user, initial={"name": request.POST.get("name", "")})
    context = {"form": form, "picker": picker}
    return TemplateResponse(request, "accounts/named_list_new.html", context)


def _create_list(form: NamedListForm, picker: FriendPicker, *, by: Member) -> NamedList | None:
    """Create the list of a valid form. None, with an error in the form, where another press was first."""
    try:
        return named_lists.create_list(form.cleaned_data["name"], picker.ticked, by=by)
    except named_lists.ListNameTaken:
        form.add_error("name", name_taken())
    except named_lists.TooManyLists:
        form.add_error("name", too_many_lists())
    return None


@login_required
@require_safe
def named_list_detail(request: MemberRequest, pk: int) -> HttpResponse:
    named_list = _own_list(request, pk)
    people = friends_to_choose(request.user).filter(pk__in=named_list.listed.values("friendship"))
    page = Paginator(people, PER_PAGE).get_page(request.GET.get("page"))
    context = {"named_list": named_list, "page": page}
    return TemplateResponse(request, "accounts/named_list_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def named_list_people(request: MemberRequest, pk: int) -> HttpResponse:
    """Tick who is on the list from now on."""
    named_list = _own_list(request, pk)
    now = named_list.listed.values_list("friendship", flat=True)
    picker = FriendPicker(request.user, request.POST, ticked=now)
    if picker.is_done:
        named_lists.change_list(named_list, picker.ticked, by=request.user)
        messages.success(
            request, _("The list is changed. Posts written before keep their readers.")
        )
        return redirect("named_list_detail", pk)
    context = {"named_list": named_list, "picker": picker}
    return TemplateResponse(request, "accounts/named_list_people.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def named_list_rename(request: MemberRequest, pk: int) -> HttpResponse:
    named_list = _own_list(request, pk)
    form = NamedListForm(
        request.POST or None,
        member=request.user,
        now=named_list.name,
        initial={"name": named_list.name},
    )
    if form.is_valid():
        try:
            named_lists.rename_list(named_list, form.cleaned_data["name"], by=request.user)
        except named_lists.ListNameTaken:  # made in another window just now
            return redirect("named_list_rename", pk)
        messages.success(request, _("The list has a new name."))
        return redirect("named_list_detail", pk)
    context = {"named_list": named_list, "form": form}
    return TemplateResponse(request, "accounts/named_list_rename.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def named_list_delete(request: MemberRequest, pk: int) -> HttpResponse:
    """Delete the list, after a page that says what stays. A second press is no error."""
    named_list = NamedList.objects.filter(owner=request.user, pk=pk).first()
    if request.method == "POST":
        if named_list is not None:
            named_lists.delete_list(named_list, by=request.user)
        messages.success(request, _("The list is deleted."))
        return redirect("named_list_list")
    context = {"named_list": _own_list(request, pk)}
    return TemplateResponse(request, "accounts/named_list_delete.html", context)


def _own_list(request: MemberRequest, pk: int) -> NamedList:
    named_list: NamedList = get_object_or_404(NamedList, owner=request.user, pk=pk)
    return named_list
