"""Equal posts: space them on networks that answer a repeated text with the id of the first post."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from syndication.connectors import CONNECTORS
from syndication.connectors.base import OutgoingPost
from syndication.connectors.errors import Unsupported
from syndication.connectors.reasons import Reason
from syndication.delivery import eligibility
from syndication.delivery.pre_send import PreSendCheckFailed
from syndication.models import Delivery, DeliveryOperation, DeliveryState, Link

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
    reply = _target_and_text(delivery)
    said = reply or connector.preview(post).text
    left = [
        each.sent_at or each.first_sent_at
        for each in _recent_publishes(delivery, link, now - apart)
        if (_target_and_text(each) if reply else _preview_text(each, link)) == said
    ]
    return max((at + apart for at in left if at is not None), default=None)


def wait_for_equal_posts(delivery: Delivery, post: OutgoingPost, link: Link, now: datetime) -> None:
    """Raise PreSendCheckFailed while an equal post to `link` is too recent."""
    due_at = earliest_send_at(delivery, post, link, now)
    if due_at is not None:
        raise PreSendCheckFailed(DeliveryState.WAITING, EQUAL_SOON, due_at=due_at)


def _recent_publishes(delivery: Delivery, link: Link, since: datetime) -> list[Delivery]:
    sent = Q(state=DeliveryState.SENT, sent_at__gt=since)
    in_doubt = Q(state=DeliveryState.UNCONFIRMED, first_sent_at__gt=since)
    rows = Delivery.objects.filter(sent | in_doubt, link=link, operation=DeliveryOperation.PUBLISH)
    return list(rows.exclude(pk=delivery.pk).select_related("post", "interaction"))


def _target_and_text(delivery: Delivery) -> tuple[str, str] | None:
    """What a reply answers, and its text; None of a post. The same words to two posts are not equal."""
    if delivery.interaction_id is None or delivery.interaction is None:
        return None
    return delivery.interaction.target_id, delivery.interaction.text


def _preview_text(delivery: Delivery, link: Link) -> str | None:
    """The text as it was sent, unless the post was edited since."""
    if delivery.post is None:
        return None
    try:
        post = eligibility.outgoing_post(delivery.post, link, delivery.audience)
        return CONNECTORS[link.network].preview(post).text
    except Unsupported:
        return None
