"""Template tags for URLs. Built in: no {% load %} is needed."""

from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse

from accounts.mail_addresses import email_as_typed
from accounts.public_urls import public_url as public_url_of
from accounts.urlsession.context import override_script_prefix
from accounts.urlsession.outbound import outbound_path

register = template.Library()
register.filter("as_typed", email_as_typed)  # {{ address.email|as_typed }}


@register.simple_tag(name="public_url")
def public_url_tag(name: str, *args: Any, **kwargs: Any) -> str:
    """`{% public_url 'post' post.pk %}`: absolute, without token; for showing and sharing."""
    return public_url_of(name, *args, **kwargs)


@register.simple_tag
def out_url(url: str) -> str:
    """`{% out_url url as away %}`: the page by which it leaves, or '' where it is not safe.

    `{% if away %}<a href="{{ away }}">…</a>{% else %}{{ url }}{% endif %}`
    """
    return outbound_path(url)


@register.simple_tag(takes_context=True, name="near")
def relative_url_tag(context: template.Context, page: str, *args: Any) -> str:
    """`{% near 'post_detail' post.pk %}`: as seen from the page that is shown; or of a path.

    Without the token, that the browser adds by itself: 25 bytes less a link, where a page has many
    and its budget is tight. Only for pages that one address shows.
    """
    request = context["request"]
    if page.startswith("/"):
        return _seen_from(request.path, page)
    return _seen_from(request.path_info, _path_of(page, args))


@lru_cache(maxsize=4096)  # the same few pages are named on each
def _path_of(page: str, args: tuple[Any, ...]) -> str:
    with override_script_prefix("/"):
        return reverse(page, args=args)


def _seen_from(here: str, there: str) -> str:
    """A relative address: `_seen_from("/s/t/login/", "/s/t/q/")` is `../q/`."""
    folders, target = here.split("/")[:-1], there.split("/")
    same = 0
    while same < min(len(folders), len(target) - 1) and folders[same] == target[same]:
        same += 1
    return "../" * (len(folders) - same) + "/".join(target[same:]) or "./"
