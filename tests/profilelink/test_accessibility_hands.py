"""By keyboard, by thumb, with characters of double size: every page in Chromium."""

from __future__ import annotations

import pytest

from tests.journey.chromium import EXECUTABLE
from tests.profilelink.album import Shown
from tests.profilelink.screen import Chromium, Screen

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,  # for the album alone
    pytest.mark.skipif(EXECUTABLE is None, reason="Chromium is not installed here"),
]

CONTROLS = "a[href], input:not([type=hidden], [hidden], [tabindex='-1']), select, textarea, button, summary"
# Writes down each control that gets the focus: its number, and whether it shows that it has it.
LISTEN = """controls => {
    const all = [...document.querySelectorAll(controls)].filter(one => one.getClientRects().length);
    window.met = [];
    document.documentElement.addEventListener("focusin", event => {
        const style = getComputedStyle(event.target);
        const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
        window.met.push([all.indexOf(event.target), isSeen]);
    });
    return all.length;
}"""
UNFOLD = "() => document.querySelectorAll('details').forEach(part => { part.open = true; })"
# What a thumb presses: menu lines and what else has a key, fields, buttons, and a box together with
# the words behind it.
SMALL = """least => [...document.querySelectorAll(
        ".m a, a[accesskey], input:not([type=hidden], [type=checkbox], [hidden]), select, " +
        "textarea, button, summary, [type=checkbox] + label")]
    .filter(one => one.getClientRects().length)
    .map(one => [one.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
    .filter(([box]) => box.height < least || box.width < 24)
    .map(([box, html]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${html}`)"""
# Wider than the window, or with text that its own box hides. (A field scrolls what is typed.)
CUT = """() => {
    const wide = document.scrollingElement.scrollWidth - innerWidth;
    const hidden = [...document.querySelectorAll("body *:not(textarea, select)")].filter(one =>
        one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== "visible"
        && one.type !== "text" && one.type !== "email" && one.type !== "file");
    return (wide > 0 ? [`${wide} pixels too wide`] : [])
        .concat(hidden.map(one => one.outerHTML.slice(0, 120)));
}"""
CUT_IN_DOUBLE = f"""() => {{
    document.documentElement.style.fontSize = "200%";
    return ({CUT})();
}}"""


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_control_is_large_enough_for_a_thumb(
    albums: dict[str, list[Shown]], browser: Chromium, language: str
) -> None:
    album = albums[language]

    def look(window: Screen) -> dict[str, list[str]]:
        window.show(album[0])
        return window.walk(album, SMALL, 44)

    small = browser.look(look, width=240)
    assert len(small) == len(album)
    assert not {name: found for name, found in small.items() if found}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_is_cut_or_wider_than_the_window(
    albums: dict[str, list[Shown]], browser: Chromium, language: str
) -> None:
    """At 228 pixels, and at 320 with characters of double size (WCAG 1.4.4 and 1.4.10)."""
    album = albums[language]

    def look(window: Screen) -> list[dict[str, list[str]]]:
        window.show(album[0])
        found = window.walk(album, CUT)
        window.resize(320)
        return [found, window.walk(album, CUT_IN_DOUBLE)]

    for walk in browser.look(look, width=228):
        assert len(walk) == len(album)
        assert not {name: found for name, found in walk.items() if found}


def test_the_tab_key_reaches_every_control_in_order_and_leaves_again(
    albums: dict[str, list[Shown]], browser: Chromium
) -> None:
    album = albums["en"]

    def look(window: Screen) -> int:
        controls = 0
        view = window.show(album[0])
        for one in album:
            window.put(one).evaluate(UNFOLD)
            count = view.evaluate(LISTEN, CONTROLS)
            for _step in range(count + 1):
                view.keyboard.press("Tab")
            met = view.evaluate("() => window.met")
            assert [at for at, _ in met[:count]] == list(range(count)), one.name
            hidden = [at for at, is_seen in met if not is_seen]
            assert not hidden, f"{one.name}: {hidden} do not show that they have the focus"
            assert met[count:] in ([], [[0, True]]), f"{one.name}: a trap"
            controls += count
        return controls

    assert browser.look(look, width=240) > 500
