"""What friends wrote elsewhere can be pressed, read in one's own language, and read in pages."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from syndication.models import FeedItem
from tests.making import make_link, make_member
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db

MAX_BYTES = 9_000


def make_item(member, text: str = "", **changes) -> FeedItem:
    return FeedItem.objects.create(
        link=make_link(member),
        remote_id="1",
        author_uid="2",
        author_name="Mika",
        text=text,
        written_at=timezone.now(),
        **changes,
    )


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "[shared by] Bo どっち? [photo] 海 [poll]"),
        ("ja", "[共有] Bo どっち? [写真] 海 [アンケート]"),
    ],
)
def test_what_stands_beside_the_words_is_said_in_the_readers_language(language, line):
    hanako = make_member("hanako")
    parts = [["photo", "海"], ["poll", "犬 / 猫"], ["passed_on", "Bo"]]
    make_item(hanako, "どっち?", attached=parts)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    assert line in phone.get(reverse("home")).text


@pytest.mark.parametrize(
    ("attached", "shown"),
    [([], "[no words]"), ([["photo", ""]], "[photo]"), ([["new", "x"]], "[file] x")],
)
def test_a_post_without_words_can_be_pressed_and_read(attached, shown):
    hanako = make_member("hanako")
    item = make_item(hanako, attached=attached)
    phone = log_in_phone(hanako)
    phone.get(reverse("home"))
    page = phone.follow(shown)
    assert page.path.endswith(reverse("feed_item", args=[item.pk]))
    assert shown in page


def test_a_long_post_is_read_in_pages():
    """One of 82 kB stood on one page."""
    hanako = make_member("hanako")
    item = make_item(hanako, "花見の話。" * 1500 + "終わり", url="https://far.example/1")
    phone = log_in_phone(hanako)
    page = phone.get(reverse("feed_item", args=[item.pk]))
    read = page.text
    assert len(page.html.encode()) < MAX_BYTES
    for _ in range(20):
        if "Read on" not in page:
            break
        page = phone.follow("# Read on")
        assert len(page.html.encode()) < MAX_BYTES
        read += page.text
    assert "終わり" in page
    assert read.count("花見の話") >= 1500
