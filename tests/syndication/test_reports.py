"""Reports: by members, from the page of a thing; and what staff do about it, page by page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import quotas
from accounts.models import Member, Notice
from syndication.delivery import planning
from syndication.models import (
    DecisionKind,
    Delivery,
    Post,
    Report,
    ReportCase,
    ReportPhoto,
    ReportSnapshot,
    StaffDecision,
)
from syndication.models.staff_decision import DecisionNotEditable
from tests.making import (
    befriend,
    make_chosen_post,
    make_comment,
    make_group,
    make_link,
    make_member,
    make_post,
)
from tests.phone import PhoneClient, log_in_phone
from tests.photographs import a_photo
from tests.syndication.reporting import WORDS, case_address, log_in_staff, press, report_post

pytestmark = pytest.mark.django_db


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


def can_open(phone: PhoneClient, post: Post) -> bool:
    return phone.get(reverse("post_detail", args=[post.pk])).status == 200


def test_a_member_reports_with_two_keys_and_a_reason_and_is_told_the_outcome(
    hanako, taro, moderator
):
    post, phone = make_post(author=hanako, text="ひみつの住所"), log_in_phone(taro)
    report_post(phone, post)
    assert "Your report is being looked at." in phone.page
    case = ReportCase.objects.get()
    assert WORDS in moderator.get(case_address(case)).content.decode()
    press(moderator, case, "nothing")
    assert "what you reported stays" in phone.get(reverse("notice_list"))
    assert not Notice.objects.filter(member=hanako).exists()


def test_words_and_snapshot_are_sealed_and_the_writer_never_gets_the_words(hanako, taro, moderator):
    post = make_post(author=hanako, text="ひみつの住所")
    report_post(log_in_phone(taro), post)
    stored = str(list(Report.objects.values())) + str(list(ReportSnapshot.objects.values()))
    assert WORDS not in stored
    assert "ひみつの住所" not in stored
    press(moderator, ReportCase.objects.get(), "hide")
    phone = log_in_phone(hanako)
    phone.get(reverse("post_detail", args=[post.pk]))
    assert "The staff hid this post" in phone.page
    assert WORDS not in phone.page
    assert "住所のため" in phone.follow("Reason and objection")
    assert WORDS not in phone.page


def test_what_is_hidden_is_gone_for_all_but_its_writer_and_comes_back(hanako, taro, moderator):
    post = make_post(author=hanako, text="かくす", audience="everyone")
    comment = make_comment(post, taro, "つられて")
    readers = [log_in_phone(taro), PhoneClient()]
    report_post(readers[0], post)
    case = ReportCase.objects.get()
    press(moderator, case, "hide")
    assert [can_open(phone, post) for phone in readers] == [False, False]
    assert "かくす" not in readers[0].get("/")
    assert "かくす" not in PhoneClient().get(reverse("profile", args=["hanako"]))
    assert "かくす" not in PhoneClient().get(reverse("profile_feed", args=["hanako"])).text
    assert can_open(log_in_phone(hanako), post)
    page = readers[0].get(reverse("comment_detail", args=[post.pk, comment.pk]))
    assert page.status == 404
    press(moderator, case, "show")
    assert "かくす" in readers[0].get("/")
    assert [can_open(phone, post) for phone in readers] == [True, True]
    kinds = StaffDecision.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [DecisionKind.HIDDEN, DecisionKind.SHOWN]


def test_a_hidden_comment_is_read_by_its_writer_alone(hanako, taro, moderator):
    post = make_post(author=hanako)
    comment = make_comment(post, taro, "かくす言葉")
    phone = log_in_phone(hanako)
    phone.get(reverse("comment_detail", args=[post.pk, comment.pk]))
    phone.follow("6 Report")
    phone.follow("2 Insults, threats or harassment")
    phone.submit("Send the report")
    press(moderator, ReportCase.objects.get(), "hide")
    assert "かくす言葉" not in phone.get(reverse("post_detail", args=[post.pk]))
    assert "かくす言葉" in log_in_phone(taro).get(reverse("post_detail", args=[post.pk]))
    own = log_in_phone(taro).get(reverse("comment_own_list"))
    assert "hidden by the staff" in own


def test_hiding_holds_what_is_not_sent_and_showing_lets_it_go(hanako, taro, moderator):
    link = make_link(hanako)
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    report_post(log_in_phone(taro), post)
    case = ReportCase.objects.get()
    press(moderator, case, "hide")
    held = Delivery.objects.get(link=link)
    assert (held.state, held.reason) == ("waiting", "held_by_staff")
    assert not Delivery.objects.due(timezone.now()).exists()
    phone = log_in_phone(hanako)
    assert "The staff hid the post." in phone.get(reverse("post_deliveries", args=[post.pk]))
    press(moderator, case, "show")
    held.refresh_from_db()
    assert (held.state, held.reason) == ("waiting", "")
    assert Delivery.objects.due(timezone.now()).get() == held


def test_the_same_thing_twice_is_one_report_and_a_flood_is_one_case(hanako, taro):
    post = make_post(author=hanako)
    for name in ("taro", "yuki", "kenji"):
        member = taro if name == "taro" else make_member(name)
        phone = log_in_phone(member)
        report_post(phone, post)
        address = reverse("post_report", args=[post.pk])
        assert "You reported this already." in phone.get(address)
    case = ReportCase.objects.get()
    assert (case.report_count, case.reports.count(), case.snapshots.count()) == (3, 3, 1)


def test_twenty_reports_a_day(hanako, taro):
    phone = log_in_phone(taro)
    posts = [make_post(author=hanako) for _ in range(quotas.REPORTS.most + 1)]
    for post in posts:
        phone.get(reverse("post_report", args=[post.pk]) + "?reason=spam")
        phone.submit("Send the report", {"words": "x"})
    assert "You reported 20 times today." in phone.page
    assert Report.objects.count() == quotas.REPORTS.most


def test_who_may_guess_is_said_where_few_read_it(hanako, taro):
    phone = log_in_phone(taro)
    chosen = make_chosen_post(hanako, taro)
    page = phone.get(reverse("post_report", args=[chosen.pk]) + "?reason=spam")
    assert "1 person reads this; the author may guess who reported it." in page
    public = make_post(author=hanako)
    page = phone.get(reverse("post_report", args=[public.pk]) + "?reason=spam")
    assert "may guess" not in page


def test_only_what_one_may_read_is_reported_and_never_ones_own(hanako, taro):
    stranger = log_in_phone(make_member("sora"))
    post = make_post(author=hanako, audience="friends")
    comment = make_comment(post, taro)
    group = make_group(hanako, taro)
    closed = [
        reverse("post_report", args=[post.pk]),
        reverse("comment_report", args=[comment.pk]),
        reverse("group_report", args=[group.pk]),
    ]
    assert [stranger.get(address).status for address in closed] == [404, 404, 404]
    own = log_in_phone(hanako)
    mine = [closed[0], closed[2], reverse("profile_report", args=["hanako"])]
    assert [own.get(address).status for address in mine] == [404, 404, 404]


def test_profiles_and_groups_are_reported_from_their_pages(hanako, taro):
    group, phone = make_group(hanako, taro), log_in_phone(taro)
    for address, key in [
        (reverse("profile", args=["hanako"]), "4 Report"),
        (reverse("group_detail", args=[group.pk]), "6 Report"),
    ]:
        phone.get(address)
        phone.follow(key)
        phone.follow("1 Advertising, spam or fraud")
        phone.submit("Send the report")
    kinds = ReportCase.objects.order_by("pk").values_list("kind", "subject", "owner")
    assert list(kinds) == [
        ("profile", hanako.pk, hanako.pk),
        ("group", group.pk, hanako.pk),
    ]


def test_staff_open_what_is_not_for_everyone_by_a_press_that_is_recorded(hanako, taro, moderator):
    post = make_post(author=hanako, text="友だちだけに", audience="friends")
    report_post(log_in_phone(taro), post)
    case = ReportCase.objects.get()
    assert "友だちだけに" not in moderator.get(case_address(case)).content.decode()
    assert not StaffDecision.objects.exists()
    opened = moderator.post(case_address(case), {"command": "look"}).content.decode()
    assert "友だちだけに" in opened
    look = StaffDecision.objects.get()
    assert (look.kind, look.by.username) == (DecisionKind.LOOKED, "moderator")
    assert not Notice.objects.filter(member=hanako).exists()


def test_each_command_asks_for_a_reason(hanako, taro, moderator):
    report_post(log_in_phone(taro), make_post(author=hanako))
    case = ReportCase.objects.get()
    for command in ("hide", "warn", "nothing"):
        assert "Say why" in press(moderator, case, command, reason=" ")
    assert not StaffDecision.objects.exists()


def test_a_warning_is_told_to_the_member_and_not_to_who_reported(hanako, taro, moderator):
    report_post(log_in_phone(taro), make_post(author=hanako))
    press(moderator, ReportCase.objects.get(), "warn", reason="規約の3番")
    phone = log_in_phone(hanako)
    assert "You have a warning from the staff." in phone.get(reverse("notice_list"))
    assert "規約の3番" in phone.follow("You have a warning from the staff.")
    told = log_in_phone(taro).get(reverse("notice_list"))
    assert "what you reported stays" in told
    assert "warning" not in told


def test_the_oldest_case_comes_first_and_settled_ones_leave_the_list(hanako, taro, moderator):
    phone = log_in_phone(taro)
    for text in ("one", "two", "three"):
        report_post(phone, make_post(author=hanako, text=text))
    cases = list(ReportCase.objects.order_by("pk"))
    ReportCase.objects.filter(pk=cases[2].pk).update(
        waiting_since=timezone.now() - timedelta(days=3)
    )
    press(moderator, cases[1], "nothing")
    page = moderator.get(reverse("admin:syndication_reportcase_changelist")).content.decode()
    addresses = [page.find(case_address(case)) for case in cases]
    assert addresses[1] == -1
    assert 0 < addresses[2] < addresses[0]


def test_the_trail_is_never_edited(hanako):
    decision = StaffDecision.objects.create(kind=DecisionKind.WARNED, member=hanako, reason="x")
    decision.reason = "y"
    for edit in (
        decision.save,
        decision.delete,
        StaffDecision.objects.all().delete,
        lambda: StaffDecision.objects.update(reason="y"),
    ):
        with pytest.raises(DecisionNotEditable):
            edit()


def test_photos_are_copied_and_shown_to_staff_inside_the_page(hanako, taro, moderator):
    photo = ContentFile(a_photo(), name="x.jpg")
    post = make_post(author=hanako, kind="photo", photo=photo, photo_small=photo)
    report_post(log_in_phone(taro), post)
    post.delete()
    page = moderator.get(case_address(ReportCase.objects.get())).content.decode()
    assert "data:image/jpeg;base64," in page
    assert ReportPhoto.objects.get().photo.name.startswith("reports/")


def test_settled_cases_are_found_by_the_filter(hanako, taro, moderator):
    report_post(log_in_phone(taro), make_post(author=hanako))
    case = ReportCase.objects.get()
    press(moderator, case, "nothing")
    page = moderator.get(reverse("admin:syndication_reportcase_changelist")).content.decode()
    assert case_address(case) not in page
    answer = moderator.get(reverse("admin:syndication_reportcase_changelist") + "?state=all")
    assert answer.status_code == 200
    assert case_address(case) in answer.content.decode()
