"""Attacks by reports and the contact page: to read, to hide, to know or to crowd out what is not one's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import groups
from accounts.models import Member, Notice
from syndication.models import DecisionKind, Post, ReportCase, StaffDecision
from syndication.queries.cases import SHOWN_WORDS
from tests.making import befriend, make_group, make_member, make_post
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


def report_profile(phone: PhoneClient, name: str) -> None:
    phone.get(reverse("profile_report", args=[name]) + "?reason=harassment")
    phone.submit("Send the report", {"words": WORDS})


def write_from_outside(
    about: str, words: str = "消してください", number: int = 1, **typed: str
) -> None:
    """By the contact page, each from a network of its own."""
    phone = PhoneClient(REMOTE_ADDR=f"203.0.{number}.1")
    phone.get("/m/")
    phone.get(reverse("contact"))
    phone.submit("Send", {"reason": "spam", "about": about, "words": words, **typed})
    assert "Sent. The staff will read it." in phone.page


def page_of(staff: Client, case: ReportCase, **pressed: str) -> str:
    """Staff's page of the case, by a look or a press."""
    address = case_address(case)
    answer = staff.post(address, pressed) if pressed else staff.get(address)
    return answer.content.decode()


# --- What is not for everyone, on staff's page ------------------------------------------------------
@pytest.mark.parametrize("open_field", ["picture", "about"])
def test_one_field_for_everyone_opens_no_other_field_to_staff_unrecorded(
    taro, moderator, open_field
):
    friends = {f"{field}_audience": "friends" for field in ("about", "picture", "town")}
    yuki = make_member(
        "yuki",
        town="ひみつの町",
        picture=ContentFile(a_photo(), name="x.jpg"),
        about="ひみつの話" if open_field == "picture" else "みんなに",
        **{**friends, f"{open_field}_audience": "everyone"},
    )
    befriend(yuki, taro)
    report_profile(log_in_phone(taro), "yuki")
    case = ReportCase.objects.get()
    assert "ひみつ" not in page_of(moderator, case)
    assert "ひみつの町" in page_of(moderator, case, command="look")
    assert StaffDecision.objects.get().kind == DecisionKind.LOOKED


def test_a_report_from_outside_opens_nothing_that_a_friends_report_kept(hanako, taro, moderator):
    post = make_post(author=hanako, text="友だちだけに", audience="friends")
    report_post(log_in_phone(taro), post)
    Post.objects.filter(pk=post.pk).update(audience="everyone", text="みんなに")
    write_from_outside(reverse("post_detail", args=[post.pk]))
    case = ReportCase.objects.get()
    assert case.report_count == 2
    page = page_of(moderator, case)
    assert "友だちだけに" not in page
    assert WORDS not in page
    assert "友だちだけに" in page_of(moderator, case, command="look")


# --- Staff about themselves -------------------------------------------------------------------------
def test_staff_neither_read_nor_settle_what_is_reported_of_themselves(hanako, taro, moderator):
    reported = Member.objects.get(username="moderator")
    post = make_post(author=reported)
    report_post(log_in_phone(taro), post)
    case = ReportCase.objects.get()
    assert moderator.get(case_address(case)).status_code == 404
    for command in ("look", "nothing", "hide", "uphold"):
        answer = moderator.post(case_address(case), {"command": command, "reason": "x"})
        assert answer.status_code == 404, command
        assert WORDS not in answer.content.decode()
    assert not StaffDecision.objects.exists()
    colleague = log_in_staff("Moderators", "colleague")
    assert WORDS in page_of(colleague, case)
    press(colleague, case, "hide")
    Member.objects.filter(pk=reported.pk).update(is_superuser=True)  # there may be nobody else
    assert WORDS in page_of(moderator, case)


def test_nobody_of_staff_ends_a_hold_on_themselves(moderator):
    add = reverse("admin:syndication_retentionhold_add")
    until = timezone.localtime() + timedelta(days=30)
    given = {"until_0": f"{until:%Y-%m-%d}", "until_1": "00:00:00", "reason": "裁判所の求め"}
    colleague = log_in_staff("Moderators", "colleague")
    colleague.post(add, {**given, "member_name": "moderator"})
    [hold] = Member.objects.get(username="moderator").holds.all()
    chosen = {"action": "end", "_selected_action": [hold.pk]}
    moderator.post(reverse("admin:syndication_retentionhold_changelist"), chosen)
    hold.refresh_from_db()
    assert hold.until > timezone.now()


