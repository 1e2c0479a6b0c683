"""Posts, and the one condition that decides who may read them: `visible_to`."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Q, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import (
    Audience,
    Commenters,
    Friendship,
    Group,
    Member,
    PublicCharField,
    PublicTextField,
    in_audience,
    readable_by,
)
from syndication.connectors.content import LONGEST
from syndication.models.hiding import is_shown_to
from syndication.models.post_reader import is_chosen_reader


class PostKind(models.TextChoices):
    STATUS = "status", _("Status")
    NOTE = "note", _("Note")
    PHOTO = "photo", _("Photo")
    LINK = "link", pgettext_lazy("kind of post", "Link")


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, viewer: Member | AnonymousUser | None) -> PostQuerySet:
        """The posts that `viewer` may read. Every read starts here; an id is never permission.

        Each carries `author_name`: the author's display name where its own audience lets the
        viewer read it, the username elsewhere.
        """
        named = readable_by(viewer, owner="author", audience="author__display_name_audience")
        return (
            self.filter(is_shown_to(viewer, "author"), deleted_at=None, author__is_active=True)
            .filter(
                readable_by(
                    viewer,
                    owner="author",
                    group="group",
                    chosen=is_chosen_reader(viewer, OuterRef("pk")),
                )
            )
            .annotate(
                author_name=Case(
                    When(named & ~Q(author__display_name=""), then=F("author__display_name")),
                    default=F("author__username"),
                )
            )
        )

    def with_talk_for(self, member: Member) -> PostQuerySet:
        """Annotate `has_talk` (comments and likes are open to the member) and `may_comment`.

        Both by the post's audience and not by authorship: who left a group still reads their own post
        in it, but no longer what its members say there.
        """
        has_talk = _opens_talk_to(member)
        return self.annotate(
            has_talk=ExpressionWrapper(has_talk, output_field=models.BooleanField()),
            may_comment=ExpressionWrapper(
                has_talk & _takes_comments_of(member), output_field=models.BooleanField()
            ),
        )

    def with_talk_open_to(self, member: Member) -> PostQuerySet:
        """The posts of which the member may read the comments, with `may_comment`."""
        return self.visible_to(member).with_talk_for(member).filter(_opens_talk_to(member))

    def by(self, member: Member) -> PostQuerySet:
        return self.filter(author=member)

    def newest_first(self) -> PostQuerySet:
        return self.order_by("-created_at", "-pk")


def _opens_talk_to(member: Member) -> Q:
    chosen = is_chosen_reader(member, OuterRef("pk"))
    return in_audience(member, owner="author", group="group", chosen=chosen)


def _takes_comments_of(member: Member) -> Q:
    """Q of posts that are not closed, and whose author lets such readers comment."""
    friends = Friendship.objects.filter(member=member, friend=OuterRef("author"))
    named = Q(audience__in=[Audience.GROUP, Audience.CHOSEN])
    readers = Q(author__commenters=Commenters.READERS)
    known = Q(author__commenters=Commenters.FRIENDS) & (Q(author=member) | Q(Exists(friends)))
    allowed = named & Q(author__group_commenters=Commenters.READERS)
    return Q(comments_closed_at=None) & (allowed | (~named & (readers | known)))


def photo_path(post: Post, filename: str) -> str:
    """The path of a photo: an unguessable name, never the browser's file name."""
    return f"photos/{secrets.token_hex(16)}.jpg"


def kept_photo_path(photo: KeptPhoto, filename: str) -> str:
    """The path of a photo whose post is being written."""
    return f"kept/{secrets.token_hex(16)}.jpg"


