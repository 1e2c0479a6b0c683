"""Deliveries: one operation for one post, or one interaction, on one link. The row is the queue.

    waiting ──▶ sending ──▶ sent
       ▲           │  ├───▶ failed ──▶ waiting (retry) | cancelled (dismiss)
       │           │  ├───▶ parked ──▶ waiting (linked again) | expired | cancelled
       │           │  ├───▶ cancelled (the pre-send check failed)
       │           │  └───▶ unconfirmed ──▶ sent | waiting | parked | failed | cancelled
       └───────────┘
    waiting ──▶ parked | cancelled | expired | failed         expired ──▶ waiting | cancelled
    skipped: the network cannot carry it, or not edit it; previewed

On one link the deliveries of one post run in sequence:

    publish ──▶ edit ──▶ edit ──▶ delete ──▶ publish …
      │           └ at most one waits: a newer edit replaces an unsent one
      └ unsent: it takes the new content along, and no edit is made

A reply has a publish and perhaps a delete. A like that is wanted again after it was taken back goes on in
its sequence: publish, delete, publish … Neither is edited.

Every transition is one conditional UPDATE that names its allowed origins (delivery_states.CHANGES);
constraints hold the invariants. `due_at` None means that only a command moves the row.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Audience, PublicCharField
from syndication.connectors import CONNECTORS
from syndication.connectors.base import SubjectKind
from syndication.models.delivery_states import (
    CHANGES,
    NOT_DONE,
    OPEN_STATES,
    DeliveryOperation,
    DeliveryState,
)
from syndication.models.interaction import Interaction, InteractionKind
from syndication.models.lease import is_unleased
from syndication.models.link import Link
from syndication.models.network_messages import readable_message
from syndication.models.post import Post
from syndication.models.reason_texts import sentence

_S = DeliveryState
# Conditions without values, or SQLite would not use the index.
_UNNOTIFIED = Q(is_notified=False, due_at=None, sent_at=None)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> DeliveryQuerySet:
        """Due, unleased rows (a killed worker's lease expires)."""
        states = [_S.WAITING, _S.SENDING, _S.UNCONFIRMED]
        return self.unleased(now).filter(state__in=states, due_at__lte=now)

    def unleased(self, now: datetime) -> DeliveryQuerySet:
        """Unleased rows."""
        return self.filter(is_unleased(now))

    def open(self) -> DeliveryQuerySet:
        return self.filter(state__in=OPEN_STATES)

    def unnotified(self) -> DeliveryQuerySet:
        """Undelivered rows at rest of which the member was not notified."""
        moving = (_S.WAITING, _S.SENDING, _S.PARKED)
        return self.filter(_UNNOTIFIED).exclude(state__in=moving)

    def of(self, member: object) -> DeliveryQuerySet:
        return self.filter(link__member=member)

    def in_sequence_of(self, delivery: Delivery) -> DeliveryQuerySet:
        """The deliveries of the same post, or the same interaction, on the same link."""
        if delivery.interaction_id is not None:
            return self.filter(interaction=delivery.interaction_id, link=delivery.link_id)
        return self.filter(post=delivery.post_id, link=delivery.link_id)

    def change(self, state: str, **fields: object) -> int:
        """Move the rows that may become `state` to it, by one UPDATE. Return how many."""
        return self.that_may_become(state).update(state=state, changed_at=timezone.now(), **fields)

    def that_may_become(self, state: str) -> DeliveryQuerySet:
        """Rows in a state from which `state` is an allowed transition."""
        return self.filter(state__in=[old for old, new in CHANGES.items() if state in new])


class Delivery(models.Model):
    """A delivery of a post, or of an interaction: one of the two is set.

    `sequence` orders those of one post on one link: publish 1, edit 2, delete 3 …
    """

    post = models.ForeignKey(
        Post, on_delete=models.CASCADE, related_name="deliveries", null=True, blank=True
    )
    interaction = models.ForeignKey(
        Interaction, on_delete=models.CASCADE, related_name="deliveries", null=True, blank=True
    )
    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="deliveries")
    operation = models.CharField(max_length=10, choices=DeliveryOperation.choices, db_column="kind")
    sequence = models.PositiveIntegerField()
    state = models.CharField(
        max_length=12, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    audience = models.CharField(max_length=20, choices=Audience.choices)  # the copy was made for
    reason = models.CharField(max_length=300, blank=True)  # a code (reason_texts)
    network_message = PublicCharField(
        max_length=160, blank=True, db_column="network_words"
    )  # its answer to the last try

    due_at = models.DateTimeField(null=True, blank=True)
    # When it was planned, or last requested by a command: deadlines count from here (retry_policy).
    asked_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    reads = models.PositiveSmallIntegerField(default=0)  # read-backs since the last try
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(max_length=36, blank=True)
    first_sent_at = models.DateTimeField(null=True, blank=True)  # before the first request
    idempotency_key = models.CharField(max_length=36, unique=True)
    # Snapshot of the content as it was sent, while the outcome is unknown: what to look for on the
    # network's timeline, whatever became of the post since. Emptied with the outcome.
    sent_as = models.JSONField(default=dict, blank=True)
    # Uploads on the network that no post uses yet, by their marks (delivery.kept_uploads).
    uploads = models.JSONField(default=dict, blank=True)
    # Of a sent publish or edit: the content's version that arrived (Post.version). 0: unknown.
    version = models.PositiveIntegerField(default=0)

    sent_at = models.DateTimeField(null=True, blank=True)
    remote_id = models.CharField(max_length=500, blank=True)
    remote_url = models.URLField(max_length=500, blank=True)
    # When the copy was found deleted on the network.
    remote_deleted_at = models.DateTimeField(null=True, blank=True, db_column="gone_at")
    is_manual = models.BooleanField(default=False, db_column="is_by_hand")  # by a command
    # A publish that goes only once the delete before it ended well (delivery.corrections).
    is_correction = models.BooleanField(default=False)
    # At rest: the member was notified of the end, or knows (delivery.undelivered). A waiting delete:
    # they were notified after 30 days that the copy remains.
    is_notified = models.BooleanField(default=False, db_column="is_told")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["state", "due_at"]),
            models.Index(fields=["link", "state"]),
            models.Index(fields=["link", "-id"], name="delivery_newest_of_link"),
            models.Index(fields=["remote_id"], name="delivery_by_remote_id"),
            models.Index(
                fields=["link", "-id"],
                condition=Q(state__in=NOT_DONE),
                name="delivery_not_done_of_link",
            ),
            # Of open rows alone, for delivery.fairness.
            models.Index(
                fields=["link", "due_at", "id"],
                condition=Q(due_at__isnull=False),
                name="delivery_turn_of_link",
            ),
            models.Index(
                fields=["asked_at", "id"],
                condition=Q(due_at__isnull=False),
                name="delivery_asked_last",
            ),
            models.Index(fields=["id"], condition=_UNNOTIFIED, name="delivery_untold"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["post", "link", "operation", "sequence"], name="delivery_once"
            ),
            models.UniqueConstraint(
                fields=["interaction", "link", "operation", "sequence"],
                condition=Q(interaction__isnull=False),
                name="delivery_of_interaction_once",
            ),
            models.CheckConstraint(
                condition=Q(post__isnull=False, interaction=None)
                | Q(post=None, interaction__isnull=False),
                name="delivery_of_a_post_or_an_interaction",
            ),
            models.UniqueConstraint(
                fields=["link", "remote_id"],
                condition=Q(operation="publish") & ~Q(remote_id=""),
                name="delivery_remote_id_belongs_to_one",
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                name="delivery_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(operation__in=DeliveryOperation.values), name="delivery_kind_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(due_at__isnull=False),
                name="delivery_waiting_has_its_turn",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending")
                | Q(first_sent_at__isnull=False, lease_until__isnull=False),
                name="delivery_sending_is_held",
            ),
            models.CheckConstraint(
                condition=~Q(lease_until__isnull=False, lease_owner=""),
                name="delivery_lease_has_its_owner",
            ),
            models.CheckConstraint(
                condition=~Q(operation="edit") | Q(sequence__gt=1),
                name="delivery_edit_comes_after_its_copy",
            ),
            models.CheckConstraint(
                condition=Q(remote_deleted_at=None) | Q(operation="publish", state="sent"),
                name="delivery_gone_is_a_copy_that_was_there",
            ),
        ]

    def __str__(self) -> str:
        subject = self.post_id or f"↩ {self.interaction_id}"
        return (
            f"{self.get_operation_display()} {subject} → {self.link_id}: {self.get_state_display()}"
        )

    @property
    def subject(self) -> Post | Interaction:
        """What is delivered."""
        subject = self.post or self.interaction
        assert subject is not None, "delivery_of_a_post_or_an_interaction"  # noqa: S101
        return subject

    @property
    def subject_kind(self) -> SubjectKind:
        """The kind of what is delivered, by which connectors state what they can do."""
        return cast(SubjectKind, str(self.subject.kind))

    @property
    def is_of_like(self) -> bool:
        """Whether it is a like, or takes one back. Reads the interaction, of which posts have none."""
        if self.interaction_id is None:
            return False
        return self.interaction is not None and self.interaction.kind == InteractionKind.LIKE

    @property
    def is_publish(self) -> bool:
        return self.operation == DeliveryOperation.PUBLISH

    @property
    def is_delete(self) -> bool:
        return self.operation == DeliveryOperation.DELETE

    @property
    def is_edit(self) -> bool:
        return self.operation == DeliveryOperation.EDIT

    @property
    def state_in_words(self) -> str:
        """The state's label for its member; a sent delete reads "deleted", a sent edit "changed"."""
        if self.state == DeliveryState.SENT and self.is_delete:
            return gettext("deleted")
        if self.state == DeliveryState.SENT and self.is_edit:
            return gettext("changed")
        return str(DeliveryState(self.state).label)

    @property
    def reason_sentence(self) -> str:
        """The reason in the active language."""
        return sentence(self.reason)

    @property
    def network_says(self) -> str:
        """The network's own words, where a member can read them."""
        return readable_message(self.network_message)

    @property
    def may_be_repeated(self) -> bool:
        """Whether a request of unknown outcome may simply be repeated: a delete, a like, and an edit
        where the network allows it. A second publish would be a second copy."""
        if self.is_edit:
            return CONNECTORS[self.link.network].is_edit_idempotent
        return self.is_delete or self.is_of_like
