"""Birthday, town and websites of a profile; the picture in the same form."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone, translation

from accounts.actions import account_closure, profile
from accounts.actions.profile import TooWideForMinor
from accounts.models import Audience, Birthday, Member
from tests.making import befriend, make_member
from tests.phone import PhoneClient, computer, log_in_phone
from tests.photographs import a_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def editing(member: Member) -> PhoneClient:
    phone = log_in_phone(member)
    phone.get(reverse("profile_edit"))
    return phone


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("sea.jpg", a_photo(), content_type="image/jpeg")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0305", "03-05"), ("3/5", "03-05"), ("３月５日", "03-05"), ("0229", "02-29"),
        ("19980305", "1998-03-05"), ("1998年3月5日", "1998-03-05"), (" 1998-3-5 ", "1998-03-05"),
    ],
)  # fmt: skip
def test_a_birthday_is_read_as_people_type_it(typed: str, kept: str) -> None:
    assert str(Birthday.parse(typed)) == kept
    assert str(Birthday.parse(kept)) == kept


@pytest.mark.parametrize(
    "typed",
    ["305", "1305", "0230", "20010229", "18991231", "29990101", "March 5", "5/3/1998", "-", ""],
)
def test_what_is_no_day_is_no_birthday(typed: str) -> None:
    assert Birthday.parse(typed) is None


def test_a_birthday_is_said_in_the_reader_s_language() -> None:
    day, whole = Birthday(3, 5), Birthday(3, 5, 1998)
    assert (day.in_words(), whole.in_words()) == ("March 5", "March 5, 1998")
    with translation.override("ja"):
        assert (day.in_words(), whole.in_words()) == ("3月5日", "1998年3月5日")


def test_the_fields_are_saved_and_shown_to_friends(hanako: Member) -> None:
    page = editing(hanako).submit(
        "Save", birthday="0305", town="札幌", websites="example.jp\nhttp://日本.example/花\n"
    )
    hanako.refresh_from_db()
    assert (hanako.birthday, hanako.town) == ("03-05", "札幌")
    assert hanako.websites.split() == ["https://example.jp", "http://xn--wgv71a.example/%E8%8A%B1"]
    taro = make_member("taro")
    befriend(hanako, taro)
    phone = log_in_phone(taro)
    page = phone.get("/@hanako/")
    assert "March 5" in page
    assert "札幌" in page
    assert page.link("https://example.jp").href.startswith("/out/")  # never with the token
    page = phone.follow("https://example.jp")
    assert "example.jp" in page
    assert "札幌" not in log_in_phone(make_member("jiro")).get("/@hanako/")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("birthday", "1332", "Type four digits"),
        ("websites", "javascript:alert(1)", "is not the address of a website"),
        ("websites", "https://me:secret@example.jp/", "is not the address of a website"),
        ("websites", "ftp://example.jp/", "is not the address of a website"),
        ("websites", "hanako", "is not the address of a website"),
        ("websites", "https://example.jp/" + "x" * 200, "is not the address of a website"),
        ("websites", "a.jp\nb.jp\nc.jp\nd.jp", "Three addresses at most"),
    ],
)
def test_what_cannot_be_kept_is_said_and_stays_typed(
    hanako: Member, field: str, typed: str, said: str
) -> None:
    page = editing(hanako).submit("Save", {field: typed})
    assert said in page
    assert page.form("Save", {field}).fields[field][0].split() == typed.split()
    hanako.refresh_from_db()
    assert getattr(hanako, field) == ""


def test_new_fields_are_for_friends_until_their_member_says_otherwise(hanako: Member) -> None:
    audiences = (hanako.birthday_audience, hanako.town_audience, hanako.websites_audience)
    assert audiences == (Audience.FRIENDS,) * 3


def test_of_age_is_who_had_the_eighteenth_birthday() -> None:
    born = Birthday(12, 1, 2008)
    assert born.is_of_minor(date(2026, 11, 30))
    assert not born.is_of_minor(date(2026, 12, 1))
    assert not Birthday(12, 1).is_of_minor(date(2026, 11, 30))


def test_under_18_a_birthday_is_shown_to_friends_at_most(hanako: Member) -> None:
    minor, adult = (f"{timezone.localdate().year - age}0101" for age in (17, 18))
    phone = editing(hanako)
    page = phone.submit("Save", birthday=minor, birthday_audience="everyone")
    assert "under 18 nobody else is shown your birthday" in page
    phone.submit("Save", birthday_audience="friends")
    hanako.refresh_from_db()
    assert (hanako.birthday[:4], hanako.birthday_audience) == (minor[:4], "friends")
    phone.get(reverse("privacy"))
    assert "under 18" in phone.submit("Save", birthday_audience="friends_of_friends")
    with pytest.raises(TooWideForMinor):
        profile.set_profile_audiences(hanako, {"birthday_audience": "everyone"}, is_listed=False)
    editing(hanako).submit("Save", birthday=adult, birthday_audience="everyone")
    hanako.refresh_from_db()
    assert hanako.birthday_audience == "everyone"


def test_without_a_year_nobody_knows_the_age_and_the_member_decides(hanako: Member) -> None:
    editing(hanako).submit("Save", birthday="0305", birthday_audience="everyone")
    hanako.refresh_from_db()
    assert hanako.birthday_audience == "everyone"


def test_a_picture_is_kept_even_where_something_else_is_wrong(hanako: Member) -> None:
    """A browser does not send a chosen file again."""
    page = editing(hanako).submit("Save", picture=photo(), birthday="1332", town="札幌")
    assert "Your picture is saved. Correct the rest" in page
    assert page.form("Save", {"town"}).fields["town"] == ["札幌"]
    hanako.refresh_from_db()
    assert hanako.picture
    assert hanako.town == ""


def test_a_picture_and_the_words_are_saved_by_one_press(hanako: Member) -> None:
    page = editing(hanako).submit("Save", picture=photo(), about="写真", picture_audience="only_me")
    assert "Your profile is saved." in page
    hanako.refresh_from_db()
    assert (bool(hanako.picture), hanako.about) == (True, "写真")
    assert hanako.picture_audience == "only_me"


def test_removing_the_picture_is_offered_where_there_is_one(hanako: Member) -> None:
    assert "remove_picture" not in computer(hanako).get(reverse("profile_edit")).text


def test_a_closed_account_keeps_none_of_it() -> None:
    hanako = make_member("hanako", birthday="03-05", town="札幌", websites="https://example.jp/")
    account_closure.erase_member(hanako)
    hanako.refresh_from_db()
    assert (hanako.birthday, hanako.town, hanako.websites) == ("", "", "")
