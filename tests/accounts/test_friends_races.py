"""Presses at the same moment. Meant for PostgreSQL too: `DATABASE_URL=postgres://… pytest`."""

import pytest

from accounts.actions import friends, invitations
from accounts.models import FriendRequest, Friendship, Invitation, Member
from tests.making import make_member
from tests.racing import at_once


def test_requests_that_cross_at_the_same_moment_make_one_friendship(transactional_db):
    for number in range(5):
        pair = [make_member(f"left{number}"), make_member(f"right{number}")]
        at_once(2, lambda who, pair=pair: friends.request_friendship(pair[1 - who], by=pair[who]))
        assert Friendship.objects.filter(member__in=pair).count() == 2
    assert not FriendRequest.objects.exists()


def test_of_many_who_accept_one_invitation_at_once_one_becomes_a_friend(transactional_db):
    invitation, _ = invitations.create_invitation("0" * 32, note="", by=make_member("hanako"))
    openers = [make_member(f"member{number}") for number in range(6)]

    def accept(who: int) -> bool:
        try:
            invitations.accept_invitation(Invitation.objects.get(pk=invitation.pk), by=openers[who])
        except invitations.InvitationNotValid:
            return False
        return True

    assert sum(at_once(len(openers), accept)) == 1
    assert Member.objects.filter(friendships__friend__username="hanako").count() == 1


@pytest.mark.parametrize("presses", [2, 8])
def test_many_taps_at_once_accept_once(transactional_db, presses):
    hanako, taro = make_member("hanako"), make_member("taro")
    friends.request_friendship(taro, by=hanako)
    at_once(presses, lambda _: friends.accept_friend_request(hanako, by=taro))
    assert Friendship.objects.count() == 2
