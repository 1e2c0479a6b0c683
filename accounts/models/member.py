"""The member: a person with an account here, and what their profile says to whom."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractUser, AnonymousUser, UserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Exists, ExpressionWrapper, F, OuterRef, Q, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.audience import Audience, Commenters, readable_by
from accounts.models.birthday import LENGTH as BIRTHDAY_LENGTH
from accounts.models.birthday import Birthday
from accounts.models.folded_name import FoldedNameField
from accounts.models.friendship import Block, FriendRequest, Friendship
from accounts.models.public_text import PublicCharField, PublicTextField
from accounts.name_folding import fold_last_word, fold_name

# Characters that every keypad has; the name stands in the address /@<name>/.
username_validators = [
    RegexValidator(
        r"\A[a-z][a-z0-9_]{1,29}\Z",
        _("Use 2 to 30 lowercase letters, digits or _, beginning with a letter."),
    )
]


class HomeShows(models.TextChoices):
    """What the home page shows besides one's own posts."""

    ALL = "all", _("Posts here and from networks")
    HERE = "here", _("Only posts of this site")
    NETWORKS = "networks", _("Only posts from networks")


# Fields of a profile besides the name; "" is unset. Each has an audience, in `<field>_audience`.
PROFILE_FIELDS = ("about", "picture", "birthday", "town", "websites")


class PicturesOn(models.TextChoices):
    """Where pages show profile pictures and photos in lists. A session in the address counts as a phone."""

    NOWHERE = "nowhere", pgettext_lazy("pictures", "Never")
    COMPUTERS = "computers", _("On computers")
    EVERYWHERE = "everywhere", _("On phones, too")


def picture_path(member: Member, filename: str) -> str:
    """A new random path for each picture. A path that is used again could be that of a file about
    to be deleted.
    """
    return f"pictures/{secrets.token_hex(16)}.jpg"


class MemberQuerySet(models.QuerySet["Member"]):
    """Queries about members. Pages that show others start from `seen_by`."""

    def update(self, **values: Any) -> int:
        """Change what is folded of a name together with the name, which is a text here."""
        if "display_name" in values:
            values = {**values, **folded_names(values["display_name"])}
        return super().update(**values)

    def seen_by(self, viewer: Member | AnonymousUser | None) -> MemberQuerySet:
        """Members that `viewer` may see: active, without a block either way.

        Each carries `shown_name`: the display name where its audience lets the viewer read it,
        the username elsewhere.
        """
        readable = readable_by(viewer, owner="pk", audience="display_name_audience")
        shown_name = Case(
            When(readable & ~Q(display_name=""), then=F("display_name")), default=F("username")
        )
        seen = self.filter(is_active=True).annotate(shown_name=shown_name)
        if viewer is None or not viewer.is_authenticated:
            return seen
        return seen.exclude(pk__in=Block.objects.filter(blocker=viewer).values("blocked")).exclude(
            pk__in=Block.objects.filter(blocked=viewer).values("blocker")
        )

    def with_profile_for(self, viewer: Member | AnonymousUser | None) -> MemberQuerySet:
        """Annotate `shows_about`, `shows_picture` and so on, for each of PROFILE_FIELDS: it is set, and
        `viewer` may see it."""

        def shows(field: str) -> ExpressionWrapper:
            readable = readable_by(viewer, owner="pk", audience=f"{field}_audience")
            return ExpressionWrapper(
                readable & ~Q(**{field: ""}), output_field=models.BooleanField()
            )

        return self.annotate(**{f"shows_{field}": shows(field) for field in PROFILE_FIELDS})

    def friends_of(self, member: Member) -> MemberQuerySet:
        return self.filter(friendships__friend=member)

    def unanswered_with(self, member: Member) -> MemberQuerySet:
        """Members with an open friend request from or to `member`."""
        asking = FriendRequest.objects.reaching().filter(asked=member).values("asker")
        asked = FriendRequest.objects.open().filter(asker=member).values("asked")
        return self.filter(pk__in=asking.union(asked))  # by OR, all members would be read

    def with_relation_to(self, viewer: Member) -> MemberQuerySet:
        """Annotate `is_friend`, `is_asking` (the viewer) and `is_asked` (by the viewer)."""
        requests = FriendRequest.objects
        return self.annotate(
            is_friend=Exists(Friendship.objects.filter(member=viewer, friend=OuterRef("pk"))),
            is_asking=Exists(requests.reaching().filter(asker=OuterRef("pk"), asked=viewer)),
            is_asked=Exists(requests.open().filter(asker=viewer, asked=OuterRef("pk"))),
        )


class MemberManager(UserManager.from_queryset(MemberQuerySet)):  # type: ignore[misc]
    """A named class, since migrations refer to it."""


