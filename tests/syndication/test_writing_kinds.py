"""A change of kind keeps what was typed, there and back, on a phone without cookies."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.actions import named_lists
from accounts.models import Audience, Friendship
from syndication.actions import photos
from syndication.models import KeptPhoto, Post, PostKind
from syndication.queries.readers import chosen_readers
from tests.making import befriend, make_group, make_link, make_member
from tests.page import Page
from tests.phone import PhoneClient, log_in_phone
from tests.photographs import a_photo
from tests.syndication.actions.test_photos import uploaded

pytestmark = pytest.mark.django_db

NOTE = {
    "title": "冬の“停留所” & more",
    "text": "　一段落目\n\n二段落目",
    "warning": "雪の話",
    "language": "ja",
    "audience": "only_me",
}


def form_of(page: Page) -> dict[str, str]:
    form = page.form("Preview", set())
    return {
        name: values[0].replace("\r\n", "\n").removeprefix("\n")
        for name, values in form.fields.items()
    }


def begin(phone: PhoneClient, kind: str) -> Page:
    return phone.get(reverse("post_new") + f"?kind={kind}")


def test_two_changes_of_kind_lose_nothing():
    phone = log_in_phone(make_member("hanako", posts_by_me=Audience.EVERYONE))
    begin(phone, "note")
    before = form_of(phone.page)["form_key"]
    phone.submit("1 Status", NOTE)
    assert form_of(phone.page).items() >= NOTE.items()
    assert "the title “冬の“停留所” & more”" in phone.page
    phone.submit("4 Link", {"text": "three"})
    phone.submit("2 Note", {"url": "https://example.com/x"})
    shown = form_of(phone.page)
    assert shown.items() >= (NOTE | {"text": "three", "url": "https://example.com/x"}).items()
    assert (shown["kind"], shown["form_key"]) == ("note", before)
    assert "the address https://example.com/x" in phone.page
    assert "the title" not in phone.page
    assert not Post.objects.exists()


@pytest.mark.parametrize("kind", PostKind.values)
def test_no_browser_insists_on_a_text_before_the_kind_is_changed(kind: str):
    page = begin(log_in_phone(make_member("hanako")), kind)
    assert " required" not in page.html


@pytest.mark.parametrize("kind", PostKind.values)
def test_every_kind_leads_to_every_other_by_its_key(kind: str):
    phone = log_in_phone(make_member("hanako"))
    page = begin(phone, kind)
    assert [label for label, _n, _v in page.form("Preview", set()).buttons][0] == "Preview"
    for number, other in enumerate(PostKind, 1):
        if other != kind:
            begin(phone, kind)
            shown = phone.submit(f"{number} {other.label}")
            assert f"Write: {other.label}" in shown
            assert shown.form("Preview", set()).fields["kind"] == [other.value]


def test_what_is_kept_for_another_kind_is_not_sent_and_comes_back_from_the_preview():
    phone = log_in_phone(make_member("hanako"))
    begin(phone, "note")
    phone.submit("1 Status", NOTE)
    assert "冬の" not in phone.submit("Preview").text
    phone.submit("Change")
    assert form_of(phone.page)["title"] == NOTE["title"]
    phone.submit("Preview")
    phone.submit("Send")
    post = Post.objects.get()
    assert (post.kind, post.title, post.audience) == ("status", "", "only_me")


def test_a_photo_that_was_chosen_comes_back_with_its_description():
    phone = log_in_phone(make_member("hanako"))
    begin(phone, "photo")
    phone.submit("1 Status", photo=uploaded(a_photo()), photo_alt="波", text="海")
    kept = KeptPhoto.objects.get()
    assert "the photo, what the photo shows" in phone.page
    assert not phone.page.sources
    phone.submit("2 Note")
    assert phone.page.sources
    phone.submit("3 Photo", title="題")
    assert phone.page.sources
    assert form_of(phone.page)["photo_key"] == kept.key
    phone.submit("Preview")
    phone.submit("Send")
    post = Post.objects.get()
    assert (post.kind, post.text, post.photo_alt, post.title) == ("photo", "海", "波", "")
    assert post.photo


def test_a_photo_kept_aside_is_not_sent_with_a_status():
    hanako = make_member("hanako")
    kept = photos.keep_upload(a_photo(), by=hanako)
    phone = log_in_phone(hanako)
    begin(phone, "photo")
    fields = phone.page.form("Preview", set()).fields | {"photo_key": [kept.key], "text": ["海"]}
    phone.post(reverse("post_preview"), fields | {"as_status": ["1"]})
    phone.submit("Preview")
    phone.submit("Send")
    assert not Post.objects.get().photo
    assert KeptPhoto.objects.exists()


def test_a_photo_that_cannot_be_read_is_said_before_the_kind_changes():
    phone = log_in_phone(make_member("hanako"))
    begin(phone, "photo")
    page = phone.submit("2 Note", photo=uploaded(b"nothing"), text="海")
    assert "Write: Photo" in page
    assert page.form("Preview", {"text"}).fields["text"][0].strip() == "海"
    assert "Write: Note" in phone.submit("2 Note")


def test_a_group_and_a_link_left_out_stay_over_a_change_of_kind():
    hanako = make_member("hanako")
    choir, link = make_group(hanako), make_link(hanako)
    phone = log_in_phone(hanako)
    begin(phone, "status")
    phone.submit("Preview", text="x", audience=f"group_{choir.pk}")
    phone.page = phone.get(reverse("post_new"))
    phone.submit("Preview", text="x", audience="everyone")
    phone.submit("Change", left_out=str(link.pk))
    phone.submit("2 Note", audience=f"group_{choir.pk}")
    shown = form_of(phone.page)
    assert (shown["audience"], shown["left_out"]) == (f"group_{choir.pk}", str(link.pk))


def test_a_text_too_long_for_a_status_stays_whole():
    phone = log_in_phone(make_member("hanako"))
    begin(phone, "note")
    long = "あ" * 9_000
    phone.submit("1 Status", title="題", text=long)
    assert form_of(phone.page)["text"] == long
    page = phone.submit("Preview")
    assert "8000 characters too many" in page
    assert form_of(page) | {} == form_of(page)
    assert form_of(phone.submit("2 Note"))["title"] == "題"


AUDIENCES = ("friends_of_friends", "friends", "chosen", "only_me", "group", "list")


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("way", ["from the form", "from the preview"])
def test_a_change_of_kind_never_widens_the_audience(audience: str, way: str):
    hanako, taro = make_member("hanako", posts_by_me=Audience.EVERYONE), make_member("taro")
    befriend(hanako, taro)
    friendship = Friendship.objects.get(member=hanako, friend=taro)
    family = named_lists.create_list("Family", {friendship.pk}, by=hanako)
    values = {"group": f"group_{make_group(hanako).pk}", "list": f"list_{family.pk}"}
    value = values.get(audience, audience)
    phone = log_in_phone(hanako)
    begin(phone, "status")
    if way == "from the preview":
        phone.submit("Preview", text="secret", audience=value)
        if audience == "chosen":
            phone.submit("Next", tick=str(friendship.pk))
        fields = phone.page.form("Send", set()).fields | {"change": ["Change"]}
        phone.post(reverse("post_new"), fields)
        phone.submit("2 Note")
    else:
        phone.submit("2 Note", text="secret", audience=value)
    asked = "chosen" if (audience, way) == ("list", "from the preview") else value
    assert form_of(phone.page)["audience"] == asked
    phone.submit("1 Status")
    assert form_of(phone.page)["audience"] == asked
    phone.submit("Preview")
    if (audience, way) == ("chosen", "from the form"):
        assert "Who may read it?" in phone.page
        phone.submit("Next", tick=str(friendship.pk))
    phone.submit("Send")
    post = Post.objects.get()
    assert post.audience == ("chosen" if audience == "list" else audience)
    if post.audience == "chosen":
        assert [one.friend for one in chosen_readers(post, by=hanako)] == [taro]
