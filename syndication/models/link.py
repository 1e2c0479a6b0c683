"""Links: a member's account on a network, its toggles and friends."""

from __future__ import annotations

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Audience, Block, PublicCharField, ServerRegistration
from syndication.connectors import CONNECTORS
from syndication.models.post import PostKind
from syndication.models.reason_texts import sentence

MAX_UID_LENGTH = 500  # of people on a network; longer ones are cut and match no link
MAX_FRIENDS = 5_000  # that one link keeps; a member's own server may name any number


class LinkState(models.TextChoices):
    ACTIVE = "active", _("linked")
    PARKED = "parked", _("needs you")
    ENDED = "ended", _("no longer linked")


class LinkQuerySet(models.QuerySet["Link"]):
    def of(self, member: object) -> LinkQuerySet:
        return self.filter(member=member).exclude(state=LinkState.ENDED)

    def active(self) -> LinkQuerySet:
        return self.filter(state=LinkState.ACTIVE)

    def findable(self) -> LinkQuerySet:
        """Links by which their members agreed to be found: others may know whose account it is."""
        return self.active().filter(is_findable=True)

    def findable_of_blocked(self, viewer: int) -> LinkQuerySet:
        """Accounts that `viewer` may know to be those of members whom they blocked."""
        blocks = Block.objects.filter(blocker=viewer, blocked=OuterRef("member"))
        return self.findable().filter(Exists(blocks))


class Link(models.Model):
    """One account on one network. Tokens are sealed (syndication.delivery.credentials).

    The row stays after the link ends: its deliveries say which copies remain.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="links"
    )
    account = models.OneToOneField(
        SocialAccount, on_delete=models.SET_NULL, null=True, blank=True, related_name="link"
    )
    network = models.CharField(max_length=20)
    host = models.CharField(max_length=255, blank=True)
    registration = models.ForeignKey(  # ours with that server, to which its tokens were given
        ServerRegistration, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    uid = models.CharField(max_length=191)  # on networks with many servers: <host>/<id>
    name = PublicCharField(max_length=100)
    profile_url = models.URLField(max_length=500, blank=True)

    state = models.CharField(max_length=10, choices=LinkState.choices, default=LinkState.ACTIVE)
    parked_at = models.DateTimeField(null=True, blank=True)
    parked_reason = models.CharField(max_length=200, blank=True)  # a code; also why the link ended
    scopes = models.CharField(max_length=300, blank=True)
    sealed_credentials = models.TextField(blank=True)
    credentials_version = models.PositiveIntegerField(default=0)  # single-flight refresh
    refresh_until = models.DateTimeField(null=True, blank=True)  # lease of the refresh
    expires_at = models.DateTimeField(null=True, blank=True)  # of the access token
    keep_fresh_at = models.DateTimeField(null=True, blank=True, db_index=True)

    sending_until = models.DateTimeField(null=True, blank=True)  # one request in flight on a link
    sending_by = models.CharField(max_length=36, blank=True)

    is_findable = models.BooleanField(default=False)  # friends there may find the member here
    follows_approved = models.BooleanField(null=True, blank=True)  # None: not read yet
    terms = models.JSONField(default=dict, blank=True)  # connectors.base.Terms, as last read
    is_mentionable = models.BooleanField(default=False)  # copies of friends' posts may mention it
    handle = models.CharField(max_length=300, blank=True)  # connectors.values.Friend.handle
    # What the network last said of the account itself, for the member to import; "": nothing yet.
    display_name = PublicCharField(max_length=100, blank=True)
    picture_url = models.URLField(max_length=500, blank=True)  # delivery.own_profile
    profile_read_at = models.DateTimeField(null=True, blank=True)
    brings_replies = models.BooleanField(default=True)  # replies and likes come back
    always_permalink = models.BooleanField(default=False)
    never_permalink = models.BooleanField(default=False)  # where an address costs more
    pulled_at = models.DateTimeField(null=True, blank=True)  # friend list
    pull_progress = models.PositiveIntegerField(default=0)
    fed_at = models.DateTimeField(null=True, blank=True)  # what friends wrote
    fed_cursor = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="link_by_time"),
            models.Index(fields=["uid"], name="link_by_uid"),  # staff's search
            models.Index(fields=["handle"], name="link_by_handle"),  # delivery.feed_copies
            models.Index(
                fields=["sending_until"],
                condition=Q(sending_until__isnull=False),
                name="link_sending",
            ),
            models.Index(fields=["parked_at"], condition=Q(state="parked"), name="link_parked"),
            models.Index(
                fields=["network", "uid"], condition=Q(is_findable=True), name="link_findable"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "uid"],
                condition=~Q(state="ended"),
                name="link_one_member_for_an_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.network})"

    @property
    def network_name(self) -> str:
        """The network's display name; its key if the connector is gone."""
        connector = CONNECTORS.get(self.network)
        return connector.name if connector else self.network

    def account_uid(self, ident: str) -> str:
        """The uid that a link of the account has which this link's network calls `ident`."""
        connector = CONNECTORS.get(self.network)
        is_local = connector is not None and connector.has_local_ids and self.host
        return f"{self.host}/{ident}"[:MAX_UID_LENGTH] if is_local else ident

    def has_scope(self, scope: str) -> bool:
        """Whether the access covers `scope`. Some servers know broad ones alone: "write" covers
        "write:favourites". Where no scopes are known, the network's answer will tell."""
        given = self.scopes.split()
        return not given or scope in given or scope.partition(":")[0] in given

    @property
    def is_held_back(self) -> bool:
        """Whether its deliveries wait for now, as the columns of delivery.availability have it."""
        is_out = getattr(self, "host_rests_until", None) or getattr(self, "limited_until", None)
        return bool(is_out) or getattr(self, "paused", None) is not None

    @property
    def parked_reason_sentence(self) -> str:
        """The reason in the active language."""
        return sentence(self.parked_reason)


class Toggle(models.Model):
    """Whether posts of one kind and audience go to one link.

    `everyone` is on from the start, as the member's one switch for each kind; every narrower
    audience is an opt-in and offered only where the network holds it.
    """

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="toggles")
    kind = models.CharField(max_length=10, choices=PostKind.choices)
    audience = models.CharField(max_length=20, choices=Audience.choices)
    is_on = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "kind", "audience"], name="toggle_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_audience_display()}"


class NetworkFriend(models.Model):
    """A person on the imported friend list, visible to the member only; deleted with the link."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="friends")
    uid = models.CharField(max_length=MAX_UID_LENGTH)  # as Link.uid
    name = PublicCharField(max_length=100)
    profile_url = models.URLField(max_length=500, blank=True)
    seen_at = models.DateTimeField()  # of the import that brought it last

    class Meta:
        indexes = [models.Index(fields=["link", "name", "id"], name="network_friend_by_name")]
        constraints = [
            models.UniqueConstraint(fields=["link", "uid"], name="network_friend_once"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} of {self.link_id}"
