"""A friend on a network answers a copy and likes it; the phone hears of it by mail, answers from the page, and
sees the like. On each network that tells both, counted by the network.

Web, worker and sandbox as processes, a phone without cookies, addresses from pages and mails alone.
"""

from __future__ import annotations

import re

import pytest
import requests

from syndication.connectors import CONNECTORS
from syndication.sandbox.networks import NETWORKS as SANDBOX
from tests.journey.browser import Browser
from tests.journey.mailbox import mails_to, want_mails, words_of
from tests.journey.people import Person
from tests.journey.story import home, link_network, sees
from tests.journey.test_leaving import PHONE
from tests.journey.world import World
from tests.syndication.networks import ON_THE_SANDBOX

pytestmark = pytest.mark.journey

WHO = Person("yuki", "ゆき☆彡", ())
FRIEND, CALLED = "momo", "もも"
WORDS = "図書館の猫が寝ています"
BOTH_WAYS = [
    key
    for key, connector in CONNECTORS.items()
    if "status" in connector.brings_replies and "status" in connector.brings_likes
]
PORTS = {network.key: network.port_offset for network in SANDBOX}


@pytest.fixture(scope="module")
def phone(world: World) -> Browser:
    """The demo's Yuki, whose mixi is linked; here she links the others."""
    phone = Browser(world.site, keeps_cookies=False, agent=PHONE)
    phone.open("/")
    phone.follow("Log in")
    phone.fill("Username or email", WHO.name)
    phone.fill("Password", world.password)
    phone.press("Log in")
    host, _, port = world.sandbox.removeprefix("http://").partition(":")
    for key in [key for key in BOTH_WAYS if key != "mixi"]:
        asked = ON_THE_SANDBOX[key].typed.replace("hanako", WHO.name)
        asked = asked.format(server=f"{host}:{int(port) + PORTS[key]}")
        link_network(phone, world, CONNECTORS[key].name, WHO.name, asked)
        phone.press("Link")
        sees(phone, "is linked")
    want_mails(phone, world, WHO, "Likes, and replies")
    home(phone)
    phone.follow("9 Write")
    phone.fill("What is new?", WORDS)
    phone.choose("Who sees it", "Everyone")
    phone.press("Preview")
    phone.press("Send")
    return phone


def test_there_is_more_than_one_network() -> None:
    assert {"mixi", "mastodon", "misskey", "bluesky"} <= set(BOTH_WAYS)


@pytest.mark.parametrize("key", BOTH_WAYS)
def test_a_friend_there_is_heard_and_answered(world: World, phone: Browser, key: str) -> None:
    said, answer = f"{key}から、かわいい", f"{key}へ、ありがとう"
    copy = world.until(lambda: copy_on(world, key), seconds=60)
    assert copy, world.received_from(WHO.name, key)
    reply = act(world, "_reply", {"network": key, "user": FRIEND, "to": copy, "text": said})["id"]
    act(world, "_like", {"network": key, "user": FRIEND, "to": copy})
    name = CONNECTORS[key].name

    def told() -> str:
        mails = [words_of(one) for one in mails_to(world, WHO) if "reply" in str(one["Subject"])]
        return next((mail for mail in mails if f"{CALLED} ({name}) replied" in mail), "")

    for _look in range(6):
        world.bring_looks_forward()
        if mail := world.until(told, seconds=20):
            break
    assert mail, [words_of(one) for one in mails_to(world, WHO)]
    assert said not in mail
    assert WORDS not in mail
    leads_to = re.search(rf"{re.escape(world.site)}(/\S+)", mail)
    assert leads_to
    phone.open(leads_to[1])  # no token stands in a mail: a phone without cookies logs in
    phone.fill("Username or email", WHO.name)
    phone.fill("Password", world.password)
    phone.press("Log in")
    sees(phone, f"{name}: 1 reply", "1 like", said)
    phone.follow(said)
    phone.follow("1 Reply")
    phone.fill("Reply", answer)
    phone.press("Preview")
    sees(phone, answer)
    phone.press("Send")
    if phone.shows("Wait five seconds"):  # the answer on the network before went a moment ago
        world.until(lambda: "", seconds=6)
        phone.press("Preview")  # nothing typed is lost
        phone.press("Send")
    sees(phone, "Your reply is on its way.")
    sent = world.until(lambda: answers_on(world, key, answer), seconds=120)
    assert len(sent) == 1, sent
    assert sent[0]["in_reply_to"] == (copy if key == "mixi" else reply)  # mixi has flat threads
    home(phone)
    phone.follow("8 Notices")
    sees(phone, f"({name}) likes your post: {WORDS}")


def act(world: World, what: str, body: dict[str, str]) -> dict[str, str]:
    answer = requests.post(f"{world.sandbox}/{what}", json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()


def rows(world: World, key: str) -> list[dict]:
    """Everything that the network was given, posts and replies."""
    received = world.received(key)
    return [*received["statuses"], *received.get("comments", ())]


def copy_on(world: World, key: str) -> str:
    found = [one["id"] for one in rows(world, key) if one["text"].startswith(WORDS)]
    assert len(found) <= 1, found
    voice = "voice:" if key == "mixi" else ""  # as its threads name it
    return f"{voice}{found[0]}" if found else ""


def answers_on(world: World, key: str, answer: str) -> list[dict]:
    return [one for one in rows(world, key) if answer in one["text"]]
