"""The catalogues: whole, correct, as wide as a phone's line; and which language a page speaks."""

from __future__ import annotations

import contextlib
import gettext
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from unicodedata import east_asian_width

import pytest
from django.conf import settings as project
from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.validators import MaxLengthValidator, MinLengthValidator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as translate
from django.utils.translation import override

from accounts.actions.notices import in_language_of
from accounts.models import Member
from syndication.connectors import reasons
from syndication.models.reason_texts import sentence
from tests.making import PASSWORD, make_member, make_post
from tests.phone import PhoneClient, log_in_phone
from tests.profilelink.catalogue import Entry, Key, read

CATALOGUES = Path(project.LOCALE_PATHS[0])
JAPANESE = CATALOGUES / "ja" / "LC_MESSAGES"
SOURCES = ("accounts", "profilelink", "syndication", "templates")
GIVEN_UP = {
    "スタッフ": "運営者",
    "会員": "メンバー",
    "マイミク|友達": "友だち",
    "ブラウザー": "ブラウザ",
    "PIN(?!コード)": "暗証番号",
    "誰": "だれ",
    "今(?![日回度後])": "いま",
    "きょう|あした": "今日, 明日",
    "込み合": "混み合う",
    "受けつけ": "受け付け",
    "せまく|しぼ": "狭く, 限定",
    "ひとつ|一つ|一人": "1つ, 1人",
    "ずみ": "済み",
    "むこう|向こう|そこ(?!で)|そちら": "the place by its name",
    "よその": "ほかの",
    "捨て": "削除",
    "隠(す|し|され)": "非表示",
    "クリック|タップ": "押す",
}
GIVEN_UP_EN = {
    r"\banew\b": "again",
    r"\bmeanwhile\b": "in the meantime",
    r"\bonce more\b": "again",
    r"[Ee]-mail": "email",
    r"small letters": "lowercase letters",
    r"\bletters\)": "characters)",
    r"\b[Ll]ook there\b": "check the network",
    r"\bwriter\b": "author",
}
LINE = 16  # full-width characters of a menu's line at 240 pixels

_PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]")
_NUMBERED = re.compile(r"""[0-9*#] \{% translate ["']([^"']+)["'] %\}""")


@pytest.fixture(scope="module")
def catalogue() -> dict[Key, Entry]:
    return read(JAPANESE / "django.po")


def sentences(catalogue: dict[Key, Entry]) -> list[Entry]:
    return [entry for key, entry in catalogue.items() if key != ("", "")]


