"""Bluesky against a real PDS: linked by OAuth in Chromium and use an app password, posts, follows.

What the sandbox says is written by us; what this says is not.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import sync_playwright

from syndication.actions import links
from syndication.connectors.bluesky.records import COLLECTION as POSTS
from syndication.connectors.bluesky.records import LIKES
from syndication.connectors.errors import TargetGone, Unauthorized, Unsupported
from syndication.connectors.values import PostActivity, Receipt
from syndication.delivery import credentials, token_revocation
from syndication.models import (
    Delivery,
    DeliveryOperation,
    DeliveryState,
    Link,
    PostKind,
    Revocation,
)
from tests.accounts.away import leave_by_computer, read
from tests.making import make_member
from tests.pds.server import PASSWORD, SITE, Account, Pds, running, what_is_missing
from tests.phone import computer, log_in_phone
from tests.photographs import a_photo
from tests.syndication.connectors.network import a_post
from tests.syndication.delivering import planned, remove, tried
from tests.syndication.importing import import_friends

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.journey,
    pytest.mark.skipif(bool(what_is_missing()), reason=what_is_missing()),
]
CHROMIUM = shutil.which("chromium")
in_chromium = pytest.mark.skipif(CHROMIUM is None, reason="not on this machine: chromium")

# Tests run as root in containers. No name is looked up: where the browser would go is enough.
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP *.net 127.0.0.1:9"]
LOOPBACK = "http://127.0.0.1:8799"


@pytest.fixture(scope="module")
def running_pds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pds]:
    with running(tmp_path_factory.mktemp("pds")) as pds:
        yield pds


@pytest.fixture
def pds(running_pds: Pds, settings: Any) -> Pds:
    """With the product's settings pointing at it."""
    settings.PUBLIC_URL = LOOPBACK
    settings.ALLOWED_PRIVATE_HOSTS = running_pds.hosts
    ours = {"api_url": running_pds.pds, "plc_url": running_pds.plc}
    settings.NETWORKS = {
        **settings.NETWORKS,
        "bluesky": {**settings.NETWORKS["bluesky"], **ours},
    }
    return running_pds


@pytest.fixture
def hanako(pds: Pds) -> Account:
    return pds.account("hanako")


