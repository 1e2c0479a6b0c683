"""Invitations: one-time addresses by which somebody becomes a friend.

The code is not stored, only its hash. It is derived from the key of the form that asked for it, so
that a double tap or a reload shows the same address again and makes no second invitation.
"""

from __future__ import annotations

import base64
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.actions import friends
from accounts.crypto.codes import hash_code
from accounts.models import Block, Invitation, Member
from accounts.models.member_locks import lock_members

INVITATION_LIFETIME = timedelta(days=30)
MAX_OPEN_INVITATIONS = 50  # of one member
EXPIRED_KEPT = timedelta(days=90)  # says nothing to anybody any more


class InvitationNotValid(Exception):
    """The invitation is unknown, withdrawn, used, expired, or not for this member."""


class TooManyOpenInvitations(Exception):
    """The member has MAX_OPEN_INVITATIONS that nobody used yet."""


def derive_invitation_code(form_key: str, *, by: Member) -> str:
    """Derive the code from the form's key: 22 characters of base64url, 128 bit, by SECRET_KEY."""
    mac = salted_hmac("accounts.invitations", f"{by.pk}:{form_key}", algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()[:16]).rstrip(b"=").decode()


@transaction.atomic
def create_invitation(form_key: str, *, note: str, by: Member) -> tuple[Invitation, str]:
    """Create the invitation, or find it again; returns it with its code, which is not stored.

    Raises TooManyOpenInvitations.
    """
    code = derive_invitation_code(form_key, by=by)
    lock_members(by.pk)
    is_new = not Invitation.objects.filter(code_hash=hash_code(code)).exists()
    if is_new and open_invitations(by).count() >= MAX_OPEN_INVITATIONS:
        raise TooManyOpenInvitations
    invitation, _ = Invitation.objects.get_or_create(
        code_hash=hash_code(code),
        defaults={"inviter": by, "note": note, "expires_at": timezone.now() + INVITATION_LIFETIME},
    )
    return invitation, code


def open_invitations(inviter: Member) -> QuerySet[Invitation]:
    """Those that somebody may still use."""
    return Invitation.objects.filter(inviter=inviter, used_by=None, expires_at__gt=timezone.now())


def inviter_at(path: str) -> Member | None:
    """Who invites at the address of an open invitation; None for any other address."""
    try:
        match = resolve(path)
        if match.url_name == "invitation_open":
            return get_invitation(match.kwargs["code"], viewer=None).inviter
    except (Resolver404, InvitationNotValid):
        pass
    return None


def get_invitation(code: str, *, viewer: Member | None) -> Invitation:
    """Return the invitation of a code, as `viewer` may open it.

    Raises InvitationNotValid; whoever used it themselves may open it again.
    """
    invitation = (
        Invitation.objects.select_related("inviter")
        .filter(code_hash=hash_code(code), inviter__is_active=True)
        .first()
    )
    if invitation is None:
        raise InvitationNotValid
    if viewer is not None and invitation.used_by_id == viewer.pk:
        return invitation
    if invitation.used_by_id is not None or invitation.expires_at <= timezone.now():
        raise InvitationNotValid
    if viewer is not None and Block.objects.between(viewer, invitation.inviter).exists():
        raise InvitationNotValid
    return invitation


@transaction.atomic
def accept_invitation(invitation: Invitation, *, by: Member) -> None:
    """Make the friendship. Of two at once, one gets it, the other InvitationNotValid."""
    if by.pk == invitation.inviter_id or Block.objects.between(by, invitation.inviter).exists():
        raise InvitationNotValid
    mine = Invitation.objects.filter(pk=invitation.pk)
    now = timezone.now()
    claimed = mine.filter(used_by=None, expires_at__gt=now).update(used_by=by, used_at=now)
    if claimed:
        friends.create_friendship(invitation.inviter, by)
        friends.notify_accepted(invitation.inviter, by)
    elif not mine.filter(used_by=by).exists():
        raise InvitationNotValid


def withdraw_invitation(invitation: Invitation, *, by: Member) -> None:
    """Delete an unused invitation. Used ones stay."""
    Invitation.objects.filter(pk=invitation.pk, inviter=by, used_by=None).delete()
