"""Staff's pages about posts, links and deliveries. Base and rules are accounts.admin's."""

from syndication.admin import comments, deliveries, links, mail, networks, posts, replies

__all__ = ["comments", "deliveries", "links", "mail", "networks", "posts", "replies"]
