"""Admin of the operator's pages and announcements. Plain text: nobody's HTML reaches a page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import site_pages
from accounts.admin.read_only import ReadOnlyAdmin, yes_or_no
from accounts.models import Announcement, PageName, SitePage
from accounts.models.site_page import LONGEST_TEXT

ROWS = 24


class SitePageForm(forms.ModelForm):
    """The text, begun with the starter text; of terms, whether everybody is asked again."""

    text = forms.CharField(
        label=gettext_lazy("text"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea({"rows": ROWS, "cols": 60}),
        help_text=gettext_lazy(
            "Plain text. An empty line parts paragraphs, “# ” begins a heading, “- ” an item. "
            "Left empty, About and the privacy policy show the starter text, and there are no terms."
        ),
    )
    asks_again = forms.BooleanField(
        label=gettext_lazy("Ask all members for agreement again"),
        required=False,
        help_text=gettext_lazy(
            "Of terms alone. Who never agreed is asked anyway, at the next log-in."
        ),
    )

    class Meta:
        model = SitePage
        fields = ("text",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        page = self.instance
        if page.pk and not page.text:
            self.initial["text"] = site_pages.starter_text(page.name, page.language)
        if page.name != PageName.TERMS:
            self.fields.pop("asks_again", None)


@admin.register(SitePage)
class SitePageAdmin(ReadOnlyAdmin):
    """Changed by operators. `migrate` makes the rows."""

    form = SitePageForm
    list_display = ("name", "language", "is_written", "changed_at")
    ordering = ("name", "language")

    @admin.display(description=gettext_lazy("written"))
    def is_written(self, page: SitePage) -> str:
        return yes_or_no(bool(page.text))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.change_sitepage")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        more = ("asks_again",) if obj is not None and obj.name == PageName.TERMS else ()
        is_form = self.has_change_permission(request, obj)
        return ("name", "language", "text", *(more if is_form else ()), "changed_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name", "language", "changed_at")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.changed_at = timezone.now()
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("asks_again"):
            site_pages.ask_for_terms_again(obj.changed_at)


class AnnouncementForm(forms.ModelForm):
    class Meta:
        model = Announcement
        fields = ("text_ja", "text_en", "until")
        help_texts = {"until": gettext_lazy("To end it now, choose a time that is over.")}

    def clean_until(self) -> Any:
        if self.instance.pk is None and self.cleaned_data["until"] <= timezone.now():
            raise ValidationError(_("Choose a time in the future."))
        return self.cleaned_data["until"]


@admin.register(Announcement)
class AnnouncementAdmin(ReadOnlyAdmin):
    """Made and changed by operators; the newest is the one that is shown."""

    form = AnnouncementForm
    list_display = ("text_ja", "text_en", "until", "is_shown")
    ordering = ("-pk",)
    fields = ("text_ja", "text_en", "until")

    @admin.display(description=gettext_lazy("shown now"))
    def is_shown(self, announcement: Announcement) -> str:
        return yes_or_no(announcement.until > timezone.now())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.add_announcement")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("accounts.change_announcement")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        may = self.has_add_permission if obj is None else self.has_change_permission
        return () if may(request) else self.fields

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.until > timezone.now() and site_pages.end_other_announcements(obj):
            self.message_user(request, _("The one before it is no longer shown."), messages.INFO)
