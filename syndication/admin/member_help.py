"""Staff's help for a member: three pages, each of which says what it will do before its one press."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.actions import recoveries, ways_in
from accounts.actions.guesses import TooManyGuesses
from accounts.mail_addresses import email_as_typed
from accounts.models import Member
from syndication.actions import member_help
from syndication.forms.member_help import HelpForm, LostAddressForm, LostPhoneForm
from syndication.models.errors import NotYours

HelpPage = Callable[[HttpRequest, Member], HttpResponse]


class MemberHelp:
    """The pages below a member's own in admin; mixed into its ModelAdmin."""

    def help_urls(self: Any) -> list[URLPattern]:
        pages: dict[str, HelpPage] = {
            "lost_phone": self.lost_phone,
            "lost_factor": self.lost_factor,
            "lost_address": self.lost_address,
            "recovery": self.press_on_recovery,
        }
        return [
            path(
                f"<int:pk>/{name.replace('_', '-')}/",
                self.admin_site.admin_view(self._guarded(page)),
                name=f"member_{name}",
            )
            for name, page in pages.items()
        ]

    def _guarded(self, page: HelpPage) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, pk: int) -> HttpResponse:
            if not request.user.has_perm(recoveries.MAY_HELP):
                raise PermissionDenied
            return page(request, get_object_or_404(Member, pk=pk))

        return view

    def lost_phone(self, request: HttpRequest, member: Member) -> HttpResponse:
        """End all ways in and pause mails; a link for a new password goes to an address still held."""
        form = LostPhoneForm(request.POST or None, addresses=ways_in.held_addresses(member))
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                member_help.help_with_lost_phone(
                    member, given["reason"], by=_staff(request), held=given["held"]
                )
            except NotYours:
                form.add_error(None, _("This is not for staff, nor for accounts that are closed."))
            except (TooManyGuesses, ways_in.AddressNotHeld):
                form.add_error("held", _("No more links go there today. Choose nobody, or wait."))
            else:
                said = _("Ended. The member comes in with the password alone.")
                if given["held"]:
                    mailed = _("Ended. A link for a new password was mailed to %(address)s.")
                    said = mailed % {"address": email_as_typed(given["held"])}
                return _done(request, member, said)
        ends = member_help.describe_lost_phone(member)
        return self._page(
            request,
            member,
            form,
            {"ends": ends, "title": _("Lost phone"), "button": _("End it all")},
        )

    def lost_factor(self, request: HttpRequest, member: Member) -> HttpResponse:
        """Ask that the log-in needs no second step; it waits."""
        form = HelpForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                member_help.help_with_lost_factor(
                    member, form.cleaned_data["reason"], by=_staff(request)
                )
            except recoveries.RecoveryRefused as no:
                form.add_error(None, str(no))
            else:
                return _done(request, member, _("It waits now, and the member is told."))
        context = {"title": _("Lost second step"), "button": _("Begin the 14 days")}
        return self._page(request, member, form, context)

    def lost_address(self, request: HttpRequest, member: Member) -> HttpResponse:
        """Ask for another address, where no way in is left; it waits."""
        form = LostAddressForm(request.POST or None)
        left = recoveries.ways_left(member)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            try:
                member_help.help_with_lost_address(
                    member, given["address"], given["reason"], by=_staff(request)
                )
            except recoveries.RecoveryRefused as no:
                form.add_error(None, str(no))
            else:
                return _done(request, member, _("It waits now, and the member is told."))
        context = {
            "ways_left": left,
            "title": _("Lost email address"),
            "button": _("Begin the 14 days"),
        }
        return self._page(request, member, form, context)

    def press_on_recovery(self, request: HttpRequest, member: Member) -> HttpResponse:
        """The second yes, or stopping what waits. A POST alone."""
        waiting = recoveries.waiting_recovery(member)
        if request.method != "POST" or waiting is None:
            return redirect(_member_page(member))
        try:
            if request.POST.get("command") == "agree":
                member_help.agree(waiting, by=_staff(request))
            else:
                member_help.stop(waiting, by=_staff(request))
        except recoveries.RecoveryRefused as no:
            messages.warning(request, str(no))
            return redirect(_member_page(member))
        return _done(request, member, _("Done."))

    def _page(
        self: Any, request: HttpRequest, member: Member, form: HelpForm, more: dict[str, Any]
    ) -> HttpResponse:
        waiting = recoveries.waiting_recovery(member)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "member": member,
            "form": form,
            "recovery": waiting,
            **more,
        }
        return TemplateResponse(request, "admin/accounts/member/help.html", context)


def recovery_context(request: HttpRequest, member: Member) -> dict[str, Any]:
    """What waits for the member, and whether this person of the staff may say the second yes."""
    waiting = recoveries.waiting_recovery(member)
    if waiting is None:
        return {}
    return {
        "recovery": waiting,
        "needs_yes": recoveries.needs_second_yes(waiting),
        "may_agree": waiting.agreed_at is None
        and waiting.mailed_at is None
        and waiting.asked_by_id != request.user.pk,
    }


def _done(request: HttpRequest, member: Member, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect(_member_page(member))


def _member_page(member: Member) -> str:
    return reverse("admin:accounts_member_change", args=[member.pk])


def _staff(request: HttpRequest) -> Any:
    return request.user
