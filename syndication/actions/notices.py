"""What a member does with notices: put one away. And the language in which they are spoken to."""

from syndication.delivery.notices import close_notice, in_language_of

__all__ = ["close_notice", "in_language_of"]
