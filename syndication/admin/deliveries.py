"""Admin of deliveries and attempts, which staff can retry or dismiss as the member can.

The network's answer may quote the post, so it is shown for posts to Everyone only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.read_only import ReadOnlyAdmin, ReadOnlyInline
from accounts.models import Audience, Member
from syndication.actions import commands
from syndication.models import Attempt, Delivery
from syndication.models.errors import NotNow, NotYours
from syndication.models.reason_texts import sentence

Command = Callable[..., None]

NAMED = 5  # of the deliveries that were refused for one reason


def _is_open(delivery: Delivery) -> bool:
    """Whether the copy is for Everyone, and the post still is. A reply is its member's alone to read."""
    post = delivery.post
    if post is None:
        return False
    return delivery.audience == post.audience == Audience.EVERYONE and post.deleted_at is None


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = readonly_fields = (
        "number",
        "doing",
        "version",
        "started_at",
        "finished_at",
        "outcome",
        "http_status",
        "why",
        "answer",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        return super().get_queryset(request).select_related("delivery__post")

    @admin.display(description=_("reason"))
    def why(self, attempt: Attempt) -> str:
        return sentence(attempt.reason)

    @admin.display(description=_("answer"))
    def answer(self, attempt: Attempt) -> Any:
        return attempt.excerpt if _is_open(attempt.delivery) else _("(private)")


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "__str__",
        "member",
        "network",
        "kind",
        "state",
        "tries",
        "due_at",
        "why",
        "created_at",
    )
    list_filter = ("state", "kind", "link__network", "audience", "created_at")
    search_fields = ("link__member__username", "=remote_id")
    list_select_related = ("link__member",)
    ordering = ("-created_at",)
    inlines = (AttemptInline,)
    actions = ("retry", "dismiss")
    fields = (
        "post",
        "interaction",
        "link",
        "member",
        "kind",
        "sequence",
        "version",
        "state",
        "why",
        "said",
        "audience",
        "due_at",
        "tries",
        "reads",
        "lease_until",
        "first_sent_at",
        "sent_at",
        "remote_id",
        "copy",
        "remote_deleted_at",
        "is_manual",
        "is_correction",
        "created_at",
        "changed_at",
    )

    @admin.display(description=_("member"), ordering="link__member__username")
    def member(self, delivery: Delivery) -> Member:
        return delivery.link.member

    @admin.display(description=_("network"), ordering="link__network")
    def network(self, delivery: Delivery) -> str:
        return delivery.link.network

    @admin.display(description=_("reason"), ordering="reason")
    def why(self, delivery: Delivery) -> str:
        return delivery.reason_in_words

    @admin.display(description=_("the network's answer"))
    def said(self, delivery: Delivery) -> Any:
        return delivery.network_words if _is_open(delivery) else _("(private)")

    @admin.display(description=_("address of the copy"))
    def copy(self, delivery: Delivery) -> Any:
        return delivery.remote_url if _is_open(delivery) else _("(private)")

    def has_command_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(commands.MAY_CHANGE)

    @admin.action(description=_("Retry the selected deliveries"), permissions=["command"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._press(request, queryset, commands.retry_delivery, "Retried.")

    @admin.action(description=_("Dismiss the selected deliveries"), permissions=["command"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._press(request, queryset, commands.dismiss_delivery, "Dismissed.")

    def _press(
        self, request: HttpRequest, queryset: QuerySet[Delivery], press: Command, said: str
    ) -> None:
        """Run the command on each row. Refused rows are listed by reason, since there may be thousands."""
        done = 0
        refused: dict[str, list[str]] = defaultdict(list)
        for delivery in queryset.select_related("link", "post", "interaction"):
            try:
                press(delivery, by=request.user)
            except (NotNow, NotYours) as no:
                refused[sentence(getattr(no, "reason", str(no)))].append(str(delivery))
            else:
                done += 1
                self.log_change(request, delivery, said)
        for reason, names in refused.items():
            named = "; ".join(names[:NAMED])
            more = " …" if len(names) > NAMED else ""
            line = f"{len(names)} × {reason} ({named}{more})"
            self.message_user(request, line, messages.WARNING)
        told = ngettext("%(n)d delivery: %(said)s", "%(n)d deliveries: %(said)s", done)
        self.message_user(request, told % {"n": done, "said": said}, messages.SUCCESS)
