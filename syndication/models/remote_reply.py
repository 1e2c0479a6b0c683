"""What comes back from networks for a copy: its counts, the replies to it, and who liked it.

Read for the writer of the post alone. All of it goes with the copy, the link and the account, and when
the member stops it for a link or a post.
"""

from __future__ import annotations

from django.db import models

from accounts.models import PublicCharField, PublicTextField
from syndication.models.delivery import Delivery
from syndication.models.feed_text import feed_item_text
from syndication.models.link import Link


class CopyActivity(models.Model):
    """Counts of one copy (a sent publish), and when its replies are read next.

    A count of None: the network has none. `step` is how far the schedule has fallen off, `due_at` None
    where it has ended. `read_replies` and `read_likes` are the counts at the last reading: a thread is
    read again where a count moved.
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

    class Meta:
        verbose_name_plural = "copy activities"
        indexes = [models.Index(fields=["link", "due_at"], name="copy_activity_due_of_link")]

    def __str__(self) -> str:
        return f"of {self.delivery_id}"


class RemoteReply(models.Model):
    """A reply to a copy, shown to the post's writer alone. Its text goes 30 days after the last look."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="remote_replies")
    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="remote_replies")
    remote_id = models.CharField(max_length=500)
    author_uid = models.CharField(max_length=500)  # as Link.uid
    author_name = PublicCharField(max_length=100)
    author_handle = models.CharField(max_length=300, blank=True)  # connectors.values.Friend.handle
    text = PublicTextField(blank=True)
    attached = models.JSONField(default=list, blank=True)  # pairs as connectors.values.Attachment
    url = models.URLField(max_length=500, blank=True)
    visibility = models.CharField(max_length=10, blank=True)
    is_hidden = models.BooleanField(default=False)  # its account is one of link.hidden_accounts
    written_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

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
    def words(self) -> str:
        """Text and attachments in the active language."""
        return feed_item_text(self.text, self.attached)


class RemoteLike(models.Model):
    """Somebody on the network who likes a copy, as far as the network tells who."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="remote_likes")
    uid = models.CharField(max_length=500)  # as Link.uid
    name = PublicCharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "uid"], name="remote_like_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} of {self.delivery_id}"
