"""Traits of servers that members named, beyond what the servers declare."""

from __future__ import annotations

from django.db import models


class ServerTraits(models.Model):
    """A server that behaves otherwise than it declares.

    `counts_code_points`: it counts texts by code points with whole addresses (Takahē).
    """

    host = models.CharField(max_length=255, primary_key=True)
    counts_code_points = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "server traits"

    def __str__(self) -> str:
        return self.host
