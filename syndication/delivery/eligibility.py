"""Eligibility: whether a post goes to a link, how it reads there, and who will read it.

Checked on the preview page, when deliveries are planned, and right before a request is sent; by the
same function each time, so that the preview says what happens. The button of home's box names networks by
`goes_by_settings` alone; its press asks for the preview wherever that was not the whole answer.

Reasons are codes (connectors.reasons.Reason); syndication.models.reason_texts has their sentences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import Audience, Member
from accounts.models.compiled_query import CompiledQuery
from accounts.public_urls import public_url
from syndication.connectors import CONNECTORS, media, reasons
from syndication.connectors.base import (
    Connector,
    OutgoingPost,
    Preview,
    SubjectKind,
    Terms,
    WireAudience,
)
from syndication.connectors.content import content_of
from syndication.connectors.errors import Unsupported
from syndication.connectors.reasons import FOLLOWERS_NOT_APPROVED, Reason
from syndication.delivery import mentions
from syndication.delivery.mentions import Handles
from syndication.delivery.outgoing_photos import outgoing_photos
from syndication.models import Delivery, Link, LinkState, Post, Toggle

LOCAL_AUDIENCES = (Audience.ONLY_ME, Audience.GROUP, Audience.CHOSEN)

STAYS_HERE = Reason("stays_here")
NO_SUCH_KIND = reasons.KIND_UNKNOWN
# What the network holds for this kind (reasons.NOT_TO_THESE_READERS: for this post): everyone alone, or friends, too.
ONLY_FOR_EVERYONE = Reason("no_such_readers")
NOT_FOR_FRIENDS_OF_FRIENDS = Reason("not_for_friends_of_friends")
NOT_ALLOWED_THERE = Reason("not_allowed_there")
TURNED_OFF = Reason("turned_off")
NOT_OPTED_IN = Reason("not_opted_in")
NEEDS_YOU = Reason("needs_you")
TAKEN_BACK = Reason("taken_back")
INTERACTION_TAKEN_BACK = Reason("interaction_taken_back")
LIKE_NOT_ALLOWED = Reason("like_not_allowed")
UNLINKED = Reason("unlinked")
CLOSED = Reason("account_closed")
DISMISSED = Reason("dismissed")
DISMISSED_BY_STAFF = Reason("dismissed_by_staff")
ACCOUNT_REMOVED = Reason("account_removed")  # by staff, or with the account


@dataclass(frozen=True)
class Eligibility:
    """The result of a check. `is_expected`: the member opted in, so a refusal is recorded as skipped."""

    goes: bool
    reason: str = ""  # a code: why it does not go, or what it waits for
    is_expected: bool = False
    needs_reauthorization: bool = False
    preview: Preview | None = None


def check_eligibility(post: OutgoingPost, link: Link) -> Eligibility:
    """Check whether a copy of `post`, for its audience, goes to `link`.

    Reads the link's toggles: prefetch them for several links.
    """
    connector = CONNECTORS[link.network]
    is_wanted = _is_opted_in(link, post.kind, post.audience)
    reason = _reason_not_carried(post, link, connector)
    if reason:
        return Eligibility(goes=False, reason=reason, is_expected=is_wanted)
    if not is_wanted:
        public = str(post.audience) == Audience.EVERYONE
        return Eligibility(goes=False, reason=TURNED_OFF if public else NOT_OPTED_IN)
    try:
        preview = connector.preview(post)
    except Unsupported as error:
        return Eligibility(goes=False, reason=error.reason, is_expected=True)
    if link.state == LinkState.PARKED:
        return Eligibility(goes=True, reason=NEEDS_YOU, needs_reauthorization=True, preview=preview)
    return Eligibility(goes=True, preview=preview)


def pre_send_check(post: Post, link: Link, audience: str) -> str:
    """The reason why a copy for `audience` may not be sent after all, or ""."""
    if not covers_audience(post, audience):
        return TAKEN_BACK
    if link.state == LinkState.ENDED:
        return UNLINKED
    if link.member.is_closing:
        return CLOSED
    decision = check_eligibility(outgoing_post(post, link, audience), link)
    return "" if decision.goes else decision.reason


def covers_audience(post: Post, audience: str) -> bool:
    """Whether a copy for `audience` may stand: that is the post's present audience, or Everyone is."""
    if post.deleted_at is not None:
        return False
    return post.audience in (audience, Audience.EVERYONE)


def withdrawal_reason(delivery: Delivery) -> Reason:
    """The reason of a delivery that ends since its post, or its interaction, was taken back."""
    return TAKEN_BACK if delivery.interaction_id is None else INTERACTION_TAKEN_BACK


