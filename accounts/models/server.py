"""Our registrations with servers that members named, on networks of many servers."""

from __future__ import annotations

from django.db import models


class ServerRegistration(models.Model):
    """Made when the first member names the server; all others use it, too."""

    network = models.CharField(max_length=20)
    host = models.CharField(max_length=255)
    sealed_details = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "host"], name="server_registered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.network}: {self.host}"
