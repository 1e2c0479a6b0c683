"""Sending one more copy of a post by a member's command."""

from syndication.delivery.planning import send_copy, sendable_links

__all__ = ["send_copy", "sendable_links"]
