"""Tags for addresses that leave the page. Built in: no {% load %} is needed."""

from typing import Any

from django import template

from accounts.addresses import public_url as public_url_of
from accounts.urlsession.outbound import outside_path

register = template.Library()


@register.simple_tag
def public_url(name: str, *args: Any, **kwargs: Any) -> str:
    """`{% public_url 'post' post.pk %}`: absolute, without token; for showing and sharing."""
    return public_url_of(name, *args, **kwargs)


@register.simple_tag
def out_url(url: str) -> str:
    """`{% out_url url as away %}`: the page by which it leaves, or '' where it is not safe.

    `{% if away %}<a href="{{ away }}">…</a>{% else %}{{ url }}{% endif %}`
    """
    return outside_path(url)
