"""The main job with Chromium as the phone: 240 × 320, scripts and cookies off, a picture a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.journey import story
from tests.journey.browser import Browser
from tests.journey.chromium import EXECUTABLE, Chromium
from tests.journey.test_main_job import COMPUTER
from tests.journey.world import World

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif(EXECUTABLE is None, reason="not on this machine: chromium"),
]


def test_the_main_job_in_chromium_at_240_pixels_without_scripts_and_cookies(
    world: World, photo: Path, tmp_path: Path
) -> None:
    with sync_playwright() as playwright:
        phone = Chromium(playwright, tmp_path)
        try:
            computer = Browser(world.site, keeps_cookies=True, agent=COMPUTER)
            story.tell(computer, phone, world, photo)
            assert phone.cookies() == []
            assert phone.too_wide == []
            assert phone.taken > 40
        finally:
            phone.close()
