"""Phone login: a code that a computer shows, and a bookmark with a PIN.

Codes, nonces and bookmarks are stored hashed (accounts.crypto.codes); what a phone presents is compared by
hash. Session keys are hashes too, and follow when a session goes on under another key.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from accounts.urlsession.signals import session_key_changed


class PhoneLoginQuerySet(models.QuerySet["PhoneLogin"]):
    def live(self) -> PhoneLoginQuerySet:
        return self.filter(ended_at=None, used_at=None, expires_at__gt=timezone.now())

    def unanswered(self, session_key: str | None) -> PhoneLoginQuerySet:
        """Logins by this session's codes that it has not acknowledged."""
        return self.filter(issuer_key=session_key or "-", is_acknowledged=False).exclude(
            used_at=None
        )


class PhoneLogin(models.Model):
    """One code on one computer's screen. `issuer_key` is that computer's session key (a hash)."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="phone_logins"
    )
    code_hash = models.CharField(max_length=40, unique=True)
    typed_hash = models.CharField(max_length=40, unique=True)  # of the 10 characters typed at /q/
    issuer_key = models.CharField(max_length=40, db_index=True)
    decoys = models.CharField(max_length=8)  # three numbers that no opener gets: "17 52 80"
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    picked = models.ForeignKey(
        "PhoneOpener", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True)  # wrong_pick, logged_out, replaced …
    session_key = models.CharField(max_length=40, blank=True, db_index=True)  # the phone's session
    is_acknowledged = models.BooleanField(default=False)  # the notice was answered on the computer

    objects = PhoneLoginQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["used_at"], condition=Q(used_at__isnull=False), name="phone_login_used"
            ),
            models.Index(
                fields=["expires_at"], condition=Q(session_key=""), name="phone_login_unused"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer_key"],
                condition=Q(ended_at=None, used_at=None),
                name="phone_login_one_live_code_for_a_computer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_live(self) -> bool:
        return self.ended_at is None and self.used_at is None and self.seconds_left > 0

    @property
    def seconds_left(self) -> int:
        return seconds_until(self.expires_at)


class PhoneOpener(models.Model):
    """A phone that opened the code. Its page holds the nonce; both screens show the number."""

    login = models.ForeignKey(PhoneLogin, on_delete=models.CASCADE, related_name="openers")
    nonce_hash = models.CharField(max_length=40, unique=True)
    number = models.CharField(max_length=2)
    device = models.CharField(max_length=80)  # its browser, in words
    opened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["login", "number"], name="phone_opener_own_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.device}"


class PhoneQuerySet(models.QuerySet["Phone"]):
    def live(self) -> PhoneQuerySet:
        return self.filter(ended_at=None)


class Phone(models.Model):
    """A phone that may come back by its bookmark `/p/<22>` and a PIN."""

    MAX_WRONG_TRIES = 5  # then only a QR code or the password

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="phones"
    )
    device = models.CharField(max_length=80)
    bookmark_hash = models.CharField(max_length=40, unique=True)
    pin_hash = models.CharField(max_length=128)
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    session_key = models.CharField(max_length=40, blank=True, db_index=True)  # its last session

    objects = PhoneQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["ended_at"], condition=Q(ended_at__isnull=False), name="phone_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.device} ({self.member_id})"

    @property
    def is_locked(self) -> bool:
        return self.wrong_tries >= self.MAX_WRONG_TRIES

    def claim_try(self) -> bool:
        """Count a try before the PIN is checked, so that tries made at once count."""
        rows = Phone.objects.live().filter(pk=self.pk, wrong_tries__lt=self.MAX_WRONG_TRIES)
        return rows.update(wrong_tries=F("wrong_tries") + 1) == 1

    def reset_wrong_tries(self) -> None:
        """Clear the wrong tries after the right PIN."""
        Phone.objects.filter(pk=self.pk).update(wrong_tries=0, last_used_at=timezone.now())


def seconds_until(moment: datetime) -> int:
    """Whole seconds until `moment`, 0 when it is past."""
    return max(0, int((moment - timezone.now()).total_seconds()))


@receiver(session_key_changed, dispatch_uid="accounts.phone_login")
def follow_phone_session(*, old: str, new: str, **_: object) -> None:
    """Store the new key of a session whose key has changed."""
    PhoneLogin.objects.filter(issuer_key=old).update(issuer_key=new)
    PhoneLogin.objects.filter(session_key=old).update(session_key=new)
    Phone.objects.filter(session_key=old).update(session_key=new)


@receiver(post_save, sender=settings.AUTH_USER_MODEL, dispatch_uid="accounts.new_password")
def end_bookmarks_on_new_password(*, instance: Any, **_: object) -> None:
    """End all bookmarks when the password changes: who had the old one may hold one.

    `_password` is set_password()'s mark until the row is saved. Sessions end by themselves, since
    they know a hash of the password.
    """
    if instance._password is not None:
        Phone.objects.live().filter(member=instance.pk).update(ended_at=timezone.now())