@pytest.mark.parametrize("is_superuser", [False, True])
def test_no_list_of_staff_says_who_reported(hanako, taro, moderator, is_superuser):
    """Beside the notice of the one who was reported, made in the same second, stood the reporter's."""
    report_post(log_in_phone(taro), make_post(author=hanako))
    press(moderator, ReportCase.objects.get(), "hide")
    staff = log_in_staff("Support", "support")
    Member.objects.filter(username="support").update(is_superuser=is_superuser)
    page = staff.get(reverse("admin:accounts_notice_changelist")).content.decode()
    assert "staff_decision" in page
    assert "hanako" in page
    assert "report_settled" not in page
    assert "taro" not in page
    notice = Notice.objects.get(member=taro)
    address = reverse("admin:accounts_notice_change", args=[notice.pk])
    assert "report_settled" not in staff.get(address, follow=True).content.decode()


# --- Floods -----------------------------------------------------------------------------------------
def test_reports_from_outside_use_up_no_room_for_what_members_report(hanako, taro, moderator):
    """A writer reports harmless versions of a post of theirs, and then writes what they meant."""
    post = make_post(author=hanako, text="0")
    for number in range(1, 8):
        Post.objects.filter(pk=post.pk).update(text=f"無害{number}")
        write_from_outside(reverse("post_detail", args=[post.pk]), number=number)
    Post.objects.filter(pk=post.pk).update(text="脅しの言葉")
    report_post(log_in_phone(taro), post)
    Post.objects.filter(pk=post.pk).update(text="無害")
    case = ReportCase.objects.get()
    assert case.snapshots.count() == 6
    assert "脅しの言葉" in page_of(moderator, case)


def test_messages_from_outside_bury_no_words_of_a_member(hanako, taro, moderator):
    post = make_post(author=hanako)
    report_post(log_in_phone(taro), post)
    for number in range(SHOWN_WORDS + 1):
        write_from_outside(
            reverse("post_detail", args=[post.pk]), words=f"騒音{number}", number=number
        )
    page = page_of(moderator, ReportCase.objects.get())
    assert WORDS in page
    assert f"騒音{SHOWN_WORDS}" in page


def test_a_changed_picture_is_kept_where_the_words_stayed(hanako, taro, moderator):
    """Reported while it was harmless; the picture that is reported then is another one."""
    hanako.picture = ContentFile(a_photo(), name="x.jpg")
    hanako.picture_audience = "everyone"
    hanako.save()
    report_profile(log_in_phone(make_member("yuki")), "hanako")
    report_profile(log_in_phone(make_member("sora")), "hanako")
    case = ReportCase.objects.get()
    assert case.snapshots.count() == 1
    hanako.picture = ContentFile(a_photo(colour="red"), name="y.jpg")
    hanako.save()
    report_profile(log_in_phone(taro), "hanako")
    assert case.snapshots.count() == 2
    assert page_of(moderator, case).count("data:image/jpeg;base64,") == 2


# --- Whom a decision reaches ------------------------------------------------------------------------
def test_a_group_that_was_handed_over_is_its_new_owners(hanako, taro, moderator):
    group = make_group(hanako, taro, make_member("yuki"))
    address = reverse("group_report", args=[group.pk]) + "?reason=spam"
    phone = log_in_phone(Member.objects.get(username="yuki"))
    phone.get(address)
    phone.submit("Send the report", {"words": "x"})
    [case] = ReportCase.objects.all()
    press(moderator, case, "nothing")
    groups.transfer_group(group, taro, by=hanako)
    phone = log_in_phone(hanako)
    phone.get(address)
    phone.submit("Send the report", {"words": "x"})
    press(moderator, case, "warn", reason="名前を変えてください")
    warned = StaffDecision.objects.get(kind=DecisionKind.WARNED)
    assert warned.member == taro