def outgoing_post(
    post: Post,
    link: Link,
    audience: str,
    *,
    with_photo: bool = False,
    handles: Handles | None = None,
) -> OutgoingPost:
    """The post as connectors take it. `with_photo` reads the photos' bytes, for sending only.

    `handles` are those of the post (delivery.mentions), for callers with several links; else they are
    read now.
    """
    is_public = audience == Audience.EVERYONE
    if is_public and handles is None:
        handles = mentions.find_handles(post.author_id, post)
    named = (handles or {}).get(link.network, {}) if is_public else {}
    photos = outgoing_photos(post, with_content=with_photo)
    readable = tuple(
        one for one in photos if not one.content or media.is_readable_picture(one.content)
    )
    return OutgoingPost(
        kind=cast(SubjectKind, str(post.kind)),
        **content_of(post),
        permalink=public_url("post_detail", post.pk) if is_public else "",
        photos=readable,
        lost_photos=len(photos) - len(readable),
        audience=cast(WireAudience, str(audience)),
        always_permalink=link.always_permalink and is_public,
        never_permalink=link.never_permalink,
        written_at=post.created_at.timestamp() if post.created_at else 0.0,
        terms=terms_of(link),
        mentions=named,
        mention_uids=mentions.find_uids(link.network, named) if with_photo else {},
    )


def terms_of(link: Link) -> Terms | None:
    """The link's server limits as last read; None if never read."""
    return Terms(**link.terms) if link.terms else None


def describe_readers(link: Link, audience: str) -> str:
    """Describe who reads a copy there. The number of friends comes from `link.friend_count`, unless
    their list is still being imported."""
    name = CONNECTORS[link.network].name
    params = {"count": getattr(link, "friend_count", 0), "network": name}
    if audience == Audience.EVERYONE:
        return _("everyone on %(network)s") % params
    if audience in CONNECTORS[link.network].followers_read:
        return _("your followers on %(network)s, whom you approved") % params
    if audience == Audience.FRIENDS_OF_FRIENDS:
        return _("your %(network)s friends and their friends, not only people here") % params
    if not params["count"] or link.pull_progress:
        return _("your %(network)s friends, not only your friends here") % params
    return _("your %(count)d %(network)s friends, not only your friends here") % params


def _reason_not_carried(post: OutgoingPost, link: Link, connector: type[Connector]) -> str:
    """The reason why the network cannot carry the post at all, or ""."""
    if post.audience in LOCAL_AUDIENCES:
        return STAYS_HERE
    if post.kind not in connector.kinds():
        return NO_SUCH_KIND
    held = connector.audiences.get(post.kind, frozenset())
    if post.audience not in held:
        if Audience.FRIENDS in held:
            return NOT_FOR_FRIENDS_OF_FRIENDS
        return ONLY_FOR_EVERYONE
    if post.audience in connector.followers_read and not link.follows_approved:
        return FOLLOWERS_NOT_APPROVED
    for_photos = connector.photos_need_scope if post.photos else ""
    for scope in filter(None, (connector.needs_scope.get(post.kind), for_photos)):
        if not link.has_scope(scope):
            return NOT_ALLOWED_THERE
    return ""


def goes_by_settings(link: Link, kind: str, audience: str, choice: bool | None) -> bool:
    """Whether plain posts of this kind and audience go to `link` now. `choice` is the member's toggle."""
    post = OutgoingPost(kind=cast(SubjectKind, kind), audience=cast(WireAudience, audience))
    if link.state != LinkState.ACTIVE or _reason_not_carried(post, link, CONNECTORS[link.network]):
        return False
    return _is_wanted(choice, audience)


def _is_opted_in(link: Link, kind: str, audience: str) -> bool:
    """The member's toggle. Defaults: Everyone is on, narrower audiences are off."""
    choices = {(toggle.kind, toggle.audience): toggle.is_on for toggle in link.toggles.all()}
    return _is_wanted(choices.get((kind, audience)), audience)


def _is_wanted(choice: bool | None, audience: str) -> bool:
    if audience in LOCAL_AUDIENCES:
        return False
    return audience == Audience.EVERYONE if choice is None else choice


def links_by_settings(member: Member, kind: str, audience: str) -> list[Link]:
    """The links to which plain posts of this kind and audience go by the member's settings: one query."""
    return [
        link
        for link in _LINKS_WITH_CHOICE.rows(str(kind), str(audience), member=member)
        if goes_by_settings(link, kind, audience, link.choice)
    ]


def _links_with_choice(kind: str, audience: str, *, member: Member) -> QuerySet[Any]:
    toggles = Toggle.objects.filter(link=OuterRef("pk"), kind=kind, audience=audience)
    links = Link.objects.of(member).annotate(choice=Subquery(toggles.values("is_on")[:1]))
    return links.order_by("network", "pk")


_LINKS_WITH_CHOICE = CompiledQuery(_links_with_choice)  # on each home
