"""The contact page for outsiders, holds, what a year takes away, and which role may press what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.actions import account_closure as people
from accounts.actions import quotas
from accounts.crypto.encryption import encrypt
from accounts.models import Member
from syndication.actions import account_closure, reports
from syndication.models import (
    DecisionKind,
    Post,
    Report,
    ReportCase,
    ReportPhoto,
    ReportSnapshot,
    RetentionHold,
    StaffDecision,
)
from tests.making import befriend, make_member, make_post
from tests.phone import PhoneClient, computer, log_in_phone
from tests.photographs import a_photo
from tests.syndication.reporting import case_address, log_in_staff, press, report_post

pytestmark = pytest.mark.django_db

CONTACT = reverse("contact")
NO_SUCH_DOMAIN = f"gaibu@{'あ' * 60}.jp"  # longer than the DNS takes, once it is encoded


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def taro(hanako) -> Member:
    taro = make_member("taro")
    befriend(hanako, taro)
    return taro


def write_to_staff(phone: PhoneClient, **typed: str) -> PhoneClient:
    phone.get(CONTACT)
    phone.submit("Send", {"words": "消してください", **typed})
    return phone


# --- The contact page -------------------------------------------------------------------------------
def test_an_outsider_reports_a_page_here_and_is_answered_by_mail(
    hanako, django_capture_on_commit_callbacks
):
    post = make_post(author=hanako, text="外の人の住所")
    phone = PhoneClient()
    phone.get("/m/")
    address = f"http://testserver{reverse('post_detail', args=[post.pk])}"
    write_to_staff(phone, reason="privacy", about=address, email="gaibu@example.jp")
    assert "They answer by email." in phone.page
    case = ReportCase.objects.get()
    assert (case.kind, case.subject, case.owner) == ("post", post.pk, hanako)
    assert "gaibu" not in str(list(Report.objects.values()))
    staff = log_in_staff("Moderators")
    page = staff.get(case_address(case)).content.decode()
    assert "消してください" in page
    assert "gaibu@example.jp" in page
    with django_capture_on_commit_callbacks(execute=True):
        press(staff, case, "hide")
    [sent] = [one for one in mail.outbox if one.to == ["gaibu@example.jp"]]
    assert "非表示" in sent.body or "hidden" in sent.body


def test_a_private_page_is_not_found_by_an_outsider_and_a_question_is_a_case_of_its_own(hanako):
    post = make_post(author=hanako, text="友だちだけに", audience="friends")
    phone = PhoneClient()
    phone.get("/m/")
    for about in (reverse("post_detail", args=[post.pk]), "", "https://[", "/nowhere/"):
        write_to_staff(phone, about=about)
        assert "nobody can answer" in phone.page
    cases = ReportCase.objects.values_list("kind", flat=True)
    assert list(cases) == ["other"] * 4
    assert not ReportSnapshot.objects.exists()


def test_so_many_messages_come_from_one_network_in_an_hour():
    phone = PhoneClient()
    phone.get("/m/")
    for _ in range(quotas.CONTACTS.most + 1):
        write_to_staff(phone)
    assert "Too many messages came from your connection." in phone.page
    assert ReportCase.objects.count() == quotas.CONTACTS.most
    assert "消してください" in phone.page.html


@override_settings(SITE_OPERATOR="Photo Club, staff@example.com")
def test_strangers_use_up_no_room_of_members(hanako):
    """From a hundred networks, or as members of today."""
    quotas.spend_quota(quotas.CONTACTS_IN_ALL, quotas.EVERYBODY, amount=quotas.CONTACTS_IN_ALL.most)
    nobody = PhoneClient()
    nobody.get("/m/")
    for stranger, hint in ((nobody, "Log in"), (log_in_phone(hanako), "Try again tomorrow")):
        write_to_staff(stranger)
        assert f"Many messages came today. {hint}" in stranger.page
        assert "Who runs this site: Photo Club, staff@example.com." in stranger.page
        assert "消してください" in stranger.page.html
    assert not Report.objects.exists()
    Member.objects.filter(pk=hanako.pk).update(date_joined=timezone.now() - quotas.STRANGER_FOR)
    phone = log_in_phone(hanako)
    for _ in range(quotas.MEMBER_CONTACTS.most):
        assert "Sent. The staff will read it." in write_to_staff(phone).page
    assert "You wrote to the staff 10 times today." in write_to_staff(phone).page
    assert Report.objects.count() == quotas.MEMBER_CONTACTS.most


def test_an_address_that_no_mail_can_have_is_corrected_on_the_form():
    phone = PhoneClient()
    phone.get("/m/")
    for typed in (NO_SUCH_DOMAIN, '"a\x0bb"@example.jp'):
        write_to_staff(phone, email=typed)
        assert "Enter a valid email address." in phone.page
    assert not Report.objects.exists()
    phone.submit("Send", {"email": "a..b.@docomo.ne.jp"})
    assert "They answer by email." in phone.page


def report_from_outside(post: Post, email: str, number: int = 1) -> None:
    """From a network of its own."""
    phone = PhoneClient(REMOTE_ADDR=f"203.0.{number}.1")
    phone.get("/m/")
    write_to_staff(phone, about=reverse("post_detail", args=[post.pk]), email=email)
    assert "They answer by email." in phone.page


def test_one_address_that_fails_keeps_no_answer_from_others(
    hanako, django_capture_on_commit_callbacks
):
    post = make_post(author=hanako)
    for email in ("gaibu@example.jp", "soto@example.jp"):
        report_from_outside(post, email)
    [case] = ReportCase.objects.all()
    case.reports.create(reason="spam", sealed_address=encrypt(NO_SUCH_DOMAIN))  # of before
    with django_capture_on_commit_callbacks(execute=True):
        press(log_in_staff("Moderators"), case, "hide")
    assert sorted(one.to[0] for one in mail.outbox) == ["gaibu@example.jp", "soto@example.jp"]


def test_nobody_has_a_stranger_mailed_again_and_again(hanako, django_capture_on_commit_callbacks):
    """Whoever writes by the contact page names any address, and each settled case is a mail to it."""
    for number in range(quotas.CONTACT_ANSWERS.most + 2):
        post = make_post(author=hanako, text=str(number))
        report_from_outside(post, "higaisha@example.jp", number)
    staff = log_in_staff("Moderators")
    with django_capture_on_commit_callbacks(execute=True):
        for case in ReportCase.objects.all():
            press(staff, case, "nothing")
    assert len(mail.outbox) == quotas.CONTACT_ANSWERS.most
    assert {one.extra_headers["Auto-Submitted"] for one in mail.outbox} == {"auto-generated"}


# --- What time takes away ---------------------------------------------------------------------------
def settled(hanako: Member, taro: Member) -> ReportCase:
    photo = ContentFile(a_photo(), name="x.jpg")
    post = make_post(author=hanako, kind="photo", photo=photo, photo_small=photo)
    report_post(log_in_phone(taro), post)
    [case] = ReportCase.objects.all()
    press(log_in_staff("Moderators"), case, "nothing")
    return case


def test_a_year_after_settling_nothing_is_kept_of_it(
    hanako, taro, django_capture_on_commit_callbacks
):
    settled(hanako, taro)
    file = ReportPhoto.objects.get().photo.name
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        reports.delete_old_snapshots(now + timedelta(days=364))
        assert ReportSnapshot.objects.exists()
        assert default_storage.exists(file)
        reports.delete_old_snapshots(now + timedelta(days=366))
    assert not ReportSnapshot.objects.exists()
    assert not default_storage.exists(file)
    assert Report.objects.get().sealed_words == ""
    assert StaffDecision.objects.exists()


def test_a_hold_keeps_what_age_would_take_until_it_ends(hanako, taro):
    case = settled(hanako, taro)
    year = timezone.now() + timedelta(days=366)
    RetentionHold.objects.create(member=hanako, until=year + timedelta(days=1))
    reports.delete_old_snapshots(year)
    assert case.snapshots.exists()
    reports.delete_old_snapshots(year + timedelta(days=2))
    assert not case.snapshots.exists()


def test_staff_hold_an_account_that_is_closing_and_let_it_go(hanako):
    staff = log_in_staff("Moderators")
    add = reverse("admin:syndication_retentionhold_add")
    until = timezone.localtime() + timedelta(days=30)
    given = {"member_name": "hanako", "until_0": f"{until:%Y-%m-%d}", "until_1": "00:00:00"}
    assert "This field is required" in staff.post(add, given).content.decode()
    assert staff.post(add, {**given, "reason": "裁判所の求め"}).status_code == 302
    hold = RetentionHold.objects.get()
    decision = StaffDecision.objects.get()
    assert (decision.kind, decision.member, decision.reason) == ("held", hanako, "裁判所の求め")
    people.begin_account_closure(by=hanako, takes_copies_back=False)
    assert not account_closure.is_any_closing()
    chosen = {"action": "end", "_selected_action": [hold.pk]}
    staff.post(reverse("admin:syndication_retentionhold_changelist"), chosen)
    assert account_closure.is_any_closing()
    assert StaffDecision.objects.filter(kind=DecisionKind.RELEASED).count() == 1


# --- Who may what -----------------------------------------------------------------------------------
ROLES = ("Support", "Moderators", "Operators")
COMMANDS = ("look", "hide", "show", "warn", "remove", "suspend", "restore", "uphold", "nothing")
DESK = ("reportcase", "staffdecision", "retentionhold")


@pytest.mark.parametrize("role", ROLES)
def test_moderators_alone_open_the_desk_and_press(hanako, taro, role):
    report_post(log_in_phone(taro), make_post(author=hanako))
    [case] = ReportCase.objects.all()
    staff, expected = log_in_staff(role), 200 if role == "Moderators" else 403
    for name in DESK:
        page = reverse(f"admin:syndication_{name}_changelist")
        assert staff.get(page).status_code == expected, page
    assert staff.get(case_address(case)).status_code == expected
    for command in COMMANDS:
        given = {"command": command, "reason": "x", "is_illegal": "on"}
        status = staff.post(case_address(case), given).status_code
        assert (status == 403) == (role != "Moderators"), command
    add = staff.get(reverse("admin:syndication_retentionhold_add"))
    assert add.status_code == expected
    assert StaffDecision.objects.exists() == (role == "Moderators")


@pytest.mark.parametrize(
    ("right", "refused"),
    [
        ("remove_reportcase", "remove"),
        ("suspend_reportcase", "suspend"),
        ("settle_reportcase", "hide"),
    ],
)
def test_each_press_has_a_right_of_its_own(hanako, taro, right, refused):
    report_post(log_in_phone(taro), make_post(author=hanako))
    [case] = ReportCase.objects.all()
    staff = log_in_staff("Moderators")
    group = Member.objects.get(username="moderators").groups.get()
    group.permissions.remove(group.permissions.get(codename=right))
    given = {"command": refused, "reason": "x", "is_illegal": "on"}
    assert staff.post(case_address(case), given).status_code == 403
    assert f'value="{refused}"' not in staff.get(case_address(case)).content.decode()
    hanako.refresh_from_db()
    assert hanako.suspended_at is None


def test_members_and_visitors_open_no_page_of_the_desk(taro):
    for model in admin.site._registry:
        if model._meta.model_name in DESK:
            page = reverse(f"admin:syndication_{model._meta.model_name}_changelist")
            assert computer(taro).get(page).status_code != 200
