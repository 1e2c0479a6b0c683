"""Admin of posts: their metadata, and the content of posts to Everyone only."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.read_only import NewestFirstAdmin
from accounts.models import Audience
from syndication.connectors.content import CONTENT
from syndication.models import Post


class ShownToEveryone:
    """A column of the page: one field of a post's content, where Everyone may read the post."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.__name__ = f"shown_{name}"
        self.short_description = Post._meta.get_field(name).verbose_name  # type: ignore[union-attr]

    def __call__(self, post: Post) -> object:
        if post.audience != Audience.EVERYONE:
            return _("(private)")
        return getattr(post, f"open_{self.name}")


@admin.register(Post)
class PostAdmin(NewestFirstAdmin):
    list_display = (
        "__str__",
        "author",
        "kind",
        "audience",
        "created_at",
        "edited_at",
        "deleted_at",
    )
    list_filter = ("kind", "audience", "created_at", "deleted_at")
    search_fields = ("author__username",)
    search_help_text = _("A member's name. What people wrote cannot be searched.")
    list_select_related = ("author",)
    fields = (
        "author",
        "kind",
        "audience",
        *(ShownToEveryone(name) for name in CONTENT),  # type: ignore[arg-type]  # a callable may stand here
        "created_at",
        "version",
        "edited_at",
        "deleted_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        # Not even read from the table, but for posts to Everyone.
        words = {
            f"open_{name}": Case(When(audience=Audience.EVERYONE, then=F(name)), default=None)
            for name in CONTENT
        }
        hidden = (*CONTENT, "photo", "photo_small")
        return super().get_queryset(request).defer(*hidden).annotate(**words)
