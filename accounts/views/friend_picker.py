"""Ticking friends: ten a page, with a search by how a name begins. Each page carries the ticks of the others,
so that nothing is stored before the member is done.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.http import QueryDict

from accounts.forms.ticks import ticks_as_text, ticks_in
from accounts.models import Friendship, Member, friends_to_choose
from accounts.models.member_search import friend_name_begins
from accounts.name_folding import fold_name
from accounts.views.buttons import number_in
from accounts.views.paging import UncountedPage

PER_PAGE = 10
MAX_SEARCH_LENGTH = 40


class FriendPicker:
    """One page of the member's friends, by the keys of friendships.

    Fields: `people` (ticks of other pages), `tick` (of this one), `characters` (the search), `searched` and
    `at` (search and page that were shown). Buttons: `find`, `earlier`, `later`, and the page's own `done`.
    """

    def __init__(self, member: Member, typed: QueryDict, *, ticked: Iterable[int] = ()) -> None:
        self.member = member
        ticks = (number_in(one) for one in typed.getlist("tick"))
        is_first = "at" not in typed
        carried = frozenset(ticked) if is_first else ticks_in(typed.get("people", ""))
        self.ticked = carried | {key for key in ticks if key}
        self.letters = typed.get("letters", "").strip().lstrip("@＠")[:MAX_SEARCH_LENGTH]
        self.is_done = "done" in typed
        found, number = self._found(), self._number(typed)
        self.page = UncountedPage(found, str(number), size=PER_PAGE)
        if not self.page.object_list and number > 1:  # friends left meanwhile: the last page
            last = -(-found.count() // PER_PAGE)
            self.page = UncountedPage(found, str(last), size=PER_PAGE)

    @property
    def rows(self) -> list[Friendship]:
        """The friends of this page, each with `is_ticked`."""
        for row in self.page:
            row.is_ticked = row.pk in self.ticked
        return self.page.object_list

    @property
    def carried(self) -> str:
        """The ticks that stand on other pages."""
        return ticks_as_text(self.ticked - {row.pk for row in self.page})

    def _found(self) -> QuerySet[Friendship]:
        friends = friends_to_choose(self.member)
        if not self.letters:
            return friends
        folded = fold_name(self.letters)
        if not folded:
            return friends.none()
        return friends.filter(friend_name_begins(self.member, folded, friend="friend"))

    def _number(self, typed: QueryDict) -> int:
        if self.letters != typed.get("searched", ""):
            return 1
        at = max(number_in(typed.get("at")), 1)
        return at + ("later" in typed) - ("earlier" in typed)
