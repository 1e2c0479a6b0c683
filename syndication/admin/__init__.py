"""Staff's pages about posts, links and deliveries. Base and rules are accounts.admin's."""

from syndication.admin import (
    adoption,
    comments,
    deliveries,
    holds,
    links,
    mail,
    networks,
    posts,
    replies,
    reports,
)

__all__ = [
    "adoption",
    "comments",
    "deliveries",
    "holds",
    "links",
    "mail",
    "networks",
    "posts",
    "replies",
    "reports",
]
