"""Imports from a link: what is due when, and where the last one stopped."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from syndication.models.link import Link


class ImportKind(models.TextChoices):
    FRIENDS = "friends"
    FEED = "feed"
    REPLIES = "replies"  # to the member's copies, and their likes


class LinkImport(models.Model):
    """The import of one kind from one link. The row is the queue.

    `due_at` None: not scheduled (the link is parked). `host` is where requests go, so that hosts take
    turns. `cursor` is the page at which a friend list broke off; `started_at` when that reading began,
    None between two readings.
    """

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="imports")
    kind = models.CharField(max_length=10, choices=ImportKind.choices)
    host = models.CharField(max_length=255)
    due_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(max_length=36, blank=True)
    cursor = models.CharField(max_length=1100, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "syndication_pull"  # the model's former name
        constraints = [
            models.UniqueConstraint(fields=["link", "kind"], name="pull_once_for_a_kind"),
        ]
        indexes = [
            models.Index(fields=["due_at", "host"], name="pull_due"),
            models.Index(
                fields=["lease_until"], condition=Q(lease_until__isnull=False), name="pull_leased"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.link_id}"