def needs(tool: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed (Debian: gettext)")


# --- What the catalogue holds ---------------------------------------------------------------------


def test_every_sentence_of_the_product_is_in_the_catalogue_and_no_other(
    catalogue: dict[Key, Entry], tmp_path: Path, settings
) -> None:
    """Extracted anew from a copy, since makemessages writes next to what it reads."""
    needs("xgettext")
    for name in SOURCES:
        away = shutil.ignore_patterns("locale", "__pycache__", "sandbox")
        shutil.copytree(project.BASE_DIR / name, tmp_path / name, ignore=away)
    settings.LOCALE_PATHS = [tmp_path / "locale"]
    with contextlib.chdir(tmp_path):
        call_command("makemessages", locale=["ja"], verbosity=0)
    found = set(read(tmp_path / "locale" / "ja" / "LC_MESSAGES" / "django.po"))
    again = (
        "django-admin makemessages -l ja --no-location --no-obsolete, translate, compilemessages"
    )
    assert not found - set(catalogue), f"not in the catalogue: {again}"
    assert not set(catalogue) - found, f"no longer in the code: {again}"


def test_every_sentence_is_said_in_japanese(catalogue: dict[Key, Entry]) -> None:
    assert len(catalogue) > 700
    assert not [entry.key for entry in sentences(catalogue) if entry.is_fuzzy]
    assert not [entry.key for entry in sentences(catalogue) if not all(entry.said)]


def test_japanese_has_one_form_for_one_and_for_many(catalogue: dict[Key, Entry]) -> None:
    assert "nplurals=1; plural=0;" in catalogue["", ""].said[0]
    assert [entry for entry in sentences(catalogue) if entry.plural]
    assert not [entry.key for entry in sentences(catalogue) if len(entry.said) != 1]


def test_what_is_filled_in_stands_in_both_languages(catalogue: dict[Key, Entry]) -> None:
    for entry in sentences(catalogue):
        asked = set(_PLACE.findall(entry.msgid + entry.plural))
        assert set(_PLACE.findall(entry.said[0])) == asked, entry.key


def test_a_sentence_ends_as_japanese_ends_one(catalogue: dict[Key, Entry]) -> None:
    """No half-width mark was left behind a Japanese character, and no English quotes."""
    left = re.compile(r"[ぁ-んァ-ヶー一-龠）」！][.,:?](?![a-z])|[“”]|  ")
    assert not [entry.said for entry in sentences(catalogue) if left.search(entry.said[0])]


def test_one_word_is_used_for_one_thing(catalogue: dict[Key, Entry]) -> None:
    """The table in profilelink/locale/README.md has the words; these were given up for them."""
    found = [
        f"{given_up} in {text!r}: say {word}"
        for entry in sentences(catalogue)
        for text, words in ((entry.said[0], GIVEN_UP), (entry.msgid + entry.plural, GIVEN_UP_EN))
        for given_up, word in words.items()
        if re.search(given_up, text)
    ]
    assert not found, "\n".join(found)


def test_the_compiled_catalogue_is_that_of_the_text(
    catalogue: dict[Key, Entry], tmp_path: Path
) -> None:
    """People run the demo without gettext's tools, so the .mo is kept beside the .po."""
    with (JAPANESE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in sentences(catalogue):
        if entry.plural:
            said = compiled.ngettext(entry.msgid, entry.plural, 2)
        elif entry.context:
            said = compiled.pgettext(entry.context, entry.msgid)
        else:
            said = compiled.gettext(entry.msgid)
        assert said == entry.said[0], "compilemessages was not run"


def test_the_tools_find_no_fault_in_the_catalogue() -> None:
    needs("msgfmt")
    told = subprocess.run(
        ["msgfmt", "--check", "-o", "/dev/null", str(JAPANESE / "django.po")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")


def test_a_line_of_a_menu_fits_a_phone(catalogue: dict[Key, Entry]) -> None:
    templates = (project.BASE_DIR / "templates").rglob("*.html")
    lines = {line for path in templates for line in _NUMBERED.findall(path.read_text())}
    assert len(lines) > 40
    too_wide = {line: said for line in lines if width(said := catalogue["", line].said[0]) > LINE}
    assert not too_wide


def width(text: str) -> float:
    """In full-width characters."""
    return sum(1 if east_asian_width(letter) in "WFA" else 0.5 for letter in text)


# --- Which language a page speaks ------------------------------------------------------------------


def test_a_page_speaks_what_the_browser_asks_for(db: None) -> None:
    for asked, shown in [("ja", "ログイン"), ("ja-JP,en;q=0.5", "ログイン"), ("de", "Log in")]:
        phone = PhoneClient(HTTP_ACCEPT_LANGUAGE=asked)
        assert shown in phone.get("/m/")
        code = "ja" if shown == "ログイン" else "en"
        assert f'<html lang="{code}">' in phone.get(reverse("account_login")).html


def test_the_choice_of_a_session_wins_over_the_browser(db: None) -> None:
    """On a phone without cookies: PhoneClient fails on any Set-Cookie."""
    phone = log_in_phone(make_member(), HTTP_ACCEPT_LANGUAGE="en")
    phone.get(reverse("language"))
    phone.submit(language="ja")
    assert "日本語で表示します。" in phone.page
    assert "9 書く" in phone.get(reverse("home"))
    phone.get(reverse("language"))
    phone.submit(language="en")
    assert "9 Write" in phone.get(reverse("home"))


def test_mails_and_notices_speak_the_language_in_which_a_member_came(db: None) -> None:
    """The worker sees no browser."""
    member = make_member("hanako")
    phone = PhoneClient(HTTP_ACCEPT_LANGUAGE="ja")
    phone.get("/m/")
    phone.get(reverse("account_login"))
    phone.submit("ログイン", login="hanako", password=PASSWORD)
    member.refresh_from_db()
    with in_language_of(member):
        assert sentence(reasons.TICK_ALWAYS).startswith("mixiのページで")


def logged_in_with(language: str, *, chosen_before: str = "") -> PhoneClient:
    """A phone that asks for a language; perhaps another one is chosen on it before the log-in."""
    phone = PhoneClient(HTTP_ACCEPT_LANGUAGE=language)
    phone.get("/m/")
    if chosen_before:
        phone.get(reverse("language"))
        phone.submit("OK", language=chosen_before)
    phone.get(reverse("account_login"))
    phone.submit("", login="hanako", password=PASSWORD)
    return phone


def test_a_language_that_was_chosen_is_there_at_the_next_log_in_elsewhere(db: None) -> None:
    member = make_member("hanako")
    phone = logged_in_with("en")
    phone.get(reverse("language"))
    phone.submit("OK", language="ja")
    other = logged_in_with("en")
    assert '<html lang="ja">' in other.page.html
    assert '<html lang="ja">' in other.get(reverse("friend_list")).html
    member.refresh_from_db()
    assert member.language == "ja"


def test_what_is_chosen_on_the_way_in_is_the_newest_choice(db: None) -> None:
    member = make_member("hanako", language="ja", is_language_chosen=True)
    phone = logged_in_with("ja", chosen_before="en")
    assert '<html lang="en">' in phone.page.html
    member.refresh_from_db()
    assert member.language == "en"


@pytest.mark.parametrize("asked", [{}, {"HTTP_ACCEPT_LANGUAGE": "fr, *;q=0.5"}])
def test_a_language_that_nobody_asked_for_is_not_stored(db: None, asked: dict[str, str]) -> None:
    member = make_member("hanako")
    phone = PhoneClient(**asked)
    phone.get("/m/")
    phone.get(reverse("account_login"))
    phone.submit("", login="hanako", password=PASSWORD)
    member.refresh_from_db()
    assert member.language == ""


def test_an_old_phone_that_asks_for_none_reads_japanese(db: None) -> None:
    phone = PhoneClient("DoCoMo/2.0 N906i(c100;TB;W24H16)")
    phone.get("/m/")
    assert '<html lang="ja">' in phone.page.html


@pytest.mark.parametrize("path", ["home", "account_login"])
def test_the_first_pages_lead_to_the_other_language(db: None, path: str) -> None:
    phone = PhoneClient(HTTP_ACCEPT_LANGUAGE="en")
    phone.get("/m/")
    phone.get(reverse(path))
    number = "4" if path == "home" else "5"
    phone.follow(f"{number} 日本語")
    phone.submit("OK", language="ja")
    phone.get(reverse(path))
    phone.follow(f"{number} English")


def test_who_never_chose_reads_what_each_browser_asks_for(db: None) -> None:
    make_member("hanako")
    logged_in_with("en")
    assert '<html lang="ja">' in logged_in_with("ja").page.html


def test_days_are_written_as_japanese_writes_them(hanako: Member) -> None:
    """Year first, 24 hours; and no more of it than is needed."""
    for days, written in [
        (0, r" \d?\d:\d\d"),
        (40, r" \d?\d/\d?\d \d?\d:\d\d"),
        (400, r" 20\d\d/\d?\d/\d?\d \d?\d:\d\d"),
    ]:
        post = make_post(author=hanako, created_at=timezone.now() - timedelta(days=days))
        page = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja").get(
            reverse("post_detail", args=[post.pk])
        )
        assert re.search(f"花子 ·{written} · 全体に公開", page.text), page.text


def test_django_and_allauth_speak_our_japanese(db: None) -> None:
    phone = PhoneClient(HTTP_ACCEPT_LANGUAGE="ja")
    phone.get("/m/")
    phone.get(reverse("account_login"))
    phone.submit("ログイン", login="", password="")
    assert "入力してください。" in phone.page
    assert "このフィールド" not in phone.page
    with override("ja"):
        assert "2つのパスワード" in translate("You must type the same password each time.")


@pytest.mark.parametrize(
    ("check", "typed", "said"),
    [
        (MinLengthValidator(2), "花", "2文字以上で入力してください（いまは1文字）。"),
        (MaxLengthValidator(2), "花花花", "2文字までで入力してください（いまは3文字）。"),
        (
            MinimumLengthValidator(8).validate,
            "花",
            "パスワードが短すぎます。8文字以上にしてください。",
        ),
    ],
)
def test_what_django_says_of_lengths_is_said_in_our_words(
    check: Callable[[str], None], typed: str, said: str
) -> None:
    """Django's own Japanese has half-width blanks around numbers, and asks to confirm a value."""
    with override("ja"), pytest.raises(ValidationError) as error:
        check(typed)
    with override("ja"):
        assert error.value.messages == [said]
