"""Pages of reports, and of what staff decided."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from syndication.actions import moderation, removal
from syndication.models import Post, ReportCase
from tests.making import make_comment, make_group, make_member, make_post
from tests.profilelink.stages.visit import Scene, Visit

WORDS = "本人の住所が書いてあります。"


def reporting(visit: Visit) -> Scene:
    phone, taro = visit.phone(visit.hanako), Member.objects.get(username="taro")
    post = make_post(author=taro, text="駅前の写真", audience="friends")
    comment = make_comment(post, taro, "住所は…")
    group = make_group(taro, visit.hanako, name="映画の会")
    for name, path in {
        "report post": reverse("post_report", args=[post.pk]),
        "report comment": reverse("comment_report", args=[comment.pk]),
        "report profile": reverse("profile_report", args=["taro"]),
        "report group": reverse("group_report", args=[group.pk]),
        "report post words": reverse("post_report", args=[post.pk]) + "?reason=privacy",
    }.items():
        phone.get(path)
        yield name, phone
    visit.press(phone, "Send the report", words="x" * 1001)
    yield "report too long", phone
    visit.press(phone, "Send the report", words=WORDS)
    yield "report sent", phone
    phone.get(reverse("post_report", args=[post.pk]))
    yield "report again", phone


def decided(visit: Visit) -> Scene:
    """What the writer of a hidden post and comment sees, and who reported them."""
    taro, staff = Member.objects.get(username="taro"), make_member("osamu", is_superuser=True)
    post: Post = make_post(author=visit.hanako, text="駅前の写真")
    comment = make_comment(make_post(author=taro), visit.hanako, "住所は…")
    other = visit.phone(taro)
    for path in (
        reverse("post_report", args=[post.pk]),
        reverse("comment_report", args=[comment.pk]),
    ):
        other.get(f"{path}?reason=privacy")
        visit.press(other, "Send the report", words=WORDS)
    for case in ReportCase.objects.filter(owner=visit.hanako):
        moderation.hide(case, "規約の3番：ほかの人の住所が書いてあります。", by=staff)
    phone = visit.phone(visit.hanako)
    for name, path in {
        "hidden post": reverse("post_detail", args=[post.pk]),
        "hidden comment": reverse("comment_detail", args=[comment.post_id, comment.pk]),
        "decisions": reverse("staff_decision_list"),
        "decision": reverse("staff_decision", args=[visit.hanako.staff_decisions.latest("pk").pk]),
    }.items():
        phone.get(path)
        yield name, phone
    visit.press(phone, "Send the objection", text="")
    yield "objection empty", phone
    visit.press(phone, "Send the objection", text="住所は店のものです。")
    yield "objection sent", phone
    case = ReportCase.objects.get(owner=visit.hanako, kind="post")
    removal.remove(case, "違法な内容です。", by=staff, is_illegal=True)
    phone.get(reverse("staff_decision", args=[visit.hanako.staff_decisions.latest("pk").pk]))
    yield "removed", phone
    Member.objects.filter(pk=visit.hanako.pk).update(suspended_at=timezone.now())
    phone.get(reverse("post_new"))
    visit.press(phone, "Preview", text="もう一つ")
    yield "suspended", phone
    Member.objects.filter(pk=visit.hanako.pk).update(suspended_at=None)
    other.get(reverse("report_list"))
    yield "reports settled", other


def contact(visit: Visit) -> Scene:
    phone = visit.phone()
    phone.get(reverse("contact"))
    yield "contact", phone
    visit.press(phone, "Send", words="")
    yield "contact empty", phone
    visit.press(phone, "Send", words=WORDS, email="gaibu@example.jp")
    yield "contact sent", phone
