"""What a member wants to see: on the home page, and pictures on all pages."""

from __future__ import annotations

from accounts.models import HomeShows, Member, PicturesOn


def choose_home_posts(choice: str, *, by: Member) -> None:
    """Set what the member's home page shows. Raises ValueError for no HomeShows."""
    by.home_shows = HomeShows(choice)
    by.save(update_fields=["home_shows"])


def choose_pictures(choice: str, *, by: Member) -> None:
    """Set where the member's pages show pictures. Raises ValueError for no PicturesOn."""
    by.pictures_on = PicturesOn(choice)
    by.save(update_fields=["pictures_on"])
