"""The home page: what a member wants to see there."""

from __future__ import annotations

from accounts.models import HomeShows, Member


def choose_home_posts(choice: str, *, by: Member) -> None:
    """Set what the member's home page shows. Raises ValueError for no HomeShows."""
    by.home_shows = HomeShows(choice)
    by.save(update_fields=["home_shows"])
