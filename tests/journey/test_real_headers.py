"""Linking by Chromium's own Sec-Fetch-Site, Origin and Referer, with the session in the address.

mixi's permission page is on another site for Chromium (localhost, not 127.0.0.1), Bluesky's on
another port: one comes back by `cross-site`, the other by a Referer of another host.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Request

from tests.journey import story
from tests.journey.chromium import Chromium
from tests.journey.people import Person
from tests.journey.story import sees
from tests.journey.world import World

pytestmark = [pytest.mark.journey, pytest.mark.browser]

MOMO = Person("momo", "もも", ())


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not on this machine")
def test_chromium_links_mixi_and_bluesky_by_its_own_headers(world: World, tmp_path: Path) -> None:
    phone = Chromium(tmp_path)
    try:
        seen: list[Request] = []
        phone.context.on("requestfinished", lambda one: seen.append(one))
        story.sign_up(phone, world, MOMO)
        story.link_mixi(phone, world, MOMO)
        [back] = [one for one in seen if "/mixi/login/callback/" in one.url]
        assert back.all_headers()["sec-fetch-site"] == "cross-site"
        # Nobody else's: test_both_ways links Yuki's, test_every_network Taro's.
        story.link_network(phone, world, "Bluesky", "hanako", "hanako.test")
        sees(phone, "ザキ", "momo")
        with phone.view.expect_navigation():  # its address is wanted, not that of the page before
            phone.press("Link")
        sees(phone, "is linked.")  # "by another member" is another page
        assert story.TOKEN.search(phone.address())
        from_a_link_elsewhere(phone, world)
    finally:
        phone.close()


def from_a_link_elsewhere(phone: Chromium, world: World) -> None:
    """A link of another site into the address is refused; one to the site leads to its page."""
    inside, other = phone.address(), f"http://{world.elsewhere.other_site}/flour"
    for target, words in ((inside, "Not from another site"), (f"{world.site}/m/", "Log in")):
        phone.view.goto(other)
        phone.view.set_content(f'<base href="{other}"><a href="{target}">over</a>')
        phone.follow("over")
        sees(phone, words)
    assert story.TOKEN.search(phone.address())
    phone.open(inside)
    sees(phone, "Bluesky")
