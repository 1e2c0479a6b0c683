"""Chosen people: who is struck and when, what is told, what never leaves, and what collides."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.actions import friends, named_lists, privacy
from accounts.actions.account_closure import begin_account_closure
from accounts.models import Audience, Friendship, ListedFriend, Member, NamedList, Notice
from syndication.actions import account_closure, comments, likes, post_readers, posts
from syndication.models import (
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Post,
    PostKind,
    PostReader,
)
from tests.mailing import send_mails, want_mails
from tests.making import (
    allow,
    befriend,
    make_chosen_post,
    make_comment,
    make_link,
    make_list,
    make_member,
    make_post,
)
from tests.phone import log_in_phone
from tests.racing import at_once

pytestmark = pytest.mark.django_db

FRIENDS = ("taro", "yuki", "momo")


@pytest.fixture
def hanako() -> Member:
    member = make_member("hanako")
    for name in FRIENDS:
        befriend(member, make_member(name))
    return member


def one(name: str) -> Member:
    return Member.objects.get(username=name)


def ticks(member: Member, *names: str) -> frozenset[int]:
    rows = Friendship.objects.filter(member=member, friend__username__in=names)
    return frozenset(rows.values_list("pk", flat=True))


def draft(people: frozenset[int], **fields: Any) -> posts.NewPost:
    given = {"kind": "status", "text": "相談", "form_key": "k", **fields}
    return posts.NewPost(audience=Audience.CHOSEN, people=people, **given)


def readers(post: Post) -> set[str]:
    return {
        name for name in FRIENDS if Post.objects.visible_to(one(name)).filter(pk=post.pk).exists()
    }


def listed(member: Member) -> set[str]:
    rows = ListedFriend.objects.filter(named_list__owner=member)
    return set(rows.values_list("friendship__friend__username", flat=True))


@pytest.mark.parametrize("way", ["unfriended", "unfriends", "blocked", "blocks", "closes"])
def test_who_leaves_is_off_all_posts_and_lists_for_good(hanako: Member, way: str) -> None:
    post, taro = make_chosen_post(hanako, one("taro"), one("yuki")), one("taro")
    make_list(hanako, taro, one("yuki"))
    assert (readers(post), listed(hanako)) == ({"taro", "yuki"},) * 2
    if way == "closes":
        account_closure.close_account(by=taro, takes_copies_back=False)
        Member.objects.filter(pk=taro.pk).update(is_active=True, closing_at=None)  # by staff
    else:
        left, right = (taro, hanako) if way in ("unfriended", "blocked") else (hanako, taro)
        act = friends.end_friendship if way.startswith("un") else friends.block_member
        act(left, by=right)
        friends.unblock_member(left, by=right)
        friends.create_friendship(taro, hanako)
    assert (readers(post), listed(hanako)) == ({"yuki"},) * 2


def test_chosen_people_are_chosen_once(hanako: Member) -> None:
    post = posts.create_post(draft(ticks(hanako, "taro", "yuki")), by=hanako)
    again = ticks(hanako, "taro", "yuki")
    posts.change_audience(post, Audience.CHOSEN, by=hanako, people=again)  # pressed twice
    for names in (("taro",), ("taro", "yuki", "momo"), ("momo",)):
        with pytest.raises(posts.AudienceNotContained):
            posts.change_audience(post, Audience.CHOSEN, by=hanako, people=ticks(hanako, *names))
    post_readers.remove_reader(post, one("taro"), by=hanako)
    post_readers.remove_reader(post, one("taro"), by=hanako)
    assert readers(post) == {"yuki"}


@pytest.mark.parametrize("between", [Audience.ONLY_ME, Audience.FRIENDS])
def test_who_was_removed_comes_back_by_no_other_audience(hanako: Member, between: str) -> None:
    post = posts.create_post(draft(ticks(hanako, "taro", "yuki")), by=hanako)
    post_readers.remove_reader(post, one("taro"), by=hanako)
    posts.change_audience(post, between, by=hanako)
    for names in (("taro",), ("yuki",)):
        with pytest.raises(posts.AudienceNotContained):
            posts.change_audience(post, "chosen", by=hanako, people=ticks(hanako, *names))
    form = log_in_phone(hanako).get(reverse("post_audience", args=[post.pk])).forms[0]
    assert "chosen" not in [value for each in form.controls for value, _words in each.options]
    posts.change_audience(post, Audience.ONLY_ME, by=hanako)
    with pytest.raises(posts.AudienceNotContained):
        posts.change_audience(post, "chosen", by=hanako, people=ticks(hanako, "yuki"))
    assert readers(post) == set()


@pytest.mark.parametrize(
    ("before", "after", "is_contained"),
    [
        ("everyone", "chosen", True),
        ("friends_of_friends", "chosen", True),
        ("friends", "chosen", True),
        ("only_me", "chosen", False),
        ("chosen", "only_me", True),
        ("chosen", "friends", False),
        ("chosen", "everyone", False),
    ],
)
def test_an_answered_post_moves_to_a_circle_within_its_own(
    hanako: Member, before: str, after: str, is_contained: bool
) -> None:
    post = make_post(author=hanako, audience=before)
    if before == "chosen":
        post = make_chosen_post(hanako, one("taro"))
    make_comment(post, one("taro"))
    people = ticks(hanako, "yuki") if after == "chosen" else frozenset()
    if not is_contained:
        with pytest.raises(posts.AudienceNotContained):
            posts.change_audience(post, after, by=hanako, people=people)
        return
    posts.change_audience(post, after, by=hanako, people=people)
    assert readers(post) == ({"yuki"} if after == "chosen" else set())


def test_nobody_is_no_audience(hanako: Member) -> None:
    stale = ticks(hanako, "taro")
    friends.end_friendship(one("taro"), by=hanako)
    befriend(hanako, one("taro"))
    for people in (frozenset(), stale, frozenset({10**9})):
        with pytest.raises(post_readers.NobodyChosen):
            posts.create_post(draft(people), by=hanako)
    assert not Post.objects.exists()


def test_others_friends_cannot_be_chosen(hanako: Member) -> None:
    other = make_member("other")
    befriend(other, make_member("theirs"))
    with pytest.raises(post_readers.NobodyChosen):
        posts.create_post(draft(ticks(other, "theirs")), by=hanako)


def test_it_is_told_once_to_those_who_may_read_it(hanako: Member) -> None:
    for name in FRIENDS:
        want_mails(one(name))
    made = draft(ticks(hanako, "taro", "yuki"))
    post = posts.create_post(made, by=hanako)
    assert posts.create_post(made, by=hanako) == post
    told = set(Notice.objects.filter(code="chosen_post").values_list("member__username", flat=True))
    assert told == {"taro", "yuki"}
    post_readers.remove_reader(post, one("yuki"), by=hanako)
    assert "hanako wrote a post for chosen people" in log_in_phone(one("taro")).get("/notices/")
    assert "chosen people" not in log_in_phone(one("yuki")).get("/notices/")
    send_mails()
    [message] = mail.outbox
    assert message.to == ["taro@example.com"]
    assert "相談" not in message.body
    assert "yuki" not in message.body


def test_it_never_leaves_and_takes_wider_copies_back(hanako: Member) -> None:
    link = make_link(hanako)
    for audience in Audience.values:
        allow(link, PostKind.NOTE, audience)
    posts.create_post(draft(ticks(hanako, "taro"), kind="note", title="t"), by=hanako)
    assert not Delivery.objects.exists()
    wide = posts.NewPost(kind="note", title="t", text="x", audience="everyone", form_key="w")
    post = posts.create_post(wide, by=hanako)
    Delivery.objects.update(state=DeliveryState.SENT, sent_at=timezone.now(), remote_id="1")
    posts.change_audience(post, Audience.CHOSEN, by=hanako, people=ticks(hanako, "taro"))
    assert Delivery.objects.filter(post=post, operation=DeliveryOperation.DELETE).exists()


def test_who_may_comment_is_chosen_with_groups(hanako: Member) -> None:
    post = make_chosen_post(hanako, one("taro"))
    privacy.change_commenters(hanako, "nobody", "readers", by=hanako)
    assert comments.create_comment(post, "はい", by=one("taro"), form_key="a")
    privacy.change_commenters(hanako, "readers", "nobody", by=hanako)
    with pytest.raises(comments.CommentsClosed):
        comments.create_comment(post, "はい", by=one("taro"), form_key="b")
    with pytest.raises(comments.TalkNotReadable):
        likes.like_post(post, by=one("yuki"))


def test_a_list_is_its_owners_alone_and_keeps_its_posts(hanako: Member) -> None:
    people = ticks(hanako, "taro", "yuki")
    post = posts.create_post(draft(people, list_name="家族"), by=hanako)
    kept = NamedList.objects.get()
    assert listed(hanako) == {"taro", "yuki"}
    named_lists.change_list(kept, ticks(hanako, "momo"), by=hanako)
    assert (listed(hanako), readers(post)) == ({"momo"}, {"taro", "yuki"})
    for act in (
        lambda: named_lists.rename_list(kept, "x", by=one("taro")),
        lambda: named_lists.change_list(kept, (), by=one("taro")),
        lambda: named_lists.delete_list(kept, by=one("taro")),
    ):
        with pytest.raises(named_lists.NotOwnList):
            act()
    phone = log_in_phone(one("taro"))
    for name in ("detail", "people", "rename", "delete"):
        assert phone.get(reverse(f"named_list_{name}", args=[kept.pk])).status == 404
    assert phone.get(reverse("post_readers", args=[post.pk])).status == 404
    with pytest.raises(named_lists.ListNameTaken):
        named_lists.create_list("家族", (), by=hanako)
    named_lists.delete_list(kept, by=hanako)
    assert readers(post) == {"taro", "yuki"}


def test_closing_an_account_leaves_none_of_its_lists_and_choices(hanako: Member) -> None:
    make_chosen_post(hanako, one("taro"))
    make_list(hanako, one("taro"))
    begin_account_closure(by=one("taro"), takes_copies_back=False)
    assert not ListedFriend.objects.exists()
    hanako.delete()
    assert not PostReader.objects.exists()


# --- what collides --------------------------------------------------------------------------------


def stand(hanako: Member) -> None:
    """No reader and no listed friend without the friendship through which they were chosen."""
    for row in PostReader.objects.select_related("post", "friendship"):
        assert row.friendship.member_id == row.post.author_id
        assert row.friendship.friend_id == row.reader_id
    assert "taro" not in {one.reader.username for one in PostReader.objects.all()}
    assert "taro" not in listed(hanako)
    befriend(hanako, one("taro"))
    for post in Post.objects.filter(audience=Audience.CHOSEN):
        assert "taro" not in readers(post)


@pytest.mark.parametrize("what", ["press", "narrow", "list", "untick"])
@pytest.mark.parametrize("end", ["end", "block"])
def test_a_choice_and_the_end_of_a_friendship_at_once(
    transactional_db: None, what: str, end: str
) -> None:
    hanako = make_member("hanako")
    for name in FRIENDS:
        befriend(hanako, make_member(name))
    people, taro = ticks(hanako, "taro", "yuki"), one("taro")
    post = make_post(author=hanako, audience=Audience.FRIENDS)
    chosen = make_chosen_post(hanako, taro, one("yuki"), form_key="c")
    acts = {
        "press": lambda: posts.create_post(draft(people), by=hanako),
        "narrow": lambda: posts.change_audience(post, "chosen", by=hanako, people=people),
        "list": lambda: named_lists.create_list("家族", people, by=hanako),
        "untick": lambda: post_readers.remove_reader(chosen, taro, by=hanako),
    }
    over = friends.end_friendship if end == "end" else friends.block_member

    at_once(2, lambda number: acts[what]() if number else over(hanako, by=taro))

    friends.unblock_member(hanako, by=taro)
    stand(hanako)


def test_a_comment_and_its_writers_removal_at_once(transactional_db: None) -> None:
    hanako, taro = make_member("hanako"), make_member("taro")
    befriend(hanako, taro)
    post = make_chosen_post(hanako, taro)

    def comment() -> str:
        try:
            comments.create_comment(post, "はい", by=taro, form_key="a")
        except comments.TalkNotReadable:
            return "refused"
        return "said"

    def act(number: int) -> object:
        return comment() if number else post_readers.remove_reader(post, taro, by=hanako)

    said = at_once(2, act)[1]
    assert post.comments.count() == (said == "said")
    assert comment() == ("said" if said == "said" else "refused")  # the same form, or refused
