"""Sending one more copy of a post, or one anew, by a member's command."""

from syndication.delivery.corrections import is_outdated, preview_corrections, send_corrected
from syndication.delivery.planning import send_copy, sendable_links

__all__ = ["is_outdated", "preview_corrections", "send_copy", "send_corrected", "sendable_links"]
