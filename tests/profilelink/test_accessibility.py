"""WCAG 2.2 AA and axe-core's best practice, on every page: both languages, light and dark, a phone
of 240 pixels and a computer of 1280.

Every rule looks at each page once in a language; those that depend on colours or on the width look
again in the other scheme and at the other width, on the page as it stands. About 75 s.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from tests.journey.chromium import EXECUTABLE
from tests.page import Page
from tests.profilelink.album import Shown
from tests.profilelink.screen import chromium, screen

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


@pytest.mark.parametrize(("language", "width", "other"), [("ja", 240, 1280), ("en", 1280, 240)])
def test_axe_finds_nothing_on_any_page(
    albums: dict[str, list[Shown]], language: str, width: int, other: int
) -> None:
    found: dict[str, list[str]] = {}
    with chromium() as browser, screen(browser, width) as window:
        window.show(albums[language][0]).evaluate(AXE)
        for shown in albums[language]:
            view = window.put(shown)
            faults = view.evaluate(RUN, {"type": "tag", "values": LEVELS})
            view.set_viewport_size({"width": other, "height": 640})
            faults += view.evaluate(RUN, {"type": "rule", "values": SEEN})
            view.emulate_media(color_scheme="dark")
            faults += view.evaluate(RUN, {"type": "rule", "values": SEEN[:1]})
            view.emulate_media(color_scheme="light")
            view.set_viewport_size({"width": width, "height": 640})
            if faults:
                found[shown.name] = faults
    assert not found, _listed(found)


def _listed(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}\n    " + "\n    ".join(faults) for name, faults in found.items())


def test_axe_would_find_what_is_wrong(albums: dict[str, list[Shown]]) -> None:
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
    with chromium() as browser, screen(browser, 240) as window:
        window.show(sound).evaluate(AXE)
        for right, wrong, rule in faults:
            broken = sound.page.html.replace(right, wrong, 1)
            view = window.put(replace(sound, page=Page(broken, status=200, path="/signup/")))
            found = view.evaluate(RUN, {"type": "tag", "values": LEVELS})
            assert [fault for fault in found if fault.startswith(f"{rule}:")], rule
