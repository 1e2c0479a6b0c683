"""Staff's pages about posts, links and deliveries. Base and rules are accounts.admin's."""

from syndication.admin import deliveries, links, networks, posts

__all__ = ["deliveries", "links", "networks", "posts"]
