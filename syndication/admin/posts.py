"""Posts: that they are there, and what stands in those for Everyone. No staff reads more."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Audience
from syndication.models import Post

# The words of a post. They are not even read from the table, but for posts to Everyone.
WORDS = ("title", "text", "url", "url_title", "photo_alt")


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
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
    search_help_text = _("A member's name. Nobody searches what people wrote.")
    list_select_related = ("author",)
    ordering = ("-created_at",)
    fields = (
        "author",
        "kind",
        "audience",
        *(f"shown_{name}" for name in WORDS),
        "created_at",
        "version",
        "edited_at",
        "deleted_at",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        words = {
            f"open_{name}": Case(When(audience=Audience.EVERYONE, then=F(name)), default=None)
            for name in WORDS
        }
        hidden = (*WORDS, "photo", "photo_small")
        return super().get_queryset(request).defer(*hidden).annotate(**words)

    @admin.display(description=_("title"))
    def shown_title(self, post: Post) -> object:
        return self._shown(post, "title")

    @admin.display(description=_("text"))
    def shown_text(self, post: Post) -> object:
        return self._shown(post, "text")

    @admin.display(description=_("address"))
    def shown_url(self, post: Post) -> object:
        return self._shown(post, "url")

    @admin.display(description=_("title of the address"))
    def shown_url_title(self, post: Post) -> object:
        return self._shown(post, "url_title")

    @admin.display(description=_("what the photo shows"))
    def shown_photo_alt(self, post: Post) -> object:
        return self._shown(post, "photo_alt")

    def _shown(self, post: Post, name: str) -> object:
        return (
            getattr(post, f"open_{name}") if post.audience == Audience.EVERYONE else _("(private)")
        )
