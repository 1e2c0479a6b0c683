"""Budgets (tests/profilelink/weights.py), on every page that a crawl finds and behind every press.

`pytest tests/profilelink/test_weights.py -k table -s` prints the table of every route.
"""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Announcement, Member, Notice
from tests.phone import PhoneClient, log_in_phone
from tests.profilelink.album import Shown
from tests.profilelink.test_pages_keys import name_of
from tests.profilelink.weights import (
    AIM,
    CAP,
    LANES,
    OPENPNE,
    QUERIES,
    Weight,
    by_lane,
    crawl,
    open_counting,
    rows_of,
    table,
    wide_table,
)


def test_every_page_is_within_its_weight_and_queries(hanako: Member) -> None:
    weights = crawl(log_in_phone(hanako), "/")
    print("\n" + table(weights))
    assert len(weights) > 40
    pages = [w for w in weights if w.is_html]
    assert not [w for w in pages if w.size > CAP and w.route not in LONG_TEXT], _worst(pages)
    assert not [w for w in weights if w.queries > QUERIES], _worst(weights)


def test_pages_of_visitors_are_within_their_weight(db: None) -> None:
    phone = PhoneClient()
    phone.get("/m/")
    weights = [w for w in crawl(phone, "/") if w.route != "front_door"]  # a redirect to home
    print("\n" + table(weights))
    assert not [w for w in weights if w.size > CAP or w.queries > QUERIES], _worst(weights)


def test_the_login_page_is_at_most_1500_bytes(db: None) -> None:
    phone = PhoneClient()
    phone.get("/m/")
    page, _ = open_counting(phone, reverse("account_login"))
    assert len(page.response.getvalue()) <= 1_500


@pytest.mark.parametrize(("language", "more"), [("en", "more"), ("ja", "続き")])
def test_home_with_ten_posts_is_at_most_4400_bytes(
    hanako: Member, language: str, more: str
) -> None:
    Notice.objects.exclude(pk=Notice.objects.filter(member=hanako).latest("pk").pk).delete()
    words = "今夜11時から明日の朝5時まで、工事のためサイトをお休みします。ご不便をおかけします。"
    Announcement.objects.create(
        text_ja=words, text_en=words, until=timezone.now() + timedelta(days=1)
    )
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    page, queries = open_counting(phone, reverse("home"))
    assert page.text.count(more) == 9  # the tenth is whole: a link post with one word
    assert len(page.response.getvalue()) <= 4_400
    assert queries <= QUERIES


# Forms that give long text back to be changed, and the page that shows it before it is sent.
BESIDE = {
    "account_login": 1_500,
    "home": 4_400,
    "profile": AIM,
}  # ours shows ten posts, theirs none
LONG_TEXT = {"post_edit", "post_new", "post_preview", "mail_draft"}


def test_the_table_of_every_route(albums: dict[str, list[Shown]], hanako: Member) -> None:
    """In Japanese, whose characters take three bytes; each within the cap, in each lane within what
    such a phone takes."""
    counted = crawl(log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja"), "/")
    visitor = PhoneClient(HTTP_ACCEPT_LANGUAGE="ja")
    visitor.get("/m/")
    counted += [one for one in crawl(visitor, "/") if one.route not in ("home", "front_door")]
    pages = [one for one in albums["ja"] if one.page.status != 404]
    rows = rows_of(pages, counted)
    print("\n" + wide_table(rows))
    assert len(rows) > 60
    assert not [row.route for row in rows if row.route in OPENPNE and row.size > BESIDE[row.route]]
    for one in pages:
        if name_of(one.page.path) not in LONG_TEXT:
            assert len(one.page.html.encode()) <= CAP, one.name
            for lane, size in zip(LANES, by_lane(one.page), strict=True):
                assert size <= lane.page_limit, f"{one.name} on {lane.name}: {size}"


def _worst(weights: list[Weight]) -> str:
    return table([w for w in weights if w.size > CAP or w.queries > QUERIES])


@pytest.mark.django_db  # for the album alone
def test_the_policy_of_every_page_allows_its_style(albums: dict[str, list[Shown]]) -> None:
    """A browser drops a style whose hash it was not told, and the page stands naked."""
    for one in albums["ja"]:
        for style in re.findall(r"<style>(.*?)</style>", one.page.html, re.DOTALL):
            digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in one.policy, one.name
