"""Hiding accounts of networks: what they wrote and will write; the list; the way back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Member
from syndication.actions import hidden_accounts, links
from syndication.connectors.values import Friend
from syndication.models import FeedItem, HiddenAccount, Link
from syndication.models.errors import NotYours
from tests.making import befriend, block, make_link, make_member, make_post
from tests.phone import log_in_phone
from tests.syndication.feeds import add_copy, bring, words_on_home

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def mixi(hanako: Member) -> Link:
    return make_link(hanako, uid="zaki")


def test_what_an_account_wrote_and_will_write_is_hidden_until_it_is_shown_again(
    hanako, mixi
) -> None:
    bring(mixi, "momo", "voice:1", "first")
    bring(mixi, "kenji", "voice:2", "by another")
    phone = log_in_phone(hanako)
    phone.get(reverse("home"))
    phone.follow("first")
    page = phone.follow("Hide this account")
    assert "Hide momo there (mixi)?" in page
    assert phone.follow("Cancel").path.endswith(reverse("feed_item", args=[mixi.feed.first().pk]))
    phone.follow("Hide this account")
    page = phone.submit("Hide")
    assert "momo there (mixi) is hidden" in page
    bring(mixi, "momo", "voice:3", "second")
    page = phone.get(reverse("home"))
    assert "by another" in page
    assert "first" not in page
    assert "second" not in page
    assert phone.get(reverse("feed_item", args=[mixi.feed.first().pk])).status == 404
    phone.get(reverse("link_detail", args=["mixi", mixi.pk]))
    page = phone.follow("Hidden accounts")
    assert "momo there" in page
    page = phone.submit("Show again")
    assert "momo there is shown again." in page
    assert "No account is hidden." in page
    page = phone.get(reverse("home"))
    assert all(words in page for words in ("first", "second", "by another"))
    assert "Hidden accounts" not in phone.get(reverse("link_detail", args=["mixi", mixi.pk]))


def test_what_a_hidden_account_passes_on_is_hidden_until_both_are_shown(hanako, mixi) -> None:
    item = bring(mixi, "momo", "v1", "momo's own")
    boost = {"sharer": Friend("momo", "momo there")}
    bring(mixi, "kenji", "v2", "passed on before", **boost)
    hidden_accounts.hide_account(item, by=hanako)
    bring(mixi, "kenji", "v3", "passed on after", **boost)
    written = bring(mixi, "kenji", "v4", "by kenji")
    assert words_on_home(hanako) == ["by kenji"]
    hidden_accounts.hide_account(written, by=hanako)
    momo, kenji = HiddenAccount.objects.order_by("pk")
    hidden_accounts.show_account(momo, by=hanako)
    assert words_on_home(hanako) == ["momo's own"]
    hidden_accounts.show_account(kenji, by=hanako)
    assert len(words_on_home(hanako)) == 4


def test_what_a_blocked_member_s_account_passes_on_is_hidden(hanako, mixi) -> None:
    taro = make_member("taro")
    link = make_link(taro, uid="t", is_findable=True)
    bring(mixi, "kenji", "v1", "passed on", sharer=Friend("t", "taro there"))
    assert words_on_home(hanako) == ["passed on"]
    block(hanako, taro)
    assert words_on_home(hanako) == []
    Link.objects.filter(pk=link.pk).update(is_findable=False)  # nobody learns whose it is
    assert words_on_home(hanako) == ["passed on"]


def test_it_is_hidden_from_one_member_on_one_link(hanako, mixi) -> None:
    other = make_link(make_member("taro"), uid="other")
    again = make_link(hanako, "orkut", uid="also")
    items = [bring(link, "momo", f"v{link.pk}", f"for {link.uid}") for link in (mixi, other, again)]
    hidden_accounts.hide_account(items[0], by=hanako)
    assert "for zaki" not in log_in_phone(hanako).get(reverse("home"))
    assert "for also" in log_in_phone(hanako).get(reverse("home"))
    assert "for other" in log_in_phone(other.member).get(reverse("home"))


def test_a_friend_s_post_here_stays_where_the_account_is_hidden(hanako, mixi) -> None:
    taro = make_member("taro")
    befriend(hanako, taro)
    copy = add_copy(make_post(author=taro, text="here"), make_link(taro, uid="t"))
    hidden_accounts.hide_account(bring(mixi, "t", copy.remote_id), by=hanako)
    assert "here" in log_in_phone(hanako).get(reverse("home"))


def test_nobody_hides_or_shows_for_another(hanako, mixi) -> None:
    item = bring(mixi, "momo", "voice:1")
    taro = make_member("taro")
    phone = log_in_phone(taro)
    for name, args in (("feed_item_hide", [item.pk]), ("link_hidden", ["mixi", mixi.pk])):
        assert phone.get(reverse(name, args=args)).status == 404
    with pytest.raises(NotYours):
        hidden_accounts.hide_account(item, by=taro)
    hidden_accounts.hide_account(item, by=hanako)
    with pytest.raises(NotYours):
        hidden_accounts.show_account(HiddenAccount.objects.get(), by=taro)
    theirs = make_link(taro, uid="taro")
    page = reverse("link_hidden", args=["mixi", theirs.pk])
    log_in_phone(taro).post(page, {f"show_{HiddenAccount.objects.get().pk}": "1"})
    assert HiddenAccount.objects.exists()


def test_two_hundred_accounts_of_a_link_are_hidden_at_most(hanako, mixi) -> None:
    HiddenAccount.objects.bulk_create(
        HiddenAccount(link=mixi, uid=f"u{number}", name="someone") for number in range(199)
    )
    phone = log_in_phone(hanako)
    for uid in ("last", "last", "one too many"):
        item = bring(mixi, uid, f"voice:{uid}{mixi.feed.count()}")
        FeedItem.objects.filter(pk=item.pk).update(is_hidden=False)
        phone.get(reverse("feed_item_hide", args=[item.pk]))
        page = phone.submit("Hide")
    assert "You hide 200 accounts of mixi. Show one again to hide one too many there." in page
    assert mixi.hidden_accounts.count() == 200
    assert "# More names" in page.text


def test_hidden_accounts_go_with_the_link(hanako, mixi) -> None:
    hidden_accounts.hide_account(bring(mixi, "momo", "voice:1"), by=hanako)
    links.unlink(mixi, by=hanako)
    assert not HiddenAccount.objects.exists()
    assert not FeedItem.objects.exists()


def test_an_import_that_ends_after_the_link_brings_nothing(hanako, mixi) -> None:
    links.unlink(mixi, by=hanako)
    with pytest.raises(FeedItem.DoesNotExist):
        bring(mixi, "momo", "voice:1")
