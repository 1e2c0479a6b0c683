"""A birthday, with its year or without: one column of text, `1998-03-05` or `03-05`."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format

LENGTH = 10  # of the column
ADULT_AT = 18  # years, as in Japan since 2022
EARLIEST_YEAR = 1900
_LEAP_YEAR = 2000  # has every day that a birthday without year may name

# Without a year, or with one before it; digits alone, or parted by anything that is no digit.
_TYPED = re.compile(r"(?:(\d{4})\D*)?(\d{2})\D*(\d{2})\D*|(?:(\d{4})\D+)?(\d{1,2})\D+(\d{1,2})\D*")


@dataclass(frozen=True)
class Birthday:
    """A day that exists; `year` is 0 where the member does not say it."""

    month: int
    day: int
    year: int = 0

    @classmethod
    def parse(cls, text: str) -> Birthday | None:
        """Parse what a member typed, or a column: `0305`, `3/5`, `19980305`, `1998年3月5日`.

        None for anything else, for days that no calendar has, and for years to come.
        """
        found = _TYPED.fullmatch(unicodedata.normalize("NFKC", text).strip())
        if not found:
            return None
        year, month, day = (
            int(one or 0) for one in (found.groups()[:3] if found[2] else found.groups()[3:])
        )
        try:
            day_itself = date(year or _LEAP_YEAR, month, day)
        except ValueError:
            return None
        if year and not date(EARLIEST_YEAR, 1, 1) <= day_itself <= timezone.localdate():
            return None
        return cls(month, day, year)

    def __str__(self) -> str:
        """As the column has it."""
        return f"{self.year:04d}-{self._short}" if self.year else self._short

    @property
    def _short(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"

    def in_words(self) -> str:
        """In the reader's language."""
        day = date(self.year or _LEAP_YEAR, self.month, self.day)
        return date_format(day, "DATE_FORMAT" if self.year else "MONTH_DAY_FORMAT")

    def is_of_minor(self, today: date) -> bool:
        """Whether the year says that the member is not yet of age. Without a year nobody knows."""
        had_it = (today.month, today.day) >= (self.month, self.day)
        return bool(self.year) and today.year - self.year - (not had_it) < ADULT_AT
