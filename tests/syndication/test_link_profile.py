"""Take over again: name and picture of a linked account, field by field, with a way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from accounts.actions import profile, profile_import
from accounts.actions.quotas import IMPORTED_PICTURES, spend_member_quota
from accounts.models import Member
from syndication.actions import account_closure, link_profile
from syndication.models import Link
from syndication.models.errors import NotYours
from syndication.worker import orphaned_files
from tests.making import make_link, make_member
from tests.page import Page
from tests.phone import PhoneClient, log_in_phone
from tests.photographs import a_photo
from tests.racing import at_once
from tests.scripted_server import answer, playing
from tests.syndication.delivering import linked
from tests.syndication.exporting import export_of
from tests.syndication.importing import import_friends

pytestmark = pytest.mark.django_db

TAKE_NAME, TAKE_PICTURE = "1 Use this name", "3 Use this picture"
FAILED = "cannot be fetched or read. Try again later"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture(autouse=True)
def files_go_at_once(django_capture_on_commit_callbacks, request):
    """Files are deleted when a transaction stands."""
    if "transactional_db" in request.fixturenames:
        yield
        return
    with django_capture_on_commit_callbacks(execute=True):
        yield


def an_account(member: Member, network: str = "mixi", **fields) -> Link:
    """A link whose network said a name."""
    told = {"display_name": "ザキ", "profile_read_at": timezone.now(), **fields}
    return make_link(member, network, **told)


def open_page(link: Link, phone: PhoneClient | None = None) -> tuple[PhoneClient, Page]:
    phone = phone or log_in_phone(link.member)
    return phone, phone.get(reverse("link_profile", args=[link.network, link.pk]))


def fresh(member: Member) -> Member:
    return Member.objects.get(pk=member.pk)


def pictures() -> set[str]:
    """Files of profiles on the disk."""
    try:
        return {f"pictures/{name}" for name in default_storage.listdir("pictures")[1]}
    except FileNotFoundError:
        return set()


def named(member: Member) -> set[str]:
    """Files that the member's row names."""
    now = fresh(member)
    return {file.name for file in (now.picture, now.picture_before) if file}


def content(file) -> bytes:
    with file.open("rb") as opened:
        return opened.read()


def take(picture: bytes, member: Member) -> bool:
    return profile_import.import_picture(lambda: picture, by=member)


# --- The page ---------------------------------------------------------------------------------------
def test_the_page_says_what_stands_here_and_there_and_takes_each_field_alone(sandbox):
    link = linked(sandbox)
    import_friends(link.pk)
    phone = log_in_phone(link.member)
    phone.get(reverse("link_detail", args=["mixi", link.pk]))
    page = phone.get(phone.page.link("Name and picture").href)
    assert "Here: hanako" in page
    assert "mixi: ザキ" in page
    assert "Here: no picture" in page
    assert phone.submit(TAKE_NAME).text.count("Your name is now: ザキ") == 1
    assert (fresh(link.member).display_name, bool(fresh(link.member).picture)) == ("ザキ", False)
    assert TAKE_NAME not in phone.page.html
    page = phone.submit(TAKE_PICTURE)
    assert "Your picture is now the one from mixi." in page
    assert fresh(link.member).display_name == "ザキ"
    assert content(fresh(link.member).picture)[:2] == b"\xff\xd8"
    assert phone.get(page.link("See your picture").href).status == 200


def test_each_field_goes_back_alone(sandbox):
    link = linked(sandbox)
    import_friends(link.pk)
    profile.set_profile_texts(link.member, display_name="花", about="")
    phone, _page = open_page(link)
    phone.submit(TAKE_NAME)
    phone.submit(TAKE_PICTURE)
    page = phone.submit("2 Back to “花”")
    assert "Your name is as it was before." in page
    assert (fresh(link.member).display_name, bool(fresh(link.member).picture)) == ("花", True)
    assert TAKE_NAME in page.html
    page = phone.submit("4 Back to no picture")
    assert "Your picture is as it was before." in page
    assert not fresh(link.member).picture
    assert "Back to" not in page.html


