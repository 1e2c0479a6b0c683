"""Staff's pages about posts, links and deliveries. Base and rules are accounts.admin's."""

from syndication.admin import deliveries, links, mail, networks, posts

__all__ = ["deliveries", "links", "mail", "networks", "posts"]
