"""Notices: what a member is told, on the page /notices/ and perhaps by mail.

A row holds a code and ids, never words or names: accounts.models.notice_kinds renders it when it is
read, and drops it when its member may no longer read what it is about.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When

from accounts.models.audience import name_known_to
from accounts.models.friendship import Block
from accounts.models.member import Member
from accounts.models.notice_kinds import NOTICE_KINDS, NoticeKind, codes_by_topic
from accounts.models.notice_mail import NoticeMail


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, member: Member) -> NoticeQuerySet:
        """The member's notices of what they may still read. Page, count and mails start here.

        Each carries what its text needs: `actor_name`, `actor_username` and its topic's columns.
        """
        readable, columns = Q(pk__in=[]), defaultdict(list)
        for topic, codes in codes_by_topic().items():
            of_topic = Q(code__in=codes)
            readable |= of_topic & topic.readable(member)
            for name, value in topic.columns(member).items():
                columns[name].append(When(of_topic, then=value))
        return self.filter(_is_about_nobody_hidden(member), readable, member=member).annotate(
            actor_username=F("actor__username"),
            actor_name=name_known_to(member, "actor"),
            **{name: Case(*whens, default=None) for name, whens in columns.items()},
        )

    def newest_first(self) -> NoticeQuerySet:
        return self.order_by("-created_at", "-pk")

    def later_than(self, seen_at: datetime) -> NoticeQuerySet:
        """Notices later than the newest one on the first page that the member was shown last."""
        return self.filter(created_at__gt=seen_at)


def _is_about_nobody_hidden(member: Member) -> Q:
    """Nobody acted, or somebody who is still here, without a block either way."""
    blocked = Exists(Block.objects.filter(blocker=OuterRef("actor"), blocked=member)) | Exists(
        Block.objects.filter(blocker=member, blocked=OuterRef("actor"))
    )
    return Q(actor=None) | (Q(actor__is_active=True) & ~Q(blocked))


class Notice(models.Model):
    """One thing that happened. A member has one notice for each `key` and `subject`.

    `subject` and `detail` are keys of what `code` is about (0: nothing): a friend, a group, a link, a
    post and a comment on it. `params` holds codes and numbers.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    code = models.CharField(max_length=40)
    actor = models.ForeignKey(  # who did it
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    subject = models.PositiveBigIntegerField(default=0)
    detail = models.PositiveBigIntegerField(default=0)
    key = models.CharField(max_length=60)  # the code, and what else tells two events apart
    params = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()  # or when it happened again
    again_at = models.DateTimeField(null=True, blank=True)  # it happened again: new from then on
    mail_due_at = models.DateTimeField(null=True, blank=True)  # None: is not to be mailed
    mail = models.ForeignKey(  # the mail that tells of it
        NoticeMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="notices"
    )
    mailed_at = models.DateTimeField(null=True, blank=True)

    # Of rows of visible_to
    actor_name: str | None
    actor_username: str | None

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["member", "-created_at", "-id"], name="notice_newest_of_member"),
            models.Index(fields=["created_at"], name="notice_oldest"),
            models.Index(
                fields=["again_at"], condition=Q(again_at__isnull=False), name="notice_again"
            ),
            models.Index(
                fields=["mail_due_at", "id"],
                condition=Q(mail_due_at__isnull=False, mailed_at=None),
                name="notice_mail_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["member", "key", "subject"], name="notice_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_in_words} → {self.member_id}"

    @property
    def kind(self) -> NoticeKind:
        return NOTICE_KINDS[self.code]

    @property
    def subject_in_words(self) -> str:
        """What it is about, for staff: the subject of its mails, which names nobody; else its code."""
        kind = NOTICE_KINDS.get(self.code)
        return str(kind.mail_subject) if kind and kind.mail_subject else self.code

    @property
    def in_words(self) -> str:
        """The text in the active language."""
        return self.kind.text(self)

    @property
    def target(self) -> tuple[str, tuple[Any, ...]]:
        """The page that it leads to: URL name and arguments."""
        return self.kind.target(self)


class NoticeStop(models.Model):
    """A member wants no more notices of `code` about `subject`."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_stops"
    )
    code = models.CharField(max_length=40)
    subject = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "code", "subject"], name="notice_stop_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject} for {self.member_id}"
