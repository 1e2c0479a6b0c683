"""Linking, toggling, unlinking. The account itself is allauth's; what it is for is ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone

from accounts.models import Audience, Member
from accounts.providers.servers import origin_of
from syndication.connectors import CONNECTORS
from syndication.connectors.reasons import Reason
from syndication.delivery import (
    credentials,
    eligibility,
    import_schedule,
    planning,
    reauthorization,
    token_revocation,
    undelivered,
)
from syndication.models import DeliveryKind, DeliveryState, Link, LinkState, PostKind, Toggle
from syndication.models.errors import NotYours
from syndication.queries import copies
from syndication.queries.capabilities import audiences_of_kind


@transaction.atomic
def create_or_resume_link(
    account: SocialAccount, given: Mapping[str, Any], *, registration: int | None = None
) -> Link:
    """Make the link of a freshly linked account, or bring the parked one back to life.

    `given` is what accounts.signals.account_linked carries. Toggles start as the 2010 tool's did:
    Everyone posts of each kind go; nothing narrower does.
    """
    extra = account.extra_data
    standing = Link.objects.exclude(state=LinkState.ENDED).select_for_update()
    before = standing.filter(network=account.provider, uid=account.uid).first()
    link, is_new = Link.objects.exclude(state=LinkState.ENDED).update_or_create(
        network=account.provider,
        uid=account.uid,
        defaults={
            "member": account.user,
            "account": account,
            "host": given.get("host", ""),
            "registration_id": registration,
            "name": extra.get("name", account.uid)[:100],
            "profile_url": extra.get("profile_url", "")[:500],
            "scopes": " ".join(given.get("scopes", ())),
        },
    )
    if before is not None:
        token_revocation.revoke_link_token(before)  # with the registration that it was made with
    credentials.store_credentials(
        link, credentials.credentials_from_signal(account.uid, given, timezone.now())
    )
    if is_new:
        _first_toggles(link)
    reauthorization.resume_link(link)
    import_schedule.request_imports(link, timezone.now())
    return link


def _first_toggles(link: Link) -> None:
    Toggle.objects.bulk_create(
        Toggle(link=link, kind=kind, audience=Audience.EVERYONE, is_on=True)
        for kind in PostKind.values
        if Audience.EVERYONE in audiences_of_kind(link.network, kind)
    )


def available_toggles(link: Link) -> list[tuple[str, str]]:
    """The (kind, audience) pairs that this network can hold, Everyone first."""
    return [
        (kind, audience)
        for audience in Audience.values
        for kind in PostKind.values
        if audience in audiences_of_kind(link.network, kind)
    ]


@transaction.atomic
def set_toggles(link: Link, chosen: set[tuple[str, str]], *, by: Member) -> None:
    """Exactly `chosen` goes from now on. What already waits is looked at again before it leaves."""
    _must_own(link, by)
    Toggle.objects.bulk_create(
        [
            Toggle(link=link, kind=kind, audience=audience, is_on=(kind, audience) in chosen)
            for kind, audience in available_toggles(link)
        ],
        update_conflicts=True,
        unique_fields=["link", "kind", "audience"],
        update_fields=["is_on"],
    )


def set_options(link: Link, *, is_findable: bool, permalink: str, by: Member) -> None:
    """Whether friends there may find the member here; which copies carry the post's address:
    `always`, those that were `cut`, or `never`."""
    _must_own(link, by)
    link.is_findable = is_findable
    link.always_permalink = permalink == "always"
    link.never_permalink = permalink == "never"
    link.save(update_fields=["is_findable", "always_permalink", "never_permalink"])


@transaction.atomic
def request_import(link: Link, *, by: Member) -> None:
    """Ask for a fresh friend list, and for what friends wrote."""
    _must_own(link, by)
    import_schedule.request_imports(link, timezone.now())


@transaction.atomic
def unlink(link: Link, *, by: Member) -> None:
    """End the link: tokens wiped, friend list and feed gone, nothing more is sent.

    Copies that are out stay out there: the page says so beforehand and lists them afterwards. Whose
    delete still waited is told by name.
    """
    _must_own(link, by)
    account = link.account
    end_link(link)
    planning.close_link(link, timezone.now())
    if account is not None:
        account.delete()


@transaction.atomic
def end_link(link: Link, *, reason: Reason = eligibility.UNLINKED) -> None:
    """The link's own part of ending, whoever asked (the member, staff, a removed account), with the
    reason for what still waited.

    What it holds is given back at the network. The new version is there for whoever renews the access
    at this moment: what they get is not stored here, but given back, too (credentials.fresh_credentials).
    """
    now = timezone.now()
    held = Link.objects.select_for_update().get(pk=link.pk)
    token_revocation.revoke_link_token(held)
    reauthorization.cancel_link_deliveries(link, reason)
    link.friends.all().delete()
    link.feed.all().delete()
    link.pulls.all().delete()
    over = link.notices.exclude(incident__startswith=undelivered.STILL_OUT_THERE)
    over.filter(closed_at=None).update(closed_at=now)
    link.state = LinkState.ENDED
    link.parked_reason = reason
    link.account = None
    link.ended_at = now
    link.sealed_credentials = ""
    link.credentials_version = held.credentials_version + 1
    link.keep_fresh_at = None
    link.save()


def end_link_of_account(account: SocialAccount) -> None:
    """Whoever removed the account (staff, a deleted member): nothing is sent there any more."""
    for link in Link.objects.filter(account=account).exclude(state=LinkState.ENDED):
        end_link(link, reason=eligibility.ACCOUNT_REMOVED)


def describe_relinking(account: SocialAccount) -> str:
    """What goes on once the account is linked again, in words for the member; "" for a new link."""
    link = Link.objects.filter(account=account).exclude(state=LinkState.ENDED).first()
    return reauthorization.describe_resumption(link) if link else ""


def discard_access(
    network: str, uid: str, given: Mapping[str, Any], *, registration: int | None
) -> str:
    """Give back what a network gave and no link keeps. Words for the member where it cannot be."""
    return token_revocation.revoke_unused_token(network, uid, given, registration=registration)


def permissions_page(link: Link) -> str:
    """Where the member's own server lets them take the permission back, "" where nobody knows."""
    path = CONNECTORS[link.network].permissions_page
    return origin_of(link.host) + path if path and link.host else ""


def count_active_copies(link: Link) -> int:
    """How many copies stand on the network now, as far as we know."""
    published = link.deliveries.filter(kind=DeliveryKind.PUBLISH, state=DeliveryState.SENT)
    return published.filter(copies.copy_is_active()).count()


def _must_own(link: Link, by: Member) -> None:
    if link.member_id != by.pk:
        raise NotYours(link)
