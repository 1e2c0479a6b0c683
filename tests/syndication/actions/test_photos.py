"""Photos: uploaded once, made small and anonymous, kept until sent, shown to who may see them."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.fields.files import FieldFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import Audience, Member
from syndication.actions import photos, posts
from syndication.models import KeptPhoto, Post, PostKind
from tests.making import make_member
from tests.page import Page
from tests.phone import PhoneClient, computer, log_in_phone
from tests.photographs import a_photo, a_photo_from_shibuya, a_pixel_bomb

pytestmark = pytest.mark.django_db


def uploaded(content: bytes, name: str = "DSC_0001.JPG") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def compose(phone: PhoneClient, content: bytes | None, **typed: str) -> Page:
    phone.get(reverse("post_new") + "?kind=photo")
    files = {} if content is None else {"photo": uploaded(content)}
    return phone.submit("Preview", {**typed, **files})


def make_photo_post(author: Member, audience: str = Audience.EVERYONE) -> Post:
    kept = photos.keep_upload(a_photo((2000, 1000)), by=author)
    draft = posts.NewPost(kind=PostKind.PHOTO, audience=audience, form_key="f" * 32, photo=kept)
    return posts.create_post(draft, by=author)


def stored(file: FieldFile) -> bytes:
    with file.storage.open(file.name) as opened:
        return opened.read()


def picture(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_photo_is_written_with_words_and_what_it_shows():
    phone = log_in_phone(make_member("hanako"))
    compose(phone, a_photo(), text="海", photo_alt="Waves on a beach", audience="everyone")
    phone.submit("Send")
    post = Post.objects.get()
    assert (post.kind, post.text, post.photo_alt) == ("photo", "海", "Waves on a beach")
    page = Client().get(reverse("post_detail", args=[post.pk])).text
    assert 'alt="Waves on a beach"' in page


def test_the_photo_travels_once_and_is_kept_over_every_page():
    phone = log_in_phone(make_member("hanako"))
    page = compose(phone, a_photo(colour="red"), text="first")
    assert phone.get(page.sources[0].removeprefix(phone.base)).status == 200
    phone.page = page
    phone.submit("Change")
    phone.submit("Preview", text="second")
    phone.submit("Send")
    post = Post.objects.get()
    assert post.text == "second"
    red, green, blue = picture(stored(post.photo)).getpixel((5, 5))
    assert red > 200
    assert green < 60
    assert blue < 60


def test_an_error_in_the_words_does_not_cost_the_photo():
    phone = log_in_phone(make_member("hanako"))
    page = compose(phone, a_photo(), text="x" * 1001)
    assert "too many" in page
    assert page.sources
    phone.submit("Preview", text="shorter")
    phone.submit("Send")
    assert Post.objects.get().photo


def test_another_takes_the_place_of_one_that_was_removed():
    phone = log_in_phone(make_member("hanako"))
    compose(phone, a_photo(colour="red"))
    phone.submit("Change")
    phone.submit("Remove the photo")
    phone.submit("Preview", photo=uploaded(a_photo(colour="blue")))
    phone.submit("Send")
    assert picture(stored(Post.objects.get().photo)).getpixel((5, 5))[2] > 200


def test_sending_twice_makes_one_post_though_the_photo_is_used_up():
    phone = log_in_phone(make_member("hanako"))
    page = compose(phone, a_photo())
    fields = page.form("Send", set()).fields | {"send": ["Send"]}
    answers = [phone.post(reverse("post_new"), fields) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].path == answers[1].path
    assert Post.objects.count() == 1
    assert not KeptPhoto.objects.exists()


def test_nobody_uses_the_kept_photo_of_another():
    hanako, taro = make_member("hanako"), make_member("taro")
    kept = photos.keep_upload(a_photo(), by=hanako)
    address = reverse("kept_photo", args=[kept.key])
    assert computer(hanako).get(address).status_code == 200
    assert computer(taro).get(address).status_code == 404
    phone = log_in_phone(taro)
    phone.get(reverse("post_new") + "?kind=photo")
    page = phone.submit("Preview", {"photo_key": kept.key})
    assert "Choose a photo" in page


def test_a_photo_without_words_for_those_who_cannot_see_it_is_remarked():
    phone = log_in_phone(make_member("hanako"))
    assert (
        "The photo has no description yet for people who cannot see it. Press Change to add one."
        in compose(phone, a_photo())
    )
    assert (
        "The photo has no description yet for people who cannot see it. Press Change to add one."
        not in compose(phone, a_photo(), photo_alt="Waves")
    )


# --- what is stored -----------------------------------------------------------------------------
def test_where_it_was_taken_is_not_stored():
    original = a_photo_from_shibuya((320, 240))
    assert b"SECRETCAM" in original
    assert picture(original).getexif().get_ifd(0x8825)
    phone = log_in_phone(make_member("hanako"))
    compose(phone, original)
    kept = stored(KeptPhoto.objects.get().photo)
    phone.submit("Send")
    post = Post.objects.get()
    for content in (kept, stored(post.photo), stored(post.photo_small)):
        assert b"SECRETCAM" not in content
        assert not picture(content).getexif()
    assert picture(stored(post.photo)).size == (240, 320)  # upright all the same


def test_a_large_photo_is_made_to_fit_and_a_small_one_is_not_blown_up():
    hanako = make_member("hanako")
    post = make_photo_post(hanako)
    assert picture(stored(post.photo)).size == (1600, 800)
    assert picture(stored(post.photo_small)).size == (220, 110)
    assert picture(stored(photos.keep_upload(a_photo((30, 20)), by=hanako).photo)).size == (30, 20)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_pictures_of_every_usual_kind_are_taken(kind: str):
    phone = log_in_phone(make_member("hanako"))
    assert "Send it?" in compose(phone, a_photo(kind=kind))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (a_pixel_bomb(), "too many pixels"),
        (
            b"%PDF-1.4 not a picture",
            "This file cannot be read as a picture. Send a JPEG, PNG, GIF or WebP.",
        ),
        (a_photo()[:400], "This file cannot be read as a picture. Send a JPEG, PNG, GIF or WebP."),
        (b"", "empty"),
        (None, "Choose a photo"),
    ],
)
def test_what_is_no_good_photo_is_refused_and_the_words_stay(content: bytes | None, words: str):
    phone = log_in_phone(make_member("hanako"))
    page = compose(phone, content, text="ことば", photo_alt="Waves")
    assert words in page
    form = page.form("Preview", set())
    assert (form.fields["text"], form.fields["photo_alt"]) == (["ことば"], ["Waves"])
    assert not KeptPhoto.objects.exists()


def test_a_file_that_is_too_large_is_not_even_opened(settings):
    settings.PHOTO_MAX_BYTES = 100
    phone = log_in_phone(make_member("hanako"))
    assert "larger than" in compose(phone, a_photo(), text="kept")


def test_the_number_of_pixels_is_limited_by_the_setting(settings):
    settings.PHOTO_MAX_PIXELS = 320 * 240 - 1
    phone = log_in_phone(make_member("hanako"))
    assert "too many pixels" in compose(phone, a_photo((320, 240)))


def test_kept_photos_go_after_half_a_day_and_never_fill_the_disk():
    hanako = make_member("hanako")
    first = photos.keep_upload(a_photo(), by=hanako)
    for _ in range(photos.MAX_KEPT + 2):
        photos.keep_upload(a_photo(), by=hanako)
    assert KeptPhoto.objects.count() == photos.MAX_KEPT
    assert not KeptPhoto.objects.filter(pk=first.pk).exists()
    assert photos.delete_old_kept_photos(timezone.now()) == 0
    assert photos.delete_old_kept_photos(timezone.now() + timedelta(hours=13)) == photos.MAX_KEPT


@pytest.mark.django_db(transaction=True)
def test_files_go_with_their_rows():
    hanako = make_member("hanako")
    kept = photos.keep_upload(a_photo(), by=hanako)
    kept_name = kept.photo.name
    draft = posts.NewPost(kind=PostKind.PHOTO, audience="friends", form_key="e" * 32, photo=kept)
    post = posts.create_post(draft, by=hanako)
    names = [post.photo.name, post.photo_small.name]
    assert not default_storage.exists(kept_name)
    assert all(default_storage.exists(name) for name in names)
    posts.delete_post(post, by=hanako)
    assert not any(default_storage.exists(name) for name in names)


# --- showing ------------------------------------------------------------------------------------
def test_a_public_photo_needs_no_session_and_is_kept_by_the_browser_alone():
    """Not by a shared cache: the post may be narrowed."""
    post = make_photo_post(make_member("hanako"))
    answer = Client().get(reverse("post_photo", args=[post.pk]))
    assert answer["Content-Type"] == "image/jpeg"
    assert int(answer["Content-Length"]) == len(answer.content)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, max-age=300"
    assert not answer.cookies


@pytest.mark.parametrize("audience", ["everyone", "friends"])
def test_a_photo_seen_in_a_session_is_kept_by_nobody(audience: str):
    hanako = make_member("hanako")
    post = make_photo_post(hanako, audience)
    answer = computer(hanako).get(reverse("post_photo", args=[post.pk]))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_a_post_without_photo_and_a_lost_file_answer_404():
    hanako = make_member("hanako")
    post = make_photo_post(hanako)
    default_storage.delete(post.photo.name)
    assert Client().get(reverse("post_photo", args=[post.pk])).status_code == 404
    Post.objects.update(photo="", photo_small="")
    assert Client().get(reverse("post_photo_small", args=[post.pk])).status_code == 404


def test_a_post_without_the_small_photo_shows_the_large_one():
    post = make_photo_post(make_member("hanako"))
    Post.objects.update(photo_small="")
    answer = Client().get(reverse("post_photo_small", args=[post.pk]))
    assert answer.content == stored(post.photo)


def test_stored_files_have_no_address_of_their_own():
    post = make_photo_post(make_member("hanako"))
    assert Client().get(post.photo.url).status_code == 404


def test_a_name_of_the_browsers_choosing_is_not_used():
    phone = log_in_phone(make_member("hanako"))
    compose(phone, a_photo())
    phone.submit("Send")
    assert "DSC" not in Post.objects.get().photo.name
