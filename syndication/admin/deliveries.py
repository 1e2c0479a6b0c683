"""Admin of deliveries and attempts, which staff can retry or dismiss as the member can.

The network's answer may quote the post, so it is shown for posts to Everyone only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.admin.read_only import NewestFirstAdmin, ReadOnlyInline
from accounts.admin.windows import LinkNetworkFilter
from accounts.models import Audience, Member
from syndication.actions import commands
from syndication.models import Attempt, Delivery, DeliveryState
from syndication.models.errors import NotNow, NotYours
from syndication.models.reason_texts import sentence
from syndication.queries.today import RETRIED_AT_ONCE

NAMED = 5  # of the deliveries that were refused for one reason


@dataclass(frozen=True)
class StaffCommand:
    """What staff press on many rows: the action, what is said after it, and what the log keeps."""

    run: Callable[..., None]
    done: Any  # with %(n)s
    log: Any


RETRY = StaffCommand(commands.retry_delivery, _("%(n)s retried"), _("Retried."))
DISMISS = StaffCommand(commands.dismiss_delivery, _("%(n)s dismissed"), _("Dismissed."))


class ReasonFilter(admin.SimpleListFilter):
    """Set by Today alone: all reasons there are would be read from every row."""

    title = _("reason")
    parameter_name = "why"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        why = request.GET.get(self.parameter_name, "")
        return [(why, sentence(why))] if why else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> Any:
        return queryset.filter(reason=self.value()) if self.value() else queryset


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
        "what",
        "version",
        "started_at",
        "finished_at",
        "ending",
        "http_status",
        "why",
        "answer",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        return super().get_queryset(request).select_related("delivery__post")

    @admin.display(description=pgettext_lazy("column", "doing"))
    def what(self, attempt: Attempt) -> str:
        return attempt.doing_in_words

    @admin.display(description=pgettext_lazy("column", "outcome"))
    def ending(self, attempt: Attempt) -> str:
        return attempt.outcome_in_words

    @admin.display(description=_("reason"))
    def why(self, attempt: Attempt) -> str:
        return sentence(attempt.reason)

    @admin.display(description=_("answer"))
    def answer(self, attempt: Attempt) -> Any:
        return attempt.excerpt if _is_open(attempt.delivery) else _("(private)")


@admin.register(Delivery)
class DeliveryAdmin(NewestFirstAdmin):
    list_display = (
        "__str__",
        "member",
        "network",
        "operation",
        "state",
        "tries",
        "due_at",
        "why",
        "created_at",
    )
    list_filter = ("state", ReasonFilter, "operation", LinkNetworkFilter, "audience", "created_at")
    search_fields = ("link__member__username", "=remote_id")
    list_select_related = ("link__member",)
    indexed_filters = {"state__exact": ("failed", "unconfirmed", "parked", "missed")}
    inlines = (AttemptInline,)
    actions = ("retry", "dismiss")
    fields = (
        "post",
        "interaction",
        "link",
        "member",
        "operation",
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

    @admin.display(description=_("member"))
    def member(self, delivery: Delivery) -> Member:
        return delivery.link.member

    @admin.display(description=_("network"))
    def network(self, delivery: Delivery) -> str:
        return delivery.link.network_name

    @admin.display(description=_("reason"))
    def why(self, delivery: Delivery) -> str:
        return delivery.reason_sentence

    @admin.display(description=_("the network's answer"))
    def said(self, delivery: Delivery) -> Any:
        return delivery.network_message if _is_open(delivery) else _("(private)")

    @admin.display(description=_("address of the copy"))
    def copy(self, delivery: Delivery) -> Any:
        return delivery.remote_url if _is_open(delivery) else _("(private)")

    def get_urls(self) -> list[URLPattern]:
        retry = path(
            "retry-reason/",
            self.admin_site.admin_view(self.retry_reason),
            name="delivery_retry_reason",
        )
        return [retry, *super().get_urls()]

    def has_command_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(commands.MAY_CHANGE)

    @admin.action(description=_("Retry the selected deliveries"), permissions=["command"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._press(request, queryset, RETRY)

    @admin.action(description=_("Dismiss the selected deliveries"), permissions=["command"])
    def dismiss(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._press(request, queryset, DISMISS)

    def retry_reason(self, request: HttpRequest) -> HttpResponse:
        """Retry what failed for one reason, the oldest first: a POST alone, from Today."""
        if not self.has_command_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            why = request.POST.get("why", "")
            failed = Delivery.objects.filter(state=DeliveryState.FAILED, reason=why)
            self._press(request, failed.order_by("pk")[:RETRIED_AT_ONCE], RETRY)
        return redirect("admin:index")

    def _press(
        self, request: HttpRequest, queryset: QuerySet[Delivery], command: StaffCommand
    ) -> None:
        """Run the command on each row. Refused rows are listed by reason, since there may be thousands."""
        done = 0
        refused: dict[str, list[str]] = defaultdict(list)
        for delivery in queryset.select_related("link", "post", "interaction"):
            try:
                command.run(delivery, by=request.user)
            except (NotNow, NotYours) as no:
                refused[sentence(getattr(no, "reason", str(no)))].append(str(delivery))
            else:
                done += 1
                self.log_change(request, delivery, str(command.log))
        said = str(command.done) % {"n": done}
        if len(refused) == 1 and not done:  # in one line: "0 retried: it has moved on"
            [(reason, names)] = refused.items()
            self.message_user(request, f"{said}: {reason} {_named(names)}", messages.WARNING)
            return
        for reason, names in refused.items():
            self.message_user(request, f"{len(names)} × {reason} {_named(names)}", messages.WARNING)
        self.message_user(request, f"{said}.", messages.SUCCESS)


def _named(names: list[str]) -> str:
    more = " …" if len(names) > NAMED else ""
    return f"({'; '.join(names[:NAMED])}{more})"
