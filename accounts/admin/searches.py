"""Searches of admin's lists, each by an index: of a member by how the username begins, of keys and ids whole.

What is found is a list of keys, so the list itself is read by them. `search_fields` are as Django's, and
mean less: `author__username` is a member and how their name begins, `=remote_id` a whole value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.models import Member

MOST_MEMBERS = 20  # whose names begin so
MOST_ROWS = 1000
LONGEST_KEY = 18  # digits
_MEMBER = "username"


def search_rows(queryset: QuerySet[Any], fields: tuple[str, ...], typed: str) -> QuerySet[Any]:
    """The rows of `queryset` that the search finds, the newest MOST_ROWS by each field."""
    term = typed.strip()
    keys: set[Any] = set()
    for field in fields:
        for rows in _rows_by_field(queryset.model._default_manager.all(), field, term):
            keys.update(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_ROWS])
    return queryset.filter(pk__in=keys)


def find_members(term: str) -> list[int]:
    """Keys of the members with this username, or one that begins so."""
    name = term.removeprefix("@").lower()
    if not name:
        return []
    rows = Member.objects.filter(username__prefix=name).order_by("username")
    return list(rows.values_list("pk", flat=True)[:MOST_MEMBERS])


def _rows_by_field(rows: QuerySet[Any], field: str, term: str) -> Iterator[QuerySet[Any]]:
    if field.startswith("="):
        name = field.removeprefix("=")
        if not name.endswith("pk"):
            yield rows.filter(**{name: term.lower() if name.endswith("email") else term})
        elif term.isascii() and term.isdigit() and len(term) <= LONGEST_KEY:
            yield rows.filter(**{name: int(term)})
    elif field == _MEMBER:
        yield rows.filter(pk__in=find_members(term))
    elif field.endswith(f"__{_MEMBER}"):
        yield from _rows_of_members(rows, field.removesuffix(f"__{_MEMBER}"), term)
    elif term:
        yield rows.filter(**{f"{field}__prefix": term})


def _rows_of_members(rows: QuerySet[Any], path: str, term: str) -> Iterator[QuerySet[Any]]:
    """Rows of the members that are found; by way of another table one step at a time."""
    members = find_members(term)
    way, _between, last = path.rpartition("__")
    if not way:
        yield rows.filter(**{f"{path}__in": members})
        return
    model = rows.model._meta.get_field(way).related_model
    between = model._default_manager.filter(**{f"{last}__in": members}).order_by()
    yield rows.filter(**{f"{way}__in": list(between.values_list("pk", flat=True)[:MOST_ROWS])})
