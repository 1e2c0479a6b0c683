"""Groups: invited members accept or decline; nobody is added by force; leaving is one press."""

import pytest
from django.urls import reverse

from accounts.actions import friends, groups
from accounts.models import Group, Member, Membership
from syndication.models import Post
from tests.making import befriend, make_group, make_member, make_post
from tests.phone import computer, log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def taro(hanako) -> Member:
    taro = make_member("taro", display_name="太郎")
    befriend(hanako, taro)
    return taro


@pytest.fixture
def choir(hanako) -> Group:
    return make_group(hanako, name="合唱部")


def sees(member: Member, post: Post) -> bool:
    return Post.objects.visible_to(member).filter(pk=post.pk).exists()


def test_nobody_is_added_by_force(hanako, taro, choir):
    post = make_post(author=hanako, audience="group", group=choir)
    phone = log_in_phone(hanako)
    phone.get(reverse("group_invite", args=[choir.pk]))
    assert "is invited and can join or decline." in phone.submit("Invite", name="@taro")
    assert not groups.is_group_member(choir, taro)
    assert not sees(taro, post)
    assert "太郎" in phone.page  # invited, not in yet

    other = log_in_phone(taro)
    assert "@hanako invites you" in other.get(reverse("group_list"))
    page = other.follow("合唱部")
    assert "Members (" not in page
    assert not groups.is_group_member(choir, taro)
    assert "You are in 合唱部 now" in other.submit("Join")
    assert sees(taro, post)


