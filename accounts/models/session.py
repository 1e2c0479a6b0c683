"""A member's session for the admin: a proxy of allauth's table."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from accounts.urlsession.devices import device_label


class MemberSession(UserSession):
    """allauth's row with a name that reveals no secret.

    allauth calls a session by its browser's own name, and that of an old handset holds its serial
    number; admin writes names into titles, logs and labels.
    """

    class Meta:
        proxy = True
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        default_permissions = ("view",)
        permissions = [("end_membersession", "Can end sessions")]

    def __str__(self) -> str:
        return f"{self.device} ({self.user_id})"

    @property
    def device(self) -> str:
        """The browser's label."""
        return device_label(self.user_agent)
