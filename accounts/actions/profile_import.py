"""Import of name and picture from a network's profile."""

from __future__ import annotations

from collections.abc import Callable

from accounts.actions import profile
from accounts.media.pictures import BadPicture, PicturesBusy, jpeg_from_upload
from accounts.models import Member
from accounts.safe_http import HttpFailure

PICTURE_SIDE = 240  # pixels, the longer side
NAME_LENGTH = 40


def import_profile_name(member: Member, text: str) -> None:
    """Set the member's display name to the network's."""
    profile.set_profile_texts(member, display_name=text[:NAME_LENGTH], about=member.about)


def import_profile_picture(member: Member, fetch: Callable[[], bytes]) -> bool:
    """Set the member's picture to the network's; False where it cannot be fetched or read."""
    try:
        jpeg = jpeg_from_upload(fetch(), PICTURE_SIDE)
    except (HttpFailure, BadPicture, PicturesBusy):
        return False
    profile.set_profile_picture(member, jpeg, audience=member.picture_audience)
    return True
