"""The whole product in Japanese: no page forgets a word, and none grows too heavy by it."""

from __future__ import annotations

import re

from django.urls import reverse

from accounts.models import Member, Notice
from syndication.connectors import CONNECTORS
from tests.page import Page
from tests.phone import PhoneClient, log_in_phone
from tests.profilelink.test_languages import LINE, width
from tests.profilelink.weights import CAP, crawl, table

_WORD = re.compile(r"(?<![A-Za-z])[A-Za-z][A-Za-z]+")
# A language is offered by its own name. No blank stands between two options in a page's text.
_LANGUAGES = re.compile("Português|Tiếng Việt|Filipino")
_KEYED = re.compile("[0-9*#] (.+)")
# A mark of full width has its space in it.
_BLANK_BEHIND_MARK = re.compile(r".{0,12}[。：、？] +(?:<(?!br|/)[^>]*>)*[^\s<]+")
_TYPED = re.compile(r"<(textarea|title)\b.*?</\1>", re.DOTALL)
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+|@\w+")
# Names, and words that Japanese writes in Latin letters. Names of the fixture's rows among them.
NAMES = {
    *("Profile", "Link", "mixi", "English", "OK"),
    *(word for connector in CONNECTORS.values() for word in _WORD.findall(connector.name)),
    *("QR", "PIN", "SNS", "GIF", "PNG", "JPEG", "WebP", "KaiOS", "ZIP", "ISO", "JP"),
    *("Facebook", "LINE"),
    *("index", "html"),  # a file of the export
    *("hanako", "taro", "yuki", "kenji", "momo", "sora", "Choir", "Library"),
}


def english_left(page: Page) -> set[str]:
    """Latin words on a page: its title, its text, its buttons; without addresses and names."""
    title = re.search(r"<title>(.*?)</title>", page.html, re.DOTALL)
    name = title[1] if title else ""
    read = [name, page.text.removeprefix(name)]  # no blank stands between title and body
    read += [label for form in page.forms for label, _name, _value in form.buttons]
    return set(_WORD.findall(_LANGUAGES.sub("", _ADDRESS.sub("", " ".join(read))))) - NAMES


def menu(page: Page) -> set[str]:
    """The lines behind number keys, without the keys: links and buttons."""
    shown = [link.text for link in page.links if link.accesskey]
    shown += [label for form in page.forms for label, _name, _value in form.buttons]
    return {line[1] for text in shown if (line := _KEYED.fullmatch(" ".join(text.split())))}


def crawled(phone: PhoneClient) -> dict[str, Page]:
    """Every page that the phone reaches, by its path; none heavier than the cap."""
    weights = [weight for weight in crawl(phone, "/") if weight.is_html]
    heavy = [weight for weight in weights if weight.size > CAP]
    assert not heavy, table(heavy)
    return {weight.path: weight.page for weight in weights}


def misplaced_blanks(pages: dict[str, Page]) -> dict[str, list[str]]:
    """Where a blank stands behind a Japanese mark, by the page's path; without what members wrote."""
    html = {path: _TYPED.sub("", page.html) for path, page in pages.items()}
    return {
        path: found for path, text in html.items() if (found := _BLANK_BEHIND_MARK.findall(text))
    }


def test_no_page_of_a_member_has_english_left_in_it_and_no_menu_a_line_too_wide(
    hanako: Member,
) -> None:
    """Menus as they are shown: with contexts, plurals, buttons and what is filled in."""
    Notice.objects.all().delete()  # of the fixture: their text stands in the row
    pages = crawled(log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja"))
    assert len(pages) > 40
    assert not misplaced_blanks(pages)
    assert not {path: left for path, page in pages.items() if (left := english_left(page))}
    lines = {line: path for path, page in pages.items() for line in menu(page)}
    assert len(lines) > 100
    too_wide = {line: path for line, path in lines.items() if width(line) > LINE}
    assert not {line: path for line, path in too_wide.items() if "…" not in line}  # a cut post


def test_no_page_of_a_visitor_has_english_left_in_it(db: None) -> None:
    phone = PhoneClient(HTTP_ACCEPT_LANGUAGE="ja")
    phone.get("/m/")
    pages = crawled(phone)
    assert reverse("account_login") in pages
    assert reverse("account_signup") in pages
    assert not misplaced_blanks(pages)
    assert not {path: left for path, page in pages.items() if (left := english_left(page))}


def test_the_login_page_is_as_light_in_japanese(db: None) -> None:
    """Three bytes a character; the budget is the same."""
    phone = PhoneClient(HTTP_ACCEPT_LANGUAGE="ja")
    phone.get("/m/")
    assert len(phone.get(reverse("account_login")).response.getvalue()) <= 1_500


def test_a_blank_behind_a_mark_would_be_found() -> None:
    pages = {
        "/": Page("<p>雪。 <b>花</b></p>", status=200, path="/"),
        "/q/": Page("<p>雪。<b>花</b><br>公開範囲：全体。 <br>花</p>", status=200, path="/q/"),
    }
    assert list(misplaced_blanks(pages)) == ["/"]


def test_an_english_page_would_be_found() -> None:
    page = Page("<title>家</title><p>1 書く Where it went</p>", status=200, path="/")
    assert english_left(page) == {"Where", "it", "went"}