def test_the_page_says_who_will_see_them(hanako):
    Member.objects.update(display_name_audience="everyone", picture_audience="only_me")
    phone, page = open_page(an_account(hanako))
    assert "Here your name is shown to: Everyone. Your picture: Only me. Privacy" in page
    assert phone.follow("Privacy").path.endswith(reverse("privacy"))


def test_a_link_that_needs_its_member_is_not_asked_in_a_minute(hanako):
    _phone, page = open_page(make_link(hanako, state="parked"))
    assert "We have not asked mixi yet: link again first." in page
    assert "in a minute" not in page


def test_a_member_without_a_name_goes_back_to_the_username(hanako):
    phone, _page = open_page(an_account(hanako))
    phone.submit(TAKE_NAME)
    phone.submit("2 Back to “hanako”")
    assert fresh(hanako).display_name == ""


def test_a_network_that_was_not_asked_yet_or_says_nothing_offers_nothing(hanako):
    _phone, page = open_page(make_link(hanako))
    assert "We have not asked mixi yet" in page
    assert not [each for form in page.forms for each in form.buttons if "Use this" in each]
    _phone, page = open_page(an_account(hanako, "mastodon", display_name=""))
    assert "Mastodon: no name" in page
    assert "Mastodon: no picture" in page
    assert not [each for form in page.forms for each in form.buttons if "Use this" in each]


def test_nobody_opens_the_page_of_another_member_s_link(hanako):
    link = an_account(hanako)
    phone = log_in_phone(make_member("taro"))
    for path in (["mixi", link.pk], ["mixi", link.pk + 100], ["mastodon", link.pk]):
        assert phone.get(reverse("link_profile", args=path)).status == 404
    with pytest.raises(NotYours):
        link_profile.import_name(link, by=make_member("yuki"))
    with pytest.raises(NotYours):
        link_profile.import_picture(link, by=make_member("kenji"))


def test_a_press_that_is_sent_twice_keeps_what_stood_before_the_first(hanako):
    link = an_account(hanako)
    profile.set_profile_texts(hanako, display_name="花", about="")
    (one, _), (other, _) = open_page(link), open_page(link)
    one.submit(TAKE_NAME)
    assert "Nothing changed: that is your name already." in other.submit(TAKE_NAME)
    assert fresh(hanako).display_name_before == "花"
    open_page(link, other)
    one.submit("2 Back to “花”")
    assert "no longer kept" in other.submit("2 Back to “花”")
    assert fresh(hanako).display_name == "花"


def test_the_second_taking_over_goes_back_to_the_first(hanako):
    phone, _ = open_page(an_account(hanako))
    phone.submit(TAKE_NAME)
    open_page(an_account(hanako, "mastodon", display_name="Zaki"), phone)
    phone.submit(TAKE_NAME)
    phone.submit("2 Back to “ザキ”")
    assert fresh(hanako).display_name == "ザキ"
    assert "Back to" not in phone.page.html


def test_a_name_of_one_s_own_ends_the_way_back(hanako):
    profile_import.import_name("ザキ", by=hanako)
    member = fresh(hanako)
    profile.set_profile_texts(member, display_name="ザキ", about="about me")
    assert fresh(hanako).display_name_before_at
    profile.set_profile_texts(member, display_name="花", about="about me")
    assert fresh(hanako).display_name_before_at is None


@pytest.mark.parametrize(
    "text", ["ザ" * 100, "\u202eZaki\u3164", "👩\u200d" * 40, "\ue63e" * 39 + "👍🏽"]
)
def test_a_name_that_was_taken_over_is_not_offered_again(hanako, text):
    phone, _ = open_page(an_account(hanako, display_name=text))
    phone.submit(TAKE_NAME)
    assert TAKE_NAME not in phone.page.html
    assert 0 < len(fresh(hanako).display_name) <= 40


def test_linking_keeps_the_way_back_too(hanako):
    profile.set_profile_texts(hanako, display_name="花", about="")
    profile_import.import_name("ザキ", by=hanako)
    assert profile_import.restore_name(by=hanako)
    assert fresh(hanako).display_name == "花"


