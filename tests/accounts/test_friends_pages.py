"""Friends on the phone: the pages, their buttons, their weight and their queries."""

import pytest
from django.urls import reverse

from accounts.actions import friends
from accounts.models import Block, FriendRequest, Friendship, Member
from tests.making import befriend, make_member
from tests.phone import computer, log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="はなこ")


@pytest.fixture
def taro() -> Member:
    return make_member("taro", display_name="太郎")


def test_a_friend_is_found_asked_and_accepts(hanako, taro):
    phone = log_in_phone(hanako)
    phone.get(reverse("friend_list"))
    assert "太郎" in phone.submit("Find", name="@Taro")
    asked = phone.submit("Send friend request")
    assert "Request sent" in asked
    assert asked.html.index(">Home</a>") < asked.html.index("<h1")  # beside what was done
    other = log_in_phone(taro)
    assert "would like to be your friend" in other.get(reverse("friend_list"))
    assert "はなこ is your friend now" in other.submit("Accept")
    assert Friendship.objects.filter(member=hanako, friend=taro).exists()


def test_a_request_is_declined_or_taken_back_by_a_button(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("friend_list"))
    assert "Your request to" in phone.submit("Withdraw")
    friends.request_friendship(taro, by=hanako)
    other = log_in_phone(taro)
    other.get(reverse("friend_list"))
    assert "not told" in other.submit("Decline")
    assert not FriendRequest.objects.reaching().exists()


def test_accepting_what_was_taken_back_says_what_to_do(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    other = log_in_phone(taro)
    other.get(reverse("friend_list"))
    friends.withdraw_friend_request(taro, by=hanako)
    assert (
        "The request of はなこ is no longer open. You can send one from their page."
        in other.submit("Accept")
    )


def test_a_second_tap_on_accept_says_the_same(hanako, taro):
    friends.request_friendship(taro, by=hanako)
    other = log_in_phone(taro)
    page = other.get(reverse("friend_list"))
    fields = {**{k: v[0] for k, v in page.forms[0].fields.items()}, "accept_hanako": "Accept"}
    for _ in range(2):
        assert "is your friend now" in other.post(page.forms[0].action, fields)
    assert Friendship.objects.count() == 2


@pytest.mark.parametrize("name", ["friend_ask", "friend_answer"])
def test_a_link_alone_answers_no_request(hanako, taro, name):
    friends.request_friendship(taro, by=hanako)
    for member in (taro, hanako):
        assert computer(member).get(reverse(name)).status_code == 405
    assert FriendRequest.objects.count() == 1


def test_removing_is_asked_for_once_more(hanako, taro):
    befriend(hanako, taro)
    phone = log_in_phone(hanako)
    assert "Nobody is told" in phone.get(reverse("friend_remove", args=["taro"]))
    assert Friendship.objects.exists()
    assert "no longer your friend" in phone.submit("Remove")
    assert not Friendship.objects.exists()


def test_blocking_says_what_the_other_sees_and_can_be_taken_back(hanako, taro):
    phone = log_in_phone(hanako)
    assert "blocked members cannot see you" in phone.get(reverse("friend_block", args=["taro"]))
    phone.submit("Block")
    assert Block.objects.filter(blocker=hanako, blocked=taro).exists()
    phone.get(reverse("privacy"))
    phone.follow("Unblock")
    phone.submit("Unblock")
    assert not Block.objects.exists()


def test_who_is_blocked_meets_nobody(hanako, taro):
    friends.block_member(taro, by=hanako)
    phone = log_in_phone(taro)
    assert "Nobody was found" in phone.get(reverse("friend_find") + "?name=hanako")
    assert phone.get(reverse("friend_remove", args=["hanako"])).status == 404
    client = computer(taro)
    assert client.post(reverse("friend_ask"), {"name": "hanako"}).status_code == 404
    assert not FriendRequest.objects.exists()


@pytest.mark.parametrize("verb", ["friend_block", "friend_unblock", "friend_remove"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_answer_tells_who_was_blocked_from_who_named_nobody(hanako, taro, verb, method):
    friends.block_member(taro, by=hanako)
    client = computer(taro)
    for name in ("hanako", "nobody"):
        answer = getattr(client, method)(reverse(verb, args=[name]))
        assert answer.status_code == 404
    assert Block.objects.count() == 1


def test_a_second_press_on_block_and_unblock_is_no_error(hanako, taro):
    client = computer(hanako)
    for verb, blocks in (("friend_block", 1), ("friend_unblock", 0)):
        for _ in range(2):
            assert client.post(reverse(verb, args=["taro"])).status_code == 302
        assert Block.objects.count() == blocks


def test_nobody_blocks_themselves(hanako):
    assert computer(hanako).post(reverse("friend_block", args=["hanako"])).status_code == 404


def test_friends_are_paged_by_ten_with_keys(hanako):
    for number in range(23):
        befriend(hanako, make_member(f"friend{number:02}"))
    phone = log_in_phone(hanako)
    page = phone.get(reverse("friend_list"))
    assert [link.text.split()[1] for link in page.links if link.accesskey in tuple("1234")] == [
        f"friend{number:02}" for number in range(4)
    ]
    assert page.link("5 Links").accesskey == "5"
    assert page.link("Invite").accesskey == "6"
    assert "friend09" in page
    assert "friend10" not in page
    assert "friend10" in phone.follow("# ")
    assert "friend22" in phone.follow("# ")
    assert len(page.html.encode()) < 5000


def test_the_list_takes_six_queries_however_long(hanako, django_assert_max_num_queries):
    client = computer(hanako)
    for number in range(15):
        befriend(hanako, make_member(f"friend{number:02}"))
        friends.request_friendship(hanako, by=make_member(f"asker{number:02}"))
    client.get(reverse("friend_list"))  # the first form of a session is written into it
    with django_assert_max_num_queries(6):
        assert client.get(reverse("friend_list")).status_code == 200


@pytest.mark.parametrize(
    "name", ["friend_list", "friend_find", "invitation_new", "group_list", "profile_edit"]
)
def test_strangers_must_log_in(name):
    chain = computer().get(reverse(name), follow=True).redirect_chain
    assert chain[-1][0].startswith("/login/?next=")
