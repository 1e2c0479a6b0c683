"""Posts: create, edit, narrow and delete. delivery.planning and delivery.edits handle the copies."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Exists, Q
from django.utils import timezone

from accounts.actions import named_lists, quotas
from accounts.models import Audience, Group, Member, contained_audiences
from syndication.actions import (
    bound_sends,
    drafts,
    photos,
    post_readers,
    remote_replies,
    talk_notices,
)
from syndication.actions.comments import lock_post
from syndication.actions.link_titles import fetch_title
from syndication.connectors.base import OutgoingPost, Photo
from syndication.connectors.content import CONTENT, PHOTO_ALTS, TYPED, PostContent, content_of
from syndication.connectors.reasons import Reason
from syndication.delivery import edits, planning
from syndication.delivery.edits import EditPreview
from syndication.delivery.planning import DeliveryPreview
from syndication.models import Comment, Delivery, KeptPhoto, Like, Post, PostKind
from syndication.models.errors import NotNow, require_owner

DELETED = Reason("post_deleted")


@dataclass(frozen=True)
class NewPost(PostContent):
    """A post as its form describes it, complete and checked. `form_key` makes one post of a form that is submitted twice.

    `people` holds the friendships of those whom a post for chosen people is for; with `list_name` they
    are kept as a list, too. `left_out` holds the keys of links that get no copy of this post, `named` of
    those that the page before sending named as getting one (None: no page did), `announced` of those that
    it named as getting none.
    """

    kind: str
    audience: str
    form_key: str
    group: Group | None = None
    people: frozenset[int] = frozenset()
    list_name: str = ""
    photo: KeptPhoto | None = None
    more_photos: tuple[KeptPhoto, ...] = ()
    left_out: frozenset[int] = frozenset()
    named: frozenset[int] | None = None
    announced: frozenset[int] = frozenset()
    version: int = 0  # of the saved draft that it was opened from

    @property
    def photos(self) -> tuple[KeptPhoto, ...]:
        """All of them in their order."""
        return () if self.photo is None else (self.photo, *self.more_photos)

    def photos_with_alts(self) -> list[tuple[KeptPhoto, str]]:
        """The photos in their order, each with its alternative text."""
        alts = (getattr(self, name) for name in PHOTO_ALTS)
        return list(zip(self.photos, alts, strict=False))


def with_link_title(new_post: NewPost) -> NewPost:
    """A link post with the title of its page, if that can be fetched in a few seconds."""
    if new_post.kind != PostKind.LINK:
        return new_post
    return replace(new_post, url_title=fetch_title(new_post.url))


def preview_post(new_post: NewPost, *, by: Member) -> list[DeliveryPreview]:
    """Preview the post on each link: whether it goes, how it reads there, or why not."""
    return planning.preview_deliveries(by, _outgoing(new_post), new_post.audience)


def is_draft_changed(new_post: NewPost, *, by: Member) -> bool:
    """Whether another window kept other words under this form's key since the form was opened."""
    words = {name: getattr(new_post, name) for name in TYPED}
    return drafts.is_changed_elsewhere(new_post.form_key, new_post.version, words, by=by)


def find_sent_post(form_key: str, *, by: Member) -> Post | None:
    """The post that this form made before, deleted or not."""
    return Post.objects.by(by).filter(form_key=form_key).first()


@transaction.atomic
def create_post(new_post: NewPost, *, by: Member) -> Post:
    """Create the post and plan its deliveries, in one transaction, once for each form.

    Raises quotas.QuotaUsedUp, post_readers.NobodyChosen, and bound_sends.SettingsChanged where it would
    go to other links than `new_post.named`, the left out ones excepted.
    """
    named_lists.lock_with_friends(
        by, new_post.people
    )  # the second of two equal forms sees the first
    before = find_sent_post(new_post.form_key, by=by)
    if before is not None:
        return before
    quotas.spend_member_quota(by, quotas.POSTS)
    if is_draft_changed(new_post, by=by):
        drafts.detach_from_form(new_post.form_key, by=by)
    post = Post(
        author=by,
        kind=new_post.kind,
        **content_of(new_post),
        audience=new_post.audience,
        group=new_post.group,
        chosen_at=timezone.now() if new_post.audience == Audience.CHOSEN else None,
        form_key=new_post.form_key,
    )
    photos.save_with_photos(post, new_post.photos)
    if new_post.audience == Audience.CHOSEN:
        post_readers.choose_readers(post, new_post.people)
        _keep_list(new_post, by)
    planning.plan_deliveries(post, left_out=new_post.left_out, announced=new_post.announced)
    if new_post.named is not None:
        bound_sends.require_named_links(post, new_post.named - new_post.left_out)
    talk_notices.notify_of_group_post(post)
    talk_notices.notify_of_chosen_post(post)
    return post


def _keep_list(new_post: NewPost, by: Member) -> None:
    """Keep the chosen people as a list, where it can be: named_lists.find_list tells whether it was."""
    refused = (
        named_lists.ListNameMissing,
        named_lists.ListNameTaken,
        named_lists.TooManyLists,
    )
    if new_post.list_name:
        with suppress(*refused):
            named_lists.create_list(new_post.list_name, new_post.people, by=by)


class EditedMeanwhile(Exception):
    """The post was edited in another window first. `post` is its present state."""

    def __init__(self, post: Post) -> None:
        super().__init__(f"{post} is at version {post.version}")
        self.post = post


