"""Friends: what each verb does to the rows, pressed once, twice, and from both sides."""

import pytest

from accounts.actions import friends
from accounts.models import Block, FriendRequest, Friendship, Group, Member, Membership
from tests.making import befriend, make_group, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def taro() -> Member:
    return make_member("taro")


def are_friends(one: Member, other: Member) -> bool:
    """Both rows, or none: half a friendship is a broken table."""
    rows = [
        Friendship.objects.filter(member=one, friend=other).count(),
        Friendship.objects.filter(member=other, friend=one).count(),
    ]
    assert rows in ([1, 1], [0, 0])
    return rows == [1, 1]


def test_a_request_makes_no_friendship_until_it_is_accepted(hanako, taro):
    assert friends.request_friendship(taro, by=hanako) is False
    assert not are_friends(hanako, taro)
    friends.accept_friend_request(hanako, by=taro)
    assert are_friends(hanako, taro)
    assert not FriendRequest.objects.exists()


def test_a_double_tap_asks_once(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    assert friends.request_friendship(taro, by=hanako) is False
    assert FriendRequest.objects.count() == 1


def test_a_double_tap_accepts_once(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    friends.accept_friend_request(hanako, by=taro)
    friends.accept_friend_request(hanako, by=taro)
    assert are_friends(hanako, taro)


def test_requests_that_cross_make_a_friendship(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    assert friends.request_friendship(hanako, by=taro) is True
    assert are_friends(hanako, taro)
    assert not FriendRequest.objects.exists()


def test_nobody_accepts_a_request_that_was_never_made(hanako, taro):
    with pytest.raises(friends.NoFriendRequest):
        friends.accept_friend_request(hanako, by=taro)
    assert not are_friends(hanako, taro)


def test_the_asker_cannot_accept_their_own_request(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    with pytest.raises(friends.NoFriendRequest):
        friends.accept_friend_request(taro, by=hanako)
    assert not are_friends(hanako, taro)


def test_a_request_that_was_taken_back_cannot_be_accepted(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    friends.withdraw_friend_request(taro, by=hanako)
    friends.withdraw_friend_request(taro, by=hanako)
    with pytest.raises(friends.NoFriendRequest):
        friends.accept_friend_request(hanako, by=taro)


def test_declining_leaves_nothing_to_answer_and_may_be_pressed_twice(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    friends.decline_friend_request(hanako, by=taro)
    friends.decline_friend_request(hanako, by=taro)
    assert not FriendRequest.objects.reaching().exists()
    assert not are_friends(hanako, taro)


def test_only_the_asked_decline_and_only_the_asker_takes_back(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    friends.decline_friend_request(taro, by=hanako)
    friends.withdraw_friend_request(hanako, by=taro)
    assert FriendRequest.objects.count() == 1


def test_removing_a_friend_ends_it_on_both_sides(hanako, taro):
    befriend(hanako, taro)
    friends.end_friendship(taro, by=hanako)
    friends.end_friendship(taro, by=hanako)
    assert not are_friends(hanako, taro)


def test_nobody_asks_themselves_or_somebody_who_left(hanako):
    with pytest.raises(friends.MemberUnavailable):
        friends.request_friendship(hanako, by=hanako)
    with pytest.raises(friends.MemberUnavailable):
        friends.request_friendship(make_member("gone", is_active=False), by=hanako)


def test_a_block_removes_friendship_requests_and_invitations_between_the_two(hanako, taro):
    befriend(hanako, taro)
    group = make_group(hanako)
    Membership.objects.create(group=group, member=taro, invited_by=hanako)
    friends.block_member(hanako, by=taro)
    friends.block_member(hanako, by=taro)
    assert not are_friends(hanako, taro)
    assert Block.objects.count() == 1
    assert not Membership.objects.filter(member=taro).exists()

    saburo = make_member("saburo")
    friends.request_friendship(saburo, by=hanako)
    friends.block_member(hanako, by=saburo)
    assert not FriendRequest.objects.exists()


def test_a_block_leaves_friendships_with_others_alone(hanako, taro):
    jiro = make_member("jiro")
    befriend(hanako, jiro)
    befriend(taro, jiro)
    friends.block_member(taro, by=hanako)
    assert are_friends(hanako, jiro)
    assert are_friends(taro, jiro)
    assert Group.objects.count() == 0


@pytest.mark.parametrize("blocker_asks", [True, False])
def test_over_a_block_nobody_asks(hanako, taro, blocker_asks):
    friends.block_member(taro, by=hanako)
    asker, asked = (hanako, taro) if blocker_asks else (taro, hanako)
    with pytest.raises(friends.MemberUnavailable):
        friends.request_friendship(asked, by=asker)


def test_unblocking_brings_no_friendship_back(hanako, taro):
    befriend(hanako, taro)
    friends.block_member(taro, by=hanako)
    friends.unblock_member(hanako, by=taro)  # not theirs to end
    assert Block.objects.count() == 1
    friends.unblock_member(taro, by=hanako)
    friends.unblock_member(taro, by=hanako)
    assert not Block.objects.exists()
    assert not are_friends(hanako, taro)


def test_who_blocked_is_not_seen_and_sees_not(hanako, taro):
    friends.block_member(taro, by=hanako)
    assert not Member.objects.seen_by(taro).filter(pk=hanako.pk).exists()
    assert not Member.objects.seen_by(hanako).filter(pk=taro.pk).exists()


def test_a_name_for_friends_is_not_shown_to_a_stranger(hanako, taro):
    Member.objects.filter(pk=hanako.pk).update(
        display_name="はなこ", display_name_audience="friends"
    )
    assert Member.objects.seen_by(taro).get(pk=hanako.pk).shown_name == "hanako"
    befriend(hanako, taro)
    assert Member.objects.seen_by(taro).get(pk=hanako.pk).shown_name == "はなこ"
    Member.objects.filter(pk=hanako.pk).update(display_name_audience="only_me")
    assert Member.objects.seen_by(taro).get(pk=hanako.pk).shown_name == "hanako"
    assert Member.objects.seen_by(hanako).get(pk=hanako.pk).shown_name == "はなこ"
