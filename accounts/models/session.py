"""A member's session as staff see it. The table is allauth's."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from accounts.urlsession.devices import device_words


class MemberSession(UserSession):
    """allauth's row under a name that says nothing secret.

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
        return f"{self.device} of {self.user_id}"

    @property
    def device(self) -> str:
        """Its browser, in words."""
        return device_words(self.user_agent)
