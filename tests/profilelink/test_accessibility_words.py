"""What is read aloud: languages, titles, errors beside their fields, notices. Without a browser."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.profilelink.album import Shown
from tests.profilelink.test_pages_keys import name_of

pytestmark = pytest.mark.django_db  # for the album alone

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_page_says_its_language(albums: dict[str, list[Shown]], language: str) -> None:
    for one in albums[language]:
        assert f'<html lang="{language}">' in one.page.html, one.name


def test_japanese_words_of_ours_on_an_english_page_say_so(albums: dict[str, list[Shown]]) -> None:
    """The names of languages, and what stands on a network's page that has no English."""
    pages = {one.name: one.page.html for one in albums["en"]}
    assert '<span lang="ja">日本語</span>' in pages["language"]
    assert re.search(r'<option value="ja"[^>]* lang="ja">日本語</option>', pages["language"])
    assert '<span lang="ja">「今後' in pages["link_start"]
    for name in ("visitor account_login", "visitor account_signup", "security", "phone_list"):
        without = re.sub(r'<(\w+)[^>]* lang="ja"[^>]*>.*?</\1>', "", pages[name])
        assert not JAPANESE.search(without.replace("山﨑 花子", "")), name


@pytest.mark.parametrize("language", ["ja", "en"])
def test_titles_tell_pages_apart(albums: dict[str, list[Shown]], language: str) -> None:
    """One title for one address and its states; else a list of windows tells nothing."""
    routes: dict[str, set[str]] = {}
    for one in albums[language]:
        if one.page.status == 404:
            continue
        title = re.search(r"<title>(.+?)</title>", one.page.html)
        assert title, one.name
        routes.setdefault(unescape(title[1]), set()).add(_route(one))
    shared = {title: found for title, found in routes.items() if len(found) > 1}
    assert not shared


# Two addresses that ask or say the same thing.
ALIKE = {
    "account_email_verification_sent": "account_reset_password_done",
    "front_door": "home",
    "link_again": "link_start",
    "mfa_reauthenticate": "account_reauthenticate",
    "post_people": "post_new",
    "post_preview": "post_new",
    "link_return": "link_callback",
    "phone_open": "phone_code",
}


def _route(one: Shown) -> str:
    name = name_of(one.page.path)
    return ALIKE.get(name, name)


def test_an_error_stands_beside_its_field_and_belongs_to_it(
    albums: dict[str, list[Shown]],
) -> None:
    found = 0
    for one in albums["en"]:
        for name in re.findall(r'<span class="e" id="([\w-]+)_error">', one.page.html):
            found += 1
            field = re.search(rf'<(?:input|select|textarea)[^>]* id="{name}"[^>]*>', one.page.html)
            assert field, f"{one.name}: {name}"
            assert 'aria-invalid="true"' in field[0], f"{one.name}: {field[0]}"
            described = re.search(r'aria-describedby="([^"]+)"', field[0])
            assert described, f"{one.name}: {field[0]}"
            assert f"{name}_error" in described[1].split(), f"{one.name}: {field[0]}"
    assert found > 15


def test_what_was_typed_stands_in_the_form_again(albums: dict[str, list[Shown]]) -> None:
    """But for passwords, PINs and codes of a second step: those are typed anew."""
    pages = {one.name: one.page for one in albums["en"]}
    for name, typed in {
        "login wrong": "hanako",
        "signup wrong": "nothing",
        "reset wrong": "nothing",
        "phone code wrong": "XXXX",
        "device type wrong": "AB",
        "group invite wrong": "nobody",
        "post link wrong": "ftp://example.org",
        "post photo broken": "海",
        "friend not found": "nobody",
    }.items():
        values = [
            value for form in pages[name].forms for many in form.fields.values() for value in many
        ]
        assert typed in values, name
    assert "x" * 1001 in pages["post new too long"].html


def test_a_keypad_begins_with_the_letters_that_a_field_takes(
    albums: dict[str, list[Shown]],
) -> None:
    """Three generations of phones: istyle, mode, inputmode or autocapitalize."""
    fields = 0
    for one in albums["ja"]:
        if one.page.status == 403:  # the fields of any form, given back in one kind of box
            continue
        for tag in re.findall(
            r"<(?:input type=\"(?:text|password)\"|textarea)[^>]*>", one.page.html
        ):
            if "hidden" in tag:
                continue
            fields += 1
            is_kana = 'mode="hiragana"' in tag and 'istyle="1"' in tag
            is_digits = 'inputmode="numeric"' in tag
            is_latin = 'autocapitalize="' in tag
            is_secret = 'type="password"' in tag  # begins with characters on every phone
            is_rare = 'name="warning"' in tag  # below "More": not worth 30 bytes of each form
            known = is_kana or is_digits or is_latin or is_secret or is_rare
            assert known, f"{one.name}: {tag}"
    assert fields > 50
