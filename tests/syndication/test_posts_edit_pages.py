"""The pages by which a post is changed: what they say beforehand, what they keep, two phones at once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import rfc3339_date

from accounts.models import Audience
from accounts.urlsession.models import Session
from syndication.models import Delivery, Post, PostKind
from tests.making import PASSWORD, allow, make_group, make_link, make_member, make_post
from tests.phone import log_in_phone
from tests.racing import at_once
from tests.syndication.delivering import planned, tried
from tests.syndication.slate import on_slate
from tests.syndication.test_posts_foreseen import sent_copy

pytestmark = pytest.mark.django_db

STAYS = "The network cannot edit what was sent. The copy stays as it was."


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def phone(hanako):
    return log_in_phone(hanako)


def opened(phone, post):
    return phone.get(reverse("post_edit", args=[post.pk]))


# --- beforehand -------------------------------------------------------------------------------------
def test_the_form_says_what_will_happen_on_each_network(hanako, phone, slate):
    post = tried(planned(on_slate(hanako, name="hana"), "before")).post
    sent_copy(post, make_link(hanako, name="ザキ"))
    page = opened(phone, post)
    assert f"mixi (ザキ): {STAYS}" in page
    assert "Slate (hana): The copy is edited, too." in page


def test_a_copy_that_waits_goes_with_the_new_words(hanako, phone, slate):
    publish = planned(on_slate(hanako, name="hana"), "before")
    assert "Slate (hana): The post has not been sent yet: it goes with the new text." in opened(
        phone, publish.post
    )
    phone.submit("Save", text="after")
    tried(publish)
    assert slate.texts == ["after"]


def test_looking_it_over_shows_how_it_will_read_and_saves_nothing(hanako, phone, slate):
    post = tried(planned(on_slate(hanako), "before")).post
    opened(phone, post)
    page = phone.submit("Preview", text="x" * 400)
    assert "The text is too long and will be cut to this." in page
    assert Post.objects.get().text == "before"
    page = phone.submit("Change")
    assert page.form("Save", {"text"}).fields["text"] == ["x" * 400]
    phone.submit("Preview", text="after")
    page = phone.submit("Save")
    assert "Changed, and on its way to Slate." in page
    assert "after" in page
    tried(Delivery.objects.get(operation="edit"))
    assert slate.texts == ["after"]


def test_words_that_no_longer_fit_are_asked_about_before_they_are_saved(hanako, phone, slate):
    link = on_slate(hanako, name="hana")
    allow(link, "status", Audience.FRIENDS)
    post = tried(planned(link, "short", audience=Audience.FRIENDS)).post
    opened(phone, post)
    page = phone.submit("Save", text="x" * 400)
    assert "never cut" in page
    assert "The copy stays as it was." in page
    assert Post.objects.get().text == "short"
    page = phone.submit("Save")
    assert "Changed." in page
    assert Post.objects.get().text == "x" * 400


def test_a_post_without_copies_is_saved_at_once(hanako, phone):
    opened(phone, make_post(author=hanako, text="before"))
    assert "Changed." in phone.submit("Save", text="after")
    assert Post.objects.get().text == "after"


def test_saving_the_same_words_says_so(hanako, phone):
    post = make_post(author=hanako, text="the same")
    opened(phone, post)
    assert "nothing was changed" in phone.submit("Save")
    assert Post.objects.get().edited_at is None


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("status", {"text": "t2"}),
        ("note", {"title": "T2", "text": "t2"}),
        ("photo", {"text": "t2", "photo_alt": "alt2"}),
        ("link", {"url": "http://127.0.0.1:9/2", "text": "t2"}),
    ],
)
def test_each_kind_has_the_fields_of_its_kind(hanako, phone, kind, typed):
    post = make_post(
        author=hanako, kind=kind, title="T", text="t", url="http://127.0.0.1:9/", photo_alt="alt"
    )
    opened(phone, post)
    phone.submit("Preview", typed)
    phone.submit("Save")
    post.refresh_from_db()
    assert {name: getattr(post, name) for name in typed} == typed


def test_a_link_that_leads_elsewhere_has_the_title_of_that_page(hanako, phone):
    """The old page's title would be a lie; where there is none, the address itself is shown."""
    post = make_post(author=hanako, kind=PostKind.LINK, url="http://127.0.0.1:9/1", url_title="Old")
    opened(phone, post)
    phone.submit("Save", url="http://127.0.0.1:9/2")
    assert Post.objects.get().url_title == ""
    opened(phone, post)
    phone.submit("Save", text="words")
    assert Post.objects.get().url == "http://127.0.0.1:9/2"


# --- two phones at once -----------------------------------------------------------------------------
def test_the_second_phone_is_told_and_shown_both(hanako):
    post = make_post(author=hanako, text="one")
    first, second = log_in_phone(hanako), log_in_phone(hanako)
    opened(first, post)
    opened(second, post)
    first.submit("Save", text="from the first")
    page = second.submit("Save", text="from the second")
    assert (
        "This post was edited elsewhere while you were writing. Your text is not saved yet." in page
    )
    assert "from the first" in page
    assert page.form("Save", {"text"}).fields["text"] == ["from the second"]
    assert Post.objects.get().text == "from the first"
    second.submit("Save")
    assert Post.objects.get().text == "from the second"


def test_the_page_before_saving_is_told_too(hanako):
    post = make_post(author=hanako, text="one")
    first, second = log_in_phone(hanako), log_in_phone(hanako)
    opened(second, post)
    second.submit("Preview", text="from the second")
    opened(first, post)
    first.submit("Save", text="from the first")
    page = second.submit("Save")
    assert "from the first" in page
    assert page.form("Save", {"text"}).fields["text"] == ["from the second"]


