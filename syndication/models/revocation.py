"""Revocations: tokens that a network is to revoke, since they are no longer kept here."""

from __future__ import annotations

from django.db import models


class Revocation(models.Model):
    """One token to revoke, sealed as the link had it. Deleted once the network was asked.

    It names neither link nor member: both may be deleted before the network answers.
    """

    network = models.CharField(max_length=20)
    host = models.CharField(max_length=255, blank=True)  # as on the link
    sealed_credentials = models.TextField()
    # Our sealed registration with that server, "" on networks of one server: it authenticates the
    # request, and may be deleted with its last link.
    sealed_registration = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.network} {self.host}".strip()
