"""Admin of operations: pause a network, host health, server traits, worker heartbeats."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.read_only import ReadOnlyAdmin
from syndication.actions import restored_site
from syndication.models import Heartbeat, HostHealth, ImportPause, NetworkSwitch, ServerTraits

SILENT_AFTER = 60  # seconds


class SwitchForm(forms.ModelForm):
    class Meta:
        model = NetworkSwitch
        fields = ("network", "is_paused", "reason")
        help_texts = {
            "is_paused": _("Deliveries wait, and new links are refused."),
            "reason": _("Members read it: what happens, and until when."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "network" in self.fields:  # afterwards it is what the row is called
            words = [(key, key) for key in settings.NETWORKS]
            self.fields["network"] = forms.ChoiceField(choices=words)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("is_paused") and not given.get("reason"):
            self.add_error("reason", _("Say why: members read it while their posts wait."))
        return given


@admin.register(NetworkSwitch)
class NetworkSwitchAdmin(ReadOnlyAdmin):
    """Can be changed by operators, who have the permission to pause a network."""

    form = SwitchForm
    list_display = ("network", "is_paused", "reason", "changed_at")
    list_filter = ("is_paused",)
    ordering = ("network",)
    fields = ("network", "is_paused", "reason", "changed_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("syndication.add_networkswitch")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("syndication.change_networkswitch")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("changed_at",) if obj is None else ("network", "changed_at")


@admin.register(ImportPause)
class ImportPauseAdmin(ReadOnlyAdmin):
    """A row while imports are off since the site was restored; operators turn them on."""

    list_display = fields = ("since",)
    actions = ("resume",)

    def has_resume_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(restored_site.MAY_RESUME)

    @admin.action(description=_("Turn imports from networks on"), permissions=["resume"])
    def resume(self, request: HttpRequest, queryset: QuerySet[ImportPause]) -> None:
        by: Any = request.user
        restored_site.resume_imports(by=by)
        self.message_user(request, gettext("Imports are on."), messages.SUCCESS)


@admin.register(HostHealth)
class HostHealthAdmin(ReadOnlyAdmin):
    list_display = fields = ("host", "failures", "open_until", "opened_times", "probe_until")
    search_fields = ("host",)
    ordering = ("-open_until",)


@admin.register(ServerTraits)
class ServerTraitsAdmin(ReadOnlyAdmin):
    list_display = fields = ("host", "counts_code_points", "changed_at")
    search_fields = ("host",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = fields = ("part", "beat_at", "is_alive")
    ordering = ("part",)

    @admin.display(description=_("alive"), boolean=True)
    def is_alive(self, heartbeat: Heartbeat) -> bool:
        return (timezone.now() - heartbeat.beat_at).total_seconds() < SILENT_AFTER
