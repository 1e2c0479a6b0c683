"""The one condition that takes what staff hid away from everybody but its writer."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q

from accounts.models import Member


def is_shown_to(
    viewer: Member | AnonymousUser | None, writer: str, hidden_at: str = "hidden_at"
) -> Q:
    """Q of rows that are not hidden, or that `viewer` wrote. `writer` and `hidden_at` name columns."""
    shown = Q(**{hidden_at: None})
    return shown | Q(**{writer: viewer.pk}) if isinstance(viewer, Member) else shown