class Member(AbstractUser):
    """AUTH_USER_MODEL. `username` is the name in the address, `display_name` the one on pages."""

    display_name = PublicCharField(_("name"), max_length=40, blank=True)
    # What search compares: see accounts.name_folding. Written whenever `display_name` is.
    folded_name = FoldedNameField(fold=fold_name)
    folded_last_word = FoldedNameField(fold=fold_last_word)
    about = PublicTextField(_("about"), max_length=500, blank=True)
    picture = models.ImageField(_("picture"), upload_to=picture_path, blank=True)
    birthday = models.CharField(  # accounts.models.birthday
        _("birthday"), max_length=BIRTHDAY_LENGTH, blank=True, default=""
    )
    town = PublicCharField(_("town"), max_length=60, blank=True, default="")
    websites = models.TextField(_("websites"), blank=True, default="")  # an address a line

    # What name and picture were before they were imported from a network last, and since when: the way
    # back (accounts.actions.profile_import). A time of None: there is none.
    display_name_before = PublicCharField(max_length=40, blank=True, default="")
    display_name_before_at = models.DateTimeField(null=True, blank=True)
    picture_before = models.ImageField(upload_to=picture_path, blank=True)
    picture_before_at = models.DateTimeField(null=True, blank=True)

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
    birthday_audience = models.CharField(
        max_length=20, choices=Audience.choices, default=Audience.FRIENDS
    )
    town_audience = models.CharField(
        max_length=20, choices=Audience.choices, default=Audience.FRIENDS
    )
    websites_audience = models.CharField(
        max_length=20, choices=Audience.choices, default=Audience.FRIENDS
    )

    # "Posts by me", and what it was before the button changed it to Everyone (accounts.actions.privacy).
    posts_by_me = models.CharField(
        _("Posts by me"), max_length=20, choices=Audience.choices, default=Audience.FRIENDS
    )
    posts_by_me_before = models.CharField(max_length=20, blank=True, default="")

    # Who may comment on the member's posts; of those for a group or chosen people, readers or nobody.
    commenters = models.CharField(
        _("Who may comment on my posts"),
        max_length=10,
        choices=Commenters.choices,
        default=Commenters.READERS,
    )
    group_commenters = models.CharField(
        _("Who may comment on my posts in groups and for chosen people"),
        max_length=10,
        choices=[one for one in Commenters.choices if one[0] != Commenters.FRIENDS],
        default=Commenters.READERS,
    )
    home_shows = models.CharField(max_length=10, choices=HomeShows.choices, default=HomeShows.ALL)
    pictures_on = models.CharField(
        max_length=10, choices=PicturesOn.choices, default=PicturesOn.COMPUTERS
    )

    # Used for mails and notices; from each log-in on for pages too, once `is_language_chosen`.
    language = models.CharField(max_length=8, blank=True, default="")
    is_language_chosen = models.BooleanField(default=False)
    answers_by_mail = models.BooleanField(default=False)  # mails about comments may be answered
    is_listed = models.BooleanField(default=False)  # search engines may show the public profile
    is_searchable = models.BooleanField(default=True)  # by others than friends: see member_search

    # When the newest notice happened that stood on the page of notices as it was shown last.
    notices_seen_at = models.DateTimeField(null=True, blank=True)

    # The account was closed by its member: copies are taken back, or not, and rows go. At
    # `closed_at` nothing is left but the name.
    closing_at = models.DateTimeField(null=True, blank=True)
    takes_copies_back = models.BooleanField(default=False)
    closed_at = models.DateTimeField(null=True, blank=True)

    terms_agreed_at = models.DateTimeField(null=True, blank=True)  # accounts.models.site_page

    # By staff: the member reads, objects, exports and closes the account, and writes nothing.
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True)

    # Staff were asked to change how the member logs in, and it waits (AccessRecovery): each page says so.
    recovery_asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Links for a new password that were mailed before then open nothing (accounts.actions.mailed_links).
    mailed_links_ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = MemberManager()  # type: ignore[misc]  # wider than AbstractUser's, by our queryset

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        indexes = [
            models.Index(fields=["date_joined"], name="member_by_time"),
            models.Index(fields=["id"], condition=Q(is_staff=True), name="member_staff"),
            models.Index(
                fields=["closing_at"],
                condition=Q(closing_at__isnull=False, closed_at=None),
                name="member_closing",
            ),
            *(
                models.Index(
                    fields=[f"{field}_before_at"],
                    condition=Q(**{f"{field}_before_at__isnull": False}),
                    name=f"member_{field}_before",
                )
                for field in ("display_name", "picture")
            ),
            # The operator class is PostgreSQL's, for LIKE 'x%'; see accounts.models.prefix.
            *(
                models.Index(
                    fields=[column], name=f"member_{column}", opclasses=["varchar_pattern_ops"]
                )
                for column in ("folded_name", "folded_last_word")
            ),
        ]

    def __str__(self) -> str:
        return self.username

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and "display_name" in update_fields:
            update_fields = {*update_fields, "folded_name", "folded_last_word"}
        super().save(*args, update_fields=update_fields, **kwargs)

    @property
    def is_closing(self) -> bool:
        """Whether the member is closing the account. False where staff let them in again."""
        return self.closing_at is not None and not self.is_active

    @property
    def name(self) -> str:
        """The name that friends and the member see; `display_name_audience` decides for others."""
        return self.display_name or self.username

    @property
    def birthday_in_words(self) -> str:
        """The birthday in the reader's language; "" without one."""
        found = Birthday.parse(self.birthday)
        return found.in_words() if found else ""


def folded_names(display_name: str) -> dict[str, str]:
    """The columns that hold what is folded of the name."""
    fields = [field for field in Member._meta.fields if isinstance(field, FoldedNameField)]
    return {field.name: field.folded(display_name) for field in fields}
