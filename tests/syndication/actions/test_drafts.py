"""Drafts: kept on a phone, continued on a computer, sent once; nothing typed is lost on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from accounts.actions import friends
from accounts.models import Audience, Friendship, Member, NamedList
from syndication.actions import drafts, posts
from syndication.actions.drafts import DraftContent
from syndication.connectors.content import TYPED
from syndication.models import Delivery, KeptPhoto, Post, PostKind, SavedDraft
from syndication.models.errors import NotYours
from syndication.worker import sweep
from tests.dying import is_killed
from tests.making import befriend, make_group, make_link, make_member
from tests.page import Page
from tests.phone import COMPUTER, PhoneClient, computer, log_in_phone
from tests.photographs import a_photo
from tests.racing import at_once
from tests.syndication.actions.test_photos import uploaded

pytestmark = pytest.mark.django_db

NOTE = {
    "title": "冬の停留所",
    "text": "　書きかけ\n\nの文",
    "warning": "雪",
    "language": "ja",
    "audience": "only_me",
}


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def keep(phone: PhoneClient, kind: str = PostKind.NOTE, **typed: object) -> Page:
    phone.get(reverse("post_new") + f"?kind={kind}")
    return phone.submit("5 Save draft", typed)


def unsent(text: str, *, form_key: str = "a" * 32, version: int = 0) -> DraftContent:
    words = dict.fromkeys(TYPED, "") | {"text": text}
    return DraftContent("status", form_key, version, words, audience="friends")


def typed_in(page: Page) -> dict[str, str]:
    fields = page.form("Preview", set()).fields
    return {name: said[0].replace("\r\n", "\n").removeprefix("\n") for name, said in fields.items()}


def opened(phone: PhoneClient, words: str) -> Page:
    phone.get(reverse("post_new"))
    phone.follow("6 Drafts")
    return phone.follow(words)


# --- the way ------------------------------------------------------------------------------------
def test_kept_on_a_phone_without_cookies_and_sent_from_a_computer(hanako):
    link = make_link(hanako)
    page = keep(log_in_phone(hanako), **NOTE)
    assert "Draft saved. You can continue on any device." in page
    assert not Post.objects.exists()

    client = computer(hanako)
    draft = SavedDraft.objects.get()
    assert "冬の停留所" in client.get(reverse("draft_list")).text
    page = Page(client.get(reverse("draft", args=[draft.pk])).text, status=200, path="/")
    assert typed_in(page).items() >= NOTE.items()
    fields = page.form("Preview", set()).fields
    preview = client.post(reverse("post_preview"), fields | {"audience": ["everyone"]})
    form = Page(preview.text, status=200, path="/").form("Send", set())
    for _ in range(2):
        client.post(reverse("post_new"), form.fields | {"send": ["Send"]})
    post = Post.objects.get()
    assert (post.kind, post.title, post.text) == ("note", NOTE["title"], NOTE["text"])
    assert Delivery.objects.get().link == link
    assert not SavedDraft.objects.of(hanako).exists()
    assert client.get(reverse("draft", args=[draft.pk])).url.endswith(f"/posts/{post.pk}/")


def test_kept_from_the_preview_with_all_that_was_chosen(hanako):
    link, choir = make_link(hanako), make_group(hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    phone.submit("Preview", text="later", audience="everyone")
    phone.submit("5 Save draft", left_out=str(link.pk))
    opened(phone, "later")
    shown = typed_in(phone.page)
    assert (shown["audience"], shown["left_out"]) == ("everyone", str(link.pk))
    phone.submit("5 Save draft", audience=f"group_{choir.pk}")
    assert SavedDraft.objects.get().audience == f"group_{choir.pk}"
    opened(phone, "later")
    phone.submit("Preview")
    phone.submit("Send")
    assert Post.objects.get().group == choir
    assert not Delivery.objects.exists()


def test_a_group_that_is_gone_leaves_the_audience_open(hanako):
    choir = make_group(hanako)
    phone = log_in_phone(hanako)
    keep(phone, PostKind.STATUS, text="for the choir", audience=f"group_{choir.pk}")
    choir.delete()
    assert typed_in(opened(phone, "for the choir"))["audience"] == ""


@pytest.mark.parametrize("kind", PostKind.values)
def test_what_is_not_complete_can_be_kept(hanako, kind: str):
    phone = log_in_phone(hanako)
    typed = {"url": "half/an addr ess"} if kind == "link" else {"warning": "雪"}
    keep(phone, kind, **typed)
    shown = typed_in(opened(phone, next(iter(typed.values()))))
    assert shown.items() >= typed.items()
    assert shown["kind"] == kind


def test_a_photo_stays_as_long_as_its_draft(hanako, django_capture_on_commit_callbacks):
    phone = log_in_phone(hanako)
    keep(phone, PostKind.PHOTO, text="海", photo=uploaded(a_photo()), photo_alt="波")
    name = KeptPhoto.objects.get().photo.name
    KeptPhoto.objects.update(created_at=timezone.now() - timedelta(days=2))
    sweep.run_all_steps()
    page = opened(phone, "海")
    assert page.sources
    phone.submit("Remove the photo")
    with django_capture_on_commit_callbacks(execute=True):
        phone.submit("5 Save draft", photo=uploaded(a_photo(colour="red")))
        KeptPhoto.objects.filter(draft=None).update(created_at=timezone.now() - timedelta(days=2))
        sweep.run_all_steps()
    assert not default_storage.exists(name)
    opened(phone, "海")
    phone.submit("Preview")
    phone.submit("Send")
    assert Post.objects.get().photo
    sweep.run_all_steps()
    assert not KeptPhoto.objects.exists()


def test_nothing_and_too_much_are_said_and_lost_is_nothing(hanako):
    phone = log_in_phone(hanako)
    assert "There is nothing to save yet." in keep(phone)
    page = keep(phone, title="題" * 101, text="x")
    assert "This is too long for a draft" in page
    assert typed_in(page)["title"] == "題" * 101
    page = keep(phone, PostKind.PHOTO, text="海", photo=uploaded(b"nothing"))
    assert typed_in(page)["text"] == "海"
    assert not SavedDraft.objects.exists()


def test_a_status_longer_than_a_status_is_kept_whole(hanako):
    phone = log_in_phone(hanako)
    keep(phone, PostKind.STATUS, text="あ" * 9_000)
    assert SavedDraft.objects.get().text == "あ" * 9_000


def test_fifty_are_kept_and_the_next_one_is_given_back(hanako):
    for number in range(drafts.MAX_KEPT):
        drafts.keep_draft(unsent(f"{number}", form_key=f"{number:032x}"), by=hanako)
    phone = log_in_phone(hanako)
    page = keep(phone, PostKind.STATUS, text="one more")
    assert "You have 50 drafts. What you wrote waits under Write" in page
    assert typed_in(page)["text"] == "one more"
    phone.follow("6 Drafts")
    drafts.delete_draft(SavedDraft.objects.first(), by=hanako)
    assert typed_in(phone.get(reverse("post_new")))["text"] == "one more"
    phone.submit("5 Save draft")
    assert SavedDraft.objects.count() == drafts.MAX_KEPT
    assert typed_in(phone.get(reverse("post_new")))["text"] == ""


def test_a_mail_is_kept_among_the_fifty(hanako):
    for number in range(drafts.MAX_KEPT):
        drafts.keep_draft(unsent(f"{number}", form_key=f"{number:032x}"), by=hanako)
    key = "b" * 32
    SavedDraft.objects.create(member=hanako, form_key=key, text="mail", is_mailed=True)
    with pytest.raises(drafts.TooManyDrafts):
        drafts.keep_draft(unsent("mail", form_key=key, version=1), by=hanako)
    assert SavedDraft.objects.mailed().get().text == "mail"


def test_a_photo_that_was_kept_for_hours_only_is_missed_aloud(hanako):
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new") + "?kind=photo")
    phone.submit("2 Note", photo=uploaded(a_photo()), text="海")
    KeptPhoto.objects.all().delete()
    page = phone.submit("5 Save draft")
    assert "The photo was no longer here. Choose it again." in page
    assert SavedDraft.objects.get().text == "海"


# --- chosen people ------------------------------------------------------------------------------
CHOSEN = ("taro", "yuki", "momo")


def choose(phone: PhoneClient, hanako: Member, list_name: str = "") -> None:
    """Write for three friends, as far as the preview."""
    for name in CHOSEN:
        befriend(hanako, make_member(name))
    phone.get(reverse("post_new"))
    phone.submit("Preview", text="secret", audience="chosen")
    keys = [str(one.pk) for one in Friendship.objects.filter(member=hanako)]
    phone.submit("Next", {"tick": keys, "list_name": list_name})


def readers() -> set[str]:
    chosen = Post.objects.get().chosen_readers
    return set(chosen.values_list("reader__username", flat=True))


def test_a_draft_keeps_whom_it_is_for_and_the_name_of_their_list(hanako):
    phone = log_in_phone(hanako)
    choose(phone, hanako, "家族")
    phone.submit("5 Save draft")
    computer_of_hers = log_in_phone(hanako, user_agent=COMPUTER)
    opened(computer_of_hers, "secret")
    assert "no longer your friend" not in computer_of_hers.page
    assert "3 people: momo, taro, yuki" in computer_of_hers.submit("Preview")
    computer_of_hers.submit("Send")
    assert readers() == {*CHOSEN}
    assert NamedList.objects.get().name == "家族"


ENDS = {
    "unfriended": lambda taro, hanako: friends.end_friendship(taro, by=hanako),
    "friends again": lambda taro, hanako: (
        friends.end_friendship(taro, by=hanako),
        friends.create_friendship(taro, hanako),
    ),
    "blocks": lambda taro, hanako: friends.block_member(hanako, by=taro),
    "is blocked": lambda taro, hanako: friends.block_member(taro, by=hanako),
    "closed": lambda taro, hanako: Member.objects.filter(pk=taro.pk).update(is_active=False),
}


@pytest.mark.parametrize("end", ENDS)
def test_who_can_no_longer_be_chosen_is_left_out_of_a_draft_and_the_page_says_so(hanako, end):
    Member.objects.update(posts_by_me=Audience.EVERYONE)
    phone = log_in_phone(hanako)
    choose(phone, hanako)
    phone.submit("5 Save draft")
    ENDS[end](Member.objects.get(username="taro"), hanako)
    assert "1 person whom you chose is no longer your friend" in opened(phone, "secret")
    assert "2 people: momo, yuki" in phone.submit("Preview")
    phone.submit("5 Save draft")
    assert "no longer your friend" not in opened(phone, "secret")
    phone.submit("Preview")
    phone.submit("Send")
    assert readers() == {"momo", "yuki"}


def test_a_draft_whose_people_are_all_gone_asks_anew_and_never_goes_to_more(hanako):
    Member.objects.update(posts_by_me=Audience.EVERYONE)
    phone = log_in_phone(hanako)
    choose(phone, hanako)
    phone.submit("5 Save draft")
    Friendship.objects.all().delete()
    assert "3 people whom you chose are no longer your friends" in opened(phone, "secret")
    assert "Who may read it?" in phone.submit("Preview")
    assert not Post.objects.exists()


def test_a_draft_holds_no_friendships_of_others(hanako):
    phone = log_in_phone(hanako)
    choose(phone, hanako)
    foreign = Friendship.objects.exclude(member=hanako)[0]
    phone.submit("5 Save draft", people=f"{foreign.pk} x 999999")
    assert SavedDraft.objects.get().people == []


def test_a_draft_for_another_audience_holds_no_people(hanako):
    phone = log_in_phone(hanako)
    choose(phone, hanako, "家族")
    phone.submit("5 Save draft")
    opened(phone, "secret")
    phone.submit("5 Save draft", audience="friends")
    draft = SavedDraft.objects.get()
    assert (draft.audience, draft.people, draft.list_name) == ("friends", [], "")


# --- two devices --------------------------------------------------------------------------------
def test_a_second_press_of_keep_keeps_one(hanako):
    phone = log_in_phone(hanako)
    page = phone.get(reverse("post_new"))
    fields = page.form("Preview", set()).fields | {"text": ["once"], "keep": ["1"]}
    for _ in range(3):
        page = phone.post(reverse("post_preview"), fields)
    assert "Draft saved." in page
    assert SavedDraft.objects.get().version == 1


def test_two_devices_that_keep_the_same_draft_keep_both(hanako):
    phone, other = log_in_phone(hanako), log_in_phone(hanako)
    keep(phone, PostKind.STATUS, text="first")
    opened(phone, "first")
    opened(other, "first")
    assert "Draft saved." in phone.submit("5 Save draft", text="from the phone")
    page = other.submit("5 Save draft", text="from the computer")
    assert (
        "in another window or on another device in the meantime. Yours is saved as a separate draft."
        in page
    )
    assert {draft.text for draft in SavedDraft.objects.all()} == {
        "from the phone",
        "from the computer",
    }


def test_what_another_device_kept_outlives_the_press_that_sends(hanako):
    phone, other = log_in_phone(hanako), log_in_phone(hanako)
    keep(phone, PostKind.STATUS, text="first")
    opened(phone, "first")
    opened(other, "first")
    other.submit("5 Save draft", text="more, from the computer")
    phone.submit("Preview", text="short, from the phone")
    page = phone.submit("Send")
    assert (
        "Another version, saved in another window or on another device, is still in Drafts." in page
    )
    assert Post.objects.get().text == "short, from the phone"
    assert SavedDraft.objects.of(hanako).get().text == "more, from the computer"


def in_two_windows(hanako: Member) -> tuple[PhoneClient, PhoneClient]:
    """A draft with a photo, open on two phones."""
    phone, other = log_in_phone(hanako), log_in_phone(hanako)
    keep(phone, PostKind.PHOTO, text="first", photo=uploaded(a_photo()))
    opened(phone, "first")
    opened(other, "first")
    return phone, other


def photo_files() -> list[bool]:
    return [default_storage.exists(one.photo.name) for one in KeptPhoto.objects.all()]


def test_two_devices_that_keep_a_draft_keep_its_photo_in_both(
    hanako, django_capture_on_commit_callbacks
):
    phone, other = in_two_windows(hanako)
    with django_capture_on_commit_callbacks(execute=True):
        phone.submit("5 Save draft", text="from the phone")
        fields = other.page.form("Preview", set()).fields | {"text": ["other"], "keep": ["1"]}
        for _ in range(2):  # pressed twice: one more draft
            other.post(reverse("post_preview"), fields)
    assert SavedDraft.objects.count() == 2
    assert {draft.photos.count() for draft in SavedDraft.objects.all()} == {1}
    assert photo_files() == [True, True]


def test_words_kept_apart_that_went_on_from_there_are_not_overwritten(hanako):
    drafts.keep_draft(unsent("first"), by=hanako)
    late = unsent("late", version=0)
    apart = drafts.keep_draft(late, by=hanako).draft
    assert drafts.keep_draft(late, by=hanako).draft == apart
    on = unsent("went on", form_key=apart.form_key, version=1)
    drafts.keep_draft(on, by=hanako)
    drafts.keep_draft(late, by=hanako)
    assert {draft.text for draft in SavedDraft.objects.all()} == {"first", "went on", "late"}


@pytest.mark.parametrize("sends_first", [True, False])
def test_a_photo_that_one_device_sends_stays_with_what_the_other_keeps(
    hanako, sends_first, django_capture_on_commit_callbacks
):
    phone, other = in_two_windows(hanako)

    def send() -> None:
        phone.submit("Preview", text="sent")
        phone.submit("Send")

    with django_capture_on_commit_callbacks(execute=True):
        if sends_first:
            send()
        other.submit("5 Save draft", text="kept")
        if not sends_first:
            send()
        sweep.run_all_steps()
    assert Post.objects.get().photo
    draft = SavedDraft.objects.get()
    assert (draft.text, draft.photos.count()) == ("kept", 1)
    assert photo_files() == [True]


def test_what_was_sent_elsewhere_is_kept_as_a_draft_of_its_own(hanako):
    phone, other = log_in_phone(hanako), log_in_phone(hanako)
    keep(phone, PostKind.STATUS, text="first")
    opened(phone, "first")
    opened(other, "first")
    phone.submit("Preview")
    phone.submit("Send")
    page = other.submit("5 Save draft", text="other words")
    assert "Yours is saved as a separate draft." in page
    assert SavedDraft.objects.of(hanako).get().text == "other words"


def test_words_sent_from_a_second_device_after_the_first_are_asked_about(hanako):
    phone, other = log_in_phone(hanako), log_in_phone(hanako)
    keep(phone, PostKind.STATUS, text="first")
    opened(phone, "first")
    opened(other, "first")
    other.submit("Preview", text="second")
    phone.submit("Preview")
    phone.submit("Send")
    page = other.submit("Send")
    assert "You sent this form already." in page
    assert "second" in page
    other.submit("Send")
    assert {post.text for post in Post.objects.all()} == {"first", "second"}


@pytest.mark.django_db(transaction=True)
def test_presses_at_the_same_moment_lose_no_words():
    hanako = make_member("hanako")
    first = drafts.keep_draft(unsent("first"), by=hanako).draft
    at_once(5, lambda n: drafts.keep_draft(unsent(f"{n}", version=first.version), by=hanako))
    assert {draft.text for draft in SavedDraft.objects.all()} == {f"{n}" for n in range(5)}


@pytest.mark.django_db(transaction=True)
def test_a_draft_goes_from_the_list_exactly_when_the_post_exists():
    """The process dies at each statement in turn."""
    hanako = make_member("hanako")
    kept = drafts.keep_draft(unsent("朝"), by=hanako).draft
    draft = posts.NewPost(
        kind="status", audience="friends", form_key=kept.form_key, text="朝", version=1
    )
    at = 1
    while is_killed(lambda: posts.create_post(draft, by=hanako), at=at):
        assert SavedDraft.objects.of(hanako).exists() != Post.objects.exists()
        at += 1
    assert Post.objects.exists()
    assert not SavedDraft.objects.of(hanako).exists()


# --- the list -----------------------------------------------------------------------------------
def test_ten_a_page_newest_first_with_kind_and_keys(hanako, django_assert_max_num_queries):
    for number in range(12):
        drafts.keep_draft(unsent(f"draft {number}", form_key=f"{number:032x}"), by=hanako)
    old = SavedDraft.objects.get(text="draft 0")
    drafts.keep_draft(unsent("kept again", form_key=old.form_key, version=1), by=hanako)
    SavedDraft.objects.create(member=hanako, form_key="b" * 32, text="mailed", is_mailed=True)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    with django_assert_max_num_queries(6):
        page = phone.get(reverse("draft_list"))
    print(f"draft_list {len(page.html.encode())} bytes")
    assert len(page.html.encode()) <= 5_000
    shown = [link.text for link in page.links if "/posts/" in link.href and "new" not in link.href]
    assert shown[:3] == ["1 mailed", "2 kept again", "3 draft 11"]
    assert len([link for link in page.links if "draft" in link.text]) == 8
    assert "ひとこと" in page
    assert "メール" in page


def test_a_draft_is_deleted_after_a_question_and_is_nobody_elses(hanako):
    keep(log_in_phone(hanako), PostKind.STATUS, text="secret")
    draft = SavedDraft.objects.get()
    taro = make_member("taro")
    for name in ("draft", "draft_delete", "mail_draft", "mail_draft_delete"):
        assert log_in_phone(taro).get(reverse(name, args=[draft.pk])).status == 404
    with pytest.raises(NotYours):
        drafts.delete_draft(draft, by=taro)
    phone = log_in_phone(hanako)
    opened(phone, "secret")
    assert "secret" in phone.follow("Delete the draft")
    assert SavedDraft.objects.exists()
    assert "None." in phone.submit("Delete the draft")
    assert not SavedDraft.objects.exists()


@pytest.mark.parametrize("kind", ["note", "photo"])
def test_the_form_with_a_draft_stays_light(hanako, kind, django_assert_max_num_queries):
    typed = NOTE if kind == "note" else {"photo": uploaded(a_photo()), "text": "海"}
    keep(log_in_phone(hanako), kind, **typed)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    with django_assert_max_num_queries(6):
        page = phone.get(reverse("draft", args=[SavedDraft.objects.get().pk]))
    print(f"draft {len(page.html.encode())} bytes")
    assert "まで残ります" in page
    assert len(page.html.encode()) <= 5_200


def test_a_draft_goes_thirty_days_after_it_was_last_kept(hanako):
    phone = log_in_phone(hanako)
    keep(phone, PostKind.STATUS, text="old")
    SavedDraft.objects.update(created_at=timezone.now() - timedelta(days=29))
    opened(phone, "old")
    phone.submit("5 Save draft", text="old, renewed")
    sweep.run_all_steps(timezone.now() + timedelta(days=29))
    assert SavedDraft.objects.exists()
    sweep.run_all_steps(timezone.now() + timedelta(days=31))
    assert not SavedDraft.objects.exists()


def test_a_mail_that_is_kept_becomes_an_ordinary_draft(hanako):
    mailed = SavedDraft.objects.create(
        member=hanako, form_key="b" * 32, title="海", text="青い", is_mailed=True
    )
    phone = log_in_phone(hanako)
    phone.get(reverse("mail_draft", args=[mailed.pk]))
    phone.submit("1 Next")
    phone.submit("5 Save draft", text="青い海", audience=Audience.ONLY_ME)
    kept = SavedDraft.objects.get()
    assert (kept.pk, kept.is_mailed, kept.title, kept.text) == (mailed.pk, False, "海", "青い海")
    page = phone.get(reverse("mail_draft", args=[mailed.pk]))
    assert typed_in(page)["audience"] == "only_me"
