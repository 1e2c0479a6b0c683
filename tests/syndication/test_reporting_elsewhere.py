"""Reporting what is not ours, or without an account; and what a suspended member had typed."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from syndication.models import FeedItem, Post, ReportCase
from tests.making import make_link, make_member, make_post
from tests.phone import PhoneClient, log_in_phone
from tests.syndication.feeds import bring

pytestmark = pytest.mark.django_db


def test_what_came_from_a_network_is_reported_there():
    hanako = make_member("hanako")
    item = bring(make_link(hanako, "mastodon", host="m.example"), "7", "r1")
    FeedItem.objects.filter(pk=item.pk).update(url="https://m.example/@ren/r1")
    phone = log_in_phone(hanako)
    page = phone.get(reverse("feed_item", args=[item.pk]))
    assert "The staff here cannot remove it" in page
    door = phone.follow("5 Report on Mastodon")
    assert "m.example" in door
    assert not ReportCase.objects.exists()


def test_no_page_there_no_way_to_report_there():
    hanako = make_member("hanako")
    item = bring(make_link(hanako, "mastodon", host="m.example"), "7", "r1")
    FeedItem.objects.filter(pk=item.pk).update(url="")
    assert "Report on" not in log_in_phone(hanako).get(reverse("feed_item", args=[item.pk]))


@pytest.mark.parametrize("page", ["post", "profile"])
def test_whoever_reads_a_public_page_reports_it_without_an_account(page):
    hanako = make_member("hanako")
    post = make_post(author=hanako, text="駅前の写真")
    names = {"post": ("post_detail", post.pk), "profile": ("profile", "hanako")}
    name, key = names[page]
    visitor = PhoneClient()
    visitor.get(reverse(name, args=[key]))
    visitor.follow("6 Report this page")
    visitor.submit("Send", {"words": "本人の住所です", "reason": "privacy"})
    case = ReportCase.objects.get()
    assert (case.kind, case.owner) == (page, hanako)


def test_what_a_suspended_member_typed_stands_on_the_page_that_refuses_it():
    hanako = make_member("hanako")
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    type(hanako).objects.filter(pk=hanako.pk).update(suspended_at=timezone.now())
    phone.submit("Preview", {"text": "長い話を\nここまで書きました。"})
    assert "Your account is suspended" in phone.page
    assert "長い話を\nここまで書きました。" in phone.page.html.replace("\r", "")
    assert not Post.objects.exists()
