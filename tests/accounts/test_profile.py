"""One's own profile: each field with its audience, the picture made safe, privacy in words."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.actions import friends, profile
from accounts.models import Member
from tests.making import allow, make_link, make_member
from tests.phone import PhoneClient, computer, log_in_phone

pytestmark = pytest.mark.django_db


REST = {f"{name}_audience": "friends" for name in ("picture", "birthday", "town", "websites")}


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="はなこ", about="花が好き")


def photo(*, size=(800, 600), name="IMG_0001.jpg") -> SimpleUploadedFile:
    """A JPEG with a place and a camera in its EXIF, as phones make them."""
    exif = Image.Exif()
    exif[0x010F] = "SECRET CAMERA"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")


def test_each_field_is_saved_with_its_own_audience(hanako):
    phone = log_in_phone(hanako)
    phone.get(reverse("profile_edit"))
    phone.submit(
        "Save",
        display_name="花子",
        about="山も好き",
        display_name_audience="friends",
        about_audience="only_me",
    )
    hanako.refresh_from_db()
    assert (hanako.display_name, hanako.display_name_audience) == ("花子", "friends")
    assert (hanako.about, hanako.about_audience) == ("山も好き", "only_me")
    assert hanako.is_listed is False


def test_bad_input_loses_nothing_that_was_typed(hanako):
    phone = log_in_phone(hanako)
    phone.get(reverse("profile_edit"))
    page = phone.submit("Save", display_name="あ" * 41, about="b" * 501, about_audience="only_me")
    assert page.status == 200
    fields = page.forms[0].fields
    assert fields["display_name"] == ["あ" * 41]
    assert fields["about"][0].strip() == "b" * 501
    assert fields["about_audience"] == ["only_me"]
    hanako.refresh_from_db()
    assert hanako.about == "花が好き"


def test_a_field_is_shown_to_no_group(hanako):
    client = computer(hanako)
    client.post(
        reverse("profile_edit"),
        {
            "display_name": "x",
            "display_name_audience": "group",
            "about_audience": "friends",
            **REST,
        },
    )
    hanako.refresh_from_db()
    assert hanako.display_name_audience == "everyone"


def test_a_picture_is_made_small_and_loses_place_and_camera(hanako):
    phone = log_in_phone(hanako)
    phone.get(reverse("profile_edit"))
    phone.submit("Save", picture=photo(), picture_audience="only_me")
    hanako.refresh_from_db()
    assert hanako.picture_audience == "only_me"
    with hanako.picture.open("rb") as file:
        content = file.read()
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.size == (240, 180)
        assert not picture.getexif()
    assert b"SECRET" not in content
    assert "IMG_0001" not in hanako.picture.name


def test_what_is_no_picture_is_refused_and_the_choice_of_audience_stays(hanako):
    phone = log_in_phone(hanako)
    phone.get(reverse("profile_edit"))
    page = phone.submit(
        "Save", picture=SimpleUploadedFile("a.jpg", b"no picture"), picture_audience="only_me"
    )
    assert "Send a JPEG" in page
    assert page.forms[0].fields["picture_audience"] == ["only_me"]
    hanako.refresh_from_db()
    assert not hanako.picture
    assert hanako.picture_audience == "friends"


def test_the_audience_alone_can_be_changed_and_the_picture_stays(hanako):
    phone = log_in_phone(hanako)
    phone.get(reverse("profile_edit"))
    phone.submit("Save", picture=photo())
    hanako.refresh_from_db()
    before = hanako.picture.name
    phone.get(reverse("profile_edit"))
    phone.submit("Save", picture_audience="everyone")
    hanako.refresh_from_db()
    assert (hanako.picture.name, hanako.picture_audience) == (before, "everyone")


def test_a_replaced_or_removed_picture_leaves_no_file(hanako, django_capture_on_commit_callbacks):
    storage = hanako.picture.storage
    profile.set_profile_picture(hanako, b"first", audience="friends")
    first = hanako.picture.name
    with django_capture_on_commit_callbacks(execute=True):
        profile.set_profile_picture(hanako, b"second", audience="friends")
    second = hanako.picture.name
    assert not storage.exists(first)
    assert storage.exists(second)
    with django_capture_on_commit_callbacks(execute=True):
        phone = log_in_phone(hanako)
        phone.get(reverse("profile_edit"))
        phone.submit("Save", remove_picture="on")
    assert not storage.exists(second)
    hanako.refresh_from_db()
    assert not hanako.picture


def test_privacy_says_in_words_what_stands_and_changes_it(hanako):
    link = make_link(hanako, name="ザキ")
    allow(link, "status", "everyone")
    make_member("jiro")
    friends.block_member(Member.objects.get(username="jiro"), by=hanako)
    phone = log_in_phone(hanako)
    page = phone.get(reverse("privacy"))
    assert "Posts by me, now: Friends" in page
    assert "Now: no." in page
    assert "ザキ (mixi)" in page
    assert "cannot find you" in page
    assert "Status (Everyone)" in page
    assert "@jiro" in page
    page = phone.submit(
        "Save", picture_audience="only_me", display_name_audience="friends", is_listed="on"
    )
    assert "Now: yes." in page
    hanako.refresh_from_db()
    assert hanako.picture_audience == "only_me"
    assert hanako.display_name_audience == "friends"
    assert hanako.about_audience == "friends"


def test_privacy_takes_six_queries_and_little_room(hanako, django_assert_max_num_queries):
    for number in range(5):
        link = make_link(hanako, uid=f"uid{number}")
        for kind in ["status", "note", "photo", "link"]:
            allow(link, kind, "everyone")
    for number in range(12):
        friends.block_member(make_member(f"member{number}"), by=hanako)
    client = computer(hanako)
    client.get(reverse("privacy"))
    with django_assert_max_num_queries(6):
        page = client.get(reverse("privacy"))
    assert len(page.content) < 7700


def test_the_language_is_kept_for_the_session_and_the_member(hanako):
    phone = log_in_phone(hanako)
    phone.get(reverse("language"))
    phone.submit("OK", language="ja")
    hanako.refresh_from_db()
    assert hanako.language == "ja"
    assert '<html lang="ja">' in phone.get(reverse("friend_list")).html


def test_who_is_not_logged_in_chooses_a_language_too():
    phone = PhoneClient()
    phone.get(reverse("language"))
    phone.submit("OK", language="ja")
    assert '<html lang="ja">' in phone.get(reverse("language")).html


def test_a_language_that_is_not_spoken_here_is_refused(hanako):
    page = computer(hanako).post(reverse("language"), {"language": "xx"})
    assert page.status_code == 200
    hanako.refresh_from_db()
    assert hanako.language == ""
