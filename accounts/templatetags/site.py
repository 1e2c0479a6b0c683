"""What the operator says, on any page: `{% load site %}`."""

from __future__ import annotations

from django import template

from accounts.actions import site_pages
from accounts.models import Announcement, PageName
from accounts.models.site_text import TextBlock, text_blocks

register = template.Library()

_ROUTES = {
    PageName.ABOUT: "site_about",
    PageName.TERMS: "site_terms",
    PageName.PRIVACY: "site_privacy",
}


@register.simple_tag
def announcement() -> str:
    """`{% announcement as line %}`: the line that is shown now, in the reader's language; "" without one."""
    return str(Announcement.objects.current().order_by("-pk").first() or "")


@register.simple_tag
def site_page_links() -> list[tuple[str, str]]:
    """`{% site_page_links as links %}`: route and title of each page that is shown."""
    return [(_ROUTES[name], str(name.label)) for name in site_pages.pages_to_show()]


@register.simple_tag
def contact_text() -> list[TextBlock]:
    """`{% contact_text as blocks %}`: what the operator wrote above the form."""
    return text_blocks(site_pages.page_text(PageName.CONTACT)[0])
