"""Which numbers of a table may be shown, so that none stands for fewer than five people.

A number under FEWEST reads "<5". A larger one that fewer than FEWEST people made is withheld. Where a
row has a total, whoever subtracts what is shown from it gets the sum of what is not: so other numbers
of the row are withheld, too, until that sum says nothing of a single one. Which these are is decided
by the shown numbers and the total alone, so that the choice itself does not tell either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

FEWEST = 5
_HIGHEST_SMALL = FEWEST - 1


@dataclass(frozen=True)
class Counted:
    """A number, and for how many people it stands."""

    number: int = 0
    people: int = 0

    @property
    def is_small(self) -> bool:
        return self.number < FEWEST

    @property
    def may_be_shown(self) -> bool:
        return not self.is_small and self.people >= FEWEST


@dataclass(frozen=True)
class Cell:
    """What a page shows of a number. `number` is None where it is not shown."""

    number: int | None
    is_small: bool = False

    def __str__(self) -> str:
        if self.number is not None:
            return str(self.number)
        return f"<{FEWEST}" if self.is_small else "–"


def shown_cell(counted: Counted) -> Cell:
    """The cell of a number that is not part of any total."""
    return Cell(counted.number) if counted.may_be_shown else Cell(None, counted.is_small)


def shown_row(parts: Sequence[Counted], total: Counted) -> tuple[list[Cell], Cell]:
    """The cells of a row, and of the total of the row."""
    cells = [shown_cell(part) for part in parts]
    hidden = {place for place, cell in enumerate(cells) if cell.number is None}
    if not hidden or not total.may_be_shown:
        return cells, shown_cell(total)
    taken_along = _complement(parts, hidden, total)
    if taken_along is None:
        return cells, Cell(None)
    for place in taken_along:
        cells[place] = Cell(None)
    return cells, Cell(total.number)


def _complement(parts: Sequence[Counted], hidden: set[int], total: Counted) -> list[int] | None:
    """The places of shown numbers that have to be withheld beside the hidden ones; None: none suffice.

    Each hidden small number shall remain anything from 0 to 4 for who knows the sum of the hidden ones
    and that those taken along are at least 5 each: so the smallest that together are 4 more than that.
    """
    if _is_sum_of_small_ones_safe(parts, hidden, total):
        return []
    taken: list[int] = []
    for place in sorted(set(range(len(parts))) - hidden, key=lambda one: parts[one].number):
        taken.append(place)
        if sum(parts[one].number for one in taken) >= FEWEST * len(taken) + _HIGHEST_SMALL:
            return taken
    return None


def _is_sum_of_small_ones_safe(parts: Sequence[Counted], hidden: set[int], total: Counted) -> bool:
    """Whether the hidden numbers alone leave each of them open, and stand for enough people together."""
    shown = [part for place, part in enumerate(parts) if place not in hidden]
    rest = total.number - sum(part.number for part in shown)
    people = total.people - sum(part.people for part in shown)  # at least so many
    is_open = FEWEST <= rest <= _HIGHEST_SMALL * (len(hidden) - 1)
    return is_open and people >= FEWEST and all(parts[place].is_small for place in hidden)
