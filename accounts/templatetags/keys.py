"""Access keys for lists whose length a template does not know: `{% load keys %}`."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

_LAST = "last number key"  # of the page that is being rendered


@register.simple_tag(takes_context=True)
def next_key(context: template.Context, *, upto: int = 6) -> SafeString:
    """Closes the opening tag of a link, with the page's next key and the digit that says so.

    A page has the keys 1 to 6; base.html has 7 to 9 and 0 on every page.

    `<a href="…"{% next_key %}{{ name }}</a>` is `<a href="…" accesskey="3">3 name</a>`. Beyond the
    key `upto` links have none; the keys after it may be written in the template.
    """
    number = (context.render_context.get(_LAST) or 0) + 1
    context.render_context[_LAST] = number
    return mark_safe(f' accesskey="{number}">{number} ' if number <= upto else ">")  # noqa: S308
