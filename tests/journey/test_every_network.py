"""One member links every network by its own pages; one post goes to all of them and is taken back.

Web, worker and sandbox as processes, a phone without cookies, addresses from pages alone.
"""

from __future__ import annotations

import pytest

from syndication.connectors import CONNECTORS
from syndication.sandbox.networks import NETWORKS as SANDBOX
from tests.journey.browser import Browser
from tests.journey.story import home, link_network, sees
from tests.journey.world import World
from tests.syndication.networks import ON_THE_SANDBOX

pytestmark = pytest.mark.journey

WORDS = "みんなへ 😀 https://example.org/a-long-way/to-go"
# mixi is linked by the main job (test_main_job.py).
NETWORKS = [key for key in CONNECTORS if key != "mixi"]
PORTS = {network.key: network.port_offset for network in SANDBOX}


@pytest.fixture(scope="module")
def taro(world: World) -> Browser:
    """His phone, logged in by password."""
    phone = Browser(
        world.site, keeps_cookies=False, agent="Mozilla/5.0 (Mobile; rv:48.0) KAIOS/2.5"
    )
    phone.open("/")
    phone.follow("Log in")
    phone.fill("Username or email", "taro")
    phone.fill("Password", world.password)
    phone.press("Log in")
    sees(phone, "9 Write")
    return phone


def typed(world: World, key: str) -> str:
    """What a member types, if anything: a name, or where the sandbox's server is."""
    host, _, port = world.sandbox.removeprefix("http://").partition(":")
    asked = ON_THE_SANDBOX[key].typed.replace("hanako", "taro")
    return asked.format(server=f"{host}:{int(port) + PORTS[key]}")


@pytest.mark.parametrize("key", NETWORKS)
def test_a_phone_links_it_by_its_own_permission_page(world: World, taro: Browser, key: str) -> None:
    name, asked = CONNECTORS[key].name, typed(world, key)
    link_network(taro, world, name, "taro", asked)
    sees(taro, "たろう", "Profile Link member taro")
    taro.press("Link")
    sees(taro, "is linked")
    assert not taro.cookies_offered or all("probe" in offered for offered in taro.cookies_offered)


def test_one_post_to_everyone_reaches_them_all_and_is_taken_back(
    world: World, taro: Browser
) -> None:
    home(taro)
    taro.follow("Write")
    taro.fill("What is new?", WORDS)
    taro.choose("Who sees it", "Everyone")
    taro.press("Preview")
    sees(taro, "Send it?", *(CONNECTORS[key].name for key in NETWORKS))
    taro.press("Send")

    def copies(key: str) -> list[dict]:
        statuses = world.received_from("taro", key)["statuses"]
        return [each for each in statuses if each["text"].startswith("みんなへ")]

    everywhere = ["mixi", *NETWORKS]
    assert world.until(lambda: all(copies(key) for key in everywhere), seconds=60), {
        key: copies(key) for key in everywhere
    }
    assert {key: len(copies(key)) for key in everywhere} == dict.fromkeys(everywhere, 1)
    assert all("https://example.org/a-long-way/to-go" in copies(k)[0]["text"] for k in everywhere)

    home(taro)
    taro.follow("みんなへ")
    taro.follow("5 Change")
    taro.follow("Delete")
    taro.press("Delete")
    deleting = [key for key in everywhere if "status" in CONNECTORS[key].can_delete]
    assert world.until(lambda: all(copies(k)[0]["deleted"] for k in deleting), seconds=60), {
        key: copies(key) for key in everywhere
    }
    for key in set(everywhere) - set(deleting):
        assert not copies(key)[0]["deleted"]
