"""Device login: a computer let in by a logged-in phone, the reverse of a phone login (RFC 8628)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F
from django.dispatch import receiver
from django.utils import timezone

from accounts.models.phone_login import seconds_until
from accounts.urlsession.signals import session_key_changed


class DeviceLoginQuerySet(models.QuerySet["DeviceLogin"]):
    def live(self) -> DeviceLoginQuerySet:
        return self.filter(ended_at=None, used_at=None, expires_at__gt=timezone.now())

    def pending(self) -> DeviceLoginQuerySet:
        return self.live().filter(approved_at=None)

    def unanswered(self, session_key: str | None) -> DeviceLoginQuerySet:
        """Logins that this session approved and has not acknowledged."""
        return self.filter(approver_key=session_key or "-", is_acknowledged=False).exclude(
            used_at=None
        )


class DeviceLogin(models.Model):
    """A computer that asks to log in; its own session holds the pk."""

    MAX_WRONG_TRIES = 5  # wrong PINs or passwords; then the computer is refused

    user_code_hash = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=80)  # its browser, in words
    address = models.GenericIPAddressField(null=True, blank=True)
    number = models.CharField(max_length=2)  # on the computer's screen
    decoys = models.CharField(max_length=8)  # two more, shown with it on the phone: "17 52"
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    pressed_at = models.DateTimeField(null=True, blank=True)  # "I have approved it", pressed last
    tries = models.PositiveSmallIntegerField(default=0)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    approver_key = models.CharField(max_length=40, blank=True, db_index=True)  # its session
    approved_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=20, blank=True)  # refused, wrong_number, tries …
    session_key = models.CharField(max_length=40, blank=True, db_index=True)  # the computer's
    is_acknowledged = models.BooleanField(default=False)  # the notice was answered on the phone

    objects = DeviceLoginQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.device}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_live(self) -> bool:
        return self.ended_at is None and self.used_at is None and self.seconds_left > 0

    @property
    def seconds_left(self) -> int:
        return seconds_until(self.expires_at)

    @property
    def numbers(self) -> list[str]:
        """The three numbers that the phone picks from, sorted."""
        return sorted([self.number, *self.decoys.split()])

    def claim_try(self) -> bool:
        """Count a try before the secret is checked, so that tries made at once count."""
        rows = DeviceLogin.objects.pending().filter(pk=self.pk, tries__lt=self.MAX_WRONG_TRIES)
        return rows.update(tries=F("tries") + 1) == 1

    def has_tries_left(self) -> bool:
        return DeviceLogin.objects.filter(pk=self.pk, tries__lt=self.MAX_WRONG_TRIES).exists()


@receiver(session_key_changed, dispatch_uid="accounts.device_login")
def follow_device_session(*, old: str, new: str, **_: object) -> None:
    """Store the new key of a session whose key has changed."""
    DeviceLogin.objects.filter(approver_key=old).update(approver_key=new)
    DeviceLogin.objects.filter(session_key=old).update(session_key=new)
