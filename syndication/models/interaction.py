"""Interactions: a member's reply to a post on a linked network, or like of it.

Not a post: an interaction stands on no profile, no home and no feed, and is read here by its member
alone. It is delivered to one link by the engine that delivers posts (models.delivery), and taken back
by a delete delivery behind the first.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import PublicCharField, PublicTextField
from syndication.connectors.content import LONGEST
from syndication.models.link import Link

MAX_EXCERPT_LENGTH = 200  # characters kept of what was answered, to show it when its row is gone


class InteractionKind(models.TextChoices):
    REPLY = "reply", pgettext_lazy("kind of interaction", "Reply")
    LIKE = "like", pgettext_lazy("kind of interaction", "Like")


class InteractionQuerySet(models.QuerySet["Interaction"]):
    def of(self, member: object) -> InteractionQuerySet:
        """The member's own ones that were not taken back: nobody else reads them here."""
        return self.filter(link__member=member, deleted_at=None)


class Interaction(models.Model):
    """A reply or a like. What it answers is named by the network's id, as is its author.

    `target_author_uid` is as Link.uid. `visibility` (connectors.values.Visibility) is the most that
    the member was shown; the reply goes to fewer readers where its parent turns out narrower.
    """

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="interactions")
    kind = models.CharField(max_length=10, choices=InteractionKind.choices)
    target_id = models.CharField(max_length=500)
    target_author_uid = models.CharField(max_length=500, blank=True)
    target_author_name = PublicCharField(max_length=100, blank=True)
    target_excerpt = PublicCharField(max_length=MAX_EXCERPT_LENGTH, blank=True)
    target_url = models.URLField(max_length=500, blank=True)
    text = PublicTextField(_("text"), max_length=LONGEST["text"], blank=True)
    warning = PublicCharField(max_length=LONGEST["warning"], blank=True)
    visibility = models.CharField(max_length=10, blank=True)
    form_key = models.CharField(max_length=32)  # a form sent twice makes one reply
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["link", "-created_at", "-id"], name="interaction_newest_of_link"),
            models.Index(fields=["link", "target_id"], name="interaction_by_target"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "form_key"], name="interaction_once_for_a_form"
            ),
            models.UniqueConstraint(
                fields=["link", "target_id"],
                condition=Q(kind="like", deleted_at=None),
                name="interaction_one_like_for_a_post",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=InteractionKind.values), name="interaction_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
