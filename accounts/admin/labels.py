"""What staff's lists call columns and kinds of rows that no page of a member ever names.

Models say `verbose_name` where members read it, too. Here stands the rest, once for all models, by the name of
the column; ReadOnlyAdmin puts the labels on. Migrations do not see them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Model
from django.utils.translation import pgettext_lazy

COLUMNS: dict[str, Any] = {
    "address": pgettext_lazy("column", "client address"),
    "approved_at": pgettext_lazy("column", "let in"),
    "approved_by": pgettext_lazy("column", "let in by"),
    "asked": pgettext_lazy("column", "who was asked"),
    "asker": pgettext_lazy("column", "who asks"),
    "closed_at": pgettext_lazy("column", "closed"),
    "closing_at": pgettext_lazy("column", "closing since"),
    "code": pgettext_lazy("column", "what it is about"),
    "created_at": pgettext_lazy("column", "made"),
    "deleted_at": pgettext_lazy("column", "deleted"),
    "device": pgettext_lazy("column", "device"),
    "end_reason": pgettext_lazy("column", "why it ended"),
    "ended_at": pgettext_lazy("column", "ended"),
    "expires_at": pgettext_lazy("column", "valid until"),
    "friend": pgettext_lazy("column", "friend"),
    "host": pgettext_lazy("column", "server"),
    "invited_at": pgettext_lazy("column", "invited"),
    "invited_by": pgettext_lazy("column", "invited by"),
    "inviter": pgettext_lazy("column", "invited by"),
    "ip": pgettext_lazy("column", "client address"),
    "is_acknowledged": pgettext_lazy("column", "confirmed on the computer"),
    "is_listed": pgettext_lazy("column", "search engines may show the page"),
    "joined_at": pgettext_lazy("column", "joined"),
    "language": pgettext_lazy("column", "language"),
    "last_seen_at": pgettext_lazy("column", "last seen"),
    "last_used_at": pgettext_lazy("column", "last used"),
    "mail_due_at": pgettext_lazy("column", "email due"),
    "mailed_at": pgettext_lazy("column", "emailed"),
    "member": pgettext_lazy("column", "member"),
    "network": pgettext_lazy("column", "network"),
    "opened_at": pgettext_lazy("column", "opened"),
    "owner": pgettext_lazy("column", "owner"),
    "replaced_at": pgettext_lazy("column", "replaced"),
    "tries": pgettext_lazy("column", "tries"),
    "used_at": pgettext_lazy("column", "used"),
    "used_by": pgettext_lazy("column", "used by"),
    "user": pgettext_lazy("column", "member"),
    "wrong_tries": pgettext_lazy("column", "wrong PINs"),
}
# One and many, by the model's label.
ROWS: dict[str, tuple[Any, Any]] = {
    "accounts.DeviceLogin": (
        pgettext_lazy("rows", "log-in of a computer"),
        pgettext_lazy("rows", "log-ins of computers"),
    ),
    "accounts.FriendRequest": (
        pgettext_lazy("rows", "friend request"),
        pgettext_lazy("rows", "friend requests"),
    ),
    "accounts.Friendship": (
        pgettext_lazy("rows", "friendship"),
        pgettext_lazy("rows", "friendships"),
    ),
    "accounts.Group": (pgettext_lazy("rows", "group"), pgettext_lazy("rows", "groups")),
    "accounts.Invitation": (
        pgettext_lazy("rows", "invitation"),
        pgettext_lazy("rows", "invitations"),
    ),
    "accounts.Membership": (
        pgettext_lazy("rows", "member of the group"),
        pgettext_lazy("rows", "members of the group"),
    ),
    "accounts.Notice": (pgettext_lazy("rows", "notice"), pgettext_lazy("rows", "notices")),
    "accounts.Phone": (
        pgettext_lazy("rows", "phone with a bookmark"),
        pgettext_lazy("rows", "phones with a bookmark"),
    ),
    "accounts.PhoneLogin": (
        pgettext_lazy("rows", "phone log-in"),
        pgettext_lazy("rows", "phone log-ins"),
    ),
    "accounts.PhoneOpener": (
        pgettext_lazy("rows", "phone that opened the code"),
        pgettext_lazy("rows", "phones that opened the code"),
    ),
    "accounts.ServerRegistration": (
        pgettext_lazy("rows", "registration with a server"),
        pgettext_lazy("rows", "registrations with servers"),
    ),
    "urlsession.OutTicket": (
        pgettext_lazy("rows", "way out"),
        pgettext_lazy("rows", "ways out"),
    ),
}


def register_labels(columns: Mapping[str, Any], rows: Mapping[str, tuple[Any, Any]]) -> None:
    """Add the labels of the app above."""
    COLUMNS.update(columns)
    ROWS.update(rows)


def put_labels_on(model: type[Model]) -> None:
    """Name the model and its columns, where they do not say themselves what they are called."""
    meta = model._meta
    if meta.label in ROWS:
        meta.verbose_name, meta.verbose_name_plural = ROWS[meta.label]
    for field in meta.fields:
        is_unnamed = getattr(field, "_verbose_name", "") is None  # as the model says it
        if is_unnamed and field.name in COLUMNS:
            field.verbose_name = COLUMNS[field.name]
