"""Links: create or resume, set toggles and options, unlink. The account itself is allauth's."""

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
    notices,
    planning,
    reauthorization,
    token_revocation,
    undelivered,
)
from syndication.delivery.replies import storage
from syndication.models import (
    DeliveryOperation,
    DeliveryState,
    InteractionKind,
    Link,
    LinkState,
    PostKind,
    Toggle,
)
from syndication.models.errors import require_owner
from syndication.queries import copies
from syndication.queries.capabilities import audiences_of_kind


@transaction.atomic
def create_or_resume_link(
    account: SocialAccount, given: Mapping[str, Any], *, registration: int | None = None
) -> Link:
    """Create the link of an account that was linked, or resume its parked link.

    `given` is what accounts.signals.account_linked carries. Toggles start as in the 2010 tool: posts to
    Everyone go, narrower ones do not.
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
            "profile_read_at": None,  # read with the import that follows
        },
    )
    if before is not None:
        token_revocation.revoke_link_token(before)  # by the registration that issued its token
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
    """The (kind, audience) pairs that the network supports, Everyone first."""
    return [
        (kind, audience)
        for audience in Audience.values
        for kind in PostKind.values
        if audience in audiences_of_kind(link.network, kind)
    ]


@transaction.atomic
def set_toggles(link: Link, chosen: set[tuple[str, str]], *, by: Member) -> None:
    """Send exactly `chosen` from now on. Waiting deliveries are checked again before they are sent."""
    require_owner(link, link.member_id, by=by)
    Toggle.objects.bulk_create(
        [
            Toggle(link=link, kind=kind, audience=audience, is_on=(kind, audience) in chosen)
            for kind, audience in available_toggles(link)
        ],
        update_conflicts=True,
        unique_fields=["link", "kind", "audience"],
        update_fields=["is_on"],
    )


def set_options(
    link: Link, *, is_findable: bool, is_mentionable: bool, permalink: str, by: Member
) -> None:
    """Set whether friends there may find the member here, whether copies of friends' posts may mention
    the account, and which copies carry the post's address: `always`, those that are `cut`, or `never`."""
    require_owner(link, link.member_id, by=by)
    link.is_findable = is_findable
    link.is_mentionable = is_mentionable
    link.always_permalink = permalink == "always"
    link.never_permalink = permalink == "never"
    link.save(
        update_fields=["is_findable", "is_mentionable", "always_permalink", "never_permalink"]
    )


@transaction.atomic
def request_import(link: Link, *, by: Member) -> None:
    """Request an import of friends and of their posts now."""
    require_owner(link, link.member_id, by=by)
    import_schedule.request_imports(link, timezone.now())


@transaction.atomic
def unlink(link: Link, *, by: Member) -> None:
    """End the link by its member: delete tokens, friend list and feed, send nothing more.

    Copies stay on the network; the page says so before and lists them after. The member is notified of
    copies whose delete was pending.
    """
    require_owner(link, link.member_id, by=by)
    account = link.account
    end_link(link)
    planning.close_link(link, timezone.now())
    if account is not None:
        account.delete()


@transaction.atomic
def end_link(link: Link, *, reason: Reason = eligibility.UNLINKED) -> None:
    """End the link, by the member, staff or a removed account; `reason` is stored with what waited.

    Its token is revoked. The new version tells a concurrent refresh that its result is to be revoked,
    too, and not stored (credentials.fresh_credentials).
    """
    now = timezone.now()
    held = Link.objects.select_for_update().get(pk=link.pk)
    token_revocation.revoke_link_token(held)
    planning.cancel_link_deliveries(link, reason)
    link.friends.all().delete()
    link.feed.all().delete()
    link.hidden_accounts.all().delete()
    link.imports.all().delete()
    storage.forget_link(link)
    notices.notices_of_link(link).exclude(code__endswith=undelivered.STILL_OUT_THERE).delete()
    link.state = LinkState.ENDED
    link.parked_reason = reason
    link.account = None
    link.ended_at = now
    link.sealed_credentials = ""
    link.display_name = link.picture_url = ""
    link.profile_read_at = None
    link.credentials_version = held.credentials_version + 1
    link.keep_fresh_at = None
    link.save()


def end_link_of_account(account: SocialAccount) -> None:
    """End the links of an account that is removed, by staff or with its member."""
    for link in Link.objects.filter(account=account).exclude(state=LinkState.ENDED):
        end_link(link, reason=eligibility.ACCOUNT_REMOVED)


def describe_relinking(account: SocialAccount) -> str:
    """Describe to the member what linking again will send; "" for a new link."""
    link = Link.objects.filter(account=account).exclude(state=LinkState.ENDED).first()
    return reauthorization.describe_resumption(link) if link else ""


def has_like_right(account: SocialAccount) -> bool:
    """Whether the account's link was given the right to like."""
    scope = CONNECTORS[account.provider].needs_scope.get("like", "")
    link = Link.objects.filter(account=account).exclude(state=LinkState.ENDED).first()
    return link is not None and bool(scope and link.scopes) and link.has_scope(scope)


def discard_access(
    network: str, uid: str, given: Mapping[str, Any], *, registration: int | None
) -> str:
    """Revoke a token that no link keeps. Return a text for the member if that is impossible."""
    return token_revocation.revoke_unused_token(network, uid, given, registration=registration)


def permissions_page(link: Link) -> str:
    """The address where the member can revoke the permission on their server, "" if unknown."""
    path = CONNECTORS[link.network].permissions_page
    return origin_of(link.host) + path if path and link.host else ""


def count_active_copies(link: Link) -> int:
    """The number of copies on the network now, as far as we know, with replies and without likes."""
    published = link.deliveries.filter(
        operation=DeliveryOperation.PUBLISH, state=DeliveryState.SENT
    )
    published = published.exclude(interaction__kind=InteractionKind.LIKE)
    return published.filter(copies.copy_is_active()).count()
