"""Reportable things, as one member or outsider may read them, and the texts of pages about reports."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils.translation import ngettext

from accounts.models import Audience, Friendship, Group, Member
from accounts.models.audience import narrowest_audience
from syndication.connectors.content import content_of
from syndication.models import Comment, Post, PostReader, ReportedKind
from syndication.models.post_photo import photos_of

KEPT_FIELDS = ("about", "town", "websites", "picture")  # of a reported profile, besides names
MAX_SMALL_AUDIENCE = 10  # readers, up to whom the writer may guess who reported

Viewer = Member | AnonymousUser


@dataclass(frozen=True)
class Reported:
    """One thing that can be reported, found by who may read it.

    `words` name it on pages; `content` is what the sealed snapshot keeps. `readers` is None where many
    read it.
    """

    kind: str
    key: int
    owner: Member
    audience: str
    words: str
    content: dict[str, Any] = field(default_factory=dict)
    photos: tuple[FieldFile, ...] = ()
    readers: int | None = None
    post: int = 0  # of a comment

    @property
    def label(self) -> str:
        """The name of this kind of thing, for pages."""
        return str(ReportedKind(self.kind).label)

    @property
    def few_readers(self) -> str:
        """The warning where few people read it, or ""."""
        if self.readers is None:
            return ""
        words = ngettext(
            "%(n)d person reads this; the author may guess who reported it.",
            "%(n)d people read this; the author may guess who reported it.",
            self.readers,
        )
        return words % {"n": self.readers}


def find_reportable_post(key: int, viewer: Viewer) -> Reported | None:
    """The post, with its photos. Nobody reports their own."""
    posts = Post.objects.visible_to(viewer).select_related("author").exclude(_is(viewer, "author"))
    post = posts.filter(pk=key).first()
    if post is None:
        return None
    return Reported(
        kind=ReportedKind.POST,
        key=post.pk,
        owner=post.author,
        audience=post.audience,
        words=f"{post.author_name}: {post.words}",
        content={"kind": post.kind, **content_of(post)},
        photos=tuple(each.file for each in photos_of(post)),
        readers=_few_readers(post),
    )


def find_reportable_comment(key: int, viewer: Viewer) -> Reported | None:
    """The comment. (Comments on posts to Everyone are read by members alone.)"""
    heard = Comment.objects.visible_to(viewer).select_related("writer", "post")
    comment = heard.exclude(_is(viewer, "writer")).filter(pk=key).first()
    if comment is None or comment.post is None:
        return None
    return Reported(
        kind=ReportedKind.COMMENT,
        key=comment.pk,
        owner=comment.writer,
        audience=comment.post.audience,
        words=f"{comment.writer_name}: {comment.text}",
        content={"text": comment.text},
        readers=_few_readers(comment.post),
        post=comment.post.pk,
    )


def find_reportable_profile(name: str, viewer: Viewer) -> Reported | None:
    """The profile, as far as the viewer may read it."""
    members = Member.objects.seen_by(viewer).with_profile_for(viewer)
    member = members.exclude(_is(viewer, "pk")).filter(username=name.lower()).first()
    if member is None:
        return None
    content = {"username": member.username, "name": member.shown_name}
    shown = [field for field in KEPT_FIELDS if getattr(member, f"shows_{field}")]
    content |= {field: getattr(member, field) for field in shown if field != "picture"}
    if member.shown_name != member.username:
        shown.append("display_name")
    return Reported(
        kind=ReportedKind.PROFILE,
        key=member.pk,
        owner=member,
        audience=narrowest_audience(getattr(member, f"{field}_audience") for field in shown),
        words=f"{member.shown_name} @{member.username}",
        content=content,
        photos=(member.picture,) if member.shows_picture else (),
    )


def find_reportable_group(key: int, viewer: Member) -> Reported | None:
    """The group that the viewer is in: its name, and whose it is."""
    group = Group.objects.filter(
        memberships__member=viewer, memberships__joined_at__isnull=False, pk=key, closed_at=None
    ).first()
    if group is None or group.owner is None or group.owner == viewer:
        return None
    return Reported(
        kind=ReportedKind.GROUP,
        key=group.pk,
        owner=group.owner,
        audience=Audience.GROUP,
        words=group.name,
        content={"name": group.name},
    )


def _is(viewer: Viewer, column: str) -> Q:
    return Q(**{column: viewer.pk}) if viewer.is_authenticated else Q(pk__in=[])


def _few_readers(post: Post) -> int | None:
    """How many people besides the author read the post, where they are few."""
    if post.audience == Audience.GROUP and post.group is not None:
        others: QuerySet[Any] = post.group.memberships.joined().exclude(member=post.author_id)
    elif post.audience == Audience.CHOSEN:
        others = PostReader.objects.filter(post=post)
    elif post.audience == Audience.FRIENDS:
        others = Friendship.objects.filter(member=post.author_id)
    else:
        return None
    count = others.values("pk")[: MAX_SMALL_AUDIENCE + 1].count()
    return count if count <= MAX_SMALL_AUDIENCE else None
