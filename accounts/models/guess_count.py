"""Counted guesses at one secret of one account: the rows behind accounts.actions.guesses."""

from django.db import models


class GuessCount(models.Model):
    """How many guesses were made in the current window. A row past `ends_at` counts nothing."""

    # A keyed hash of the kind of secret and the account, so that a dump names nobody.
    key = models.CharField(max_length=40, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at:%Y-%m-%d %H:%M}"
