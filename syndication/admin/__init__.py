"""Staff's pages about posts, links and deliveries. Base and rules are accounts.admin's."""

from syndication.admin import labels  # isort: skip - before the lists that it names
from syndication.admin import (
    adoption,
    comments,
    deliveries,
    holds,
    links,
    mail,
    members,
    networks,
    posts,
    replies,
    reports,
    today,
)

__all__ = [
    "adoption",
    "labels",
    "comments",
    "deliveries",
    "holds",
    "links",
    "mail",
    "members",
    "networks",
    "posts",
    "replies",
    "reports",
    "today",
]
