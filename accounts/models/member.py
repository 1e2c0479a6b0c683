"""The member: a person with an account here, and what their profile says to whom."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.audience import Audience

# Letters that every keypad has; the name stands in the address /@<name>/.
username_validators = [
    RegexValidator(
        r"\A[a-z][a-z0-9_]{1,29}\Z",
        _("Use 2 to 30 small letters, digits or _, beginning with a letter."),
    )
]


def picture_path(member: Member, filename: str) -> str:
    """Where the picture is stored. The name given by the browser is not used."""
    return f"pictures/{member.pk}.jpg"


class Member(AbstractUser):
    """AUTH_USER_MODEL. `username` is the name in the address, `display_name` the one on pages."""

    display_name = models.CharField(_("name"), max_length=40, blank=True)
    about = models.TextField(_("about"), max_length=500, blank=True)
    picture = models.ImageField(_("picture"), upload_to=picture_path, blank=True)

    # Each field of the profile has an audience of its own.
    display_name_audience = models.CharField(
        max_length=20, choices=Audience.choices, default=Audience.EVERYONE
    )
    about_audience = models.CharField(
        max_length=20, choices=Audience.choices, default=Audience.FRIENDS
    )
    picture_audience = models.CharField(
        max_length=20, choices=Audience.choices, default=Audience.FRIENDS
    )

    # "Posts by me", and what it was before the button of 2010 changed it to Everyone.
    posts_by_me = models.CharField(
        _("Posts by me"), max_length=20, choices=Audience.choices, default=Audience.FRIENDS
    )
    posts_by_me_before = models.CharField(max_length=20, blank=True, default="")

    language = models.CharField(max_length=8, blank=True, default="")
    is_listed = models.BooleanField(default=False)  # search engines may show the public profile

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")

    def __str__(self) -> str:
        return self.username

    @property
    def name(self) -> str:
        """What friends and the member see. Strangers see what `display_name_audience` allows."""
        return self.display_name or self.username
