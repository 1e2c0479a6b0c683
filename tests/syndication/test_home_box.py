"""The box on the home page: one press sends, or the preview says why it did not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, MailSettings, Member
from accounts.urlsession.api import end_session
from syndication.actions import home_box, posts
from syndication.models import Delivery, Link, LinkState, Post, PostKind
from tests.making import PASSWORD, allow, befriend, make_link, make_member, make_post
from tests.noticing import make_notice
from tests.page import Page
from tests.phone import PhoneClient, computer, log_in_phone, session_key_of
from tests.racing import at_once
from tests.syndication.test_home import WORDS, some_friends

pytestmark = pytest.mark.django_db


def everyone(name: str = "hanako") -> Member:
    return make_member(name, posts_by_me=Audience.EVERYONE)


def button_of(page: Page) -> str:
    form = page.form("", {"text", "box"})
    ((label, _name, _value),) = form.buttons
    return label


def write(phone: PhoneClient, text: str) -> Page:
    page = phone.get(reverse("home"))
    return phone.submit(button_of(page), text=text)


def let_wait(phone: PhoneClient, text: str) -> None:
    """Write it in the long form, whose session ends, and log in again."""
    phone.get(reverse("post_new"))
    end_session(session_key_of(phone))
    phone.submit("Preview", text=text)
    phone.submit("", login="hanako", password=PASSWORD)


# --- the press ----------------------------------------------------------------------------------
def test_a_phone_without_cookies_writes_from_the_box_in_three_presses():
    """To the field, the words, the button: and the post stands below, with the box empty again."""
    phone = log_in_phone(make_member("hanako"))
    phone.get(reverse("home"))
    before = phone.requests
    page = phone.submit("Send to Friends", text="着いた")
    assert phone.requests - before == 2  # the press, and the page that it leads to
    assert page.path.endswith(reverse("home"))
    assert "Sent." in page
    assert "着いた" in page
    assert page.form("Send to Friends", {"text"}).fields["text"] == [""]
    post = Post.objects.get()
    assert (post.kind, post.audience) == (PostKind.STATUS, Audience.FRIENDS)


@pytest.mark.parametrize(
    ("audience", "networks", "button"),
    [
        ("friends", [], "Send to Friends"),
        ("friends", ["mixi"], "Send to Friends"),  # mixi holds no status for friends alone
        ("friends_of_friends", [], "Send to Friends of friends"),
        ("only_me", ["mixi"], "Save for me only"),
        ("everyone", [], "Send to Everyone"),
        ("everyone", ["mixi"], "Send to Everyone and mixi"),
        ("everyone", ["mixi", "mastodon"], "Send to Everyone, Mastodon and mixi"),
        ("everyone", ["mixi", "mixi"], "Send to Everyone and mixi ×2"),
        ("everyone", ["mixi", "mastodon", "bluesky"], "Send to Everyone and 3 networks"),
        ("everyone", ["mixi", "mixi", "gnusocial", "bluesky"], "Send to Everyone and 3 networks"),
    ],
)
def test_the_button_says_who_reads_it_and_where_it_goes(
    audience: str, networks: list[str], button: str
):
    hanako = make_member("hanako", posts_by_me=audience)
    links = [make_link(hanako, key, uid=f"u{n}") for n, key in enumerate(networks)]
    phone = log_in_phone(hanako)
    assert button_of(phone.get(reverse("home"))) == button
    phone.submit(button, text="hello")
    goes = links if audience == "everyone" else []
    assert Post.objects.get().audience == audience
    assert {delivery.link for delivery in Delivery.objects.all()} == set(goes)


def test_a_narrower_audience_goes_where_the_member_said_so():
    hanako = make_member("hanako", posts_by_me=Audience.FRIENDS)
    link = make_link(hanako, "mastodon", follows_approved=True)
    allow(link, PostKind.STATUS, Audience.FRIENDS)
    phone = log_in_phone(hanako)
    assert button_of(phone.get(reverse("home"))) == "Send to Friends and Mastodon"
    phone.submit("Send", text="hello")
    assert Delivery.objects.get().audience == Audience.FRIENDS


@pytest.mark.parametrize(
    ("audience", "words"), [("everyone", "みんな・mixiへ送る"), ("friends", "友だちへ送る")]
)
def test_the_button_in_japanese_fits_sixteen_letters(audience: str, words: str):
    hanako = make_member("hanako", posts_by_me=audience)
    make_link(hanako)
    page = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja").get(reverse("home"))
    assert button_of(page) == words
    assert "押すまで保存されません。" in page


# --- once ---------------------------------------------------------------------------------------
def test_a_second_press_or_a_reload_sends_once():
    phone = log_in_phone(everyone())
    page = phone.get(reverse("home"))
    fields = page.form("Send", {"box"}).fields | {"text": ["once"], "send": ["Send"]}
    answers = [phone.post(reverse("post_new"), fields) for _ in range(3)]
    assert Post.objects.count() == 1
    assert all(answer.path.endswith(reverse("home")) for answer in answers)
    assert "it was not sent twice" in answers[1]


def test_other_words_in_the_box_of_an_old_page_are_not_lost():
    """ "Back" on a phone shows the page with the key that was used."""
    phone = log_in_phone(everyone())
    page = phone.get(reverse("home"))
    fields = page.form("Send", {"box"}).fields | {"send": ["Send"]}
    phone.post(reverse("post_new"), fields | {"text": ["first"]})
    asked = phone.post(reverse("post_new"), fields | {"text": ["second"]})
    assert "You sent this form already" in asked
    assert "second" in asked
    phone.submit("Send")
    assert {post.text for post in Post.objects.all()} == {"first", "second"}


def test_a_text_that_is_too_long_is_not_taken_for_a_second_press():
    phone = log_in_phone(everyone())
    fields = phone.get(reverse("home")).form("Send", {"box"}).fields | {"send": ["Send"]}
    phone.post(reverse("post_new"), fields | {"text": ["first"]})
    page = phone.post(reverse("post_new"), fields | {"text": ["あ" * 1_001]})
    assert "too many" in page
    assert page.form("Preview", {"text"}).fields["text"][0].strip() == "あ" * 1_001


def test_words_typed_after_the_first_post_was_deleted_are_asked_about():
    hanako = everyone()
    phone = log_in_phone(hanako)
    fields = phone.get(reverse("home")).form("Send", {"box"}).fields | {"send": ["Send"]}
    phone.post(reverse("post_new"), fields | {"text": ["first"]})
    posts.delete_post(Post.objects.get(), by=hanako)
    page = phone.post(reverse("post_new"), fields | {"text": ["second"]})
    assert "You sent this form already" in page
    assert "second" in page
    page = phone.post(reverse("post_new"), fields | {"text": [""]})
    assert "it was not sent twice" in page


def test_a_form_that_waits_under_write_outlives_the_status_from_the_box():
    hanako = make_member("hanako")
    phone = log_in_phone(hanako)
    let_wait(phone, "the long story")
    write(phone, "short")
    assert Post.objects.get().text == "short"
    assert "the long story" in phone.get(reverse("post_preview")).html
    phone.submit("Preview")
    phone.submit("Send")
    assert "the long story" not in phone.get(reverse("post_preview")).html


def test_what_is_typed_now_wins_over_a_form_that_waits():
    """The box said Everyone when the session ended; then Only me is chosen."""
    hanako = everyone()
    phone = log_in_phone(hanako)
    phone.get(reverse("home"))
    end_session(session_key_of(phone))
    phone.submit("Send to Everyone", text="secret")
    phone.submit("", login="hanako", password=PASSWORD)
    phone.submit("Preview", audience="only_me", warning="snow")
    page = phone.submit("Change")
    assert page.form("Preview", {"text"}).fields["audience"] == ["only_me"]
    phone.submit("2 Note", warning="")
    fields = phone.submit("1 Status").form("Preview", {"text"}).fields
    assert (fields["audience"], fields["warning"]) == (["only_me"], [""])


@pytest.mark.django_db(transaction=True)
def test_presses_at_the_same_moment_make_one_post():
    hanako = everyone()
    link = make_link(hanako)
    draft = posts.NewPost(kind="status", text="once", audience="everyone", form_key="a" * 32)
    named = frozenset([link.pk])
    found = at_once(6, lambda _n: home_box.send_status(draft, by=hanako, named=named).pk)
    assert len(set(found)) == 1
    assert Post.objects.count() == Delivery.objects.count() == 1


# --- the preview instead ------------------------------------------------------------------------
def widen(hanako: Member, link: Link) -> None:
    Member.objects.update(posts_by_me=Audience.EVERYONE)


def narrow(hanako: Member, link: Link) -> None:
    Member.objects.update(posts_by_me=Audience.FRIENDS)


def end(hanako: Member, link: Link) -> None:
    Link.objects.update(state=LinkState.ENDED)


def park(hanako: Member, link: Link) -> None:
    Link.objects.update(state=LinkState.PARKED)


def turn_off(hanako: Member, link: Link) -> None:
    allow(link, PostKind.STATUS, Audience.EVERYONE, is_on=False)


def add(hanako: Member, link: Link) -> None:
    make_link(hanako, "bluesky")


@pytest.mark.parametrize("change", [narrow, end, park, turn_off, add])
def test_what_changed_since_the_page_shows_the_preview_with_the_words(
    change: Callable[[Member, Link], None],
):
    hanako = everyone()
    link = make_link(hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("home"))
    change(hanako, link)
    page = phone.submit("Send to Everyone and mixi", text="大事なこと")
    assert "Your settings changed since that page was shown" in page
    assert "大事なこと" in page
    assert not Post.objects.exists()
    phone.submit("Send")
    assert Post.objects.get().audience == Audience.EVERYONE  # as the button said


def test_a_default_that_became_wider_does_not_widen_what_the_button_said():
    hanako = make_member("hanako")
    phone = log_in_phone(hanako)
    phone.get(reverse("home"))
    Member.objects.update(posts_by_me=Audience.EVERYONE)
    page = phone.submit("Send to Friends", text="secret")
    assert "Your settings changed" in page
    phone.submit("Send")
    assert Post.objects.get().audience == Audience.FRIENDS


@pytest.mark.parametrize(
    ("state", "text", "said"),
    [
        (LinkState.ACTIVE, "長い文。" * 100, "mixi would not get all of it."),
        (LinkState.PARKED, "short", "mixi waits until you link it again."),
    ],
)
def test_a_copy_that_is_cut_or_held_back_shows_the_preview(state: str, text: str, said: str):
    hanako = everyone()
    make_link(hanako, state=state)
    phone = log_in_phone(hanako)
    page = write(phone, text)
    assert f"{said} Nothing is sent yet: see how it will look." in page
    assert not Post.objects.exists()
    phone.submit("Send")
    assert Post.objects.get().text == text
    assert Delivery.objects.count() == 1


def test_a_name_in_the_words_shows_first_what_it_becomes():
    hanako = everyone()
    make_link(hanako, "mastodon")
    make_member("taro")
    page = write(log_in_phone(hanako), "with @taro")
    assert "You mention somebody: see how the name appears on Mastodon." in page
    assert not Post.objects.exists()


def test_a_forged_name_of_a_link_sends_nothing_there():
    hanako, taro = everyone(), everyone("taro")
    theirs = make_link(taro)
    phone = log_in_phone(hanako)
    page = phone.get(reverse("home"))
    fields = page.form("Send", {"box"}).fields | {"text": ["x"], "send": ["Send"]}
    assert "Your settings changed" in phone.post(
        reverse("post_new"), fields | {"box": [f"{fields['box'][0]} {theirs.pk}"]}
    )
    assert not Post.objects.exists()


@pytest.mark.parametrize("box", ["", "friends", "everyone x", f"group_9 {'a' * 32}", "9" * 5_000])
def test_a_forged_box_gives_the_words_back(box: str):
    phone = log_in_phone(make_member("hanako"))
    phone.get(reverse("home"))
    page = phone.submit("Send to Friends", text="hello", box=box)
    assert page.form("Preview", {"text"}).fields["text"][0].strip() == "hello"
    assert not Post.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"), [("", "This field is required"), ("あ" * 1_001, "too many")]
)
def test_what_cannot_be_sent_is_given_back_in_the_form(text: str, said: str):
    phone = log_in_phone(make_member("hanako"))
    page = write(phone, text)
    assert said in page
    assert page.form("Preview", {"text"}).fields["text"][0].strip() == text


def test_what_was_typed_in_the_box_survives_a_session_that_ended():
    hanako = make_member("hanako")
    phone = log_in_phone(hanako)
    phone.get(reverse("home"))
    end_session(session_key_of(phone))
    asked = phone.submit("Send to Friends", text="まだここに")
    assert asked.status == 200
    back = phone.submit("", login="hanako", password=PASSWORD)
    form = back.form("Preview", {"text"})
    assert form.fields["text"][0].strip() == "まだここに"
    assert form.fields["audience"] == ["friends"]
    assert not Post.objects.exists()


@pytest.mark.parametrize("waits", ["the long form", "the box"])
def test_what_is_sent_from_the_box_leaves_what_waited_from_before(waits: str):
    """The session ended at one form, and the box is another one of the same address."""
    phone = log_in_phone(make_member("hanako"))
    phone.get(reverse("home" if waits == "the box" else "post_new"))
    end_session(session_key_of(phone))
    phone.submit("Send to Friends" if waits == "the box" else "Preview", text="a long story")
    phone.submit("", login="hanako", password=PASSWORD)
    write(phone, "a word between")
    assert [post.text for post in Post.objects.all()] == ["a word between"]
    form = phone.get(reverse("post_new")).form("Preview", {"text"})
    assert form.fields["text"][0].strip() == "a long story"
    phone.submit("Preview", text="a long story")
    phone.submit("Send")
    assert Post.objects.filter(text="a long story").exists()
    assert phone.get(reverse("post_new")).form("Preview", {"text"}).fields["text"][0].strip() == ""


def test_the_box_stands_on_the_first_page_alone():
    hanako = make_member("hanako")
    for number in range(12):
        make_post(author=hanako, text=f"{number}")
    phone = log_in_phone(hanako)
    phone.get(reverse("home"))
    assert not phone.follow("Older").forms


def test_a_computer_with_cookies_writes_the_same_way():
    hanako = make_member("hanako")
    client = computer(hanako)
    page = Page(client.get(reverse("home")).text, status=200, path="/")
    fields = page.form("Send", {"box"}).fields | {"text": "hello", "send": "Send"}
    answer = client.post(reverse("post_new"), fields, follow=True)
    assert "hello" in answer.text


# --- weight -------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["ja", "en"])
def test_home_with_everything_on_fits_its_budget(language: str, django_assert_max_num_queries):
    """Ten posts of people with names, notices, mails that are off, seven links: in Japanese."""
    hanako = make_member("hanako", display_name="山田花子", posts_by_me=Audience.EVERYONE)
    for number, network in enumerate(("mixi", "mastodon", "misskey", "bluesky", "gnusocial")):
        make_link(hanako, network, uid=f"u{number}")
    now = timezone.now()
    for number, friend in enumerate(some_friends(hanako, 12)):
        make_post(author=friend, text=WORDS, created_at=now - timedelta(minutes=number))
    befriend(hanako, make_member("taro"))
    for number in range(12):
        make_notice(hanako, "friend_accepted", subject=number)
    MailSettings.objects.update_or_create(member=hanako, defaults={"home_note": "bounced"})
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    with django_assert_max_num_queries(6):
        page = phone.get(reverse("home"))
    print(f"home {language}: {len(page.html.encode())} bytes")
    assert 'class="e"' in page.html
    assert 'accesskey="8"' in page.html
    assert len(page.html.encode()) <= 4_400
