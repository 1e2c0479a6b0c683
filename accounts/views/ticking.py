"""Ticking members of a list, ten a page, before one press does something with all of them.

The form is sent by GET: nothing is written before the page that names them, and the ticks of the other
pages go along in it. Fields: `tick`, `at` (the page that was shown); buttons: `earlier`, `later`, `done`.
"""

from __future__ import annotations

from django.http import QueryDict

from accounts.models import Member
from accounts.models.member import MemberQuerySet
from accounts.views.buttons import number_in
from accounts.views.paging import UncountedPage

PER_PAGE = 10


class TickPage:
    """One page of `rows`, of which at most `most` are ticked. Keys that are not among `rows` count for
    nothing: what a form carries is not believed."""

    def __init__(self, rows: MemberQuerySet, typed: QueryDict, *, most: int) -> None:
        self.rows, self.most = rows, most
        keys = {number_in(one) for one in typed.getlist("tick")[: 2 * most]}
        self.ticked = frozenset(keys - {0})
        at = max(number_in(typed.get("at")), 1) + ("later" in typed) - ("earlier" in typed)
        self.is_over = len(self.ticked) > most
        self.is_done = "done" in typed and bool(self.ticked)
        self.page = UncountedPage(rows, str(max(at, 1)), size=PER_PAGE)

    @property
    def members(self) -> list[Member]:
        """The members of this page, each with `is_ticked`."""
        for member in self.page:
            member.is_ticked = member.pk in self.ticked
        return self.page.object_list

    @property
    def carried(self) -> list[int]:
        """The ticks of other pages."""
        return sorted(self.ticked - {member.pk for member in self.page})

    def chosen(self) -> list[Member]:
        """Who is ticked, up to `most`."""
        return list(self.rows.filter(pk__in=self.ticked)[: self.most])