def agree_in_chromium(asked: str, *, button: str = "Authorize") -> str:
    """Signs in on the server's own page and presses; where it sends back to."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(locale="en")
        page.set_default_timeout(20_000)
        page.goto(asked)
        page.fill("input[type=password]", PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        with page.expect_request(lambda request: "/login/callback/" in request.url) as back:
            page.get_by_role("button", name=button).click()
        address = back.value.url
        browser.close()
    return address.removeprefix(LOOPBACK).removeprefix(SITE)


def linked_by_oauth(account: Account) -> Link:
    client = computer(make_member("hanako"))
    away = leave_by_computer(client, "bluesky", server=account.handle)
    page = read(client.get(agree_in_chromium(away.address), follow=True))
    assert f"Bluesky account @{account.handle} → Profile Link member hanako" in page
    client.post("/links/confirm/bluesky/", {"link": "Link"})
    return Link.objects.get()


def linked_by_password(account: Account) -> Link:
    phone = log_in_phone(make_member("hanako"))
    phone.get("/links/bluesky/")
    page = phone.submit("Next", server=account.handle, password=account.app_password)
    assert f"Bluesky account @{account.handle} → Profile Link member hanako" in page
    phone.submit("Link")
    return Link.objects.get()


def linked_from_a_site(account: Account) -> Link:
    """As a site of the internet has it: the server reads our document, and we sign with our key."""
    settings.PUBLIC_URL = SITE  # the fixture `pds` puts it back
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, SITE.removeprefix("https://")]
    document = Client().get("/oauth/client-metadata.json")
    account.pds.answers.write_bytes(document.content)
    link = linked_by_oauth(account)
    assert document.json()["client_id"] == credentials.credentials_of_link(link).extra["client_id"]
    return link


DOORS = [
    pytest.param(linked_by_oauth, marks=in_chromium, id="by OAuth on loopback"),
    pytest.param(linked_from_a_site, marks=in_chromium, id="by OAuth from a site"),
    pytest.param(linked_by_password, id="use an app password"),
]


@pytest.mark.parametrize("linked", DOORS)
def test_linked_posts_go_there_once_and_are_deleted_there(pds, hanako, linked):
    taro = pds.account("taro")
    hanako.follow(taro)
    link = linked(hanako)
    assert (link.uid, link.host) == (hanako.did, pds.hosts[0])

    text = f"到着 😀 #旅 https://example.org/a @{taro.handle}"
    photo = ContentFile(a_photo((1200, 900)), name="a.jpg")
    sent = tried(planned(link, text, kind=PostKind.PHOTO, photo=photo, photo_alt="バス停"))
    assert sent.state == DeliveryState.SENT
    [copy] = hanako.posts()
    record = copy["value"]
    assert (sent.remote_id, record["text"]) == (copy["uri"], text)
    [image] = record["embed"]["images"]
    assert image["alt"] == "バス停"
    assert image["aspectRatio"] == {"width": 1200, "height": 900}
    shown = {
        text.encode()[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode(): (
            each["features"][0]
        )
        for each in record["facets"]
    }
    assert shown["#旅"]["tag"] == "旅"
    assert shown["https://example.org/a"]["uri"] == "https://example.org/a"
    assert shown[f"@{taro.handle}"]["did"] == taro.did

    import_friends(link.pk)
    assert [(friend.uid, friend.name) for friend in link.friends.all()] == [(taro.did, taro.handle)]

    remove(sent.post)
    gone = tried(Delivery.objects.get(operation=DeliveryOperation.DELETE))
    assert gone.state == DeliveryState.SENT
    assert hanako.posts() == []


@pytest.mark.parametrize("linked", DOORS)
def test_a_repeat_finds_its_record_and_doubles_nothing(pds, hanako, linked):
    connector = credentials.connector_for(linked(hanako))
    post, since = a_post("status", written_at=time.time()), time.time() - 60
    assert connector.look_up(post, since=since, idempotency_key="k").exact == ()
    first = connector.publish(post, idempotency_key="k")
    [there] = hanako.posts()
    assert connector.publish(post, idempotency_key="k") == first
    other_words = replace(post, text="changed in between")
    assert connector.publish(other_words, idempotency_key="k") == first
    assert hanako.posts() == [there]
    [found] = connector.look_up(post, since=since, idempotency_key="k").exact
    assert found.remote_id == first.remote_id
    connector.retract(first)
    connector.retract(first)
    assert hanako.posts() == []


@pytest.mark.parametrize("linked", DOORS)
def test_the_access_is_renewed_and_the_new_one_works(pds, hanako, linked):
    link = linked(hanako)
    before = credentials.credentials_of_link(link)
    renewed = credentials.connector_for(link, refused=link.credentials_version).credentials
    assert renewed.refresh_token != before.refresh_token
    assert renewed.expires_at > timezone.now().timestamp()
    assert tried(planned(link, "新しい鍵で")).state == DeliveryState.SENT
    assert [each["value"]["text"] for each in hanako.posts()] == ["新しい鍵で"]


@pytest.mark.parametrize("linked", DOORS)
def test_after_unlinking_nothing_is_renewed_there(pds, hanako, linked):
    """An access token lasts to its own end there; what would renew it is gone."""
    link = linked(hanako)
    connector = credentials.connector_for(link)
    links.unlink(link, by=link.member)
    [row] = Revocation.objects.all()
    token_revocation.attempt_revocation(row.pk)
    assert not Revocation.objects.exists()
    with pytest.raises(Unauthorized):
        connector.refresh()


def said_by(account: Account, text: str) -> str:
    """A post of somebody on the same server; its URI."""
    record = {"$type": POSTS, "text": text, "createdAt": "2026-11-22T00:00:00Z"}
    content = {"repo": account.did, "collection": POSTS, "record": record}
    return account.pds.told("com.atproto.repo.createRecord", content, token=account.token)["uri"]


@pytest.mark.parametrize("linked", DOORS)
def test_an_answer_stands_below_its_parent_and_its_root_and_is_deleted(pds, hanako, linked):
    taro = pds.account("taro")
    connector = credentials.connector_for(linked(hanako))
    first = connector.read_target(said_by(taro, "最初"))
    assert (first.author.uid, first.author.handle) == (taro.did, f"@{taro.handle}")
    below, since = None, time.time() - 60
    for number, target in enumerate((first, None)):
        target = target or connector.read_target(below.remote_id)
        text = f"@{taro.handle} {number} そうだね"
        post = a_post("reply", permalink="", text=text, reply_to=target, language="ja")
        below = connector.publish(post, idempotency_key=f"k{number}")
        assert connector.publish(post, idempotency_key=f"k{number}") == below
        [found] = connector.look_up(post, since=since, idempotency_key=f"k{number}").exact
        assert (found.remote_id, found.parent_id) == (below.remote_id, target.remote_id)
    upper, lower = hanako.posts()
    assert {each["value"]["reply"]["root"]["uri"] for each in (upper, lower)} == {first.remote_id}
    assert upper["value"]["reply"]["parent"] == {"uri": first.remote_id, "cid": first.version}
    assert lower["value"]["reply"]["parent"] == {"uri": upper["uri"], "cid": upper["cid"]}
    [mention] = upper["value"]["facets"]
    assert mention["features"][0]["did"] == taro.did
    assert "facets" not in lower["value"]  # answers hanako, so it names nobody else
    for each in (below, below, Receipt(upper["uri"])):
        connector.retract(each)
    assert hanako.posts() == []


@pytest.mark.parametrize("linked", DOORS)
def test_a_like_is_one_record_and_is_taken_back(pds, hanako, linked):
    taro = pds.account("taro")
    connector = credentials.connector_for(linked(hanako))
    target = connector.read_target(said_by(taro, "いいね？"))

    def likes() -> list[Any]:
        query = {"repo": hanako.did, "collection": LIKES}
        return pds.asked("com.atproto.repo.listRecords", query)["records"]

    receipt = connector.like(target, idempotency_key="k")
    assert connector.like(target, idempotency_key="k") == receipt
    [like] = likes()
    assert (like["uri"], like["value"]["subject"]["uri"]) == (receipt.remote_id, target.remote_id)
    for each in (receipt, receipt, Receipt("")):
        connector.unlike(target.remote_id, each)
        assert likes() == []
    connector.like(target, idempotency_key="l")
    connector.unlike(target.remote_id, Receipt(""))
    assert likes() == []


def test_a_server_without_an_appview_tells_nothing_and_fails_nothing(pds, hanako):
    connector = credentials.connector_for(linked_by_password(hanako))
    status = PostActivity(said_by(hanako, "だれか"))
    assert list(connector.own_activity(since=0)) == []
    for ask in (connector.replies, connector.likes):
        with pytest.raises(Unsupported):
            list(ask(status))
    assert list(connector.feed()) == []
    for gone in (status.remote_id[:-1], said_by(hanako, "x").replace(hanako.did[-3:], "aaa")):
        with pytest.raises(TargetGone):
            connector.read_target(gone)


def test_an_app_password_that_is_taken_back_parks_the_link_at_its_next_refresh(pds, hanako):
    link = linked_by_password(hanako)
    pds.told("com.atproto.server.revokeAppPassword", {"name": "tests"}, token=hanako.token)
    stored = credentials.credentials_of_link(link)
    credentials.store_credentials(link, replace(stored, expires_at=time.time()))
    waiting = tried(planned(link, "鍵がない"))
    assert waiting.state == DeliveryState.PARKED
    assert hanako.posts() == []


@in_chromium
def test_what_was_said_no_to_there_links_nothing(pds, hanako):
    client = computer(make_member("hanako"))
    away = leave_by_computer(client, "bluesky", server=hanako.handle)
    back = agree_in_chromium(away.address, button="Deny access")
    client.get(back, follow=True)
    assert not Link.objects.exists()


def test_the_server_s_own_name_does_for_the_handle(pds, hanako):
    away = leave_by_computer(computer(make_member("hanako")), "bluesky", server=pds.pds)
    assert away.address.startswith(f"{pds.pds}/oauth/authorize?")
    assert "request_uri=" in away.address


def test_the_main_password_is_not_taken(pds, hanako):
    phone = log_in_phone(make_member("hanako"))
    phone.get("/links/bluesky/")
    page = phone.submit("Next", server=hanako.handle, password=PASSWORD)
    assert "This is your main password" in page
