"""Post by mail on other pages: `{% load mail %}{% post_by_mail as by_mail %}{% if by_mail %}…`."""

from __future__ import annotations

from django import template

from syndication.actions import post_addresses

register = template.Library()


@register.simple_tag
def post_by_mail() -> bool:
    """Whether this site takes posts by mail: nothing leads to a page that is not there."""
    return post_addresses.is_post_by_mail_enabled()
