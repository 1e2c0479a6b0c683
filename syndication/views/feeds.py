"""The Atom feed of a member's posts to Everyone, without session or token."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Member
from accounts.public_urls import public_url
from syndication.connectors.text import clean
from syndication.models import Post, photos_of
from syndication.queries.excerpts import cut_to_line
from syndication.views.robots import set_robots_header

NEWEST = 20


@require_safe
def profile_feed(request: HttpRequest, name: str) -> HttpResponse:
    """The feed of posts that anybody may read: feed readers have no session."""
    member = get_object_or_404(Member.objects.seen_by(None), username=name)
    shown_name = clean(member.shown_name)
    feed = Atom1Feed(
        title=shown_name,
        link=public_url("profile", name),
        description=_("Posts of %(name)s") % {"name": shown_name},
        feed_url=public_url("profile_feed", name),
        author_name=shown_name,
        author_link=public_url("profile", name),
    )
    newest = Post.objects.visible_to(None).by(member).newest_first()[:NEWEST]
    for post in newest.prefetch_related("more_photos"):
        _add(feed, post)
    response = HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
    return set_robots_header(response, member)


def _add(feed: Atom1Feed, post: Post) -> None:
    """Add a post, without control characters, which would make the XML invalid."""
    photos = [
        {"address": public_url("post_photo", post.pk, one.place), "alt": one.alt}
        for one in photos_of(post)
    ]
    words = render_to_string("syndication/_post_in_feed.html", {"post": post, "photos": photos})
    address = public_url("post_detail", post.pk)
    feed.add_item(
        title=clean(cut_to_line(post.words, 40)[0]),
        link=address,
        unique_id=address,
        description=clean(words),
        pubdate=post.created_at,
        updateddate=post.edited_at or post.created_at,
    )
