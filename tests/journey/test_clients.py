"""The main job on every client that is really there, each without cookies and as a member of its own.

    pytest tests/journey -k clients

ends with a list: each client with "pass", or the reason why not. w3m, Lynx, ELinks and Links2 are
driven by keys in a terminal, with full Referers switched on; Dillo and Chromium as they come.
What the clients told other sites is written down there and searched for the tokens.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.journey import story
from tests.journey.browser import Browser
from tests.journey.chromium import Chromium
from tests.journey.dillo import Dillo
from tests.journey.elinks import ELinks
from tests.journey.elsewhere import ARRIVED, Seen
from tests.journey.links2 import Links2
from tests.journey.lynx import Lynx
from tests.journey.people import OTHERS, Person
from tests.journey.story import TOKEN
from tests.journey.talk import talk
from tests.journey.test_main_job import COMPUTER
from tests.journey.w3m import W3m
from tests.journey.world import World

pytestmark = [pytest.mark.journey, pytest.mark.browser]

MASARU, NANA, CHII, TAKEZO, YOSSY, SAKURA = OTHERS


@contextmanager
def seated(client: Any, folder: Path, **options: Any) -> Iterator[Any]:
    """Somebody at this client, if the machine has it."""
    missing = [name for name in client.needs if shutil.which(name) is None]
    if missing:
        pytest.skip(f"not on this machine: {', '.join(missing)}")
    seat = client(folder, **options)
    try:
        yield seat
    finally:
        seat.close()


CLIENTS = [(W3m, MASARU), (Lynx, NANA), (ELinks, CHII), (Links2, TAKEZO), (Chromium, SAKURA)]
each_client = pytest.mark.parametrize(
    ("client", "who"), [pytest.param(*row, id=row[0].__name__) for row in CLIENTS]
)


@each_client
def test_the_main_job_without_cookies(
    client: Any, who: Person, world: World, photo: Path, tmp_path: Path, record_property: Callable
) -> None:
    record_property("client", client.__name__)
    record_property("note", client.note)
    heard_before = len(world.elsewhere.seen)
    computer = Browser(world.site, keeps_cookies=True, agent=COMPUTER)
    with seated(client, tmp_path) as phone:
        tokens = story.tell(computer, phone, world, photo, who)
        talk(phone, world, who)
        assert phone.cookies() == []
        assert phone.complaints == []
    check_what_was_heard(world.elsewhere.since(heard_before), client, tokens)


def test_dillo_logs_in_writes_and_leaves_without_cookies(
    world: World, tmp_path: Path, record_property: Callable
) -> None:
    record_property("client", "Dillo")
    record_property("note", Dillo.note)
    heard_before = len(world.elsewhere.seen)
    computer = Browser(world.site, keeps_cookies=True, agent=COMPUTER)
    with seated(Dillo, tmp_path) as phone:
        phone.open(f"{world.site}/login/")
        phone.sees("Forgot password")
        tokens = {story.token_of(phone)}
        log_in_dillo(computer, phone, world)
        tokens.add(story.token_of(phone))
        phone.follow("9 Write")
        phone.sees("What is new")
        phone.press_under("Write it as", right=87)  # 4 Link
        phone.fill("Caption", story.LINKED)
        phone.fill("Address", world.elsewhere.flour)
        phone.press("Return")
        phone.sees("Send it")
        phone.press_first_button()
        phone.sees("5 Change", seconds=20)
        phone.follow("/flour")
        phone.follow("Go there")
        phone.sees(ARRIVED)
        assert phone.cookies() == []
    check_what_was_heard(world.elsewhere.since(heard_before), Dillo, tokens)


def log_in_dillo(computer: Browser, phone: Dillo, world: World) -> None:
    story.sign_up(computer, world, YOSSY)
    computer.open("/")
    story.account(computer)
    computer.follow("Phones")
    computer.press("Log in a phone")
    phone.open(story.scan(computer))
    phone.sees("Your number")
    computer.press("Show the numbers")
    labels = [label for form in computer.page.forms for label, _name, _value in form.buttons]
    offered = [label for label in labels if re.fullmatch(r"\d\d", label)]
    assert len(offered) == 3
    computer.press(next(number for number in offered if phone.shows("Your number", number)))
    phone.press_first_button()
    phone.sees("9 Write")


def check_what_was_heard(heard: list[Seen], client: Any, tokens: set[str]) -> None:
    """It arrived there, told whence it came where it does such things, and told no token."""
    arrived = [seen for seen in heard if seen.line == "GET /flour" and client.agent in seen.headers]
    assert arrived, f"{client.__name__} did not come to the other site"
    for token in tokens:
        for seen in heard:
            assert not knows(seen, token), f"{client.__name__} told another site: {seen}"
    told_whence = [seen for seen in arrived if re.search(r"Referer: \S+/out/", seen.headers)]
    assert bool(told_whence) == client.tells_whence


def knows(seen: Seen, token: str) -> bool:
    """Whether a request holds any piece of a token, or what looks like an address with one."""
    pieces = {token[at : at + 8] for at in range(len(token) - 7)}
    return bool(TOKEN.search(seen.all)) or any(piece in seen.all for piece in pieces)


@pytest.mark.parametrize("client", [W3m, Lynx, ELinks, Links2, Dillo, Chromium])
def test_the_home_page_in_japanese(client: Any, world: World, tmp_path: Path) -> None:
    with seated(client, tmp_path, language="ja") as phone:
        phone.open(f"{world.site}/")
        story.sees(phone, "ログイン", "新規登録")
        assert phone.cookies() == []