def edit_post(
    post: Post, words: Mapping[str, str], *, by: Member, version: int | None = None
) -> list[Delivery] | None:
    """Edit the content of a post. Return the edits of copies that will go, or None if nothing changed.

    `words` holds fields of its kind, `version` the version that the page showed (None for any). Raises
    EditedMeanwhile, NotNow if the post is deleted, and quotas.QuotaUsedUp.
    """
    require_owner(post, post.author_id, by=by)
    words = with_url_title(post, words)
    with transaction.atomic():
        fresh = Post.objects.select_for_update(no_key=True).get(pk=post.pk)
        if fresh.deleted_at is not None:
            raise NotNow(DELETED)
        if not would_change(fresh, words):
            return None
        if version not in (None, fresh.version):
            raise EditedMeanwhile(fresh)
        quotas.spend_member_quota(by, quotas.POSTS)
        for name in (name for name in CONTENT if name in words):
            setattr(fresh, name, words[name])
        fresh.version += 1
        fresh.edited_at = timezone.now()
        fresh.save(update_fields=[*CONTENT, "version", "edited_at"])
        going = edits.plan_edits(fresh)
    post.refresh_from_db(fields=[*CONTENT, "version", "edited_at"])
    return going


def would_change(post: Post, words: Mapping[str, str]) -> bool:
    """Whether `words` differ from the post's content."""
    return any(getattr(post, name) != words[name] for name in CONTENT if name in words)


def with_url_title(post: Post, words: Mapping[str, str]) -> Mapping[str, str]:
    """Add the title of a changed address, if it can be fetched in a few seconds."""
    if "url_title" in words:
        return words
    url = words.get("url", post.url)
    return {**words, "url_title": post.url_title if url == post.url else fetch_title(url)}


def preview_edit(post: Post, words: Mapping[str, str], *, by: Member) -> list[EditPreview]:
    """Preview what saving `words` will do to each copy of the post."""
    require_owner(post, post.author_id, by=by)
    return edits.preview_edits(post, words)


class AudienceNotContained(Exception):
    """Others commented on the post or liked it, for fewer readers than it would have."""


def has_talk_of_others(post: Post) -> bool:
    """Whether anybody but the author commented on the post or liked it, seen by the author or not."""
    me = post.author_id  # by two ranges of the index: "not me" would pass all that the author said
    comments = Comment.objects.filter(Q(writer__lt=me) | Q(writer__gt=me), post=post)
    likes = Like.objects.filter(Q(member__lt=me) | Q(member__gt=me), post=post)
    return Post.objects.filter(Exists(comments) | Exists(likes), pk=post.pk).exists()


@transaction.atomic
def change_audience(
    post: Post,
    audience: str,
    group: Group | None = None,
    *,
    by: Member,
    people: Collection[int] = (),
) -> None:
    """Change the post's audience, and delete copies that are too wide for it.

    `people`: friendships, where it will be for chosen people. Raises post_readers.NobodyChosen, and
    AudienceNotContained: what others said was for the readers of then. It may be read by fewer of them
    later, never by more; and chosen people are chosen once, whatever audience stood in between, since
    who was removed was removed for good (post_readers.remove_reader).
    """
    require_owner(post, post.author_id, by=by)
    group = group if audience == Audience.GROUP else None
    is_chosen = audience == Audience.CHOSEN
    if is_chosen:
        named_lists.lock_with_friends(by, people)
    lock_post(post)
    fresh = Post.objects.get(pk=post.pk)
    if is_chosen and fresh.audience == Audience.CHOSEN:
        if not post_readers.has_readers(fresh, people):
            raise AudienceNotContained
        return  # pressed twice
    if is_chosen and fresh.chosen_before_at is not None:
        raise AudienceNotContained
    is_contained = audience in contained_audiences(fresh.audience) and group in (None, fresh.group)
    if not is_contained and has_talk_of_others(fresh):
        raise AudienceNotContained
    post.audience, post.group = audience, group
    post.chosen_at = timezone.now() if is_chosen else None
    post.chosen_before_at = fresh.chosen_at or fresh.chosen_before_at
    post.save(update_fields=["audience", "group", "chosen_at", "chosen_before_at"])
    post_readers.forget_readers(post)
    if is_chosen:
        post_readers.choose_readers(post, people)
    planning.withdraw_copies(post)
    talk_notices.notify_of_group_post(post)
    if not is_contained:  # else they could read it before
        talk_notices.notify_of_chosen_post(post)


@transaction.atomic
def delete_post(post: Post, *, by: Member) -> None:
    """Delete the post and its copies."""
    require_owner(post, post.author_id, by=by)
    erase_post(post)


def erase_post(post: Post) -> None:
    """Delete the post and its copies, whoever asked for it: its author, or staff (actions.moderation)."""
    post.deleted_at = timezone.now()
    post.save(update_fields=["deleted_at"])
    planning.withdraw_copies(post)
    post_readers.forget_readers(post)
    remote_replies.forget_replies_of_post(post)
    _wipe_content(post)


def _wipe_content(post: Post) -> None:
    """Wipe the post's content. Unconfirmed copies are looked for by their delivery's snapshot."""
    photos.detach_photos(post)
    for name in CONTENT:
        setattr(post, name, "")
    post.save(update_fields=[*CONTENT, "photo", "photo_small"])


def _outgoing(new_post: NewPost) -> OutgoingPost:
    """The post as connectors take it; the address that its post will get is planning's to foresee."""
    return OutgoingPost(
        kind=new_post.kind,  # type: ignore[arg-type]
        **content_of(new_post),
        photos=tuple(_read_photos(new_post)),
        audience=new_post.audience,  # type: ignore[arg-type]
    )


def _read_photos(new_post: NewPost) -> Iterator[Photo]:
    for kept, alt in new_post.photos_with_alts():
        with kept.photo.open("rb") as file:
            yield Photo(content=file.read(), alt=alt)
