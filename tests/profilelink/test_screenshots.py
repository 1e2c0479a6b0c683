"""A picture of every page, in every language and width, into the folder that SCREENSHOTS names:

    SCREENSHOTS=var/screenshots pytest tests/profilelink/test_screenshots.py

About two minutes, in JPEG, which is drawn faster than PNG; skipped without the folder. tests/journey puts its pictures beside them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.journey.chromium import EXECUTABLE
from tests.profilelink.album import Shown
from tests.profilelink.screen import Chromium, Screen

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,  # for the album alone
    pytest.mark.skipif(EXECUTABLE is None, reason="Chromium is not installed here"),
    pytest.mark.skipif("SCREENSHOTS" not in os.environ, reason="SCREENSHOTS names no folder"),
]

WIDTHS = {240: "light", 360: "dark", 1280: "light"}


def test_every_page_has_its_picture(albums: dict[str, list[Shown]], browser: Chromium) -> None:
    folder = Path(os.environ["SCREENSHOTS"])

    def look(window: Screen) -> None:
        for one in pages:
            window.show(one) if one.pictures or one is pages[0] else window.put(one)
            window.view.screenshot(path=into / f"{one.file_name}.jpg", full_page=True, quality=85)

    for language, pages in albums.items():
        for width, scheme in WIDTHS.items():
            into = folder / f"{language}-{width}-{scheme}"
            into.mkdir(parents=True, exist_ok=True)
            browser.look(look, width=width, color_scheme=scheme)
            assert len(list(into.glob("*.jpg"))) >= len({one.file_name for one in pages})
