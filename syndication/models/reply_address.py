"""Addresses by which members answer notice mails: `r-<token>@POST_MAIL_DOMAIN`."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from syndication.models.post import Post


class ReplyAddress(models.Model):
    """An address that one member may answer one post by, from one mail address.

    The notice's frame is kept as fingerprints, since its first line names a person. A used row stays,
    so that a second answer is known as one.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reply_addresses"
    )
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reply_addresses")
    token_hash = models.CharField(max_length=40, unique=True)
    mailed_to = models.CharField(max_length=254)  # the confirmed address that got the notice
    fingerprints = models.JSONField(default=list)  # of the notice's lines around the comment
    from_name = models.CharField(max_length=100, blank=True)  # of the notice's From
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["member", "-id"], name="reply_address_newest")]

    def __str__(self) -> str:
        return f"{self.pk} of {self.member_id} for post {self.post_id}"
