"""The main job by real processes: gunicorn, worker, sandbox; a computer, and a phone without cookies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.journey import story
from tests.journey.browser import Browser
from tests.journey.world import World

pytestmark = pytest.mark.journey

COMPUTER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
FLIP_PHONE = "Mozilla/5.0 (Linux; Android 5.1; F-01J) AppleWebKit/537.36 Chrome/49 Mobile"
TOKEN = re.compile(r"/s/([A-Za-z0-9_-]{22})")


@pytest.fixture(scope="module")
def told(world: World, photo: Path) -> tuple[World, Browser, Browser]:
    """The whole story, told once over plain HTTP; the tests below look at what it left."""
    computer = Browser(world.site, keeps_cookies=True, agent=COMPUTER)
    phone = Browser(world.site, keeps_cookies=False, agent=FLIP_PHONE)
    story.tell(computer, phone, world, photo)
    return world, computer, phone


def test_the_main_job_from_a_computer_to_a_post_on_mixi(
    told: tuple[World, Browser, Browser],
) -> None:
    world, _, _ = told
    received = world.received()
    assert any(d["title"] == story.NOTE_TITLE for d in received["diaries"])
    assert any(story.CAPTION in str(p) for p in [*received["photos"], *received["statuses"]])


def test_the_phone_was_never_offered_a_cookie(told: tuple[World, Browser, Browser]) -> None:
    _, _, phone = told
    assert phone.cookies_offered == []


def test_the_phone_took_four_requests_from_scan_to_home(world: World) -> None:
    computer = Browser(world.site, keeps_cookies=True, agent=COMPUTER)
    phone = Browser(world.site, keeps_cookies=False, agent=FLIP_PHONE)
    story.log_in_computer(computer, world, "taro")
    story.log_in_phone(computer, phone, member="太郎")
    assert phone.requests <= 4


def test_a_visitor_without_cookies_sees_one_set_cookie_the_probe(world: World) -> None:
    visitor = Browser(world.site, keeps_cookies=False, agent="Somebody/1.0")
    visitor.open("/login/")
    assert len(visitor.cookies_offered) == 1
    assert visitor.cookies_offered[0].startswith("probe=")
    assert TOKEN.search(visitor.page.path)
    visitor.follow("Sign up")
    assert len(visitor.cookies_offered) == 1


def test_inside_links_carry_the_token_and_nothing_else_does(
    told: tuple[World, Browser, Browser],
) -> None:
    world, computer, phone = told
    for page in phone.pages:
        if not page.url.startswith(world.site):
            continue
        under_token = TOKEN.search(page.path)
        for address in [*(link.href for link in page.links), *(f.action for f in page.forms)]:
            if (
                under_token
                and address.startswith("/")
                and not address.startswith(("/out/", "/static/"))
            ):
                assert TOKEN.match(address), f"{address} on {page.url}"
            if address.startswith("http"):
                assert not TOKEN.search(address), f"{address} on {page.url}"
    for page in computer.pages:
        assert not TOKEN.search(page.html), page.url


def test_no_token_and_no_secret_is_in_logs_mails_rows_or_copies(
    told: tuple[World, Browser, Browser],
) -> None:
    world, _, phone = told
    tokens = {found for page in phone.pages for found in TOKEN.findall(page.url)}
    assert tokens
    places = {
        "logs": world.logs(),
        "mails": "\n".join(world.mails()),
        "rows": world.dump(),
        "copies": str(world.received()),
    }
    for place, text in places.items():
        for token in tokens:
            assert token not in text, f"a session token is in the {place}"
    for secret in world.network_secrets():
        for place, text in places.items():
            assert secret not in text, f"a network's token is in the {place}"


def test_sign_up_on_the_phone_and_confirm_the_mail(world: World) -> None:
    phone = Browser(world.site, keeps_cookies=False, agent=FLIP_PHONE)
    phone.open("/m/")
    phone.follow("Sign up")
    phone.fill("Name", "kenji")
    phone.fill("Mail", "kenji@example.com")
    phone.fill("Password", "mitsumame-to-anko")
    phone.press("Sign up")
    story.sees(phone, "kenji")
    mail = next(m for m in world.mails() if "kenji@example.com" in m)
    assert not TOKEN.search(mail)
    address = re.search(rf"{re.escape(world.site)}\S+", mail)[0]
    phone.open(address)
    phone.press("Yes")
    story.sees(phone, "kenji@example.com")
    # A mail's address names no session, so the page that needs one probes, once.
    assert [offered.partition("=")[0] for offered in phone.cookies_offered] == ["probe"]
