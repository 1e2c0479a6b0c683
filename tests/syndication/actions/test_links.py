"""The links pages: what goes, whom it brought, pausing, ending."""

from __future__ import annotations

import pytest
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Member
from syndication.actions import links
from syndication.connectors import reasons
from syndication.delivery import planning
from syndication.models import (
    DeliveryState,
    Link,
    LinkState,
    NetworkFriend,
    NetworkSwitch,
    PostKind,
)
from syndication.models.errors import NotYours
from tests.making import make_link, make_member, make_post
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def zaki(hanako: Member) -> Link:
    return make_link(hanako, name="ザキ")


def bring(link: Link, *uids: str) -> None:
    now = timezone.now()
    NetworkFriend.objects.bulk_create(
        NetworkFriend(link=link, uid=uid, name=uid, seen_at=now) for uid in uids
    )
    Link.objects.filter(pk=link.pk).update(pulled_at=now)


def test_a_fresh_link_sends_everyone_posts_of_each_kind_and_nothing_narrower(
    hanako: Member,
) -> None:
    account = SocialAccount.objects.create(user=hanako, provider="mixi", uid="x1")
    link = links.create_or_resume_link(account, {"access_token": "a", "expires_in": 900})
    on = set(link.toggles.filter(is_on=True).values_list("kind", "audience"))
    assert on == {(kind, "everyone") for kind in PostKind.values}


def test_notes_for_friends_go_only_after_their_box_was_ticked(hanako: Member, zaki: Link) -> None:
    phone = log_in_phone(hanako)
    phone.get(reverse("link_detail", args=["mixi", zaki.pk]))
    page = phone.submit("Save", {"note_friends": "on"})
    assert "Saved" in page
    assert zaki.toggles.get(kind="note", audience=Audience.FRIENDS).is_on
    assert not zaki.toggles.get(kind="photo", audience=Audience.FRIENDS).is_on


def test_no_box_is_offered_for_what_the_network_cannot_hold(hanako: Member, zaki: Link) -> None:
    page = log_in_phone(hanako).get(reverse("link_detail", args=["mixi", zaki.pk]))
    assert "status_everyone" in page.html
    assert "status_friends" not in page.html


def test_only_friends_who_agreed_to_be_found_are_shown_as_being_here(
    hanako: Member, zaki: Link
) -> None:
    taro, yuki = make_member("taro", display_name="タロウ"), make_member("yuki")
    make_link(taro, uid="t", is_findable=True)
    make_link(yuki, uid="y", is_findable=False)
    bring(zaki, "t", "y", "z")
    page = log_in_phone(hanako).get(reverse("link_friends", args=["mixi", zaki.pk]))
    assert "@taro タロウ (mixi: t)" in page.text
    assert "@yuki" not in page
    assert "y" in page.text.split("Not found on this site")[1]


def test_somebody_else_s_link_does_not_exist(zaki: Link) -> None:
    stranger = make_member("stranger")
    phone = log_in_phone(stranger)
    for name in ("link_detail", "link_friends", "link_end"):
        assert phone.get(reverse(name, args=["mixi", zaki.pk])).status == 404
    with pytest.raises(NotYours):
        links.unlink(zaki, by=stranger)


def test_unlinking_says_what_stays_and_wipes_the_rest(hanako: Member, zaki: Link) -> None:
    bring(zaki, "t")
    post = make_post(author=hanako)
    Link.objects.filter(pk=zaki.pk).update(sealed_credentials="sealed")
    planning.plan_deliveries(post)
    waiting = post.deliveries.get()
    phone = log_in_phone(hanako)
    page = phone.get(reverse("link_end", args=["mixi", zaki.pk]))
    assert "No copy of yours is on mixi" in page
    page = phone.submit("Unlink")
    assert "no longer linked" in page
    zaki.refresh_from_db()
    waiting.refresh_from_db()
    assert (zaki.state, zaki.sealed_credentials, zaki.account) == (LinkState.ENDED, "", None)
    assert waiting.state == DeliveryState.CANCELLED
    assert not NetworkFriend.objects.exists()
    assert not SocialAccount.objects.exists()


def test_a_paused_network_takes_no_new_links_and_says_why(hanako: Member) -> None:
    NetworkSwitch.objects.create(network="mixi", is_paused=True, reason="Their API is down.")
    phone = log_in_phone(hanako)
    phone.get(reverse("link_start", args=["mixi"]))
    page = phone.submit("Go to mixi")
    assert "paused" in page
    assert "Their API is down." in page


def test_an_account_that_staff_remove_ends_its_link(hanako: Member, zaki: Link) -> None:
    assert zaki.account is not None
    zaki.account.delete()
    zaki.refresh_from_db()
    assert zaki.state == LinkState.ENDED


def test_why_a_link_waits_is_said_in_the_language_of_who_looks(hanako: Member, zaki: Link) -> None:
    reason = "The network does not accept this site's registration. The staff must fix this."
    Link.objects.update(state=LinkState.PARKED, parked_reason=reasons.APP_REFUSED)
    page = reverse("link_detail", args=["mixi", zaki.pk])
    assert reason in log_in_phone(hanako).get(page).text
    japanese = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja").get(page).text
    assert "運営者の対応が必要です。" in japanese
    assert "registration" not in japanese
