"""Drafts: those that members keep, and those that came by mail to their secret addresses.

One table, since each is a post that is not sent yet: found by its member and `form_key`, listed on one
page, gone from it with the post that has this key.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat

from accounts.models import Member, PublicCharField, PublicTextField
from accounts.models.named_list import MAX_LIST_NAME_LENGTH
from syndication.connectors.content import LONGEST, MAX_PHOTOS
from syndication.models.post import KeptPhoto, Post, PostKind
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
        return f"({self.member_id})"

    @property
    def refused_sentence(self) -> str:
        """In the language of whoever looks."""
        return sentence(self.refused_reason, self.refused_params)


class SavedDraftQuerySet(models.QuerySet["SavedDraft"]):
    def of(self, member: Member) -> SavedDraftQuerySet:
        """The drafts of `member` that did not become posts. Only the member may see them."""
        sent = Post.objects.filter(author=OuterRef("member"), form_key=OuterRef("form_key"))
        return self.filter(~Exists(sent), member=member).order_by("-created_at", "-pk")

    def mailed(self) -> SavedDraftQuerySet:
        return self.filter(is_mailed=True)

    def kept(self) -> SavedDraftQuerySet:
        return self.filter(is_mailed=False)

    def with_photo_keys(self) -> SavedDraftQuerySet:
        """Annotate `photo_keys`, by which the form finds the draft's KeptPhoto rows, in their order."""
        photos = KeptPhoto.objects.filter(draft=OuterRef("pk")).order_by("place", "pk")
        keys = (
            Coalesce(Subquery(photos.values("key")[place : place + 1]), Value(""))
            for place in range(MAX_PHOTOS)
        )
        return self.annotate(
            photo_keys=Concat(*(part for key in keys for part in (key, Value(" "))))
        )


def draft_photo_path(draft: SavedDraft, filename: str) -> str:
    """The path of a photo that came by mail: an unguessable name."""
    return f"mailed/{secrets.token_hex(16)}.jpg"


class SavedDraft(models.Model):
    """A post that is not sent yet. `form_key` makes one draft of a repeated mail, and one post of a draft.

    A draft that a member kept has all that the form held, complete or not: a column for each field
    that is typed, `audience` as the form has it, its photos as KeptPhoto. The first photo of a mail stands in
    `photo` until the draft is opened, the others are KeptPhoto from the start. `version` counts what was kept.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    form_key = models.CharField(max_length=32)
    is_mailed = models.BooleanField(default=False)  # and not kept by a press since then
    sender = models.CharField(max_length=254, blank=True)  # as the mail says; nothing proves it
    # A draft of a comment, which never becomes a post, also where the post's row is gone.
    is_answer = models.BooleanField(default=False)
    post = models.ForeignKey(
        Post, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    kept_kind = models.CharField(max_length=10, choices=PostKind.choices, blank=True)
    title = PublicCharField(max_length=LONGEST["title"], blank=True)
    text = PublicTextField(max_length=LONGEST["text"], blank=True)
    url = models.CharField(max_length=LONGEST["url"], blank=True)
    photo = models.ImageField(upload_to=draft_photo_path, blank=True)  # of a mail
    photo_alt = PublicCharField(max_length=LONGEST["photo_alt"], blank=True)
    photo_alt_2 = PublicCharField(max_length=LONGEST["photo_alt_2"], blank=True)
    photo_alt_3 = PublicCharField(max_length=LONGEST["photo_alt_3"], blank=True)
    photo_alt_4 = PublicCharField(max_length=LONGEST["photo_alt_4"], blank=True)
    warning = PublicCharField(max_length=LONGEST["warning"], blank=True)
    language = models.CharField(max_length=LONGEST["language"], blank=True)
    audience = models.CharField(max_length=40, blank=True)
    people = models.JSONField(default=list, blank=True)  # keys of the chosen people's friendships
    list_name = PublicCharField(max_length=MAX_LIST_NAME_LENGTH, blank=True)  # to keep them by
    without_links = models.JSONField(default=list, blank=True)  # keys: "do not send this time"
    version = models.PositiveIntegerField(default=1)
    left_out = models.PositiveSmallIntegerField(default=0)  # attachments
    is_cut = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)  # or was last kept
    is_notified = models.BooleanField(default=False, db_column="is_told")  # that it goes soon

    photo_keys: str  # of rows from with_photo_keys

    objects = SavedDraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "form_key"], name="mail_draft_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} for {self.member_id}"

    @property
    def photos_in_order(self) -> list[KeptPhoto]:
        """Its KeptPhoto rows, prefetched or not."""
        return sorted(self.photos.all(), key=lambda photo: (photo.place, photo.pk))

    @property
    def words(self) -> str:
        """Title and text together, for kinds without a title and for lists."""
        return "\n".join(part for part in (self.title, self.text) if part)

    @property
    def list_text(self) -> str:
        """What a list shows: the first words that there are; "" for a photo alone."""
        return self.words or self.url or self.photo_alt or self.warning

    @property
    def kind(self) -> PostKind:
        """The kind that was kept; of a mail the suggested one, which the member may change."""
        if self.kept_kind:
            return PostKind(self.kept_kind)
        if self.photo and len(self.words) <= STATUS_LENGTH:
            return PostKind.PHOTO
        if (self.title and self.text) or len(self.words) > STATUS_LENGTH:
            return PostKind.NOTE
        return PostKind.STATUS
