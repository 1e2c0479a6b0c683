"""The account's own profile: read with the friend list once a day, believed no further than its fields."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from syndication.actions import links
from syndication.connectors.base import Friend
from syndication.connectors.errors import Unauthorized
from syndication.delivery import own_profile
from syndication.models import Link
from tests.making import make_link, make_member
from tests.phone import log_in_phone
from tests.syndication.delivering import linked
from tests.syndication.importing import import_friends
from tests.syndication.networks import ON_THE_SANDBOX, linked_on

pytestmark = pytest.mark.django_db

SELF = "GET /2/people/@me/@self"


def stored(link: Link, **fields: str) -> Link:
    """The link after a profile with these fields came."""
    own_profile.store_own_profile(link, Friend(link.uid, "ザキ", **fields), timezone.now())
    link.refresh_from_db()
    return link


def read_at(link: Link):
    return Link.objects.values_list("profile_read_at", flat=True).get(pk=link.pk)


@pytest.mark.parametrize("network", ON_THE_SANDBOX)
def test_name_and_picture_come_with_the_friend_list_of_every_network(sandbox, network):
    net = ON_THE_SANDBOX[network](sandbox)
    link = linked(sandbox) if network == "mixi" else linked_on(net, make_member("hanako"))
    import_friends(link.pk)
    link.refresh_from_db()
    assert link.display_name == "ザキ"
    assert link.picture_url.startswith(("http://127.0.0.1:", "http://localhost:"))
    assert link.picture_url.endswith(".jpg")
    assert bool(link.handle) == net.connector_class.has_handles
    assert link.profile_read_at


def test_a_bluesky_server_without_appview_gives_them_by_the_account_s_own_record(sandbox):
    net = ON_THE_SANDBOX["bluesky"](sandbox)
    link = linked_on(net, make_member("hanako"))
    sandbox.bluesky.state.settings.change({"has_appview": False})
    import_friends(link.pk)
    link.refresh_from_db()
    assert (link.display_name, link.handle) == ("ザキ", "@hanako.test")
    assert "com.atproto.sync.getBlob?did=" in link.picture_url


def test_the_account_is_asked_once_a_day_and_again_when_it_is_linked_again(sandbox, link):
    import_friends(link.pk)
    first = read_at(link)
    sandbox.mixi.account("hanako").nickname = "ざき"
    import_friends(link.pk)
    link.refresh_from_db()
    assert (link.display_name, link.profile_read_at) == ("ザキ", first)
    Link.objects.update(profile_read_at=timezone.now() - timedelta(hours=21))
    import_friends(link.pk)
    link.refresh_from_db()
    assert link.display_name == "ざき"
    given = {"access_token": "new", "scopes": ["r_profile"]}
    links.create_or_resume_link(link.account, given)
    assert read_at(link) is None


def test_a_picture_for_friends_alone_is_not_offered(sandbox, link):
    sandbox.mixi.account("hanako").has_private_face = True
    import_friends(link.pk)
    link.refresh_from_db()
    assert "noimage" in link.picture_url


@pytest.mark.parametrize("kind", ["500_before", "503", "bad_json", "drop_after"])
def test_an_account_that_cannot_be_read_holds_no_friend_list_up(sandbox, link, kind):
    Link.objects.update(display_name="前")
    sandbox.faults.add("mixi", kind, match=SELF, times=9)
    import_friends(link.pk)
    link.refresh_from_db()
    assert link.friends.exists()
    assert (link.display_name, link.profile_read_at, link.state) == ("前", None, "active")


def test_a_network_that_asks_for_time_at_the_account_gets_it(sandbox, link):
    sandbox.faults.add("mixi", "429", match=SELF, seconds=120)
    import_friends(link.pk)
    import_friends(link.pk)
    assert not link.friends.exists()


def test_an_access_that_does_not_cover_the_account_brings_the_friends_all_the_same(sandbox):
    link = linked(sandbox)
    with own_profile._tolerate_unreadable_profile(link):
        raise Unauthorized("scope", scope="r_profile")
    with pytest.raises(Unauthorized), own_profile._tolerate_unreadable_profile(link):
        raise Unauthorized("gone")


# --- What is believed -------------------------------------------------------------------------------
def test_what_the_account_takes_back_is_on_offer_no_more():
    link = stored(
        make_link(make_member()), display_name="ザキ", picture_url="https://a.example/1.jpg"
    )
    link = stored(link)
    assert (link.display_name, link.picture_url) == ("", "")
    page = log_in_phone(link.member).get(reverse("link_profile", args=["mixi", link.pk]))
    assert "mixi: no picture" in page
    assert not [each for form in page.forms for each in form.buttons if "Use this" in each[0]]


def test_a_part_that_cannot_be_read_now_is_not_taken_for_one_that_was_taken_back(sandbox):
    net = ON_THE_SANDBOX["bluesky"](sandbox)
    link = linked_on(net, make_member("hanako"))
    sandbox.bluesky.state.settings.change({"has_appview": False})
    Link.objects.update(display_name="前")
    sandbox.faults.add("bluesky", "503", match="com.atproto.repo.getRecord", times=9)
    import_friends(link.pk)
    link.refresh_from_db()
    assert (link.display_name, link.profile_read_at, link.state) == ("前", None, "active")


def test_a_name_is_one_visible_line_of_bounded_length():
    link = stored(make_link(make_member()), display_name="\u202eza\nki\u3164\ue63e" + "ん" * 300)
    assert link.display_name.startswith("za ki☀んん")
    assert len(link.display_name) <= 100


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("https://cdn.example/a.jpg", "https://cdn.example/a.jpg"),
        ("http://profile.img.mixi.jp/a.jpg", "https://profile.img.mixi.jp/a.jpg"),
        ("ftp://cdn.example/a.jpg", ""),
        ("javascript:alert(1)", ""),
        ("https://me:secret@cdn.example/a.jpg", ""),
        ("https:///a.jpg", ""),
        ("https://[::1/a.jpg", ""),
        ("https://cdn.example/" + "a" * 500, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_picture_s_address_is_https_and_bounded(said, kept):
    assert own_profile.valid_picture_address(said) == kept


def test_a_private_host_keeps_http(settings):
    settings.ALLOWED_PRIVATE_HOSTS = ["127.0.0.1:8001"]
    address = "http://127.0.0.1:8001/a.jpg"
    assert own_profile.valid_picture_address(address) == address


def test_another_account_s_profile_is_not_stored():
    link = make_link(make_member())
    own_profile.store_own_profile(link, Friend("other", "他", display_name="他"), timezone.now())
    assert read_at(link) is None


def test_what_comes_after_the_link_ended_is_not_stored_and_what_was_known_is_gone():
    member = make_member()
    link = stored(make_link(member), display_name="ザキ", picture_url="https://a.example/1.jpg")
    links.unlink(link, by=member)
    link = stored(link, display_name="ザキ")
    assert (link.display_name, link.picture_url, link.profile_read_at) == ("", "", None)
