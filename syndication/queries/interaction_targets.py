"""Targets of replies and likes: imported posts and replies from networks, and why one cannot be answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import Connector, Friend, OutgoingPost, ReplyTarget, Visibility
from syndication.connectors.errors import Unsupported
from syndication.connectors.reasons import Reason
from syndication.delivery import eligibility, interactions
from syndication.models import (
    FeedItem,
    Interaction,
    InteractionKind,
    Link,
    LinkState,
    NetworkSwitch,
    RemoteReply,
)

NO_ANSWERS_THERE = Reason("no_answers_there")
NO_ANSWER_TO_THIS = Reason("no_answer_to_this")
NETWORK_PAUSED = Reason("network_paused")
LIKE_NOT_ALLOWED = eligibility.LIKE_NOT_ALLOWED
LINK_AGAIN = Reason("link_again_to_answer")
ANSWER_TOO_LONG = Reason("answer_too_long")

REPLY_PAGE = "remote_reply"  # InteractionTarget.page of a reply that came back
NOT_ANSWERABLE = "none"  # FeedItem.target_id of what the network takes no reply to


@dataclass(frozen=True)
class InteractionTarget:
    """A post on a network, as it was read last. `page` is the URL name of its page here, with `pk`."""

    link: Link
    target_id: str
    author: Friend
    visibility: Visibility
    words: str
    url: str
    page: str
    pk: int

    @property
    def connector(self) -> type[Connector]:
        return CONNECTORS[self.link.network]

    @property
    def reply_path(self) -> str:
        return reverse(f"{self.page}_answer", args=(self.pk,))

    @property
    def like_path(self) -> str:
        return reverse(f"{self.page}_like", args=(self.pk,))

    @property
    def reply_visibility(self) -> Visibility:
        """Who will read a reply, as far as is known now."""
        return self.connector.reply_visibility(self.visibility)


def target_of_item(item: FeedItem) -> InteractionTarget:
    """What a reply to a friend's post answers: of a boost the boosted post.

    A boost that was imported by a version without `target_id` cannot be answered: the id of the boosted post is not
    known, and by the boost's own id a reply could not be found again, nor a like taken back.
    """
    is_boost = any(kind == "passed_on" for kind, _ in item.attached)
    return InteractionTarget(
        link=item.link,
        target_id=item.target_id or (NOT_ANSWERABLE if is_boost else item.remote_id),
        author=Friend(item.author_uid, item.author_name, handle=item.author_handle),
        visibility=cast(Visibility, item.visibility),
        words=item.words,
        url=item.url,
        page="feed_item",
        pk=item.pk,
    )


def target_of_reply(reply: RemoteReply) -> InteractionTarget:
    """The target of a reply to a reply from a network."""
    return InteractionTarget(
        link=reply.link,
        target_id=reply.remote_id,
        author=Friend(reply.author_uid, reply.author_name, handle=reply.author_handle),
        visibility=cast(Visibility, reply.visibility),
        words=reply.words,
        url=reply.url,
        page=REPLY_PAGE,
        pk=reply.pk,
    )


@dataclass(frozen=True)
class InteractionOptions:
    """Whether a target can be answered or liked now: reason codes, "" where it can."""

    reply_refusal: str
    like_refusal: str
    is_liked: bool


def interaction_options(target: InteractionTarget) -> InteractionOptions:
    held_back, liked = _reason_of_rows(target), _likes_of(target).exists()
    return InteractionOptions(
        reply_refusal=_reason_of_link(target, InteractionKind.REPLY) or held_back,
        like_refusal=_reason_of_link(target, InteractionKind.LIKE) or held_back,
        is_liked=liked,
    )


def target_refusal(target: InteractionTarget, kind: str = InteractionKind.REPLY) -> str:
    """The reason why the target cannot be answered, or liked, now; or ""."""
    return _reason_of_link(target, kind) or _reason_of_rows(target)


def _reason_of_link(target: InteractionTarget, kind: str) -> str:
    connector, link = target.connector, target.link
    is_like = kind == InteractionKind.LIKE
    if not (connector.can_like if is_like else connector.can_reply()):
        return NO_ANSWERS_THERE
    if target.target_id == NOT_ANSWERABLE or not target.author.uid:  # emptied by age
        return NO_ANSWER_TO_THIS
    if is_like and not connector.can_like_target(target.target_id):
        return NO_ANSWER_TO_THIS
    if link.state != LinkState.ACTIVE:
        return LINK_AGAIN
    scope = "" if is_like else connector.needs_scope.get("reply", "")
    if scope and link.scopes and scope not in link.scopes.split():
        return eligibility.NOT_ALLOWED_THERE
    return ""


def _reason_of_rows(target: InteractionTarget) -> str:
    """Whether staff paused the network, or the member hides or blocks the author: one query."""
    paused = NetworkSwitch.objects.paused().filter(network=OuterRef("network"))
    hidden = interactions.authors_hidden(target.author.uid)
    link = Link.objects.annotate(is_paused=Exists(paused), is_hidden=hidden)
    row = link.values_list("is_paused", "is_hidden").get(pk=target.link.pk)
    if row[0]:
        return NETWORK_PAUSED
    return interactions.TARGET_HIDDEN if row[1] else ""


def preview_reply(target: InteractionTarget, text: str) -> tuple[str, str]:
    """The text as it will read on the network, and the reason why it cannot go ("" where it can)."""
    draft = OutgoingPost(
        kind="reply",
        text=text,
        reply_to=ReplyTarget(target.target_id, target.author, target.visibility),
        visibility=target.reply_visibility,
        terms=eligibility.terms_of(target.link),
    )
    try:
        shown = target.connector.preview(draft)
    except Unsupported as no:
        too_long = no.reason == reasons.TEXT_TOO_LONG
        return text, ANSWER_TOO_LONG if too_long else no.reason
    return shown.text, ANSWER_TOO_LONG if shown.is_cut else ""


def _likes_of(target: InteractionTarget) -> QuerySet[Interaction]:
    """The member's like of it, as far as is known here."""
    return Interaction.objects.filter(
        link=target.link, target_id=target.target_id, kind=InteractionKind.LIKE, deleted_at=None
    )
