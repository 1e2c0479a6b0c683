"""Writing with several photos: one at a time, each with words, in an order that can be changed."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urljoin

import pytest
from django.urls import reverse
from django.utils import timezone

from syndication.actions import photos
from syndication.connectors.content import MAX_PHOTOS, PHOTO_ALTS
from syndication.models import KeptPhoto, Post, SavedDraft, photos_of
from tests.making import make_link, make_member
from tests.page import Page
from tests.phone import PhoneClient, log_in_phone
from tests.photographs import a_photo
from tests.syndication.actions.test_photos import stored, uploaded
from tests.syndication.actions.test_several_photos import COLOURS, colour_of, make_album

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def phone(hanako) -> PhoneClient:
    return log_in_phone(hanako)


def begin(phone: PhoneClient, kind: str = "photo") -> Page:
    return phone.get(f"{reverse('post_new')}?kind={kind}")


def add(phone: PhoneClient, *colours: str, button: str = "Add another photo") -> Page:
    for colour in colours:
        phone.submit(button, photo=uploaded(a_photo(colour=colour)))
    return phone.page


def press(phone: PhoneClient, name: str, words: dict[str, str] | None = None) -> Page:
    """Press the button of this name: several have one label."""
    form = phone.page.form("Preview", set())
    assert name in [each for _label, each, _value in form.buttons]
    filled = {**form.fields, **{key: [value] for key, value in (words or {}).items()}, name: ["x"]}
    return phone.post(reverse("post_preview"), filled)


def typed(phone: PhoneClient) -> dict[str, str]:
    return {name: values[-1] for name, values in phone.page.form("Preview", set()).fields.items()}


def shown(phone: PhoneClient) -> list[str]:
    """The colours of the pictures on the page, in their order."""
    page = phone.page
    sources = [urljoin(page.path, source).removeprefix(phone.base) for source in page.sources]
    found = [colour_of(phone.get(source).response.content) for source in sources]
    phone.page = page
    return found


def sent() -> list[tuple[str, str]]:
    post = Post.objects.get()
    return [(colour_of(stored(one.file)), one.alt) for one in photos_of(post)]


def test_photos_are_added_one_by_one_and_nothing_typed_is_lost(phone):
    begin(phone)
    phone.submit(
        "Add another photo",
        photo=uploaded(a_photo(colour="red")),
        text="the sea",
        photo_alt="one",
        audience="only_me",
    )
    assert (typed(phone)["text"], typed(phone)["audience"]) == ("the sea", "only_me")
    phone.submit("Add another photo", photo=uploaded(a_photo(colour="lime")))
    phone.submit("Preview", photo_alt_2="two", photo=uploaded(a_photo(colour="blue")))
    assert "Photo 3 has no description yet" in phone.page
    assert shown(phone) == ["red", "lime", "blue"]
    phone.submit("Change")
    phone.submit("Preview", photo_alt_3="three")
    phone.submit("Send")
    assert sent() == [("red", "one"), ("lime", "two"), ("blue", "three")]
    assert Post.objects.get().text == "the sea"
    assert not KeptPhoto.objects.exists()


def test_a_photo_moves_up_with_its_words(phone):
    begin(phone)
    add(phone, "red", "lime", "blue")
    words = dict(zip(PHOTO_ALTS, ("one", "two", "three"), strict=False))
    press(phone, "photo_up_3", words)
    assert shown(phone) == ["red", "blue", "lime"]
    assert [typed(phone)[name] for name in PHOTO_ALTS[:3]] == ["one", "three", "two"]


def test_a_photo_is_removed_with_its_words(phone):
    begin(phone)
    add(phone, "red", "lime", "blue")
    words = dict(zip(PHOTO_ALTS, ("one", "two", "three"), strict=False))
    press(phone, "photo_remove_1", words)
    assert shown(phone) == ["lime", "blue"]
    phone.submit("Preview")
    phone.submit("Send")
    assert sent() == [("lime", "two"), ("blue", "three")]


def test_a_post_takes_four_and_says_so_to_a_fifth(phone):
    begin(phone)
    add(phone, *COLOURS)
    assert len(phone.page.sources) == MAX_PHOTOS
    assert "Add another photo" not in phone.page
    assert 'type="file"' not in phone.page.html
    fields = phone.page.form("Preview", set()).fields
    page = phone.post(reverse("post_preview"), {**fields, "photo": uploaded(a_photo())})
    assert "A post holds 4 photos. Remove one first." in page


def test_enter_previews_and_moves_nothing(phone):
    """A browser presses the first button of a form."""
    begin(phone)
    add(phone, "red", "lime")
    assert next(label for label, _name, _value in phone.page.form("Preview", set()).buttons) == (
        "Preview"
    )


def test_a_note_takes_photos_by_a_press_and_is_no_upload_before(phone):
    """The oldest phones can send no form with a file."""
    begin(phone, "note")
    assert "multipart" not in phone.page.html
    phone.submit("Add a photo", title="The sea", text="It was blue.")
    assert typed(phone)["title"] == "The sea"
    add(phone, "red", "lime")
    phone.submit("Preview")
    phone.submit("Send")
    post = Post.objects.get()
    assert (post.kind, post.title, post.text) == ("note", "The sea", "It was blue.")
    assert [colour for colour, _alt in sent()] == ["red", "lime"]


def test_a_note_with_its_field_opened_goes_without_a_photo(phone):
    begin(phone, "note")
    phone.submit("Add a photo", title="The sea", text="It was blue.")
    phone.submit("Preview")
    phone.submit("Send")
    assert not Post.objects.get().photo


def test_all_photos_wait_while_a_status_is_written(phone):
    begin(phone)
    add(phone, "red", "lime")
    phone.submit("1 Status", photo_alt_2="two", text="sea")
    assert "2 photos, what the photo shows" in phone.page
    phone.submit("3 Photo")
    assert shown(phone) == ["red", "lime"]
    assert typed(phone)["photo_alt_2"] == "two"


def test_words_for_a_photo_that_is_not_chosen_survive_another_kind(phone):
    begin(phone)
    phone.submit("2 Note", photo_alt="waves")
    phone.submit("3 Photo")
    assert typed(phone)["photo_alt"] == "waves"
    phone.submit("2 Note")
    phone.submit("Preview", title="a", text="b")
    phone.submit("Send")
    assert Post.objects.get().photo_alt == ""


def test_a_photo_that_is_gone_is_said_and_its_words_wait_for_the_next(phone):
    begin(phone)
    add(phone, "red", "lime", "blue")
    words = dict(zip(PHOTO_ALTS, ("one", "two", "three"), strict=False))
    KeptPhoto.objects.order_by("pk")[1].delete()
    page = phone.submit("Preview", words)
    assert "The photo was no longer here. Choose it again." in page
    assert shown(phone) == ["red", "blue"]
    phone.submit("Preview", photo=uploaded(a_photo(colour="lime")))
    phone.submit("Send")
    assert sent() == [("red", "one"), ("blue", "three"), ("lime", "two")]


def test_a_second_press_of_send_makes_no_second_post(phone):
    begin(phone)
    add(phone, "red", "lime")
    page = phone.submit("Preview", photo_alt_2="two")
    fields = page.form("Send", set()).fields | {"send": ["Send"]}
    answers = [phone.post(reverse("post_new"), fields) for _ in range(2)]
    assert answers[0].path == answers[1].path
    assert Post.objects.count() == 1


def test_a_draft_keeps_them_in_their_order_and_opens_with_them(phone):
    begin(phone)
    add(phone, "red", "lime")
    phone.submit("Move up", photo_alt="one", photo_alt_2="two")
    phone.submit("5 Save draft")
    KeptPhoto.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert photos.delete_old_kept_photos() == 0
    phone.get(reverse("draft", args=[SavedDraft.objects.get().pk]))
    assert shown(phone) == ["lime", "red"]
    assert [typed(phone)[name] for name in PHOTO_ALTS[:2]] == ["two", "one"]
    press(phone, "photo_remove_2")
    phone.submit("5 Save draft")
    assert SavedDraft.objects.get().photos.count() == 1
    phone.get(reverse("draft", args=[SavedDraft.objects.get().pk]))
    phone.submit("Preview")
    phone.submit("Send")
    assert sent() == [("lime", "two")]


def test_the_preview_says_how_many_a_network_takes(hanako, phone):
    make_link(hanako, "mixi")
    make_link(hanako, "mastodon", host="m.example")
    begin(phone, "note")
    phone.submit("Add a photo", title="The sea", text="It was blue.", audience="everyone")
    add(phone, *COLOURS)
    page = phone.submit("Preview")
    assert "Only the first 3 photos go." in page
    assert "In full: Mastodon" in page
    begin(phone)
    add(phone, *COLOURS)
    assert "Only the first photo goes." in phone.submit("Preview", audience="everyone")


# --- editing ------------------------------------------------------------------------------------
def test_the_words_of_each_photo_are_edited(hanako, phone):
    post = make_album(hanako, 3)
    phone.get(reverse("post_edit", args=[post.pk]))
    assert shown(phone) == [*COLOURS[:3]]
    assert "What photo 3 shows" in phone.page
    phone.submit("Preview", photo_alt_2="second", photo_alt_3="third")
    assert "second" in phone.page
    phone.submit("Save")
    assert [alt for _colour, alt in sent()] == ["one", "second", "third"]
