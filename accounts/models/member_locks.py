"""Locks on members' rows, for actions that must see each other."""

from __future__ import annotations

from accounts.models.member import Member


def lock_members(*keys: int) -> None:
    """Lock these members' rows until the transaction ends. SQLite locks at BEGIN instead.

    In the order of keys, so that two calls never wait for each other.
    """
    rows = Member.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    list(rows.values_list("pk"))
