"""By keyboard, by thumb, with letters of double size: every page in Chromium. About 40 s."""

from __future__ import annotations

import pytest

from tests.journey.chromium import EXECUTABLE
from tests.profilelink.album import Shown
from tests.profilelink.screen import chromium, screen

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,  # for the album alone
    pytest.mark.skipif(EXECUTABLE is None, reason="Chromium is not installed here"),
]

CONTROLS = "a[href], input:not([type=hidden], [hidden], [tabindex='-1']), select, textarea, button"
WHERE = """controls => {
    const all = [...document.querySelectorAll(controls)], at = document.activeElement;
    const style = getComputedStyle(at);
    return [all.indexOf(at), style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0];
}"""
# What a thumb presses: menu lines and what else has a key, fields, buttons, and a box together with
# the words behind it.
SMALL = """least => [...document.querySelectorAll(
        ".m a, a[accesskey], input:not([type=hidden], [type=checkbox], [hidden]), select, " +
        "textarea, button, [type=checkbox] + label")]
    .filter(one => one.getClientRects().length)
    .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
    .filter(([box]) => box.height < least || box.width < 24)
    .map(([box, html]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${html}`)"""
# Wider than the window, or with text that its own box hides. (A field scrolls what is typed.)
CUT = """() => {
    const wide = document.scrollingElement.scrollWidth - innerWidth;
    const hidden = [...document.querySelectorAll("body *:not(textarea, select)")].filter(one =>
        one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible"
        && one.type !== "text" && one.type !== "file");
    return (wide > 0 ? [`${wide} pixels too wide`] : [])
        .concat(hidden.map(one => one.outerHTML.slice(0, 120)));
}"""


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_control_is_large_enough_for_a_thumb(
    albums: dict[str, list[Shown]], language: str
) -> None:
    with chromium() as browser, screen(browser, 240) as window:
        window.show(albums[language][0])
        small = {one.name: window.put(one).evaluate(SMALL, 44) for one in albums[language]}
    assert not {name: found for name, found in small.items() if found}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_is_cut_or_wider_than_the_window(
    albums: dict[str, list[Shown]], language: str
) -> None:
    """At 228 pixels, and at 320 with letters of double size (WCAG 1.4.4 and 1.4.10)."""
    cut = {}
    with chromium() as browser, screen(browser, 228) as window:
        window.show(albums[language][0])
        for one in albums[language]:
            found = window.put(one).evaluate(CUT)
            window.view.evaluate("document.documentElement.style.fontSize = '200%'")
            window.view.set_viewport_size({"width": 320, "height": 640})
            found += window.view.evaluate(CUT)
            window.view.set_viewport_size({"width": 228, "height": 640})
            if found:
                cut[one.name] = found
    assert not cut


def test_the_tab_key_reaches_every_control_in_order_and_leaves_again(
    albums: dict[str, list[Shown]],
) -> None:
    with chromium() as browser, screen(browser, 240) as window:
        for one in albums["en"]:
            view = window.show(one)
            count = view.evaluate(
                "controls => document.querySelectorAll(controls).length", CONTROLS
            )
            order = []
            for _step in range(count):
                view.keyboard.press("Tab")
                at, is_seen = view.evaluate(WHERE, CONTROLS)
                assert is_seen, f"{one.name}: control {at} does not show that it has the focus"
                order.append(at)
            assert order == list(range(count)), one.name
            view.keyboard.press("Tab")
            assert view.evaluate(WHERE, CONTROLS)[0] in (-1, 0), f"{one.name}: a trap"
