"""Preview of a narrower draft as if it were for everyone, for the page before sending."""

from __future__ import annotations

from dataclasses import replace

from accounts.public_urls import public_url
from syndication.connectors.base import OutgoingPost
from syndication.delivery import eligibility
from syndication.models import Link


def would_go_if_public(draft: OutgoingPost, link: Link) -> bool:
    """Whether `draft` would go to `link`, which has `newest_post`, if it were for everyone."""
    permalink, always = next_permalink(link), link.always_permalink
    public = replace(draft, audience="everyone", permalink=permalink, always_permalink=always)
    return eligibility.check_eligibility(public, link).goes


def next_permalink(link: Link) -> str:
    """The address that the next post would get if nobody posts in between."""
    return public_url("post_detail", (link.newest_post or 0) + 1)  # type: ignore[attr-defined]
