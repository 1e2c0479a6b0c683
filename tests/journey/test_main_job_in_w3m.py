"""The main job with w3m as the phone: cookies off, keys in, screen out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journey import story
from tests.journey.browser import Browser
from tests.journey.test_main_job import COMPUTER
from tests.journey.w3m import W3m, missing
from tests.journey.world import World

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(bool(missing), reason=f"not on this machine: {', '.join(missing)}"),
]


def test_the_main_job_in_w3m_without_cookies(world: World, photo: Path, tmp_path: Path) -> None:
    phone = W3m(tmp_path)
    try:
        story.tell(Browser(world.site, keeps_cookies=True, agent=COMPUTER), phone, world, photo)
    finally:
        phone.close()
    assert not list(tmp_path.glob("*-home/**/cookie")), "w3m was given a cookie to keep"
