"""Comments and likes, and the one condition that decides who may read them: `visible_to`.

Whoever is in the post's audience at that moment reads what is said about it. Being its author is not
enough: who left a group no longer reads what its members say there.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Block, Member, PublicTextField, in_audience
from accounts.models.audience import name_known_to
from syndication.models.hiding import is_shown_to
from syndication.models.post import Post
from syndication.models.post_reader import is_chosen_reader

MAX_COMMENT_LENGTH = 1000


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, viewer: Member | AnonymousUser | None) -> CommentQuerySet:
        """The comments that `viewer` may read; none without an account.

        Each carries `writer_name`: the display name where its own audience lets the viewer read it,
        the username elsewhere.
        """
        if viewer is None or not viewer.is_authenticated:
            return self.none()
        shown = self.filter(is_shown_to(viewer, "writer"))
        heard = shown.filter(_is_about_what_is_read(viewer), _is_heard(viewer, "writer"))
        return heard.annotate(writer_name=name_known_to(viewer, "writer"))

    def readable_on(self, post: Post, viewer: Member) -> CommentQuerySet:
        """The same on one post that is open to the viewer (Post.objects.with_talk_open_to).

        Without the post's own conditions databases read no more comments than are wanted.
        """
        shown = self.filter(is_shown_to(viewer, "writer"), post=post.pk)
        heard = shown.filter(_is_heard(viewer, "writer", author=post.author_id))
        return heard.annotate(writer_name=name_known_to(viewer, "writer"))

    def of(self, member: Member) -> CommentQuerySet:
        """The member's own, whatever became of the post."""
        return self.filter(writer=member)

    def deletable_by(self, member: Member) -> CommentQuerySet:
        """Also those that the member cannot read: of blocked members, and in a group that they left."""
        return self.filter(Q(writer=member) | Q(post__author=member))


class LikeQuerySet(models.QuerySet["Like"]):
    def visible_to(self, viewer: Member | AnonymousUser | None) -> LikeQuerySet:
        """The likes that `viewer` may count, with `member_name`; none without an account."""
        if viewer is None or not viewer.is_authenticated:
            return self.none()
        heard = self.filter(_is_about_what_is_read(viewer), _is_heard(viewer, "member"))
        return heard.annotate(member_name=name_known_to(viewer, "member"))

    def readable_on(self, post: int, viewer: Member, *, author: int | OuterRef) -> LikeQuerySet:
        """As CommentQuerySet.readable_on; `author` is the post's."""
        heard = self.filter(_is_heard(viewer, "member", author=author), post=post)
        return heard.annotate(member_name=name_known_to(viewer, "member"))


def _is_about_what_is_read(viewer: Member) -> Q:
    """Q of rows about a post that `viewer` is in the audience of."""
    reads = in_audience(
        viewer,
        owner="post__author",
        audience="post__audience",
        group="post__group",
        chosen=is_chosen_reader(viewer, OuterRef("post")),
    )
    shown = is_shown_to(viewer, "post__author", hidden_at="post__hidden_at")
    return reads & shown & Q(post__deleted_at=None, post__author__is_active=True)


def _is_heard(viewer: Member, speaker: str, author: int | OuterRef | None = None) -> Q:
    """Q of rows whose speaker `viewer` may hear. `speaker` names the column.

    A block between speaker and viewer hides them from the viewer, one between speaker and the post's
    author from everybody but the speaker. `author`: that author's key, where there is but one.
    """
    between, whose = Block.objects.between, OuterRef("post__author") if author is None else author
    blocked = Exists(between(OuterRef(speaker), viewer)) | Exists(between(OuterRef(speaker), whose))
    return Q(**{f"{speaker}__is_active": True}) & (Q(**{speaker: viewer}) | ~Q(blocked))


class Comment(models.Model):
    """What a member says about a post, in plain text. It is neither edited nor sent to networks.

    It outlives the post's row, for its writer alone.
    """

    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="comments")
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="comments"
    )
    text = PublicTextField(max_length=MAX_COMMENT_LENGTH)
    form_key = models.CharField(max_length=32)  # a form sent twice makes one comment
    is_by_mail = models.BooleanField(default=False)
    hidden_at = models.DateTimeField(null=True, blank=True)  # by staff: its writer alone reads it
    created_at = models.DateTimeField(auto_now_add=True)

    writer_name: str  # of rows from visible_to: the writer's name as the viewer may know it

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["post", "id"], name="comment_in_order"),
            models.Index(fields=["writer", "-id"], name="comment_newest_of_writer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "writer", "form_key"], name="comment_once_for_a_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} → {self.post_id}"


class WithdrawnLike(models.Model):
    """A like of `member` was taken back, by them or by staff. The post's author was told of it once, and is never told again."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "member"], name="withdrawn_like_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} → {self.post_id}"


class Like(models.Model):
    """いいね！ of a member for a post."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="likes")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="likes"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    member_name: str  # of rows from visible_to

    objects = LikeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post", "member"], name="like_once"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} → {self.post_id}"
