"""Linking by Chromium's own Sec-Fetch-Site, Origin and Referer, with the session in the address.

mixi's permission page is on another site for Chromium (localhost, not 127.0.0.1), Bluesky's on
another port: one comes back by `cross-site`, the other by a Referer of another host.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Request

from tests.journey import story
from tests.journey.chromium import Chromium
from tests.journey.people import Person
from tests.journey.story import home, sees
from tests.journey.world import World

pytestmark = [pytest.mark.journey, pytest.mark.browser]

MOMO = Person("momo", "もも", ())


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not on this machine")
def test_chromium_links_mixi_and_bluesky_by_its_own_headers(world: World, tmp_path: Path) -> None:
    phone = Chromium(tmp_path)
    try:
        seen: list[Request] = []
        phone.context.on("requestfinished", lambda one: seen.append(one))
        sign_up(phone, world)
        story.link_mixi(phone, world, MOMO)
        [back] = [one for one in seen if "/mixi/login/callback/" in one.url]
        assert back.all_headers()["sec-fetch-site"] == "cross-site"
        link_bluesky(phone, world)
        assert story.TOKEN.search(phone.address())
        from_a_link_elsewhere(phone, world)
    finally:
        phone.close()


def sign_up(phone: Chromium, world: World) -> None:
    phone.open(world.site)
    phone.follow("Sign up")
    phone.fill("Name", MOMO.name)
    phone.fill("Mail", "momo@example.com")
    phone.fill("Password", world.password)
    phone.press("Sign up")
    sees(phone, MOMO.name, "Log out")


def link_bluesky(phone: Chromium, world: World) -> None:
    home(phone)
    phone.follow("Links")
    phone.follow("Link your profile with Bluesky")
    number = re.search(r"Remember this number: (\d{4})", phone.text)
    assert number is not None, phone.text
    phone.fill("Your name or server there", "yuki.test")
    phone.press("Go to Bluesky")
    phone.follow("Go there")
    phone.fill("ユーザー名", "yuki")
    phone.fill("パスワード", world.password)
    phone.press("承認")
    phone.fill("The 4-digit number", number[1])
    phone.press("Continue")
    sees(phone, "ゆき", "momo")
    phone.press("Link")
    sees(phone, "is linked")


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
