"""Admin of holds on deletion: made with a reason and an end, ended early by an action."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Member
from syndication.actions import holds
from syndication.forms.moderation import MAX_REASON_LENGTH
from syndication.models import RetentionHold
from syndication.models.errors import NotYours


class HoldForm(forms.ModelForm):
    member_name = forms.CharField(label=gettext_lazy("Username"), max_length=150)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON_LENGTH,
        widget=forms.Textarea({"rows": 3}),
    )

    class Meta:
        model = RetentionHold
        fields = ("until",)

    def clean_member_name(self) -> str:
        name = str(self.cleaned_data["member_name"]).strip().removeprefix("@").lower()
        self.instance.member = Member.objects.filter(username=name).first()
        if self.instance.member is None:
            raise ValidationError(_("Nobody here has this name."))
        return name

    def clean_until(self) -> Any:
        if self.cleaned_data["until"] <= timezone.now():
            raise ValidationError(_("Choose a time in the future."))
        return self.cleaned_data["until"]


@admin.register(RetentionHold)
class RetentionHoldAdmin(ReadOnlyAdmin):
    form = HoldForm
    list_display = fields = ("member", "created_at", "until")
    search_fields = ("member__username",)
    list_select_related = ("member",)
    ordering = ("-until",)
    actions = ("end",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(holds.MAY_HOLD)

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(holds.MAY_HOLD)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("member_name", "until", "reason") if obj is None else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else self.fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        reason = form.cleaned_data["reason"]
        by: Any = request.user
        try:
            obj.pk = holds.hold_member(obj.member, obj.until, reason, by=by).pk
        except NotYours:
            raise PermissionDenied from None

    @admin.action(description=gettext_lazy("End the selected holds"), permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[RetentionHold]) -> None:
        by: Any = request.user
        try:
            for hold in queryset.select_related("member"):
                holds.end_hold(hold, by=by)
        except NotYours:
            raise PermissionDenied from None
        self.message_user(request, _("Ended."), messages.SUCCESS)
