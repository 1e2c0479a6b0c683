"""Sharing by hand: the address that everybody may open, and the first words; nothing of a session."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from accounts.models import Audience
from accounts.urlsession.models import OutTicket
from tests.making import block, make_member, make_post
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db

HOSTS = {
    "social-plugins.line.me": ("url", "text"),
    "www.facebook.com": ("u", ""),
    "twitter.com": ("url", "text"),
    "b.hatena.ne.jp": ("url", "title"),
}


def test_each_way_carries_the_public_address_and_the_first_words():
    hanako = make_member("hanako")
    post = make_post(author=hanako, text="朝の市場 & 駅 " * 20)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_more", args=[post.pk]))
    page = phone.follow("Share")
    address = f"http://testserver/posts/{post.pk}/"
    assert address in page
    asked = {urlsplit(url).hostname: url for url in OutTicket.objects.values_list("url", flat=True)}
    for host, (name, text) in HOSTS.items():
        given = parse_qs(urlsplit(asked[host]).query)
        assert given[name] == [address]
        assert not text or given[text] == [("朝の市場 & 駅 " * 20)[:60].strip()]
    mail = page.link("By email").href
    assert mail.startswith("mailto:?subject=")
    assert f"posts%2F{post.pk}%2F" in mail
    assert "/s/" not in mail + "".join(asked.values())


def test_a_warning_goes_instead_of_the_words():
    hanako = make_member("hanako")
    post = make_post(author=hanako, text="he dies", warning="the end")
    page = log_in_phone(hanako).get(reverse("post_share", args=[post.pk]))
    assert "[the end]" in page
    assert "he dies" not in page.html
    assert not OutTicket.objects.filter(url__contains="dies").exists()


@pytest.mark.parametrize("audience", [a for a in Audience.values if a not in ("everyone", "group")])
def test_no_narrower_post_is_shared_not_even_by_its_writer(audience):
    hanako = make_member("hanako")
    post = make_post(author=hanako, audience=audience)
    phone = log_in_phone(hanako)
    assert phone.get(reverse("post_share", args=[post.pk])).status == 404
    assert "Share" not in phone.get(reverse("post_more", args=[post.pk]))


def test_a_deleted_post_and_one_behind_a_block_are_not_there():
    hanako, taro = make_member("hanako"), make_member("taro")
    post = make_post(author=hanako)
    phone = log_in_phone(taro)
    assert phone.get(reverse("post_share", args=[post.pk])).status == 200
    rule = block(hanako, taro)
    assert phone.get(reverse("post_share", args=[post.pk])).status == 404
    rule.delete()
    type(post).objects.update(deleted_at=post.created_at)
    assert phone.get(reverse("post_share", args=[post.pk])).status == 404


def test_the_page_is_light_and_asks_little(django_assert_max_num_queries):
    hanako = make_member("hanako")
    post = make_post(author=hanako, text="朝の市場" * 30)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    with django_assert_max_num_queries(7):  # with the tickets, which are written after the page
        page = phone.get(reverse("post_share", args=[post.pk]))
    assert len(page.html.encode()) <= 5_000


def test_an_invitation_goes_by_mail_and_its_address_is_stored_nowhere():
    phone = log_in_phone(make_member("hanako"))
    phone.get(reverse("invitation_new"))
    page = phone.submit("Create an invitation")
    mail = page.link("By email").href
    assert "mailto:?subject=Your%20invitation&body=Your%20invitation%0D%0A" in mail
    assert "/s/" not in mail
    assert not OutTicket.objects.exists()
