"""Posts by mail: members' secret addresses, and drafts that came to them."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.models import Member, PublicCharField, PublicTextField
from syndication.connectors.content import LONGEST
from syndication.models.post import Post, PostKind
from syndication.models.reason_texts import sentence

STATUS_LENGTH = 1000  # what fits a status and the words to a photo


class PostAddressQuerySet(models.QuerySet["PostAddress"]):
    def live(self) -> PostAddressQuerySet:
        return self.filter(ended_at=None)


class PostAddress(models.Model):
    """A secret mail address. Its local part is the secret, which allows making drafts and no more.

    The hash finds it; the sealed text shows it to its member again. An ended row recognises mails to the
    old address, and keeps counting.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="post_addresses"
    )
    local_hash = models.CharField(max_length=40, unique=True)
    sealed_local = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True, db_index=True)

    hour_began_at = models.DateTimeField(null=True, blank=True)  # of the two counts below
    taken = models.PositiveIntegerField(default=0)
    answered = models.PositiveIntegerField(default=0)
    came_at = models.DateTimeField(null=True, blank=True)  # the last draft
    refused_at = models.DateTimeField(null=True, blank=True)  # the last mail that made none
    refused_reason = models.CharField(max_length=200, blank=True)  # a code (reason_texts)
    refused_params = models.JSONField(default=dict, blank=True)

    objects = PostAddressQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(ended_at=None), name="post_address_one_is_live"
            ),
        ]

    def __str__(self) -> str:
        return f"of {self.member_id}"

    @property
    def refused_in_words(self) -> str:
        """In the language of whoever looks."""
        return sentence(self.refused_reason, self.refused_params)


class MailDraftQuerySet(models.QuerySet["MailDraft"]):
    def of(self, member: Member) -> MailDraftQuerySet:
        """The drafts of `member` that did not become posts. Only the member may see them."""
        sent = Post.objects.filter(author=OuterRef("member"), form_key=OuterRef("form_key"))
        return self.filter(~Exists(sent), member=member).order_by("-pk")


def draft_photo_path(draft: MailDraft, filename: str) -> str:
    """The path of a photo that came by mail: an unguessable name."""
    return f"mailed/{secrets.token_hex(16)}.jpg"


class MailDraft(models.Model):
    """A draft that came by mail. `form_key` makes one draft, and one post, of a repeated mail."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_drafts"
    )
    form_key = models.CharField(max_length=32)
    sender = models.CharField(max_length=254, blank=True)  # as the mail says; nothing proves it
    # A draft of a comment, which never becomes a post, also where the post's row is gone.
    is_answer = models.BooleanField(default=False)
    post = models.ForeignKey(
        Post, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    title = PublicCharField(max_length=LONGEST["title"], blank=True)
    text = PublicTextField(max_length=LONGEST["text"], blank=True)
    photo = models.ImageField(upload_to=draft_photo_path, blank=True)
    left_out = models.PositiveSmallIntegerField(default=0)  # attachments
    is_cut = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    is_notified = models.BooleanField(default=False, db_column="is_told")  # that it goes soon

    objects = MailDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "form_key"], name="mail_draft_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} for {self.member_id}"

    @property
    def words(self) -> str:
        """Title and text together, for kinds without a title."""
        return "\n".join(part for part in (self.title, self.text) if part)

    @property
    def kind(self) -> PostKind:
        """The suggested kind; the member chooses."""
        if self.photo:
            return PostKind.PHOTO
        if (self.title and self.text) or len(self.words) > STATUS_LENGTH:
            return PostKind.NOTE
        return PostKind.STATUS
