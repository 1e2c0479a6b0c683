"""Admin of operations: pause a network, hosts that do not answer, traits of servers, the worker's signs of life.

Pausing stands on Today (admin.today); the list here shows what was paused before.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.read_only import ReadOnlyAdmin
from syndication.actions import operations, restored_site
from syndication.forms.operations import PauseForm
from syndication.models import Heartbeat, HostHealth, ImportPause, NetworkSwitch, ServerTraits
from syndication.queries.today import WORKER_SILENT_AFTER, network_name

CLOCK = "clock"  # a row to compare clocks by: it never beats


@admin.register(NetworkSwitch)
class NetworkSwitchAdmin(ReadOnlyAdmin):
    """Networks that are or were paused. Operators, who have the right, pause and resume from Today."""

    list_display = ("name", "is_paused", "reason", "changed_at")
    list_filter = ("is_paused",)
    ordering = ("network",)
    fields = list_display

    def get_urls(self) -> list[URLPattern]:
        pages = {"pause": self.pause, "resume": self.resume}
        own = [
            path(
                f"<str:network>/{name}/",
                self.admin_site.admin_view(page),
                name=f"network_{name}",
            )
            for name, page in pages.items()
        ]
        return [*own, *super().get_urls()]

    @admin.display(description=gettext_lazy("network"), ordering="network")
    def name(self, switch: NetworkSwitch) -> str:
        return network_name(switch.network)

    def pause(self, request: HttpRequest, network: str) -> HttpResponse:
        """Say what a pause does and what members see; pause by one press with a reason."""
        _must_be(network, request, operations.MAY_PAUSE)
        form = PauseForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            switch = operations.pause_network(
                network, form.cleaned_data["reason"], by=_staff(request)
            )
            self.log_change(request, switch, _("Paused."))
            said = _("Paused until somebody lets it go on: %(network)s")
            messages.success(request, said % {"network": network_name(network)})
            return redirect("admin:index")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "name": network_name(network),
            "title": _("Pause %(network)s") % {"network": network_name(network)},
        }
        return TemplateResponse(request, "admin/network_pause.html", context)

    def resume(self, request: HttpRequest, network: str) -> HttpResponse:
        """Let it go on: a POST alone."""
        _must_be(network, request, operations.MAY_PAUSE)
        if request.method == "POST":
            switch = operations.resume_network(network, by=_staff(request))
            if switch is not None:
                self.log_change(request, switch, _("Resumed."))
            said = _("What waited is sent now: %(network)s")
            messages.success(request, said % {"network": network_name(network)})
        return redirect("admin:index")


@admin.register(ImportPause)
class ImportPauseAdmin(ReadOnlyAdmin):
    """A row while imports are off since the site was restored; operators turn them on."""

    list_display = fields = ("since",)
    actions = ("resume",)

    def has_resume_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(restored_site.MAY_RESUME)

    @admin.action(description=gettext_lazy("Turn imports from networks on"), permissions=["resume"])
    def resume(self, request: HttpRequest, queryset: QuerySet[ImportPause]) -> None:
        by: Any = request.user
        restored_site.resume_imports(by=by)
        self.message_user(request, _("Imports are on."), messages.SUCCESS)


@admin.register(HostHealth)
class HostHealthAdmin(ReadOnlyAdmin):
    """Hosts that did not answer; one that did well since has no row worth a look."""

    list_display = fields = ("host", "failures", "open_until", "opened_times", "probe_until")
    search_fields = ("host",)
    ordering = ("-open_until",)

    def get_urls(self) -> list[URLPattern]:
        probe = path("probe/", self.admin_site.admin_view(self.probe), name="hosthealth_probe")
        return [probe, *super().get_urls()]

    def probe(self, request: HttpRequest) -> HttpResponse:
        """Ask the host again at once: a POST alone."""
        if not request.user.has_perm(operations.MAY_PROBE):
            raise PermissionDenied  # before the host: 404 would tell which hosts are known
        if request.method == "POST":
            health = get_object_or_404(HostHealth, pk=request.POST.get("host", ""))
            operations.probe_host(health, by=_staff(request))
            self.log_change(request, health, _("Asked again."))
            said = _("The next delivery to %(host)s tries whether it answers.")
            messages.success(request, said % {"host": health.host})
        return redirect("admin:index")


@admin.register(ServerTraits)
class ServerTraitsAdmin(ReadOnlyAdmin):
    list_display = fields = ("host", "counts_code_points", "changed_at")
    search_fields = ("host",)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """When each part of the worker was seen last. A part that ended well leaves no row."""

    list_display = fields = ("part", "beat_at", "state")
    ordering = ("part",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Heartbeat]:
        return super().get_queryset(request).exclude(part=CLOCK)

    @admin.display(description=gettext_lazy("state"))
    def state(self, heartbeat: Heartbeat) -> str:
        is_silent = heartbeat.beat_at < timezone.now() - WORKER_SILENT_AFTER
        return _("not seen for a while: ended, or killed") if is_silent else _("works")


def _must_be(network: str, request: HttpRequest, right: str) -> None:
    """404 for a network that this site has not, 403 without the right."""
    if not request.user.has_perm(right):
        raise PermissionDenied
    if network not in settings.NETWORKS:
        raise Http404


def _staff(request: HttpRequest) -> Any:
    return request.user
