"""Reporting by a phone, and pressing on staff's page of a case."""

from __future__ import annotations

from django.contrib.auth.models import Group as StaffGroup
from django.test import Client
from django.urls import reverse

from syndication.models import Post, ReportCase
from tests.making import make_member
from tests.phone import PhoneClient, computer

WORDS = "本人の住所が書いてあります"


def report_post(phone: PhoneClient, post: Post, words: str = WORDS) -> None:
    phone.get(reverse("post_detail", args=[post.pk]))
    phone.follow("6 More")
    phone.follow("2 Report")
    phone.follow("3 Private facts or pictures of somebody")
    phone.submit("Send the report", {"words": words})


def case_address(case: ReportCase) -> str:
    return reverse("admin:syndication_reportcase_change", args=[case.pk])


def press(staff: Client, case: ReportCase, command: str, reason: str = "住所のため") -> str:
    answer = staff.post(case_address(case), {"command": command, "reason": reason}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def log_in_staff(group: str, name: str = "") -> Client:
    member = make_member(name or group.lower(), is_staff=True)
    member.groups.add(StaffGroup.objects.get(name=group))
    return computer(member)
