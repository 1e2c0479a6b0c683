"""Deletions that have yet to be written to the deletion log, a file that outlives this database."""

from __future__ import annotations

from django.db import models


class LoggedDeletion(models.Model):
    """What was deleted, ended, closed or narrowed (actions.deletion_log), until the worker has written it.

    Keys alone: `key` is that of the row, `details` says what the replay needs besides.
    """

    what = models.CharField(max_length=20)
    key = models.PositiveBigIntegerField()
    details = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.what} {self.key}"
