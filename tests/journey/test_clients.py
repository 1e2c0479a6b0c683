"""The main job on every client that is really there, each without cookies and as a member of its own.

    pytest tests/journey -k clients

ends with a list: each client with "pass", or the reason why not. w3m, Lynx, ELinks and Links2 are
driven by keys in a terminal, with full Referers switched on; Dillo and Chromium as they come.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.journey import story
from tests.journey.browser import Browser
from tests.journey.chromium import Chromium
from tests.journey.elinks import ELinks
from tests.journey.elsewhere import Seen
from tests.journey.links2 import Links2
from tests.journey.lynx import Lynx
from tests.journey.story import OTHERS, TOKEN, Person
from tests.journey.test_main_job import COMPUTER
from tests.journey.w3m import W3m
from tests.journey.world import World

pytestmark = pytest.mark.journey

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
    heard_before = len(world.elsewhere.seen)
    computer = Browser(world.site, keeps_cookies=True, agent=COMPUTER)
    with seated(client, tmp_path) as phone:
        record_property("note", phone.note)
        tokens = story.tell(computer, phone, world, photo, who)
        assert phone.cookies() == []
        assert phone.complaints == []
    heard = world.elsewhere.since(heard_before)
    assert any(seen.line == "GET /flour" and phone.agent in seen.headers for seen in heard)
    if phone.tells_whence:
        assert any("Referer" in seen.headers and "/out/" in seen.headers for seen in heard)
    for token in tokens:
        for seen in heard:
            assert not knows(seen, token), f"{client.__name__} told another site: {seen}"


def knows(seen: Seen, token: str) -> bool:
    """Whether a request holds any piece of a token, or what looks like an address with one."""
    pieces = {token[at : at + 8] for at in range(len(token) - 7)}
    return bool(TOKEN.search(seen.all)) or any(piece in seen.all for piece in pieces)


@each_client
def test_the_home_page_in_japanese(client: Any, who: Person, world: World, tmp_path: Path) -> None:
    with seated(client, tmp_path, language="ja") as phone:
        phone.open(f"{world.site}/")
        story.sees(phone, "ログイン", "新規登録")
        assert phone.cookies() == []
