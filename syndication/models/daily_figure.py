"""Daily figures: how much of what happened here on one day. Numbers alone, never who.

The worker counts them (actions.daily_figures); pages show whole weeks, never the rows: a number of
one day may stand for a single person (queries.adoption).
"""

from __future__ import annotations

from django.db import models


class Figure(models.TextChoices):
    """What is counted. Those of the first group happen on a day; the others stood so when it was counted."""

    JOINED = "joined"
    LINKED = "linked"  # by network; of all networks under ""
    INVITED = "invited"
    ACCEPTED = "accepted"
    FOUND = "found"  # pairs who became friends here and whom a list of a network names
    PHONE_LOGINS = "phone_logins"

    MEMBERS = "members"
    LINKS = "links"  # by network
    # By network, of a sample of links whose list of friends was imported.
    HERE_MEDIAN = "here_median"
    HERE_AVERAGE = "here_average"
    THERE_MEDIAN = "there_median"
    THERE_AVERAGE = "there_average"


class DailyFigure(models.Model):
    """One number of one day of the site's own time zone.

    `people` counts for how many members it stands, each on the first day of the week on which they
    count: so a week's days add up to its people, and nobody is counted twice.
    """

    day = models.DateField()
    figure = models.CharField(max_length=15, choices=Figure.choices)
    network = models.CharField(max_length=20, blank=True)
    number = models.PositiveBigIntegerField()
    people = models.PositiveBigIntegerField()

    class Meta:
        default_permissions = ("view",)  # the page of them all; a row is on no page
        constraints = [
            models.UniqueConstraint(fields=["day", "figure", "network"], name="daily_figure_once"),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.network} on {self.day}: {self.number}"
