"""What a member chose for mails of notices, and what is known of their mail address."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.notice_kinds import MailClass


class MailPace(models.TextChoices):
    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day, only how many")
    NEVER = "never", pgettext_lazy("mails", "Never")


class HomeMailNote(models.TextChoices):
    """What home says of mails, until the member saves their settings."""

    PEOPLE_OFF = MailClass.PEOPLE.value, _("Emails about people are off.")
    LIKES_OFF = MailClass.LIKES.value, _("Emails about likes and networks are off.")
    TROUBLE_OFF = MailClass.TROUBLE.value, _("Emails about trouble with sending are off.")
    BOUNCED = "bounced", _("Emails to your address came back twice, so they are off.")
    PAUSED = "paused", _("Emails to you are paused: a phone was lost.")
    FILTERED = "filtered", _("An email to you came back. Your phone may filter our emails.")


class MailSettings(models.Model):
    """One row for a member who chose something; the defaults hold for all others.

    Mails about people and likes go only to `works_address`: a phone's mail filter may throw mails away
    without a word, so the member types the number of a test mail.
    """

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="mail_settings",
    )
    people = models.CharField(max_length=10, choices=MailPace.choices, default=MailPace.NEVER)
    likes = models.CharField(max_length=10, choices=MailPace.choices, default=MailPace.NEVER)
    trouble = models.CharField(max_length=10, choices=MailPace.choices, default=MailPace.AT_ONCE)
    is_without_words = models.BooleanField(default=False)
    is_jis = models.BooleanField(default=False)  # ISO-2022-JP, for old phones
    time_zone = models.CharField(max_length=40, blank=True, default="")  # empty: the site's
    tested_address = models.EmailField(blank=True, default="")  # where the last test mail went
    test_number = models.CharField(max_length=4, blank=True, default="")
    works_address = models.EmailField(blank=True, default="")  # whose test mail arrived
    stopped_address = models.EmailField(blank=True, default="")  # whose mails came back
    lost_address = models.EmailField(blank=True, default="")  # which a lost phone reads
    home_note = models.CharField(
        max_length=10, choices=HomeMailNote.choices, blank=True, default=""
    )

    def __str__(self) -> str:
        return f"mails of {self.member_id}"

    def pace_of(self, mail_class: str) -> str:
        """Of security a mail always goes at once."""
        return str(getattr(self, mail_class, MailPace.AT_ONCE))

    @property
    def wants_mails_of_people(self) -> bool:
        """Whether there are mails that need an address whose test mail arrived."""
        return {self.people, self.likes} != {MailPace.NEVER}
