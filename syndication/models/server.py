"""What was learned of a server that members named, besides what it says of itself."""

from __future__ import annotations

from django.db import models


class ServerTraits(models.Model):
    """One row for each server that was seen to differ from what it says.

    `counts_code_points`: it counts texts by code points and addresses whole, whatever it says that an
    address counts (Takahē).
    """

    host = models.CharField(max_length=255, primary_key=True)
    counts_code_points = models.BooleanField(default=False)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "server traits"

    def __str__(self) -> str:
        return self.host
