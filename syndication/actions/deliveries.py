"""What a member does with the copies of a post: see where one more may go, and send it there."""

from syndication.delivery.planning import send_copy, sendable_links

__all__ = ["send_copy", "sendable_links"]
