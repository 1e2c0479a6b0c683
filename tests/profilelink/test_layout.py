"""Where things stand: the menu beside the text on a wide screen, below it on a phone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journey.chromium import EXECUTABLE
from tests.profilelink.album import Shown
from tests.profilelink.screen import Chromium, Screen

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,  # for the album alone
    pytest.mark.skipif(EXECUTABLE is None, reason="Chromium is not installed here"),
]

# The edges of header, text and menu; null where a page has no such part.
EDGES = """() => Object.fromEntries(["header", "main", "nav"].map(name => {
    const part = document.querySelector(`body > ${name}`);
    return [name, part && (({left, right, top, bottom}) => ({left, right, top, bottom}))(
        part.getBoundingClientRect())];
}))"""


def with_menu(album: list[Shown]) -> list[Shown]:
    return [one for one in album if "<header>" in one.page.html and "<nav" in one.page.html]


@pytest.fixture(scope="module")
def edges(albums: dict[str, list[Shown]], browser: Chromium) -> dict[int, dict[str, Any]]:
    """Of each page with header and menu, at the width of a computer and of a phone."""
    pages = with_menu(albums["ja"])
    assert len(pages) > 200

    def look(window: Screen) -> dict[int, dict[str, Any]]:
        window.show(pages[0])
        wide = window.walk(pages, EDGES)
        window.resize(240)
        return {1280: wide, 240: window.walk(pages, EDGES)}

    return browser.look(look, width=1280)


def test_on_a_wide_screen_the_menu_stands_left_of_the_text_below_the_header(
    edges: dict[int, dict[str, Any]],
) -> None:
    for name, page in edges[1280].items():
        header, text, menu = page["header"], page["main"], page["nav"]
        assert menu["right"] + 16 < text["left"], name
        assert header["bottom"] <= menu["top"] < header["bottom"] + 100, name
        assert header["bottom"] <= text["top"] < header["bottom"] + 100, name
        assert header["left"] == pytest.approx(menu["left"]), name
        assert header["right"] == pytest.approx(text["right"]), name
        assert text["right"] - text["left"] < 45 * 16, f"{name}: too long a line to read"


def test_on_a_phone_the_menu_comes_last(edges: dict[int, dict[str, Any]]) -> None:
    for name, page in edges[240].items():
        assert page["header"]["bottom"] <= page["main"]["top"], name
        assert page["main"]["bottom"] <= page["nav"]["top"], name
        assert page["main"]["left"] == page["nav"]["left"], name
