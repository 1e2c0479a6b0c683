"""Rows for tests: members, friends, groups, posts, links. No factory library; plain functions.

Each takes the least that a test has to say, and any model field by keyword.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import (
    Audience,
    Block,
    Friendship,
    Group,
    ListedFriend,
    Member,
    Membership,
    NamedList,
)
from syndication.models import Comment, Like, Link, Post, PostKind, PostReader, Toggle

PASSWORD = "correct horse battery staple"


def make_member(name: str = "hanako", *, password: str = PASSWORD, **fields: Any) -> Member:
    """A member with a confirmed mail address `<name>@example.com`."""
    email = fields.pop("email", f"{name}@example.com")
    member = Member.objects.create(
        username=name, email=email, password=make_password(password), **fields
    )
    if email:
        EmailAddress.objects.create(user=member, email=email, primary=True, verified=True)
    return member


def befriend(one: Member, other: Member) -> None:
    """Both rows of a friendship."""
    Friendship.objects.bulk_create(
        [Friendship(member=one, friend=other), Friendship(member=other, friend=one)]
    )


def block(blocker: Member, blocked: Member) -> Block:
    """A bare block: it leaves a friendship as it is, to prove that the block alone decides."""
    return Block.objects.create(blocker=blocker, blocked=blocked)


def make_group(owner: Member, *members: Member, name: str = "Choir") -> Group:
    """A group that `owner` and `members` have joined."""
    group = Group.objects.create(name=name, owner=owner)
    for member in (owner, *members):
        join(group, member)
    return group


def join(group: Group, member: Member, *, joined_at: datetime | None = None) -> Membership:
    return Membership.objects.create(
        group=group, member=member, invited_by=group.owner, joined_at=joined_at or timezone.now()
    )


def make_post(
    *,
    author: Member,
    text: str = "おはよう",
    kind: str = PostKind.STATUS,
    audience: str = Audience.EVERYONE,
    **fields: Any,
) -> Post:
    """A post as it stands in the table. Nothing is planned for any network: see actions.posts."""
    created_at = fields.pop("created_at", None)
    fields.setdefault("form_key", secrets.token_hex(16))
    if audience == Audience.CHOSEN:  # nobody, so far: make_chosen_post
        fields.setdefault("chosen_at", timezone.now())
    post = Post.objects.create(author=author, kind=kind, text=text, audience=audience, **fields)
    if created_at is not None:  # auto_now_add does not listen; rows are moved in time
        Post.objects.filter(pk=post.pk).update(created_at=created_at)
        post.refresh_from_db()
    return post


def make_list(owner: Member, *people: Member, name: str = "家族") -> NamedList:
    """A named list of `owner`'s with these friends on it."""
    named_list = NamedList.objects.create(owner=owner, name=name)
    for friendship in Friendship.objects.filter(member=owner, friend__in=people):
        ListedFriend.objects.create(named_list=named_list, friendship=friendship)
    return named_list


def make_chosen_post(author: Member, *people: Member, **fields: Any) -> Post:
    """A post for these people, who are friends of the author."""
    post = make_post(author=author, audience=Audience.CHOSEN, **fields)
    for friendship in Friendship.objects.filter(member=author, friend__in=people):
        PostReader.objects.create(
            post=post,
            friendship=friendship,
            reader=friendship.friend,
            written_at=post.created_at,
        )
    return post


def make_comment(post: Post, writer: Member, text: str = "いいですね", **fields: Any) -> Comment:
    """A comment as it stands in the table; see actions.comments for what may be written."""
    fields.setdefault("form_key", secrets.token_hex(16))
    return Comment.objects.create(post=post, writer=writer, text=text, **fields)


def make_like(post: Post, member: Member) -> Like:
    return Like.objects.create(post=post, member=member)


def make_link(member: Member, network: str = "mixi", **fields: Any) -> Link:
    """An active link, with allauth's row for the account, to which Everyone posts of each kind go.

    Credentials: `sealed_credentials=…`, or syndication.delivery.credentials.store_credentials.
    """
    uid = fields.pop("uid", f"{network}-{member.username}")
    fields.setdefault("name", member.name)
    if "account" not in fields:
        fields["account"] = SocialAccount.objects.create(user=member, provider=network, uid=uid)
    link = Link.objects.create(member=member, network=network, uid=uid, **fields)
    for kind in PostKind.values:
        allow(link, kind, Audience.EVERYONE)
    return link


def allow(link: Link, kind: str, audience: str = Audience.FRIENDS, *, is_on: bool = True) -> Toggle:
    """What the member chose on the link's page: posts of this kind and audience go there."""
    toggle, _ = Toggle.objects.update_or_create(
        link=link, kind=kind, audience=audience, defaults={"is_on": is_on}
    )
    return toggle