class KeptPhoto(models.Model):
    """A photo uploaded for a post that is not sent yet, so that it is uploaded once.

    Already resized and without metadata. The form carries `key`, which opens the photo to `member`
    only. With a draft it stays as long as the draft.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_photos"
    )
    key = models.CharField(max_length=32, unique=True)
    photo = models.ImageField(upload_to=kept_photo_path)
    place = models.PositiveSmallIntegerField(default=1)  # among the photos of its draft
    draft = models.ForeignKey(
        "SavedDraft", on_delete=models.CASCADE, null=True, blank=True, related_name="photos"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"of {self.member_id} at {self.created_at:%Y-%m-%d %H:%M}"


class Post(models.Model):
    """A status, note, photo or link. A deleted post keeps its row (emptied) for its deliveries.

    It has a column for each field of connectors.content.PostContent.
    """

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="posts"
    )
    kind = models.CharField(max_length=10, choices=PostKind.choices)
    title = PublicCharField(_("title"), max_length=LONGEST["title"], blank=True)
    text = PublicTextField(_("text"), max_length=LONGEST["text"], blank=True)
    url = models.URLField(_("address"), max_length=LONGEST["url"], blank=True)
    url_title = PublicCharField(
        _("title of the address"), max_length=LONGEST["url_title"], blank=True
    )
    photo = models.ImageField(_("photo"), upload_to=photo_path, blank=True)
    photo_small = models.ImageField(upload_to=photo_path, blank=True)  # fits a page of 240 pixels
    photo_alt = PublicCharField(
        _("what the photo shows"), max_length=LONGEST["photo_alt"], blank=True
    )
    # Of the photos in the second to fourth place (PostPhoto).
    photo_alt_2 = PublicCharField(
        _("what photo 2 shows"), max_length=LONGEST["photo_alt_2"], blank=True
    )
    photo_alt_3 = PublicCharField(
        _("what photo 3 shows"), max_length=LONGEST["photo_alt_3"], blank=True
    )
    photo_alt_4 = PublicCharField(
        _("what photo 4 shows"), max_length=LONGEST["photo_alt_4"], blank=True
    )
    warning = PublicCharField(_("content warning"), max_length=LONGEST["warning"], blank=True)
    language = models.CharField(_("language"), max_length=LONGEST["language"], blank=True)
    audience = models.CharField(max_length=20, choices=Audience.choices)
    group = models.ForeignKey(
        Group, on_delete=models.CASCADE, null=True, blank=True, related_name="posts"
    )
    # When its readers were chosen, of a post for chosen people (PostReader).
    chosen_at = models.DateTimeField(null=True, blank=True)
    # `chosen_at` of a post that went on to another audience: it is never for chosen people again.
    chosen_before_at = models.DateTimeField(null=True, blank=True)
    form_key = models.CharField(max_length=32)  # a form sent twice makes one post
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)  # of its words: each edit makes the next one
    edited_at = models.DateTimeField(null=True, blank=True)
    photos_version = models.PositiveIntegerField(
        default=0
    )  # whose edit last moved or removed photos
    # The member wants no replies and likes back from networks for this post.
    is_without_replies = models.BooleanField(default=False)
    comments_closed_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)  # by staff: its author alone reads it

    author_name: str  # of rows from visible_to: the author's name as the viewer may know it
    has_talk: bool  # of rows from with_talk_for
    may_comment: bool

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["author", "-created_at", "-id"],
                condition=Q(deleted_at=None),
                name="post_newest_of_author",
            ),
            models.Index(
                fields=["author", "-created_at", "-id"],
                condition=Q(deleted_at__isnull=False),
                name="post_newest_deleted_of_author",
            ),
            models.Index(
                fields=["group", "-created_at", "-id"],
                condition=Q(deleted_at=None, group__isnull=False),
                name="post_newest_of_group",
            ),
            # What friends may read of an author without being chosen.
            models.Index(
                fields=["author", "-created_at", "-id"],
                condition=Q(deleted_at=None, chosen_at=None),
                name="post_newest_not_chosen",
            ),
            models.Index(fields=["-created_at"]),
        ]
        constraints = [
            models.UniqueConstraint(fields=["author", "form_key"], name="post_once_for_a_form"),
            models.CheckConstraint(
                condition=~models.Q(audience=Audience.GROUP) | models.Q(group__isnull=False),
                name="post_for_a_group_names_it",
            ),
            models.CheckConstraint(
                condition=models.Q(audience=Audience.CHOSEN, chosen_at__isnull=False)
                | (~models.Q(audience=Audience.CHOSEN) & models.Q(chosen_at=None)),
                name="post_for_chosen_people_says_when",
            ),
            models.CheckConstraint(
                condition=models.Q(version=1) | models.Q(edited_at__isnull=False),
                name="post_edited_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def words(self) -> str:
        """The text for lists: the content warning alone, else the title, else the first text it has, else
        the name of its kind."""
        if self.warning:
            return f"[{self.warning}]"
        said = self.title or self.text or self.url_title or self.photo_alt or self.url
        return said or self.get_kind_display()

    @property
    def has_thumbnail(self) -> bool:
        """Whether lists with pictures show the first photo. None stands before its content warning."""
        return bool(self.photo) and not self.warning

    @property
    def has_more_words(self) -> bool:
        """Whether `words` leave a text out (a note with a title, anything behind a warning)."""
        return bool(self.warning or (self.title and self.text))