def test_every_way_into_a_group_but_the_own_press_is_closed(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    client = computer(hanako)
    for name in ["group_accept", "group_decline", "group_leave"]:
        client.post(reverse(name, args=[choir.pk]), {"member": taro.pk, "name": "taro"})
    client.post(reverse("group_member", args=[choir.pk, "taro"]), {"hand_over": "1"})
    assert not groups.is_group_member(choir, taro)
    assert Group.objects.get().owner == hanako


def test_an_uninvited_member_cannot_join_nor_learn_that_the_group_exists(taro, choir):
    client = computer(taro)
    client.post(reverse("group_accept", args=[choir.pk]))
    assert not Membership.objects.filter(member=taro).exists()
    for name in ["group_detail", "group_invite", "group_close"]:
        assert client.get(reverse(name, args=[choir.pk])).status_code == 404
    assert client.get(reverse("group_member", args=[choir.pk, "hanako"])).status_code == 404


def test_the_page_about_a_member_of_a_group_does_not_tell_who_blocked_its_owner(hanako, choir):
    friends.block_member(hanako, by=make_member("mallory"))
    client = computer(hanako)
    for name in ("mallory", "nobody"):
        page = reverse("group_member", args=[choir.pk, name])
        assert client.post(page, {"remove": "1"}).status_code == 404


def test_only_friends_can_be_invited_and_what_was_typed_stays(hanako, taro, choir):
    make_member("jiro")
    phone = log_in_phone(hanako)
    phone.get(reverse("group_invite", args=[choir.pk]))
    page = phone.submit("Invite", name="jiro")
    assert "None of your friends has this name" in page
    assert page.forms[-1].fields["name"] == ["jiro"]
    with pytest.raises(groups.GroupActionNotAllowed):
        groups.invite_to_group(choir, Member.objects.get(username="jiro"), by=hanako)
    assert Membership.objects.count() == 1


def test_only_who_is_in_invites(hanako, taro, choir):
    jiro = make_member("jiro")
    befriend(taro, jiro)
    groups.invite_to_group(choir, taro, by=hanako)
    with pytest.raises(groups.GroupActionNotAllowed):
        groups.invite_to_group(choir, jiro, by=taro)
    groups.accept_group_invitation(choir, by=taro)
    groups.invite_to_group(choir, jiro, by=taro)
    assert Membership.objects.invited().get().member == jiro


def test_inviting_again_does_not_throw_out_who_joined(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    groups.accept_group_invitation(choir, by=taro)
    groups.invite_to_group(choir, taro, by=hanako)
    assert groups.is_group_member(choir, taro)


def test_declining_leaves_nothing_to_answer_and_a_second_tap_is_no_error(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    phone = log_in_phone(taro)
    phone.get(reverse("group_detail", args=[choir.pk]))
    phone.submit("Decline")
    assert not Membership.objects.reaching().filter(member=taro).exists()
    assert computer(taro).post(reverse("group_decline", args=[choir.pk])).status_code == 302


def test_declining_is_not_a_way_to_leave_and_joining_twice_is_joining(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    assert groups.accept_group_invitation(choir, by=taro)
    joined_at = Membership.objects.get(member=taro).joined_at
    assert groups.accept_group_invitation(choir, by=taro)
    groups.decline_group_invitation(choir, by=taro)
    assert Membership.objects.get(member=taro).joined_at == joined_at


def test_accepting_an_invitation_that_was_taken_back_says_so(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    phone = log_in_phone(taro)
    phone.get(reverse("group_detail", args=[choir.pk]))
    groups.remove_from_group(choir, taro, by=hanako)
    assert "The invitation was withdrawn" in phone.submit("Join")
    assert not Membership.objects.filter(member=taro).exists()


def test_leaving_is_one_press_and_ends_reading(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    groups.accept_group_invitation(choir, by=taro)
    post = make_post(author=hanako, audience="group", group=choir)
    assert sees(taro, post)
    phone = log_in_phone(taro)
    phone.get(reverse("group_detail", args=[choir.pk]))
    assert "You left" in phone.submit("Leave the group")
    assert not sees(taro, post)
    groups.leave_group(choir, by=taro)


def test_the_last_member_is_asked_before_leaving_closes_the_group(hanako, choir):
    phone = log_in_phone(hanako)
    phone.get(reverse("group_detail", args=[choir.pk]))
    assert "leaving closes it" in phone.submit("Leave the group")
    assert groups.is_group_member(choir, hanako)
    phone.submit("Close for good")
    assert not groups.is_group_member(choir, hanako)
    choir.refresh_from_db()
    assert choir.closed_at is not None
    groups.leave_group(choir, by=hanako)  # a second press


def test_the_owner_of_others_hands_over_before_leaving(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    groups.accept_group_invitation(choir, by=taro)
    client = computer(hanako)
    client.post(reverse("group_leave", args=[choir.pk]))
    assert groups.is_group_member(choir, hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("group_detail", args=[choir.pk]))
    phone.follow("Change")
    assert "owns the group now" in phone.submit("Hand the group over")
    assert Group.objects.get().owner == taro
    phone.submit("Leave the group")
    assert not groups.is_group_member(choir, hanako)


def test_handing_over_twice_is_no_error_and_only_the_owner_does_it(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    with pytest.raises(groups.GroupActionNotAllowed):
        groups.transfer_group(choir, taro, by=hanako)  # invited is not in
    groups.accept_group_invitation(choir, by=taro)
    with pytest.raises(groups.GroupActionNotAllowed):
        groups.transfer_group(choir, taro, by=taro)
    groups.transfer_group(choir, taro, by=hanako)
    groups.transfer_group(choir, taro, by=hanako)
    assert Group.objects.get().owner == taro


def test_only_the_owner_takes_members_out(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    groups.accept_group_invitation(choir, by=taro)
    with pytest.raises(groups.GroupActionNotAllowed):
        groups.remove_from_group(choir, hanako, by=taro)
    with pytest.raises(groups.GroupActionNotAllowed):
        groups.remove_from_group(choir, hanako, by=hanako)
    groups.remove_from_group(choir, taro, by=hanako)
    groups.remove_from_group(choir, taro, by=hanako)
    assert not groups.is_group_member(choir, taro)


def test_a_closed_group_leaves_each_post_to_its_author_alone(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    groups.accept_group_invitation(choir, by=taro)
    post = make_post(author=taro, audience="group", group=choir)
    phone = log_in_phone(hanako)
    phone.get(reverse("group_close", args=[choir.pk]))
    assert Group.objects.get().closed_at is None
    assert "is closed" in phone.submit("Close for good")
    assert sees(taro, post)
    assert not sees(hanako, post)
    assert not Membership.objects.exists()
    with pytest.raises(groups.GroupActionNotAllowed):
        groups.invite_to_group(choir, taro, by=hanako)


def test_only_the_owner_closes(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    groups.accept_group_invitation(choir, by=taro)
    with pytest.raises(groups.GroupActionNotAllowed):
        groups.close_group(choir, by=taro)
    assert computer(taro).post(reverse("group_close", args=[choir.pk])).status_code == 404


def test_an_ended_owner_does_not_take_the_posts_of_others_along(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    groups.accept_group_invitation(choir, by=taro)
    post = make_post(author=taro, audience="group", group=choir)
    hanako.delete()
    assert sees(taro, post)


def test_who_is_blocked_is_not_shown_in_the_list_of_members(hanako, taro, choir):
    groups.invite_to_group(choir, taro, by=hanako)
    groups.accept_group_invitation(choir, by=taro)
    friends.block_member(taro, by=hanako)
    assert "taro" not in log_in_phone(hanako).get(reverse("group_detail", args=[choir.pk]))


def test_pages_of_groups_take_six_queries_however_many(hanako, django_assert_max_num_queries):
    client = computer(hanako)
    for number in range(12):
        group = make_group(hanako, *[], name=f"Group {number}")
        other = make_group(make_member(f"owner{number}"), name=f"Other {number}")
        Membership.objects.create(group=other, member=hanako, invited_by=other.owner)
    for number in range(12):
        Membership.objects.create(group=group, member=make_member(f"guest{number}"))
    for address in [reverse("group_list"), reverse("group_detail", args=[group.pk])]:
        client.get(address)
        with django_assert_max_num_queries(6):
            assert client.get(address).status_code == 200


def test_a_group_cannot_bear_a_name_that_nobody_sees():
    phone = log_in_phone(make_member("hanako"))
    phone.get("/groups/new/")
    page = phone.submit(name="\u3164\u200b")
    assert not Group.objects.exists()
    assert page.status == 200
