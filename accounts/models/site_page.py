"""What whoever runs the site says: about it, its terms, its privacy policy, contact; and announcements.

Each page has a row for each language, made by every `migrate`. An empty one shows the starter text
(actions.site_pages) where there is one, and the other language's where that alone is written.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models.public_text import PublicCharField, PublicTextField

LONGEST_TEXT = 30_000
LONGEST_LINE = 60  # of an announcement: home has to stay light


class PageName(models.TextChoices):
    """The pages, by their names in addresses."""

    ABOUT = "about", _("About this site")
    TERMS = "terms", _("Terms of use")
    PRIVACY = "privacy-policy", _("Privacy policy")
    CONTACT = "contact", _("Contact")


class SitePage(models.Model):
    """One page in one language. Plain text: blank lines part paragraphs, "# " begins a heading, "- " an item."""

    name = models.CharField(_("page"), max_length=20, choices=PageName.choices)
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    text = PublicTextField(_("text"), max_length=LONGEST_TEXT, blank=True)
    changed_at = models.DateTimeField(_("last change"), null=True, blank=True)
    # Of terms: who agreed before is asked again.
    asked_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("page of the site")
        verbose_name_plural = _("pages of the site")
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["name", "language"], name="site_page_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} ({self.get_language_display()})"


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def current(self) -> AnnouncementQuerySet:
        """The announcement that is shown: one, since the next one ends it."""
        return self.filter(until__gt=Now())


class Announcement(models.Model):
    """A line on home and on the log-in page, in both languages, until a time."""

    text_ja = PublicCharField(_("text (Japanese)"), max_length=LONGEST_LINE)
    text_en = PublicCharField(_("text (English)"), max_length=LONGEST_LINE)
    until = models.DateTimeField(_("shown until"), db_index=True)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        default_permissions = ("view", "add", "change")

    def __str__(self) -> str:
        return self.text_ja if column_of_language() == "text_ja" else self.text_en


def column_of_language() -> str:
    """The column of an announcement's words in the active language."""
    return "text_ja" if (get_language() or "").startswith("ja") else "text_en"
