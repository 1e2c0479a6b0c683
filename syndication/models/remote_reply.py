"""What comes back from networks for a copy: its counts, the replies to it, and who liked it.

Read for the writer of the post alone. All of it goes with the copy, the link and the account, and when
the member stops it for a link or a post.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, When

from accounts.models import Member, PublicCharField, PublicTextField
from syndication.models.delivery import Delivery
from syndication.models.feed_item import HiddenAccount
from syndication.models.feed_text import feed_item_text
from syndication.models.link import Link


class CopyActivity(models.Model):
    """Counts of one copy (a sent publish), and when its replies are read next.

    `replies` and `likes` are what pages show; None: nothing is known. `read_replies` and `read_likes`
    are the network's own counts at the last reading: a thread is read again where one moved. `step` is
    how far the schedule has fallen off, `due_at` None where it has ended. `has_texts`: replies or
    people who like it are stored, which do not stay for ever.
    """

    delivery = models.OneToOneField(
        Delivery, on_delete=models.CASCADE, primary_key=True, related_name="activity"
    )
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="copy_activities")
    thread = models.CharField(max_length=500, blank=True)
    replies = models.PositiveIntegerField(null=True, blank=True)
    likes = models.PositiveIntegerField(null=True, blank=True)
    read_replies = models.PositiveIntegerField(null=True, blank=True)
    read_likes = models.PositiveIntegerField(null=True, blank=True)
    step = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    has_texts = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "copy activities"
        indexes = [
            models.Index(fields=["link", "due_at"], name="copy_activity_due_of_link"),
            models.Index(
                fields=["looked_at"], condition=Q(has_texts=True), name="copy_activity_with_texts"
            ),
        ]

    def __str__(self) -> str:
        return f"→ {self.delivery_id}"


class RemoteReplyQuerySet(models.QuerySet["RemoteReply"]):
    def visible_to(self, member: Member) -> RemoteReplyQuerySet:
        """Replies to the member's copies, but by hidden accounts and those known to be a blocked
        member's."""
        return self.filter(link__member=member).not_hidden_from(member)

    def not_hidden_from(self, member: Member) -> RemoteReplyQuerySet:
        """The same of rows that are the member's; by a condition that no database turns into a join."""
        blocked = Link.objects.findable_of_blocked(member.pk).filter(
            network=Subquery(_network_of("link")), uid=OuterRef("author_uid")
        )
        return self.filter(Case(When(~Exists(blocked), then=True), default=False), is_hidden=False)


class RemoteReply(models.Model):
    """A reply to a copy, shown to the post's writer alone.

    30 days after the last look only its address stays: an `author_uid` of "" says so.
    """

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="remote_replies")
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="remote_replies")
    remote_id = models.CharField(max_length=500)
    author_uid = models.CharField(max_length=500, blank=True)  # as Link.uid
    author_name = PublicCharField(max_length=100, blank=True)
    author_handle = models.CharField(max_length=300, blank=True)  # connectors.values.Friend.handle
    text = PublicTextField(blank=True)
    attached = models.JSONField(default=list, blank=True)  # pairs as connectors.values.Attachment
    url = models.URLField(max_length=500, blank=True)
    visibility = models.CharField(max_length=10, blank=True)
    is_hidden = models.BooleanField(default=False)  # its account is one of link.hidden_accounts
    written_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RemoteReplyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "remote replies"
        indexes = [
            models.Index(fields=["delivery", "written_at", "id"], name="remote_reply_of_copy"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["link", "remote_id"], name="remote_reply_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} to {self.delivery_id}"

    @property
    def is_emptied(self) -> bool:
        return not self.author_uid

    @property
    def words(self) -> str:
        """Text and attachments in the active language."""
        return feed_item_text(self.text, self.attached)


class RemoteLikeQuerySet(models.QuerySet["RemoteLike"]):
    def visible_to(self, member: Member) -> RemoteLikeQuerySet:
        """As of RemoteReply; by the copy's own row, since a join can be made by reading all that ever
        went to the member's links."""
        owner = Delivery.objects.filter(pk=OuterRef("delivery")).values("link__member")
        mine = self.alias(owner=Subquery(owner[:1])).filter(owner=member.pk)
        return mine.not_hidden_from(member)

    def not_hidden_from(self, member: Member) -> RemoteLikeQuerySet:
        link = Delivery.objects.filter(pk=OuterRef(OuterRef("delivery"))).values("link")
        hidden = HiddenAccount.objects.filter(link=Subquery(link[:1]), uid=OuterRef("uid"))
        blocked = Link.objects.findable_of_blocked(member.pk).filter(
            network=Subquery(_network_of("delivery__link")), uid=OuterRef("uid")
        )
        shown = ~Exists(hidden) & ~Exists(blocked)
        return self.filter(Case(When(shown, then=True), default=False))


class RemoteLike(models.Model):
    """Somebody on the network who likes a copy, as far as the network tells who."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="remote_likes")
    uid = models.CharField(max_length=500)  # as Link.uid
    name = PublicCharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RemoteLikeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "uid"], name="remote_like_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} of {self.delivery_id}"


def _network_of(link: str) -> models.QuerySet[Link, str]:
    """For a subquery inside a subquery: the network of the row's link, to which `link` is the path."""
    return Link.objects.filter(pk=OuterRef(OuterRef(link))).values("network")[:1]  # type: ignore[return-value]