# --- Pictures ---------------------------------------------------------------------------------------
def test_the_old_picture_is_kept_until_the_next_taking_over(hanako):
    profile.set_profile_picture(hanako, a_photo(), audience="friends")
    own = fresh(hanako).picture.name
    assert take(a_photo(colour="red"), hanako)
    assert fresh(hanako).picture_before.name == own
    first = fresh(hanako).picture.name
    assert take(a_photo(colour="blue"), hanako)
    assert fresh(hanako).picture_before.name == first
    assert fresh(hanako).picture_audience == "friends"


def test_the_files_that_no_row_names_any_more_go(hanako, django_capture_on_commit_callbacks):
    before = pictures()
    steps = [
        lambda: profile.set_profile_picture(fresh(hanako), a_photo(), audience="friends"),
        lambda: take(a_photo(colour="red"), hanako),
        lambda: take(a_photo(colour="red"), hanako),  # the same again
        lambda: take(a_photo(colour="blue"), hanako),
        lambda: profile_import.restore_picture(by=hanako),
        lambda: take(a_photo(colour="blue"), hanako),
        lambda: profile.set_profile_picture(fresh(hanako), a_photo(), audience="friends"),
        lambda: take(a_photo(colour="red"), hanako),
        lambda: profile.remove_profile_picture(fresh(hanako)),
    ]
    for count, step in zip([1, 2, 2, 2, 1, 2, 1, 2, 0], steps, strict=True):
        with django_capture_on_commit_callbacks(execute=True):
            step()
        assert pictures() - before == named(hanako)
        assert len(named(hanako)) == count


def test_going_back_shows_the_very_picture_that_was_there(hanako):
    profile.set_profile_picture(hanako, a_photo(), audience="friends")
    own = content(fresh(hanako).picture)
    take(a_photo(colour="red"), hanako)
    assert content(fresh(hanako).picture) != own
    assert profile_import.restore_picture(by=hanako)
    assert content(fresh(hanako).picture) == own
    assert not profile_import.restore_picture(by=hanako)


BROKEN = {
    "gone": answer(a_photo(), "404 Not Found"),
    "too big": answer(a_photo() + b"x" * profile_import.PICTURE_BYTES),
    "no picture": answer("<html>", "200 OK", {"Content-Type": "image/jpeg"}),
    "empty": answer(""),
    "many pixels": answer(a_photo((1200, 1000))),
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN)
def test_a_picture_that_cannot_be_had_changes_nothing(hanako, settings, reply):
    profile.set_profile_picture(hanako, a_photo(), audience="friends")
    before = named(hanako)
    settings.PHOTO_MAX_PIXELS = 1_000_000
    with playing(reply) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        link = an_account(
            hanako, "mastodon", host=server.authority, picture_url=f"{server.url}/a.jpg"
        )
        phone, _page = open_page(link)
        page = phone.submit(TAKE_PICTURE)
    assert FAILED in page
    assert len(server.received) == 1
    assert named(hanako) == before
    assert fresh(hanako).picture_before_at is None


def test_a_picture_on_a_private_host_that_is_not_the_network_s_is_not_fetched(hanako, settings):
    with playing(answer(a_photo())) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        link = an_account(hanako, "mastodon", host="a.example", picture_url=f"{server.url}/a.jpg")
        phone, _page = open_page(link)
        assert FAILED in phone.submit(TAKE_PICTURE)
    assert server.received == []


def test_who_asks_for_picture_after_picture_is_told_to_wait(hanako):
    spend_member_quota(hanako, IMPORTED_PICTURES, IMPORTED_PICTURES.most)
    link = an_account(hanako, picture_url="https://a.example/1.jpg")
    phone, _page = open_page(link)
    assert "You have imported 20 pictures in the last hour" in phone.submit(TAKE_PICTURE)


# --- At once ----------------------------------------------------------------------------------------
def test_both_fields_and_two_windows_at_once_end_in_one_way_back(transactional_db):
    hanako = make_member("hanako", display_name="花")
    profile.set_profile_picture(hanako, a_photo(), audience="friends")
    own = fresh(hanako).picture.name
    before = pictures() - named(hanako)

    def press(number: int) -> bool:
        if number % 2:
            return profile_import.import_name("ザキ", by=hanako)
        return take(a_photo(colour="red"), hanako)

    assert sorted(at_once(4, press)) == [False, False, True, True]
    now = fresh(hanako)
    assert (now.display_name, now.display_name_before) == ("ザキ", "花")
    assert now.picture_before.name == own
    assert pictures() - before == named(hanako)


