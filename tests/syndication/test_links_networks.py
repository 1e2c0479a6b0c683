"""What the links pages say of networks that differ: followers, addresses that cost, not set up."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Audience
from syndication.connectors import CONNECTORS
from syndication.connectors.reasons import FOLLOWERS_NOT_APPROVED
from syndication.delivery import eligibility
from syndication.models import Toggle
from tests.making import make_link, make_member, make_post
from tests.page import Page
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


def detail(member, link) -> Page:
    return log_in_phone(member).get(reverse("link_detail", args=[link.network, link.pk]))


def decided(link, audience=Audience.FRIENDS):
    Toggle.objects.update_or_create(
        link=link, kind="status", audience=audience, defaults={"is_on": True}
    )
    post = make_post(author=link.member, text="hello", audience=audience)
    return eligibility.check_eligibility(eligibility.outgoing_post(post, link, audience), link)


def test_followers_are_offered_only_where_they_are_approved(hanako):
    link = make_link(hanako, "mastodon", host="m.example")
    page = detail(hanako, link)
    assert "Anybody may follow you on Mastodon" not in page  # nobody has read that yet
    assert "We are finding out whether anybody may follow you on Mastodon" in page
    assert "status_friends" not in page.html
    link.follows_approved = False
    link.save()
    page = detail(hanako, link)
    assert "Anybody may follow you on Mastodon" in page
    assert "status_friends" not in page.html
    link.follows_approved = True
    link.save()
    page = detail(hanako, link)
    assert "To your Mastodon followers only" in page
    assert "status_friends" in page.html


def test_a_post_for_friends_stays_here_while_anybody_may_follow(hanako):
    link = make_link(hanako, "mastodon", host="m.example")
    assert decided(link).reason == FOLLOWERS_NOT_APPROVED
    link.follows_approved = True
    decision = decided(link)
    assert decision.goes
    assert "followers on Mastodon" in eligibility.describe_readers(link, Audience.FRIENDS)


@pytest.mark.parametrize(
    ("network", "kind", "reason"),
    [
        ("mastodon", "status", eligibility.NOT_FOR_FRIENDS_OF_FRIENDS),
        ("misskey", "status", eligibility.NOT_FOR_FRIENDS_OF_FRIENDS),
        ("mixi", "note", eligibility.NOT_FOR_FRIENDS_OF_FRIENDS),
        ("mixi", "status", eligibility.ONLY_FOR_EVERYONE),
        ("bluesky", "status", eligibility.ONLY_FOR_EVERYONE),
    ],
)
def test_a_post_for_friends_of_friends_is_told_what_the_network_can_limit(
    hanako, network, kind, reason
):
    """Where a post for friends could go, "to nobody fewer than everyone" would be untrue."""
    link = make_link(hanako, network)
    post = make_post(author=hanako, kind=kind, title="日記", audience=Audience.FRIENDS_OF_FRIENDS)
    outgoing = eligibility.outgoing_post(post, link, post.audience)
    assert eligibility.check_eligibility(outgoing, link).reason == reason


def test_a_member_may_leave_the_address_out_where_it_costs_more(hanako):
    link = make_link(hanako, "twitter")
    phone = log_in_phone(hanako)
    page = phone.get(reverse("link_detail", args=["twitter", link.pk]))
    assert "costs this site more" in page
    phone.submit("Save", permalink="never", status_everyone="on")
    link.refresh_from_db()
    assert (link.never_permalink, link.always_permalink) == (True, False)
    post = make_post(author=hanako, text="花" * 300)
    preview = eligibility.check_eligibility(
        eligibility.outgoing_post(post, link, Audience.EVERYONE), link
    ).preview
    assert preview.is_cut
    assert "http" not in preview.text
    phone.get(reverse("link_detail", args=["twitter", link.pk]))
    phone.submit("Save", permalink="always", status_everyone="on")
    link.refresh_from_db()
    assert (link.never_permalink, link.always_permalink) == (False, True)


def test_elsewhere_there_is_no_such_choice(hanako):
    link = make_link(hanako, "mixi")
    page = detail(hanako, link)
    assert "costs this site more" not in page
    assert "never" not in page.html
    assert "Put" not in page


def test_a_network_that_nobody_set_up_is_not_offered(hanako, settings):
    settings.NETWORKS = {
        **settings.NETWORKS,
        "twitter": {**settings.NETWORKS["twitter"], "client_id": ""},
    }
    page = log_in_phone(hanako).get("/links/")
    assert "Twitter" not in page
    assert "Mastodon" in page
    make_link(hanako, "twitter", name="zaki_x")
    page = log_in_phone(hanako).get("/links/")
    assert "zaki_x" in page


def test_what_a_server_lets_through_is_foreseen_too(hanako):
    link = make_link(hanako, "mastodon", host="m.example", terms={"text": 5000, "address": 23})
    post = make_post(author=hanako, text="花" * 900)
    preview = eligibility.check_eligibility(
        eligibility.outgoing_post(post, link, Audience.EVERYONE), link
    ).preview
    assert not preview.is_cut


@pytest.mark.parametrize("network", [key for key, one in CONNECTORS.items() if one.can_revoke])
def test_who_unlinks_reads_that_the_permission_ends_there_where_it_can(hanako, network):
    page = ending(hanako, make_link(hanako, network, host="m.example"))
    assert "to end the permission that you gave us." in page
    assert "settings" not in page


@pytest.mark.parametrize(
    "network",
    [key for key, one in CONNECTORS.items() if not (one.can_revoke or one.permissions_page)],
)
def test_who_unlinks_reads_where_the_permission_stays(hanako, network):
    page = ending(hanako, make_link(hanako, network))
    assert "keeps the permission that you gave us until you end it in your" in page
    assert "Your settings on" not in page


@pytest.mark.parametrize(
    ("network", "path"),
    [("misskey", "settings/apps"), ("gnusocial", "settings/oauthconnections")],
)
def test_where_it_stays_on_a_server_of_many_the_way_to_it_is_shown(hanako, network, path):
    phone = log_in_phone(hanako)
    link = make_link(hanako, network, host="m.example")
    page = phone.get(reverse("link_end", args=[network, link.pk]))
    assert "keeps the permission" in page
    assert f"https://m.example/{path}" in phone.follow("Your settings on")


def ending(member, link) -> Page:
    return log_in_phone(member).get(reverse("link_end", args=[link.network, link.pk]))
