"""Staff's pages about posts, links and deliveries. Base and rules are accounts.admin's."""

from syndication.admin import (
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
