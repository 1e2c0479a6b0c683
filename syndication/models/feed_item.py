"""What friends wrote on linked networks, as imported, and the accounts that a member hides."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import PublicCharField, PublicTextField
from syndication.models.delivery import Delivery
from syndication.models.feed_text import feed_item_text
from syndication.models.link import Link


class FeedItem(models.Model):
    """A friend's post on a linked network, shown to that link's member only.

    `copy` is the delivery that published it, where it is the copy of a post of this site, and
    `writer` the member who wrote that post (delivery.feed_copies sets both). queries.feed decides
    whether it is shown, and whether as the post.
    """

    # No index of its own: PostgreSQL took it for a link's newest item, and sorted all of them.
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="feed", db_index=False)
    remote_id = models.CharField(max_length=500)
    author_uid = models.CharField(max_length=500)  # as Link.uid
    author_name = PublicCharField(max_length=100)
    author_handle = models.CharField(max_length=300, blank=True)  # connectors.values.Friend.handle
    sharer_uid = models.CharField(max_length=500, blank=True)  # who boosted it, as Link.uid
    # As connectors.values.RemoteFeedItem has them: what a reply names, and who may read that.
    target_id = models.CharField(max_length=500, blank=True)
    visibility = models.CharField(max_length=10, blank=True)
    text = PublicTextField(blank=True)
    attached = models.JSONField(default=list, blank=True)  # pairs as connectors.values.Attachment
    url = models.URLField(max_length=500, blank=True)
    # With the delivery goes the post, and with the post every row of it.
    copy = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    # Its account, or the one that boosted it, is one of link.hidden_accounts.
    is_hidden = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    post_here: int | None  # of rows from queries.feed.with_post: the post as which it is shown

    class Meta:
        indexes = [
            models.Index(fields=["link", "-written_at", "-id"], name="feed_item_newest_of_link"),
            models.Index(
                fields=["link", "-written_at", "-id"],
                condition=Q(writer=None, is_hidden=False),
                name="feed_item_no_copy_of_link",
            ),
            models.Index(
                fields=["link", "writer", "-written_at", "-id"],
                condition=Q(writer__isnull=False, is_hidden=False),
                name="feed_item_copy_of_writer",
            ),
            models.Index(fields=["remote_id"], name="feed_item_by_remote_id"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["link", "remote_id"], name="feed_item_once"),
            models.CheckConstraint(
                condition=Q(copy=None, writer=None) | Q(copy__isnull=False, writer__isnull=False),
                name="feed_item_copy_has_its_writer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remote_id} for {self.link_id}"

    @property
    def words(self) -> str:
        """Text and attachments in the active language."""
        return feed_item_text(self.text, self.attached)


class HiddenAccount(models.Model):
    """An account on a linked network whose posts the member does not see; deleted with the link."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="hidden_accounts")
    uid = models.CharField(max_length=500)  # as FeedItem.author_uid
    name = PublicCharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "uid"], name="hidden_account_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} on {self.link_id}"
