"""Our registrations with servers that members named, on networks of many servers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class ServerRegistration(models.Model):
    """Made when the first member names the server; all members share it.

    One that the server forgot, or that staff dropped, is replaced and no longer used to link. Links
    that were made with it keep it: only who registered may revoke their tokens.
    """

    network = models.CharField(max_length=20)
    host = models.CharField(max_length=255)
    sealed_details = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    replaced_at = models.DateTimeField(null=True, blank=True)  # links no new account any more

    class Meta:
        permissions = [("drop_serverregistration", "Can drop server registrations")]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "host"],
                condition=Q(replaced_at=None),
                name="server_registered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.network}: {self.host}"
