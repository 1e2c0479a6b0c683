"""Words of templates: addresses as a page sees them, when something was, Japanese quotes."""

from datetime import timedelta
from urllib.parse import urljoin

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from accounts.templatetags.quotes import quotes
from accounts.templatetags.times import day, when

TOKEN = "/s/AAAAAAAAAAAAAAAAAAAAAA"
FOLDERS = st.lists(st.sampled_from(["s", "login", "posts", "1", "q"]), max_size=5)


def near(here: str, there: str) -> str:
    context = Context({"request": RequestFactory().get(here), "there": there})
    return Template("{% near there %}").render(context)


@pytest.mark.parametrize(
    ("here", "there", "seen"),
    [
        (f"{TOKEN}/", f"{TOKEN}/posts/12/", "posts/12/"),
        (f"{TOKEN}/", f"{TOKEN}/", "./"),
        (f"{TOKEN}/login/", f"{TOKEN}/q/", "../q/"),
        (f"{TOKEN}/login/", f"{TOKEN}/", "../"),
        (f"{TOKEN}/login/", f"{TOKEN}/login/", "./"),
        ("/", "/@hanako/", "@hanako/"),
    ],
)
def test_an_address_as_the_page_sees_it_bears_no_token(here: str, there: str, seen: str) -> None:
    assert near(here, there) == seen


@given(FOLDERS, FOLDERS)
def test_a_browser_finds_the_same_place_by_it(here: list[str], there: list[str]) -> None:
    page, target = "/".join(["", *here, ""]), "/".join(["", *there, ""])
    assert urljoin(f"http://testserver{page}", near(page, target)) == f"http://testserver{target}"


def test_no_more_of_a_time_is_written_than_is_needed() -> None:
    now = timezone.localtime()
    year_ago = now - timedelta(days=400)
    with override("en"):
        assert when(now) == f"{now.hour}:{now.minute:02d}"
        assert when(year_ago).startswith(f"{year_ago.day} {year_ago:%b %Y} ")
        assert when(None) == ""
    with override("ja"):
        assert day(year_ago) == f"{year_ago.year}/{year_ago.month}/{year_ago.day}"


def test_japanese_words_are_marked_and_nothing_else_gets_in() -> None:
    with override("en"):
        assert quotes("Tick 「常に」 <b>") == 'Tick <span lang="ja">「常に」</span> &lt;b&gt;'
        assert "<script>" not in quotes("「<script>」")
    with override("ja"):
        assert quotes("「常に」<b>") == "「常に」&lt;b&gt;"
