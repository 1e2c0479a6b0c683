"""Import of name and picture of a linked account, as the network last told them."""

from __future__ import annotations

from accounts.actions import profile_import
from accounts.models import Member
from syndication.models import Link
from syndication.models.errors import require_owner


def import_name(link: Link, *, by: Member) -> bool:
    """Set the member's name to the account's. Return False where it is the same."""
    require_owner(link, link.member_id, by=by)
    return profile_import.import_name(link.display_name, by=by)


def import_picture(link: Link, *, by: Member) -> bool:
    """Set the member's picture to the account's. Return False where it is the same.

    Raises PictureUnavailable and QuotaUsedUp.
    """
    require_owner(link, link.member_id, by=by)
    return profile_import.import_picture(
        lambda: profile_import.fetch_network_picture(
            link.picture_url, network=link.network, host=link.host
        ),
        by=by,
    )
