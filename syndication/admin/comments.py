"""Admin of comments and likes: who, when, on which post; words on posts to Everyone only; delete."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Case, F, Model, QuerySet, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Audience
from syndication.actions import comments, likes
from syndication.models import Comment, Like


class DeletableAdmin(ReadOnlyAdmin):
    """Read-only rows that staff with the right to it delete, one or many. Admin's log says who did."""

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_queryset(request, type(obj)._default_manager.filter(pk=obj.pk))


@admin.register(Comment)
class CommentAdmin(DeletableAdmin):
    list_display = ("__str__", "writer", "shown_text", "created_at")
    list_filter = ("created_at", "is_by_mail")
    search_fields = ("writer__username", "=post__pk")
    search_help_text = _(
        "A member's name, or a post's number. What people wrote cannot be searched."
    )
    list_select_related = ("writer",)
    ordering = ("-pk",)
    has_window = True
    fields = ("post", "writer", "shown_text", "is_by_mail", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Comment]:
        # Not even read from the table, but for posts to Everyone.
        is_open = When(post__audience=Audience.EVERYONE, then=F("text"))
        rows = super().get_queryset(request).defer("text")
        return rows.annotate(open_text=Case(is_open, default=None))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Comment]) -> None:
        comments.remove_comments(queryset)

    @admin.display(description=_("text"))
    def shown_text(self, comment: Comment) -> object:
        shown = getattr(comment, "open_text", None)
        return _("(private)") if shown is None else shown


@admin.register(Like)
class LikeAdmin(DeletableAdmin):
    list_display = ("__str__", "member", "created_at")
    list_filter = ("created_at",)
    search_fields = ("member__username", "=post__pk")
    search_help_text = _("A member's name, or a post's number.")
    list_select_related = ("member",)
    ordering = ("-pk",)
    has_window = True
    fields = ("post", "member", "created_at")

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Like]) -> None:
        likes.remove_likes(queryset)
