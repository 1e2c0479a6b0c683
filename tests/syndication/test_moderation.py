"""Removing, suspending, objecting: what staff take away, by pages, and what its writer can say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Group, Member, SitePage
from syndication.actions import comments
from syndication.delivery import planning
from syndication.models import (
    Comment,
    DecisionKind,
    Delivery,
    Objection,
    Post,
    ReportCase,
    StaffDecision,
)
from tests.making import (
    PASSWORD,
    befriend,
    make_comment,
    make_group,
    make_link,
    make_member,
    make_post,
)
from tests.phone import PhoneClient, computer, log_in_phone
from tests.syndication.reporting import case_address, log_in_staff, press, report_post

pytestmark = pytest.mark.django_db

HIDE_FIRST = "Hide it first."


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def taro(hanako) -> Member:
    taro = make_member("taro")
    befriend(hanako, taro)
    return taro


@pytest.fixture
def moderator() -> Client:
    return log_in_staff("Moderators", "moderator")


@pytest.fixture
def post(hanako, taro) -> Post:
    return make_post(author=hanako, text="ひみつの住所")


@pytest.fixture
def case(post, taro) -> ReportCase:
    report_post(log_in_phone(taro), post)
    return ReportCase.objects.get()


def send_copy(post: Post, network: str = "mixi") -> Delivery:
    """A copy that stands on a network."""
    link = make_link(post.author, network)
    planning.plan_deliveries(post)
    url = f"https://{network}.example/1"
    sent = {"state": "sent", "sent_at": timezone.now(), "due_at": None}
    Delivery.objects.filter(link=link).update(remote_id="1", remote_url=url, **sent)
    return Delivery.objects.get(link=link)


def object_to(phone: PhoneClient, text: str = "住所は店のものです") -> None:
    phone.get(reverse("staff_decision_list"))
    phone.follow("The staff hid a post of yours.")
    phone.submit("Send the objection", {"text": text})


def test_nothing_is_removed_before_its_writer_could_object(case, post, moderator):
    assert HIDE_FIRST in press(moderator, case, "remove")
    press(moderator, case, "hide")
    assert HIDE_FIRST in press(moderator, case, "remove")
    Post.objects.update(hidden_at=timezone.now() - timedelta(days=6, hours=23))
    assert HIDE_FIRST in press(moderator, case, "remove")
    Post.objects.update(hidden_at=timezone.now() - timedelta(days=7, minutes=1))
    assert HIDE_FIRST not in press(moderator, case, "remove")
    post.refresh_from_db()
    assert (post.deleted_at is not None, post.text) == (True, "")


def test_an_objection_is_read_and_then_it_may_be_removed_or_shown(case, post, hanako, moderator):
    press(moderator, case, "hide")
    case.refresh_from_db()
    assert case.waiting_since is None
    phone = log_in_phone(hanako)
    object_to(phone)
    assert "The staff are looking at it." in phone.page
    case.refresh_from_db()
    assert case.waiting_since is not None
    assert "住所は店のものです" in moderator.get(case_address(case)).content.decode()
    press(moderator, case, "uphold", reason="店でも載せません")
    assert "The staff answered your objection." in phone.get(reverse("notice_list"))
    assert Objection.objects.get().answered_at is not None
    press(moderator, case, "remove")
    assert not Post.objects.filter(deleted_at=None).exists()


def test_what_is_manifestly_illegal_goes_at_once_with_its_copies(case, post, hanako, moderator):
    copy = send_copy(post)
    answer = {"command": "remove", "reason": "違法", "is_illegal": "on"}
    moderator.post(case_address(case), answer)
    delete = Delivery.objects.get(operation="delete")
    assert (delete.link, delete.state) == (copy.link, "waiting")
    page = moderator.get(case_address(case)).content.decode()
    assert "https://mixi.example/1" in page
    assert "ひみつの住所" in page  # the snapshot stays, for staff alone


def test_what_a_network_cannot_delete_is_listed_with_its_address(case, post, hanako, moderator):
    copy = send_copy(post)
    copy.link.state = "ended"
    copy.link.save()
    moderator.post(case_address(case), {"command": "remove", "reason": "x", "is_illegal": "on"})
    page = moderator.get(case_address(case)).content.decode()
    assert "cannot be deleted from here" in page
    phone = log_in_phone(hanako)
    phone.get(reverse("staff_decision_list"))
    page = phone.follow("The staff removed a post of yours.")
    assert "https://mixi.example/1" in page
    assert "delete it there yourself" in page


def test_all_three_are_told_when_a_comment_is_removed(hanako, taro, moderator):
    comment = make_comment(make_post(author=hanako), taro, "だめな言葉")
    phone = log_in_phone(hanako)
    phone.get(reverse("comment_report", args=[comment.pk]) + "?reason=harassment")
    phone.submit("Send the report")
    [case] = ReportCase.objects.all()
    moderator.post(case_address(case), {"command": "remove", "reason": "x", "is_illegal": "on"})
    assert not Comment.objects.exists()
    assert "what you reported was removed" in phone.get(reverse("notice_list"))
    told = log_in_phone(taro).get(reverse("notice_list"))
    assert "The staff removed a comment of yours." in told


def test_a_profile_is_cleared_and_a_group_closed(hanako, taro, moderator):
    Member.objects.filter(pk=hanako.pk).update(display_name="だめな名前", about="だめ")
    group, phone = make_group(hanako, taro), log_in_phone(taro)
    for address in (
        reverse("profile_report", args=["hanako"]),
        reverse("group_report", args=[group.pk]),
    ):
        phone.get(f"{address}?reason=rights")
        phone.submit("Send the report")
    for case in ReportCase.objects.all():
        press(moderator, case, "remove")
    hanako.refresh_from_db()
    assert (hanako.display_name, hanako.about) == ("", "")
    assert Group.objects.get().closed_at is not None


def test_a_suspended_member_reads_and_objects_and_writes_nothing(case, post, hanako, moderator):
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    press(moderator, case, "suspend", reason="規約の3番")
    phone.submit("Preview", {"text": "もう一つ"})
    assert "Your account is suspended" in phone.page
    assert not Post.objects.filter(text="もう一つ").exists()
    assert phone.get("/").status == 200
    phone.get(reverse("staff_decision_list"))
    assert "規約の3番" in phone.follow("The staff suspended your account.")
    phone.submit("Send the objection", {"text": "なぜですか"})
    assert Objection.objects.get().text == "なぜですか"
    other = log_in_phone(hanako)
    assert other.get("/").status == 200
    page = other.get(reverse("account_close"))
    assert page.status == 200
    assert "Your account is suspended" not in page


def test_a_suspended_member_is_refused_each_kind_of_writing(hanako, taro, moderator):
    post = make_post(author=taro)
    Member.objects.filter(pk=hanako.pk).update(suspended_at=timezone.now())
    browser = computer(hanako)
    for name, args in (
        ("post_like", [post.pk]),
        ("comment_new", [post.pk]),
        ("post_preview", []),
        ("friend_ask", []),
        ("group_new", []),
        ("phone_login", []),
        ("profile_edit", []),
        ("post_report", [post.pk]),
    ):
        answer = browser.post(reverse(name, args=args), {"text": "x", "like": "1"})
        assert answer.status_code == 403, name
    hanako.refresh_from_db()
    with pytest.raises(comments.CommentsClosed):  # as answers by mail come
        comments.create_comment(post, "x", by=hanako, form_key="f" * 32)


def test_a_suspended_member_can_agree_to_the_terms_and_read_on(hanako):
    SitePage.objects.filter(name="terms", language="en").update(text="Be kind.")
    Member.objects.filter(pk=hanako.pk).update(suspended_at=timezone.now())
    phone = PhoneClient()
    phone.get(reverse("account_login"))
    phone.submit("Log in", login="hanako", password=PASSWORD)
    assert "Be kind." in phone.page
    page = phone.submit("I agree")
    assert "Your account is suspended" not in page
    assert phone.get(reverse("notice_list")).status == 200
    assert "Be kind." not in phone.page


def test_the_suspension_ends_by_a_press_and_the_member_is_told(case, hanako, taro, moderator):
    press(moderator, case, "suspend")
    press(moderator, case, "restore")
    phone = log_in_phone(hanako)
    assert "Your account is no longer suspended." in phone.get(reverse("notice_list"))
    hanako.refresh_from_db()
    assert hanako.suspended_at is None
    told = log_in_phone(taro).get(reverse("notice_list"))
    assert "suspend" not in told


def test_one_objects_once_and_to_ones_own_decisions_alone(case, hanako, taro, moderator):
    press(moderator, case, "hide")
    phone = log_in_phone(hanako)
    object_to(phone)
    decision = StaffDecision.objects.get(kind=DecisionKind.HIDDEN)
    assert "Send the objection" not in phone.get(reverse("staff_decision", args=[decision.pk]))
    page = log_in_phone(taro).get(reverse("staff_decision", args=[decision.pk]))
    assert page.status == 404


def test_a_superuser_is_not_suspended_by_a_moderator(case, hanako, moderator):
    Member.objects.filter(pk=hanako.pk).update(is_superuser=True)
    assert "That cannot be done here." in press(moderator, case, "suspend")
    hanako.refresh_from_db()
    assert hanako.suspended_at is None
