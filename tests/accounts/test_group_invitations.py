"""Invitations to groups: ticked from the list of friends, seen and taken back by the owner; sharing."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.actions import groups, guesses, quotas
from accounts.models import Group, Member, Membership
from accounts.urlsession.models import OutTicket
from tests.accounts.test_invitations import read_qr
from tests.making import befriend, join, make_group, make_member
from tests.phone import computer, log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def mates(hanako) -> list[Member]:
    found = [make_member(f"mate{number:02}") for number in range(12)]
    for mate in found:
        befriend(hanako, mate)
    return found


@pytest.fixture
def choir(hanako) -> Group:
    return make_group(hanako, name="合唱部")


def test_friends_are_ticked_on_two_pages_and_invited_by_one_press(hanako, mates, choir):
    join(choir, mates[3])
    groups.invite_to_group(choir, mates[4], by=hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("group_detail", args=[choir.pk]))
    page = phone.follow("2 Invite a friend")
    assert "mate03" not in page.text
    assert "mate04" not in page.text
    phone.submit("Next")  # nobody is ticked: the list again
    assert Membership.objects.invited().count() == 1
    keys = [str(mates[0].pk), str(mates[11].pk)]
    page = phone.submit("Next", tick=keys)
    assert "@mate00" in page.text
    assert "@mate11" in page.text
    assert "2 friends are invited and can join or decline." in phone.submit("Invite")
    invited = Membership.objects.invited().values_list("member__username", flat=True)
    assert set(invited) == {"mate00", "mate04", "mate11"}


def test_a_members_list_does_not_tell_whom_others_invited(hanako, mates, choir):
    """They may be friends of both: the tick list is the same, and one more invitation changes nothing."""
    yuki = make_member("yuki")
    join(choir, yuki)
    befriend(yuki, mates[0])
    befriend(yuki, mates[1])
    groups.invite_to_group(choir, mates[0], by=hanako)
    groups.invite_to_group(choir, mates[1], by=yuki)
    path = reverse("group_invite", args=[choir.pk])
    page = log_in_phone(yuki).get(path)
    assert "mate00" in page.text
    assert "mate01" not in page.text
    assert "mate01" not in log_in_phone(hanako).get(path).text
    computer(yuki).post(path, {"tick": [str(mates[0].pk)]})
    assert Membership.objects.get(member=mates[0]).invited_by == hanako


def test_ticks_of_strangers_and_a_second_press_invite_nobody(hanako, mates, choir):
    stranger = make_member("stranger")
    client = computer(hanako)
    path = reverse("group_invite", args=[choir.pk])
    for _ in range(2):
        client.post(path, {"tick": [str(mates[0].pk), str(stranger.pk)]})
    assert Membership.objects.invited().get().member == mates[0]
    assert computer(stranger).post(path, {"tick": "1"}).status_code == 404


def test_who_ticks_more_than_go_is_told_so_before(hanako, choir):
    many = [make_member(f"m{number:02}", email="") for number in range(51)]
    for one in many:
        befriend(hanako, one)
    path = reverse("group_invite", args=[choir.pk])
    said = "You ticked more than 50, the most for a day."
    ticks = [str(one.pk) for one in many]
    client = computer(hanako)
    assert said in client.get(path, {"tick": ticks, "done": "1"}).content.decode()
    assert said not in client.get(path, {"tick": ticks[:50], "done": "1"}).content.decode()


def test_what_the_day_has_not_left_is_told(hanako, mates, choir):
    account = [guesses.subject_of_member(hanako)]
    guesses.claim_guess(quotas.GROUP_INVITATIONS, account, quotas.GROUP_INVITATIONS.most - 1)
    path = reverse("group_invite", args=[choir.pk])
    ticks = {"tick": [str(mate.pk) for mate in mates[:3]]}
    page = computer(hanako).post(path, ticks, follow=True).content.decode()
    assert "mate00 is invited" in page
    assert "You invited 50 people within a day. Invite the others tomorrow." in page


def test_the_owner_sees_all_who_are_invited_and_takes_one_back(hanako, mates, choir):
    for mate in mates:
        groups.invite_to_group(choir, mate, by=hanako)
    groups.decline_group_invitation(choir, by=mates[0])
    phone = log_in_phone(hanako)
    phone.get(reverse("group_detail", args=[choir.pk]))
    page = phone.follow("5 See all")
    assert "mate00" in page.text  # as if unanswered
    assert "mate11" in phone.follow("# ")
    phone.submit("Withdraw")
    assert Membership.objects.invited().count() == 11
    groups.accept_group_invitation(choir, by=mates[1])
    client = computer(hanako)
    client.post(reverse("group_invited", args=[choir.pk]), {f"back_{mates[1].pk}": "1"})
    assert groups.is_group_member(choir, mates[1])  # joined meanwhile
    assert computer(mates[1]).get(reverse("group_invited", args=[choir.pk])).status_code == 404


def test_pages_of_invitations_take_six_queries_and_are_light(
    hanako, mates, choir, django_assert_max_num_queries
):
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    for mate in mates[:11]:
        groups.invite_to_group(choir, mate, by=hanako)
    for name in ("group_invite", "group_invited", "group_share", "group_detail"):
        path = reverse(name, args=[choir.pk])
        phone.get(path)
        with django_assert_max_num_queries(7 if name == "group_share" else 6):  # its ticket
            page = phone.get(path)
        assert len(page.html.encode()) < 5_500, name


def test_the_address_of_a_group_is_shared_by_its_members_and_opens_for_nobody_else(hanako, choir):
    phone = log_in_phone(hanako)
    phone.get(reverse("group_detail", args=[choir.pk]))
    page = phone.follow("4 Share")
    address = f"http://testserver/groups/{choir.pk}/"
    assert read_qr(page.sources[0]) == address
    mail = page.link("By email").href
    assert "%E5%90%88%E5%94%B1" not in mail  # 合唱部 is for its members
    [line] = OutTicket.objects.values_list("url", flat=True)
    assert line.startswith(
        "https://social-plugins.line.me/lineit/share?url=http%3A%2F%2Ftestserver"
    )
    assert "/s/" not in mail + line
    stranger = log_in_phone(make_member("stranger"))
    assert stranger.get(reverse("group_share", args=[choir.pk])).status == 404
    assert stranger.get(reverse("group_detail", args=[choir.pk])).status == 404


def test_the_last_member_of_a_group_without_owner_is_asked_before_it_closes(hanako, mates, choir):
    """The owner's row is gone (staff deleted it), so nobody could close the group."""
    join(choir, mates[0])
    hanako.delete()
    phone = log_in_phone(mates[0])
    phone.get(reverse("group_detail", args=[choir.pk]))
    assert "leaving closes it" in phone.submit("Leave the group")
    assert groups.is_group_member(choir, mates[0])
    phone.submit("Close for good")
    choir.refresh_from_db()
    assert choir.closed_at is not None
    assert not Membership.objects.exists()