def test_a_taking_over_and_an_upload_at_once_leave_no_file_behind(transactional_db):
    hanako = make_member("hanako")
    before = pictures()

    def press(number: int) -> object:
        if number:
            return take(a_photo(colour="red"), hanako)
        return profile.set_profile_picture(fresh(hanako), a_photo(), audience="friends")

    at_once(2, press)
    assert pictures() - before == named(hanako)


# --- What goes with it ------------------------------------------------------------------------------
def test_nothing_of_it_survives_the_account(hanako, django_capture_on_commit_callbacks):
    before = pictures()
    profile.set_profile_texts(hanako, display_name="花", about="")
    profile.set_profile_picture(hanako, a_photo(), audience="friends")
    take(a_photo(colour="red"), hanako)
    profile_import.import_name("ザキ", by=hanako)
    with django_capture_on_commit_callbacks(execute=True):
        account_closure.close_account(by=fresh(hanako), takes_copies_back=False)
        account_closure.continue_closures(timezone.now())
    now = fresh(hanako)
    assert now.closed_at
    assert (now.display_name, now.display_name_before, now.picture_before.name) == ("", "", "")
    assert (now.display_name_before_at, now.picture_before_at) == (None, None)
    assert pictures() == before


def test_a_deleted_row_takes_both_files_along(hanako, django_capture_on_commit_callbacks):
    before = pictures()
    profile.set_profile_picture(hanako, a_photo(), audience="friends")
    take(a_photo(colour="red"), hanako)
    with django_capture_on_commit_callbacks(execute=True):
        fresh(hanako).delete()
    assert pictures() == before


def test_a_kept_picture_is_no_orphan(hanako):
    default_storage.save("pictures/stray.jpg", ContentFile(b"x"))
    profile.set_profile_picture(hanako, a_photo(), audience="friends")
    take(a_photo(colour="red"), hanako)
    orphaned_files.delete_orphaned_files(timezone.now() + timedelta(days=3))
    assert named(hanako) <= pictures()
    assert "pictures/stray.jpg" not in pictures()


def test_a_way_back_ends_after_ninety_days(hanako, django_capture_on_commit_callbacks):
    profile_import.import_name("ザキ", by=hanako)
    profile.set_profile_picture(fresh(hanako), a_photo(), audience="friends")
    take(a_photo(colour="red"), hanako)
    now = timezone.now()
    assert profile_import.end_old_ways_back(now + timedelta(days=89)) == 0
    assert len(named(hanako)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        assert profile_import.end_old_ways_back(now + timedelta(days=91)) == 2
    assert len(named(hanako)) == 1
    assert (fresh(hanako).display_name, fresh(hanako).display_name_before_at) == ("ザキ", None)


def test_all_old_ways_back_end_on_one_day(hanako):
    old = timezone.now() - timedelta(days=91)
    names = [f"m{number}" for number in range(profile_import.AT_ONCE + 1)]
    Member.objects.bulk_create([Member(username=one, picture_before_at=old) for one in names])
    assert profile_import.end_old_ways_back(timezone.now()) == profile_import.AT_ONCE + 1


def test_the_file_of_one_s_own_data_has_what_is_kept_and_what_the_network_said(hanako):
    an_account(hanako, picture_url="https://a.example/1.jpg")
    profile.set_profile_picture(hanako, a_photo(), audience="friends")
    take(a_photo(colour="red"), hanako)
    profile_import.import_name("ザキ", by=hanako)
    got = export_of(hanako)
    member = got.json("member.json")["member"][0]
    assert member["picture_before"] in got.names
    assert member["picture_before"] != member["picture"]
    assert member["display_name_before"] == ""
    [link] = got.json("links.json")["links"]
    assert (link["display_name"], link["picture_url"]) == ("ザキ", "https://a.example/1.jpg")
