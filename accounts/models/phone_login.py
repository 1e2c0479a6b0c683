"""Logging a phone in (a code that a computer shows), and a computer in (the reverse).

Codes, nonces and bookmarks are stored hashed; what a phone presents is compared by hash.
Times: a code lives 120 seconds (design.md section 5).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class PhoneLoginQuerySet(models.QuerySet["PhoneLogin"]):
    def live(self) -> PhoneLoginQuerySet:
        return self.filter(ended_at=None, used_at=None, expires_at__gt=timezone.now())


class PhoneLogin(models.Model):
    """One code on one computer's screen. `issuer_key` is that computer's session key (a hash)."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="phone_logins"
    )
    code_hash = models.CharField(max_length=40, unique=True)
    typed_hash = models.CharField(max_length=40, unique=True)  # of the 8 characters typed at /q/
    issuer_key = models.CharField(max_length=40, db_index=True)
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
        constraints = [
            models.UniqueConstraint(
                fields=["issuer_key"],
                condition=Q(ended_at=None, used_at=None),
                name="phone_login_one_live_code_for_a_computer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} at {self.created_at:%Y-%m-%d %H:%M}"


class PhoneOpener(models.Model):
    """A phone that opened the code. Its nonce stands in its page, its number on both screens."""

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


class DeviceLogin(models.Model):
    """The reverse: a computer asks, a phone that is in lets it in (RFC 8628's words)."""

    user_code_hash = models.CharField(max_length=40, unique=True)
    asker_key = models.CharField(max_length=40, db_index=True)  # the computer's anonymous session
    device = models.CharField(max_length=80)
    address = models.GenericIPAddressField(null=True, blank=True)
    number = models.CharField(max_length=2)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    tries = models.PositiveSmallIntegerField(default=0)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.device} at {self.created_at:%Y-%m-%d %H:%M}"


class Phone(models.Model):
    """A phone that may come back by its bookmark `/p/<22>` and a PIN."""

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

    def __str__(self) -> str:
        return f"{self.device} ({self.member_id})"
