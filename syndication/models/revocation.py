"""An access that the network is to be asked to take back, since its link ended here."""

from __future__ import annotations

from django.db import models


class Revocation(models.Model):
    """One link's last tokens, sealed as the link had them. Goes as soon as the network was asked.

    It names neither link nor member: both may be gone before the network answers.
    """

    network = models.CharField(max_length=20)
    host = models.CharField(max_length=255, blank=True)  # as on the link
    sealed_credentials = models.TextField()
    # Our registration with that server, sealed as it was kept; "" on networks of one server. Only
    # who registered may ask, and the registration may be forgotten with its last link.
    sealed_registration = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_index=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.network} {self.host}".strip()
