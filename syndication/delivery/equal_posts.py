"""Equal posts: space them on networks that answer a repeated text with the id of the first post."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from syndication.connectors import CONNECTORS
from syndication.connectors.base import OutgoingPost
from syndication.connectors.errors import Unsupported
from syndication.connectors.reasons import Reason
from syndication.delivery import eligibility
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link

EQUAL_SOON = Reason("equal_soon")
NOT_TAKEN_AGAIN = Reason("not_taken_again")
EQUAL_POST_WAIT = timedelta(seconds=65)  # after an answer that named another delivery's copy


def earliest_send_at(
    delivery: Delivery, post: OutgoingPost, link: Link, now: datetime
) -> datetime | None:
    """When `post` may be sent to `link` after an equal one; None for at once."""
    connector = CONNECTORS[link.network]
    if not connector.seconds_between_equals:
        return None
    apart = timedelta(seconds=connector.seconds_between_equals)
    text = connector.preview(post).text
    left = [
        each.sent_at or each.first_sent_at
        for each in _recent_publishes(delivery, link, now - apart)
        if _preview_text(each, link) == text
    ]
    return max((at + apart for at in left if at is not None), default=None)


def _recent_publishes(delivery: Delivery, link: Link, since: datetime) -> list[Delivery]:
    sent = Q(state=DeliveryState.SENT, sent_at__gt=since)
    in_doubt = Q(state=DeliveryState.UNCONFIRMED, first_sent_at__gt=since)
    rows = Delivery.objects.filter(sent | in_doubt, link=link, kind=DeliveryKind.PUBLISH)
    return list(rows.exclude(pk=delivery.pk).select_related("post"))


def _preview_text(delivery: Delivery, link: Link) -> str | None:
    """The text as it was sent, unless the post was edited since."""
    if delivery.post is None:
        return None
    try:
        post = eligibility.outgoing_post(delivery.post, link, delivery.audience)
        return CONNECTORS[link.network].preview(post).text
    except Unsupported:
        return None
