"""A declined request or invitation looks unanswered to who made it, by every page and every count."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actions import friends, groups, guesses, quotas
from accounts.models import (
    FriendRequest,
    Friendship,
    Group,
    MailPace,
    Member,
    Membership,
    Refusal,
)
from syndication.worker import sweep
from tests.mailing import send_mails, want_mails
from tests.making import befriend, make_group, make_member
from tests.noticing import new_on_home, texts_of
from tests.phone import PhoneClient, computer, log_in_phone
from tests.racing import at_once
from tests.reading import reading
from tests.syndication.exporting import export_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def taro() -> Member:
    return make_member("taro")


def later(**by: float) -> None:
    """Move requests, invitations and refusals into the past."""
    for model, column in (
        (FriendRequest, "created_at"),
        (Membership, "invited_at"),
        (Refusal, "declined_at"),
    ):
        for row in model.objects.all():
            then = getattr(row, column) - timedelta(**by)
            model.objects.filter(pk=row.pk).update(**{column: then})


def seen_by_asker(phone: PhoneClient, name: str) -> list[tuple[str, int, int]]:
    """What each page tells the asker of `name`, with its statements and the rows that it reads."""
    seen = []
    for path in (
        reverse("friend_list"),
        reverse("profile", args=[name]),
        reverse("friend_find") + f"?name={name}",
        reverse("notice_list"),
        reverse("home"),
    ):
        phone.get(path)
        with CaptureQueriesContext(connection) as queries, reading() as read:
            page = phone.get(path)
        text = re.sub(r"\d+:\d+", "", page.text.replace(name, "NAME"))
        seen.append((text, len(queries), read.rows))
    return seen


# --- Friend requests -------------------------------------------------------------------------------
def test_no_page_tells_the_asker_which_of_two_requests_was_declined(taro):
    """Of two askers each sees the same: same words, same statements, as many rows read."""
    seen, phones = [], {}
    for asker, is_declined in (("momo", False), ("sora", True)):
        member = make_member(asker)
        asked = make_member(f"asked{asker}")
        friends.request_friendship(asked, by=member)
        if is_declined:
            friends.decline_friend_request(member, by=asked)
        phones[asker] = log_in_phone(member)
    for asker, phone in phones.items():  # of tables with the same rows for both
        pages = seen_by_asker(phone, f"asked{asker}")
        seen.append([(text.replace(asker, "ASKER"), *figures) for text, *figures in pages])
    pending, declined = seen
    assert [text for text, *_ in pending] == [text for text, *_ in declined]
    assert "has not answered you yet" in declined[0][0]
    for (_, statements, rows), (_, same, read) in zip(pending, declined, strict=True):
        assert statements == same
        assert abs(rows - read) <= 5


def test_neither_the_askers_file_nor_the_other_s_tells_of_a_silent_request(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    friends.decline_friend_request(hanako, by=taro)
    friends.withdraw_friend_request(taro, by=hanako)
    friends.request_friendship(taro, by=hanako)
    asker = export_of(hanako).json("friends.json")
    assert [row["name"] for row in asker["asked_by_me"]] == ["taro"]
    assert set(asker["asked_by_me"][0]) == {"name", "created_at"}
    assert asker["declined"] == []
    asked = export_of(taro).json("friends.json")
    assert asked["asking_me"] == []
    assert [row["name"] for row in asked["declined"]] == ["hanako"]


def test_who_declined_is_rid_of_it_and_becomes_a_friend_by_asking(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    phone = log_in_phone(taro)
    phone.get(reverse("friend_list"))
    phone.submit("Decline")
    assert "hanako" not in phone.get(reverse("friend_list")).text
    assert texts_of(taro) == []
    phone.get(reverse("profile", args=["hanako"]))
    assert "hanako is your friend." in phone.submit("Send friend request")
    assert Friendship.objects.filter(member=hanako, friend=taro).exists()
    assert not Refusal.objects.exists()
    assert not FriendRequest.objects.exists()


def test_asked_again_within_thirty_days_it_reaches_nobody_and_costs_the_same(hanako, taro):
    client, costs = computer(hanako), []
    client.get(reverse("friend_list"))
    for asked, declines in ((make_member("yuki"), False), (taro, True)):
        friends.request_friendship(asked, by=hanako)
        if declines:
            friends.decline_friend_request(hanako, by=asked)
        else:
            friends.withdraw_friend_request(asked, by=hanako)
        friends.withdraw_friend_request(asked, by=hanako)
        with CaptureQueriesContext(connection) as queries:
            page = client.post(reverse("friend_ask"), {"name": asked.username}, follow=True)
        costs.append(len(queries))
        assert f"Request sent. Nothing changes until {asked.username} answers." in page.text
    assert costs[0] == costs[1]
    assert texts_of(taro) == []
    assert new_on_home(log_in_phone(taro)) == ""
    assert "hanako" not in log_in_phone(taro).get(reverse("friend_list")).text
    spent = guesses.is_locked_out(
        guesses.Limit(quotas.FRIEND_REQUESTS.name, 4, quotas.FRIEND_REQUESTS.window),
        guesses.subject_of_member(hanako),
    )
    assert spent  # two for each


@pytest.mark.parametrize("pace", [MailPace.AT_ONCE, MailPace.DAILY])
def test_a_silent_request_is_mailed_by_no_pace(hanako, taro, mailoutbox, pace):
    want_mails(taro, people=pace)
    friends.request_friendship(taro, by=hanako)
    friends.decline_friend_request(hanako, by=taro)
    friends.withdraw_friend_request(taro, by=hanako)
    friends.request_friendship(taro, by=hanako)
    send_mails()
    send_mails(days=1)
    assert mailoutbox == []
    other = make_member("other")
    friends.request_friendship(taro, by=other)  # one that reaches is mailed, so the pace is right
    send_mails(days=1)
    send_mails(days=2)
    assert len(mailoutbox) == 1


def test_after_thirty_days_it_reaches_again(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    friends.decline_friend_request(hanako, by=taro)
    later(days=30, seconds=1)
    assert friends.request_friendship(taro, by=hanako) is False
    sweep.run_all_steps(timezone.now() + timedelta(hours=25))  # the notice is of the same event
    assert texts_of(taro) == ["hanako asks to be your friend."]


@pytest.mark.parametrize("declines", [True, False])
def test_a_request_is_over_after_thirty_days_answered_or_not(hanako, taro, declines):
    friends.request_friendship(taro, by=hanako)
    later(days=10)
    if declines:
        friends.decline_friend_request(hanako, by=taro)
    later(days=19, hours=23)
    phone = log_in_phone(hanako)
    assert "has not answered you yet" in phone.get(reverse("friend_list"))
    later(hours=2)
    assert "has not answered" not in phone.get(reverse("friend_list"))
    assert "Send friend request" in phone.get(reverse("profile", args=["taro"])).html
    with pytest.raises(friends.NoFriendRequest):
        friends.accept_friend_request(hanako, by=taro)
    sweep.run_all_steps()
    assert not FriendRequest.objects.exists()
    assert Refusal.objects.count() == declines  # younger: asked again it reaches nobody
    friends.request_friendship(taro, by=hanako)
    assert FriendRequest.objects.get().is_silent is declines


def test_a_press_on_accept_after_one_on_decline_makes_friends(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    friends.decline_friend_request(hanako, by=taro)
    friends.accept_friend_request(hanako, by=taro)
    assert Friendship.objects.count() == 2
    friends.end_friendship(taro, by=hanako)
    friends.request_friendship(taro, by=hanako)
    assert not FriendRequest.objects.get().is_silent


def test_declining_while_being_asked_anew_leaves_one_end(transactional_db):
    """Declined before or after it was asked anew: it never stands open to the asked."""
    for number in range(4):
        asker, asked = make_member(f"asker{number}"), make_member(f"asked{number}")
        friends.request_friendship(asked, by=asker)

        def press(who: int, asker: Member = asker, asked: Member = asked) -> None:
            if who:
                friends.decline_friend_request(asker, by=asked)
            else:
                friends.request_friendship(asked, by=asker)

        at_once(2, press)
        assert FriendRequest.objects.get(asker=asker).is_silent
        assert Refusal.objects.filter(member=asked, asker=asker).count() == 1


def test_declining_while_asking_back_ends_in_one_of_two(transactional_db):
    for number in range(4):
        asker, asked = make_member(f"asker{number}"), make_member(f"asked{number}")
        friends.request_friendship(asked, by=asker)

        def press(who: int, asker: Member = asker, asked: Member = asked) -> None:
            verb = friends.decline_friend_request if who else friends.request_friendship
            verb(asker, by=asked)

        at_once(2, press)
        # Who asks wants it, whichever press came first.
        assert Friendship.objects.filter(member=asker, friend=asked).exists()
        assert not Refusal.objects.exists()


# --- Invitations to groups -------------------------------------------------------------------------
@pytest.fixture
def choir(hanako, taro) -> Group:
    befriend(hanako, taro)
    return make_group(hanako, name="合唱部")


def test_a_declined_invitation_looks_unanswered_to_the_owner(hanako, taro, choir):
    befriend(hanako, yuki := make_member("yuki"))
    for member in (taro, yuki):
        groups.invite_to_group(choir, member, by=hanako)
    groups.decline_group_invitation(choir, by=taro)
    page = log_in_phone(hanako).get(reverse("group_detail", args=[choir.pk]))
    invited = page.text.partition("Invited, not joined yet")[2]
    assert "taro" in invited
    assert "yuki" in invited
    guest = log_in_phone(taro)
    assert guest.get(reverse("group_detail", args=[choir.pk])).status == 404
    assert "合唱部" not in guest.get(reverse("group_list")).text
    assert texts_of(taro) == []
    assert "合唱部" not in str(export_of(taro).json("groups.json")["groups"])


def test_invited_again_within_thirty_days_it_reaches_nobody(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    groups.decline_group_invitation(choir, by=taro)
    groups.remove_from_group(choir, taro, by=hanako)
    groups.invite_to_group(choir, taro, by=hanako)
    assert log_in_phone(taro).get(reverse("group_detail", args=[choir.pk])).status == 404
    assert texts_of(taro) == []
    later(days=31)
    groups.invite_to_group(choir, taro, by=hanako)
    assert "invites you" in log_in_phone(taro).get(reverse("group_detail", args=[choir.pk])).text


def test_an_invitation_is_over_after_thirty_days(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    later(days=31)
    assert groups.accept_group_invitation(choir, by=taro) is False
    page = log_in_phone(hanako).get(reverse("group_detail", args=[choir.pk]))
    assert "Invited, not joined yet" not in page
    sweep.run_all_steps()
    assert not Membership.objects.filter(member=taro).exists()


def test_joining_after_declining_is_joining_and_who_invited_is_told(hanako, taro, choir):
    befriend(taro, yuki := make_member("yuki"))
    groups.invite_to_group(choir, taro, by=hanako)
    groups.decline_group_invitation(choir, by=taro)
    assert groups.accept_group_invitation(choir, by=taro)
    assert not Refusal.objects.exists()
    assert texts_of(hanako) == ["taro, whom you invited, is in the group 合唱部 now."]
    groups.invite_to_group(choir, yuki, by=taro)
    groups.accept_group_invitation(choir, by=yuki)
    assert texts_of(taro) == ["yuki, whom you invited, is in the group 合唱部 now."]
    assert len(texts_of(hanako)) == 1  # the inviter hears, not the owner
    groups.leave_group(choir, by=yuki)
    assert texts_of(taro) == []


def test_fifty_invitations_a_day(hanako, taro, choir):
    account = [guesses.subject_of_member(hanako)]
    guesses.claim_guess(quotas.GROUP_INVITATIONS, account, quotas.GROUP_INVITATIONS.most)
    with pytest.raises(quotas.QuotaUsedUp):
        groups.invite_to_group(choir, taro, by=hanako)
    assert not Membership.objects.filter(member=taro).exists()
