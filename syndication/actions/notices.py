"""Closing a notice, and the language of a member's mails."""

from syndication.delivery.notices import close_notice, in_language_of

__all__ = ["close_notice", "in_language_of"]
