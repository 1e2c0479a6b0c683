"""Replies and likes from networks: "Stop" for a link or a post, and its way back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from syndication.delivery.replies import schedule, storage
from syndication.models import Delivery, Interaction, Link, LinkState, Post
from syndication.models.errors import NotYours


@transaction.atomic
def stop_replies_of_link(link: Link, *, by: Member) -> None:
    """Bring no more replies and likes back by this link, and delete those that are stored."""
    held = _locked_link(link, by)
    held.brings_replies = False
    held.save(update_fields=["brings_replies"])
    storage.forget_link(held)


@transaction.atomic
def resume_replies_of_link(link: Link, *, by: Member) -> None:
    """Bring them back again, also to copies of the last two weeks."""
    held = _locked_link(link, by)
    if held.brings_replies:
        return
    held.brings_replies = True
    held.save(update_fields=["brings_replies"])
    schedule.resume_copies(held.deliveries.all(), held, timezone.now())


@transaction.atomic
def stop_replies_of_post(post: Post, *, by: Member) -> None:
    """Bring no more replies and likes back to the copies of this post, and delete those stored."""
    _set_without_replies(post, by, is_without=True)
    forget_replies_of_post(post)


@transaction.atomic
def resume_replies_of_post(post: Post, *, by: Member) -> None:
    """Bring them back again, where the copies are younger than two weeks."""
    _set_without_replies(post, by, is_without=False)
    for link in Link.objects.of(by).filter(deliveries__post=post).distinct():
        schedule.resume_copies(Delivery.objects.filter(post=post), link, timezone.now())


def forget_replies_of_post(post: Post) -> None:
    """Delete what came back to the copies of the post."""
    storage.forget_copies(_watched(Delivery.objects.filter(post=post)))


def forget_replies_of_interaction(interaction: Interaction) -> None:
    """Delete what came back to a reply that was sent from here."""
    storage.forget_copies(_watched(Delivery.objects.filter(interaction=interaction)))


def _watched(copies: object) -> list[int]:
    return list(copies.filter(activity__isnull=False).values_list("pk", flat=True))  # type: ignore[attr-defined]


def _set_without_replies(post: Post, by: Member, *, is_without: bool) -> None:
    if post.author_id != by.pk:
        raise NotYours(post)
    post.is_without_replies = is_without
    post.save(update_fields=["is_without_replies"])


def _locked_link(link: Link, by: Member) -> Link:
    """The link, locked: an import that runs meanwhile stores before or after, and sees the change."""
    held = (
        Link.objects.select_for_update(no_key=True).exclude(state=LinkState.ENDED).get(pk=link.pk)
    )
    if held.member_id != by.pk:
        raise NotYours(link)
    return held
