"""WCAG 2.2 AA and axe-core's best practice, on every page: both languages, light and dark, a phone
of 240 pixels and a computer of 1280.

Every rule looks at each page once in a language; those that depend on colours or on the width look
again in the other scheme and at the other width.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from tests.journey.chromium import EXECUTABLE
from tests.page import Page
from tests.profilelink.album import Shown
from tests.profilelink.screen import Chromium, Screen

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db,  # for the album alone
    pytest.mark.skipif(EXECUTABLE is None, reason="Chromium is not installed here"),
]

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SEEN = ["color-contrast", "target-size", "link-in-text-block"]  # rules about what is painted
RUN = """only => axe.run(document, {runOnly: only, resultTypes: ["violations"], elementRef: false})
    .then(found => found.violations.flatMap(rule => rule.nodes.map(node =>
        `${rule.id}: ${node.html.slice(0, 160)} ${(node.any[0] || node.all[0] || node.none[0] || {}).message || ""}`)))"""
EVERY_RULE = {"type": "tag", "values": LEVELS}
WHAT_IS_SEEN = {"type": "rule", "values": SEEN}


@pytest.mark.parametrize(("language", "width", "other"), [("ja", 240, 1280), ("en", 1280, 240)])
def test_axe_finds_nothing_on_any_page(
    albums: dict[str, list[Shown]], browser: Chromium, language: str, width: int, other: int
) -> None:
    """Light at one width, dark at the other; the other language has it the other way about."""
    album = albums[language]

    def look(window: Screen) -> list[dict[str, list[str]]]:
        window.show(album[0]).evaluate(AXE)
        found = window.walk(album, RUN, EVERY_RULE)
        window.resize(other)
        window.view.emulate_media(color_scheme="dark")
        return [found, window.walk(album, RUN, WHAT_IS_SEEN)]

    walks = browser.look(look, width=width)
    assert [len(found) for found in walks] == [len(album)] * 2
    faults = [
        f"{name}: {fault}" for found in walks for name, each in found.items() for fault in each
    ]
    assert not faults, "\n".join(faults)


def test_axe_would_find_what_is_wrong(albums: dict[str, list[Shown]], browser: Chromium) -> None:
    sound = next(one for one in albums["en"] if one.name == "visitor account_signup")
    faults = [
        (' lang="en"', "", "html-has-lang"),
        ('<label for="id_email">', "<label>", "label"),
        ("<main>", "<div>", "landmark-one-main"),
        ("<h1>", '<h1><img src="/x.png">', "image-alt"),
        ("<h1>", '<font color="#cccccc">pale</font><h1>', "color-contrast"),
        ("</h1>", "</h1><h4>deep</h4>", "heading-order"),
        (' content="width=device-width"', ' content="user-scalable=no"', "meta-viewport"),
    ]
    pale_in_the_dark = ("<h1>", '<font color="#333333">pale</font><h1>', "color-contrast")

    def look(window: Screen) -> list[dict[str, list[str]]]:
        window.show(sound).evaluate(AXE)
        found = window.walk([_broken(sound, *fault) for fault in faults], RUN, EVERY_RULE)
        window.view.emulate_media(color_scheme="dark")
        return [found, window.walk([_broken(sound, *pale_in_the_dark)], RUN, WHAT_IS_SEEN)]

    walks = browser.look(look, width=240)
    assert [len(found) for found in walks] == [len(faults), 1]
    for name, each in [*walks[0].items(), *walks[1].items()]:
        assert [fault for fault in each if fault.startswith(f"{name}:")], name


def _broken(sound: Shown, right: str, wrong: str, rule: str) -> Shown:
    """A page with one fault, called by the rule that has to find it."""
    html = sound.page.html.replace(right, wrong, 1)
    return replace(sound, name=rule, page=Page(html, status=200, path="/signup/"))