def test_a_form_that_is_sent_twice_is_saved_once(hanako, phone):
    post = make_post(author=hanako, text="one")
    fields = opened(phone, post).form("Save", {"text"}).fields | {"text": ["two"], "save": ["1"]}
    address = reverse("post_edit", args=[post.pk])
    phone.post(address, fields)
    assert (
        "This post was edited elsewhere while you were writing. Your text is not saved yet."
        not in phone.post(address, fields)
    )
    assert Post.objects.get().version == 2


@pytest.mark.parametrize("version", ["", "0", "x", "9" * 40, "-1"])
def test_a_form_that_does_not_know_what_it_changes_shows_it_first(hanako, phone, version):
    post = make_post(author=hanako, text="one")
    fields = opened(phone, post).form("Save", {"text"}).fields
    typed = fields | {"text": ["two"], "version": [version], "save": ["1"]}
    page = phone.post(reverse("post_edit", args=[post.pk]), typed)
    assert page.form("Save", {"text"}).fields["text"] == ["two"]
    assert Post.objects.get().text == "one"


# --- nothing typed is lost --------------------------------------------------------------------------
def test_what_was_typed_on_a_session_that_ended_is_there_after_log_in(hanako, phone):
    post = make_post(author=hanako, text="one")
    opened(phone, post)
    Session.objects.all().delete()
    phone.submit("Save", text="two")
    page = phone.submit("Log in", login="hanako", password=PASSWORD)
    assert page.form("Save", {"text"}).fields["text"] == ["two"]
    assert Post.objects.get().text == "one"
    phone.submit("Save")
    assert Post.objects.get().text == "two"


def test_words_for_a_post_that_was_deleted_meanwhile_are_offered_as_a_new_one(hanako, phone):
    choir = make_group(hanako)
    post = make_post(author=hanako, text="one", audience=Audience.GROUP, group=choir)
    opened(phone, post)
    other = log_in_phone(hanako)
    other.get(reverse("post_delete", args=[post.pk]))
    other.submit("Delete")
    page = phone.submit("Save", text="two")
    assert "has been deleted" in page
    fields = page.form("Preview", {"text"}).fields
    assert fields["text"] == ["two"]
    assert fields["audience"] == [f"group_{choir.pk}"]  # never for more than the post was
    phone.submit("Preview")
    phone.submit("Send")
    assert Post.objects.visible_to(hanako).get().text == "two"


def test_a_deleted_post_has_no_page_to_change_it(hanako, phone):
    post = make_post(author=hanako)
    post.deleted_at = post.created_at
    post.save()
    assert opened(phone, post).status == 404


def test_nobody_opens_or_sends_the_form_of_somebody_else(hanako):
    post = make_post(author=hanako, text="mine")
    taro = log_in_phone(make_member("taro"))
    assert opened(taro, post).status == 404
    fields = {"text": ["yours"], "version": ["1"], "save": ["1"]}
    assert taro.post(reverse("post_edit", args=[post.pk]), fields).status in (403, 404)
    assert Post.objects.get().text == "mine"


# --- afterwards -------------------------------------------------------------------------------------
def test_where_it_went_tells_of_edits_in_words(hanako, phone, slate):
    post = tried(planned(on_slate(hanako, name="hana"), "before")).post
    sent_copy(post, make_link(hanako, name="ザキ"))
    opened(phone, post)
    phone.submit("Save", text="after")
    tried(Delivery.objects.get(operation="edit", state="waiting"))
    page = phone.get(reverse("post_deliveries", args=[post.pk]))
    assert "Slate: arrived" in page
    assert ", edited" in page
    assert "mixi: arrived" in page
    japanese = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    page = japanese.get(reverse("post_deliveries", args=[post.pk]))
    assert "に届き、" in page
    assert "に編集" in page


def test_the_time_of_the_edit_is_on_the_page_and_in_the_feed(hanako, phone):
    post = make_post(author=hanako, text="before", created_at=timezone.now() - timedelta(days=1))
    address = reverse("profile_feed", args=["hanako"])
    opened(phone, post)
    phone.submit("Save", text="after")
    changed = rfc3339_date(Post.objects.get().edited_at)
    feed = Client().get(address).content.decode()
    assert f"<published>{rfc3339_date(post.created_at)}</published>" in feed
    assert feed.count(f"<updated>{changed}</updated>") == 2  # of the entry, and so of the feed
    assert "edited" in Client().get(reverse("post_detail", args=[post.pk])).content.decode()


def test_the_page_of_a_link_says_whether_copies_can_be_changed(hanako, phone, slate):
    for link, words in (
        (on_slate(hanako), "Your edits also change the copies on Slate."),
        (make_link(hanako), "mixi cannot edit what was sent: copies stay as they were."),
    ):
        assert words in phone.get(reverse("link_detail", args=[link.network, link.pk]))


@pytest.mark.django_db(transaction=True)
def test_of_two_phones_at_the_same_moment_one_is_told(hanako):
    post = make_post(author=hanako, text="one")
    phones = [log_in_phone(hanako) for _ in range(2)]
    for phone in phones:
        opened(phone, post)
    pages = at_once(2, lambda n: phones[n].submit("Save", text=f"from phone {n}"))
    told = [
        "This post was edited elsewhere while you were writing. Your text is not saved yet." in page
        for page in pages
    ]
    assert sorted(told) == [False, True]
    post.refresh_from_db()
    assert (post.text, post.version) == (f"from phone {told.index(False)}", 2)
