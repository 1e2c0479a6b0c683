"""Admin of log-ins: sessions, phone logins, bookmarks, devices, registrations, tickets.

Never what opens them: no code, no hash of one; of a session's key the first letters. Browsers are
named in words, since the names of old handsets carry their serial numbers.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.actions import servers, sessions
from accounts.actions.ways_in import LOST_PHONE
from accounts.admin.read_only import NewestFirstAdmin, ReadOnlyAdmin, ReadOnlyInline, mask_key
from accounts.admin.windows import NetworkFilter
from accounts.models import (
    DeviceLogin,
    MemberSession,
    Phone,
    PhoneLogin,
    PhoneOpener,
    ServerRegistration,
)
from accounts.urlsession.models import OutTicket

END_REASONS = {
    "wrong_pick": pgettext_lazy("log-in", "a wrong number was picked"),
    "wrong_number": pgettext_lazy("log-in", "a wrong number was picked"),
    "replaced": pgettext_lazy("log-in", "another code took its place"),
    "logged_out": pgettext_lazy("log-in", "whoever began it logged out"),
    "stopped": pgettext_lazy("log-in", "stopped"),
    "refused": pgettext_lazy("log-in", "the member refused it"),
    "tries": pgettext_lazy("log-in", "too many wrong tries"),
    LOST_PHONE: pgettext_lazy("log-in", "a phone was lost"),
}


@admin.register(MemberSession)
class MemberSessionAdmin(NewestFirstAdmin):
    list_display = ("user", "device", "ip", "created_at", "last_seen_at", "key")
    list_filter = ("created_at", "last_seen_at")
    search_fields = ("user__username",)
    list_select_related = ("user",)
    fields = list_display
    actions = ("end",)

    @admin.display(description=_("device"))
    def device(self, session: MemberSession) -> str:
        return session.device

    @admin.display(description=_("key (a hash)"))
    def key(self, session: MemberSession) -> str:
        return mask_key(session.session_key)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.end_membersession")

    @admin.action(description=_("End the selected sessions"), permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[MemberSession]) -> None:
        """End the sessions, in effect from their next request."""
        ended = list(queryset.select_related("user"))
        for session in ended:
            self.log_change(request, session, gettext("Ended."))
            sessions.end_session_as_staff(session)
        said = ngettext("%(n)d session ended.", "%(n)d sessions ended.", len(ended))
        self.message_user(request, said % {"n": len(ended)}, messages.SUCCESS)


@admin.register(ServerRegistration)
class ServerRegistrationAdmin(ReadOnlyAdmin):
    """Registrations with servers, without what was agreed.

    One that is dropped links nobody any more; the links that were made with it keep it.
    """

    list_display = ("network", "host", "created_at", "replaced_at")
    list_filter = (NetworkFilter, "created_at", "replaced_at")
    search_fields = ("host",)
    ordering = ("-pk",)
    fields = list_display
    actions = ("drop",)

    def has_drop_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.drop_serverregistration")

    @admin.action(description=_("Drop: register again at the next link"), permissions=["drop"])
    def drop(self, request: HttpRequest, queryset: QuerySet[ServerRegistration]) -> None:
        count = 0
        for row in queryset.filter(replaced_at=None):
            count += servers.retire_registration(row.network, row.host)
            self.log_change(request, row, gettext("Dropped."))
        said = ngettext("%(n)d registration dropped.", "%(n)d registrations dropped.", count)
        self.message_user(request, said % {"n": count}, messages.SUCCESS)


class PhoneOpenerInline(ReadOnlyInline):
    model = PhoneOpener
    fields = readonly_fields = ("device", "opened_at")


@admin.register(PhoneLogin)
class PhoneLoginAdmin(NewestFirstAdmin):
    list_display = ("member", "created_at", "state", "device", "why")
    list_filter = ("created_at", "is_acknowledged")
    search_fields = ("member__username",)
    list_select_related = ("member", "picked")
    fields = (
        "member",
        "state",
        "device",
        "created_at",
        "expires_at",
        "used_at",
        "ended_at",
        "why",
        "is_acknowledged",
    )
    inlines = (PhoneOpenerInline,)

    @admin.display(description=pgettext_lazy("column", "why it ended"))
    def why(self, login: PhoneLogin) -> str:
        return str(END_REASONS.get(login.end_reason, login.end_reason))

    @admin.display(description=_("state"))
    def state(self, login: PhoneLogin) -> Any:
        if login.used_at:
            return _("a phone came in")
        if login.ended_at:
            return _("ended")
        return _("open") if login.is_live else _("ran out")

    @admin.display(description=_("device"))
    def device(self, login: PhoneLogin) -> str:
        return login.picked.device if login.picked else ""


@admin.register(Phone)
class PhoneAdmin(NewestFirstAdmin):
    list_display = ("member", "device", "created_at", "last_used_at", "wrong_tries", "ended_at")
    list_filter = ("created_at", "ended_at")
    search_fields = ("member__username",)
    list_select_related = ("member",)
    fields = list_display


@admin.register(DeviceLogin)
class DeviceLoginAdmin(NewestFirstAdmin):
    list_display = ("approved_by", "device", "address", "created_at", "approved_at", "used_at")
    list_filter = ("created_at",)
    search_fields = ("approved_by__username",)
    list_select_related = ("approved_by",)
    fields = (*list_display, "expires_at", "tries", "ended_at", "why")

    @admin.display(description=pgettext_lazy("column", "why it ended"))
    def why(self, login: DeviceLogin) -> str:
        return str(END_REASONS.get(login.end_reason, login.end_reason))


@admin.register(OutTicket)
class OutTicketAdmin(ReadOnlyAdmin):
    """Outbound tickets. The URL may stand in a private post, so only its host is shown."""

    list_display = ("host", "expires_at", "key")
    list_filter = ("expires_at",)
    list_display_links = None  # the page of one has the ticket in its address
    ordering = ("-expires_at",)
    fields = list_display

    @admin.display(description=_("host"))
    def host(self, ticket: OutTicket) -> str:
        return ticket.host

    @admin.display(description=_("ticket"))
    def key(self, ticket: OutTicket) -> str:
        return mask_key(ticket.ticket)
