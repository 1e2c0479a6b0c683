"""Budgets of design.md section 12, on every page that a crawl finds."""

from __future__ import annotations

from django.urls import reverse

from accounts.models import Member
from syndication.models import Notice
from tests.phone import PhoneClient, log_in_phone
from tests.profilelink.weights import CAP, QUERIES, Weight, crawl, open_counting, table


def test_every_page_is_within_its_weight_and_queries(hanako: Member) -> None:
    weights = crawl(log_in_phone(hanako), "/")
    print("\n" + table(weights))
    assert len(weights) > 40
    pages = [w for w in weights if w.is_html]
    assert not [w for w in pages if w.size > CAP], _worst(pages)
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


def test_home_with_ten_posts_is_at_most_4400_bytes(hanako: Member) -> None:
    Notice.objects.all().delete()
    page, queries = open_counting(log_in_phone(hanako), reverse("home"))
    assert page.text.count("more") == 10
    assert len(page.response.getvalue()) <= 4_400
    assert queries <= QUERIES


def _worst(weights: list[Weight]) -> str:
    return table([w for w in weights if w.size > CAP or w.queries > QUERIES])
