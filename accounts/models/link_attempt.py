"""An attempt to link: what is stored while a member is away on a network's permission page.

The row is found by a hash of what the network hands back (`state`, `oauth_token` or MiAuth's
session). It never gives a session back by itself: under a token the 4-digit number does.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.dispatch import receiver

from accounts.models.server import ServerRegistration
from accounts.urlsession.signals import session_key_changed


class LinkAttempt(models.Model):
    """One attempt: ten minutes to come back, ten more to confirm. The sealed columns are encrypted, and wiped after use."""

    state_hash = models.CharField(max_length=40, primary_key=True)
    network = models.CharField(max_length=20)
    host = models.CharField(max_length=255, blank=True)  # the server that the member named
    registration = models.ForeignKey(  # with which they left; another may replace it meanwhile
        ServerRegistration, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="link_attempts"
    )
    session_key = models.CharField(max_length=40, db_index=True)
    is_url_mode = models.BooleanField()
    number_mac = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sealed_stash = models.TextField(blank=True)  # PKCE verifier, request-token secret …
    sealed_result = models.TextField(blank=True)  # what the network said: tokens and profile
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    exchanged_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)  # the right number was given
    used_at = models.DateTimeField(null=True, blank=True)  # linked, or stopped

    class Meta:
        db_table = "accounts_linkreturn"  # the model's former name

    def __str__(self) -> str:
        return f"{self.network} for {self.member_id} at {self.created_at:%Y-%m-%d %H:%M}"


@receiver(session_key_changed, dispatch_uid="accounts.link_attempt")
def follow_link_session(*, old: str, new: str, **_: object) -> None:
    """Store the new key of a session whose key has changed."""
    LinkAttempt.objects.filter(session_key=old).update(session_key=new)
