"""The tables of the export about people: friends, requests, blocks, invitations, groups."""

from __future__ import annotations

from django.db.models import Q

from accounts.models import (
    Block,
    FriendRequest,
    Friendship,
    Group,
    Invitation,
    ListedFriend,
    Membership,
    NamedList,
    Refusal,
)
from syndication.export.tables import ExportTable

# Each file, and the lists in it. Of requests and invitations only those that reach the member.
PEOPLE_FILES: dict[str, dict[str, ExportTable]] = {
    "friends.json": {
        "friends": ExportTable(
            Friendship, "member", (), {"name": "friend__username", "since": "created_at"}
        ),
        "asked_by_me": ExportTable(
            FriendRequest, "asker", ("created_at",), {"name": "asked__username"}
        ),
        "asking_me": ExportTable(
            FriendRequest,
            "asked",
            ("created_at",),
            {"name": "asker__username"},
            only=Q(is_silent=False),
        ),
        "declined": ExportTable(
            Refusal,
            "member",
            ("declined_at",),
            {"name": "asker__username", "group_name": "group__name"},
        ),
        "blocks": ExportTable(Block, "blocker", ("created_at",), {"name": "blocked__username"}),
        "lists": ExportTable(
            NamedList,
            "owner",
            ("id", "name", "created_at"),
            within={
                "people": ExportTable(
                    ListedFriend, "named_list", (), {"name": "friendship__friend__username"}
                )
            },
        ),
        "invitations": ExportTable(
            Invitation,
            "inviter",
            ("note", "created_at", "expires_at", "used_at"),
            {"used_by_name": "used_by__username"},
        ),
    },
    "groups.json": {
        "groups": ExportTable(
            Membership,
            "member",
            ("group", "invited_at", "joined_at"),
            {
                "name": "group__name",
                "owner": "group__owner__username",
                "invited_by_name": "invited_by__username",
            },
            only=Q(is_silent=False),
        ),
        "owned": ExportTable(Group, "owner", ("id", "name", "created_at", "closed_at")),
    },
}
