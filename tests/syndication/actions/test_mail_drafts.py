"""Post by mail on the site: the secret address, the mails that wait, and the press that sends one."""

from __future__ import annotations

import base64
import io
from datetime import timedelta

import pytest
import zxingcpp
from django.core import mail as outbox
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.actions import quotas
from accounts.models import Audience, Member, Notice
from syndication.actions import drafts, mail_drafts, post_addresses
from syndication.actions.mail_drafts import IncomingMail
from syndication.models import Delivery, KeptPhoto, Post, PostAddress, SavedDraft
from syndication.models.errors import NotYours
from syndication.worker import sweep
from tests.mailing import send_mails
from tests.making import make_link, make_member
from tests.noticing import the_notice
from tests.page import Page
from tests.phone import PhoneClient, computer, log_in_phone
from tests.photographs import a_photo
from tests.racing import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def arrive(member: Member, *, key: str = "a" * 32, **values) -> SavedDraft:
    """A mail that was taken in."""
    values.setdefault("sender", "hanako@docomo.ne.jp")
    draft = mail_drafts.store_mail(
        post_addresses.enable_post_by_mail(by=member), IncomingMail(key=key, **values)
    )
    assert draft is not None
    return draft


def opened(phone: PhoneClient) -> Page:
    """The mail, by the way that its member goes."""
    phone.get(reverse("home"))
    phone.follow("waiting email")
    draft = SavedDraft.objects.get()
    return phone.follow(f"{phone.base}{reverse('mail_draft', args=[draft.pk])}")


# --- the address --------------------------------------------------------------------------------
def test_it_is_off_until_the_member_turns_it_on(hanako):
    phone = log_in_phone(hanako)
    phone.get(reverse("security"))
    page = phone.follow("Post by email")
    assert "@post.example.jp" not in page
    phone.submit("Turn it on")
    assert post_addresses.full_address(PostAddress.objects.get()) in phone.page


def test_an_address_is_short_secret_and_easy_to_type():
    assert post_addresses.BITS >= 64
    assert post_addresses.LENGTH <= 14
    assert not set(post_addresses.LETTERS) & set("01loiaeu")
    assert post_addresses.LETTERS.islower()


def test_the_address_is_shown_again_and_stands_nowhere_in_the_clear(hanako):
    address = post_addresses.enable_post_by_mail(by=hanako)
    local = post_addresses.full_address(address).partition("@")[0]
    assert local in log_in_phone(hanako).get(reverse("mail"))
    row = PostAddress.objects.values().get()
    assert not [value for value in row.values() if local in str(value)]


def test_the_address_is_a_mailto_link_and_a_qr_code(hanako):
    phone = log_in_phone(hanako)
    written = post_addresses.full_address(post_addresses.enable_post_by_mail(by=hanako))
    page = phone.get(reverse("mail"))
    assert page.link("Write an email").href == f"mailto:{written}"
    (source,) = page.sources
    assert source.startswith("data:image/png;base64,")
    picture = Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))
    (found,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert found.text == f"mailto:{written}"


def test_another_address_kills_the_old_one_at_once_after_a_question(hanako):
    phone = log_in_phone(hanako)
    old = post_addresses.full_address(post_addresses.enable_post_by_mail(by=hanako))
    phone.get(reverse("mail"))
    phone.follow("Change the address")
    assert post_addresses.full_address(PostAddress.objects.get()) == old  # looking changes nothing
    page = phone.submit("Change the address")
    assert old not in page
    assert PostAddress.objects.live().count() == 1
    assert post_addresses.find_post_address(old.partition("@")[0]).ended_at is not None
    assert not PostAddress.objects.exclude(ended_at=None).exclude(sealed_local="").exists()


def test_it_can_be_turned_off_and_what_waits_stays(hanako):
    arrive(hanako, text="sea")
    phone = log_in_phone(hanako)
    phone.get(reverse("mail"))
    phone.follow("Turn it off")
    assert "Turn it on" in phone.submit("Turn it off").html
    assert not PostAddress.objects.live().exists()
    assert SavedDraft.objects.of(hanako).exists()


def test_there_is_no_such_page_where_no_domain_is_set(hanako, settings):
    arrive(hanako, text="sea")
    settings.POST_MAIL_DOMAIN = ""
    phone = log_in_phone(hanako)
    for name in ("mail", "mail_renew", "mail_end"):
        assert phone.get(reverse(name)).status == 404
    for page in ("security", "draft_list"):
        assert "Post by email" not in phone.get(reverse(page))
    assert "Post by email" not in phone.get(reverse("post_new") + "?kind=photo")
    assert "sea" in phone.get(reverse("draft_list"))  # what waits can still be sent


def test_an_address_sealed_with_a_lost_key_can_be_renewed(hanako):
    post_addresses.enable_post_by_mail(by=hanako)
    PostAddress.objects.update(sealed_local="nonsense")
    page = log_in_phone(hanako).get(reverse("mail"))
    assert page.status == 200
    assert "Change the address" in page


def test_a_refusal_stands_on_the_page(hanako):
    address = post_addresses.enable_post_by_mail(by=hanako)
    post_addresses.record_mail_refusal(address, mail_drafts.NO_ROOM, {"count": 20})
    assert "20 emails are waiting already." in log_in_phone(hanako).get(reverse("mail"))


def test_a_photo_form_tells_of_it_and_others_do_not(hanako):
    phone = log_in_phone(hanako)
    assert "Post by email" in phone.get(reverse("post_new") + "?kind=photo")
    assert "Post by email" not in phone.get(reverse("post_new") + "?kind=status")


def test_two_presses_at_once_make_one_address(transactional_db):
    hanako = make_member("hanako")
    found = at_once(4, lambda _number: post_addresses.enable_post_by_mail(by=hanako).pk)
    assert len(set(found)) == 1
    assert PostAddress.objects.count() == 1


# --- what waits ---------------------------------------------------------------------------------
def test_a_mail_stands_in_one_line_on_the_home_page(hanako):
    phone = log_in_phone(hanako)
    assert "wait" not in phone.get(reverse("home"))
    arrive(hanako, text="SECRET WORDS")
    page = phone.get(reverse("home"))
    assert "1 waiting email" in page
    assert "SECRET WORDS" not in page
    arrive(hanako, key="b" * 32, text="sea")
    assert "2 waiting emails" in phone.get(reverse("home"))


def test_nobody_else_sees_it(hanako):
    draft = arrive(hanako, text="sea", photos=(a_photo(),))
    taro = log_in_phone(make_member("taro"))
    assert "waits" not in taro.get(reverse("home"))
    for name in ("mail_draft", "mail_draft_delete", "mail_draft_photo"):
        address = reverse(name, args=[draft.pk])
        assert taro.get(address).status == 404
        if name != "mail_draft_photo":
            assert taro.post(address, {"kind": "status"}).status in (403, 404)
        assert computer().get(address).status_code == 302
        assert computer(hanako).get(address).status_code == 200
    assert SavedDraft.objects.exists()


def test_the_page_shows_the_mail_and_who_says_to_have_sent_it(hanako):
    arrive(hanako, title="海", text="青い\n海", photos=(a_photo(),), dropped=2)
    phone = log_in_phone(hanako)
    page = opened(phone)
    for words in (
        "海",
        "青い",
        "hanako@docomo.ne.jp (as the email says)",
        "2 attachments were left out",
    ):
        assert words in page
    assert phone.get(page.sources[0].removeprefix(phone.base)).status == 200


def test_a_long_text_is_paged(hanako):
    arrive(hanako, text="あ" * 9_900)
    page = opened(log_in_phone(hanako))
    assert "1/15" in page
    assert len(page.html.encode()) < 5_300


def test_a_stranger_may_not_send_or_throw_away(hanako):
    draft = arrive(hanako, text="sea", photos=(a_photo(),))
    taro = make_member("taro")
    for act in (drafts.delete_draft, mail_drafts.keep_draft_photos):
        with pytest.raises(NotYours):
            act(draft, by=taro)


# --- sending ------------------------------------------------------------------------------------
def test_nothing_is_posted_or_sent_before_the_press(hanako):
    make_link(hanako)
    hanako.posts_by_me = Audience.EVERYONE
    hanako.save()
    arrive(hanako, title="sea", text="blue")
    phone = log_in_phone(hanako)
    opened(phone)
    phone.submit("Next")
    phone.submit("Preview")
    assert not Post.objects.exists()
    assert not Delivery.objects.exists()
    phone.submit("Send")
    post = Post.objects.get()
    assert (post.kind, post.title, post.text, post.audience) == ("note", "sea", "blue", "everyone")
    assert Delivery.objects.count() == 1
    assert "waits" not in phone.get(reverse("home"))


def test_a_photo_goes_with_its_subject_and_words(hanako):
    arrive(hanako, title="sea", text="blue", photos=(a_photo(colour="red"),))
    phone = log_in_phone(hanako)
    page = opened(phone)
    assert page.form("Next", {"kind"}).fields["kind"] == ["photo"]
    phone.submit("Next")
    phone.submit("Preview", audience="only_me")
    phone.submit("Send")
    post = Post.objects.get()
    assert (post.kind, post.text, post.audience) == ("photo", "sea\nblue", "only_me")
    with post.photo.open("rb") as file:
        red, green, _blue = Image.open(file).convert("RGB").getpixel((5, 5))
    assert red > 200 > green
    sweep.run_all_steps()
    assert not KeptPhoto.objects.exists()


def test_a_photo_is_kept_once_however_often_its_mail_is_opened(hanako):
    draft = arrive(hanako, text="blue", photos=(a_photo(),))
    first = mail_drafts.keep_draft_photos(draft, by=hanako)
    draft = SavedDraft.objects.get()
    assert mail_drafts.keep_draft_photos(draft, by=hanako) == first == [KeptPhoto.objects.get()]


def test_a_mail_kept_as_words_when_the_quota_is_used_up_keeps_its_photo(
    hanako, django_capture_on_commit_callbacks
):
    draft = arrive(hanako, text="blue", photos=(a_photo(),))
    quotas.spend_member_quota(hanako, quotas.PHOTO_BYTES, quotas.PHOTO_BYTES.most)
    phone = log_in_phone(hanako)
    opened(phone)
    phone.submit("Next", kind="status")
    with django_capture_on_commit_callbacks(execute=True):
        phone.submit("5 Save draft")
    kept = SavedDraft.objects.get(pk=draft.pk)
    assert not kept.is_mailed
    assert default_storage.exists(kept.photos.get().photo.name)
    assert "the photo" in phone.get(reverse("draft", args=[draft.pk]))


def test_the_audience_that_is_offered_is_posts_by_me(hanako):
    hanako.posts_by_me = Audience.FRIENDS
    hanako.save()
    arrive(hanako, text="sea")
    phone = log_in_phone(hanako)
    opened(phone)
    page = phone.submit("Next")
    assert page.form("Preview", {"audience"}).fields["audience"] == ["friends"]


def test_another_kind_keeps_every_word(hanako):
    arrive(hanako, title="sea", text="blue")
    phone = log_in_phone(hanako)
    opened(phone)
    page = phone.submit("Next", kind="status")
    assert page.form("Preview", {"text"}).fields["text"] == ["sea\nblue"]


@pytest.mark.parametrize("kind", ["photo", "link", "nonsense", ""])
def test_a_kind_that_it_cannot_become_is_refused(hanako, kind):
    draft = arrive(hanako, text="sea")
    phone = log_in_phone(hanako)
    opened(phone)
    page = phone.submit("Next", kind=kind)
    assert page.path.endswith(reverse("mail_draft", args=[draft.pk]))
    assert page.form("Next", {"kind"})


def test_a_mail_sent_in_two_windows_is_one_post(hanako):
    arrive(hanako, text="sea")
    phone = log_in_phone(hanako)
    opened(phone)
    phone.submit("Next")
    page = phone.submit("Preview")
    fields = page.form("Send", set()).fields | {"send": ["Send"]}
    for _ in range(2):
        phone.post(reverse("post_new"), fields)
    assert Post.objects.count() == 1


def test_the_way_from_an_old_answer_leads_to_the_post(hanako):
    draft = arrive(hanako, text="sea")
    post = Post.objects.create(
        author=hanako, kind="status", text="sea", audience="friends", form_key=draft.form_key
    )
    page = log_in_phone(hanako).get(reverse("mail_draft", args=[draft.pk]))
    assert page.path.endswith(reverse("post_detail", args=[post.pk]))


def test_a_mail_is_thrown_away_after_a_question(hanako, django_capture_on_commit_callbacks):
    name = arrive(hanako, text="sea", photos=(a_photo(),)).photo.name
    phone = log_in_phone(hanako)
    opened(phone)
    assert "sea" in phone.follow("Delete the email")
    assert SavedDraft.objects.exists()
    with django_capture_on_commit_callbacks(execute=True):
        phone.submit("Delete the email")
    assert not SavedDraft.objects.exists()
    assert not default_storage.exists(name)


# --- time ---------------------------------------------------------------------------------------
def older(draft: SavedDraft, days: int) -> None:
    SavedDraft.objects.filter(pk=draft.pk).update(created_at=timezone.now() - timedelta(days=days))


def test_who_forgets_a_mail_is_told_once_before_it_goes(hanako, django_capture_on_commit_callbacks):
    older(arrive(hanako, text="sea"), 28)
    older(arrive(hanako, key="b" * 32, text="sky"), 28)
    arrive(hanako, key="c" * 32, text="new")
    told = []
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            sweep.run_all_steps()
        send_mails()
        told.append(the_notice().in_words if Notice.objects.exists() else "")
        Notice.objects.all().delete()  # seen to
    assert told == [
        "A draft has waited for weeks and is deleted in 3 days. You find it under “Drafts”.",
        "",
    ]
    assert len(outbox.outbox) == 1
    assert SavedDraft.objects.count() == 3


def test_a_mail_goes_after_thirty_days_with_its_photo(hanako, django_capture_on_commit_callbacks):
    old, fresh = arrive(hanako, photos=(a_photo(),)), arrive(hanako, key="b" * 32, text="new")
    older(old, 31)
    older(fresh, 29)
    with django_capture_on_commit_callbacks(execute=True):
        sweep.run_all_steps()
    assert SavedDraft.objects.get() == fresh
    assert not default_storage.exists(old.photo.name)


def test_what_became_a_post_is_swept_and_an_ended_address_after_half_a_year(hanako):
    draft = arrive(hanako, text="sea")
    Post.objects.create(
        author=hanako, kind="status", text="sea", audience="friends", form_key=draft.form_key
    )
    post_addresses.disable_post_by_mail(by=hanako)
    sweep.run_all_steps()
    assert not SavedDraft.objects.exists()
    assert PostAddress.objects.exists()
    sweep.run_all_steps(timezone.now() + timedelta(days=181))
    assert not PostAddress.objects.exists()


def test_reseal_knows_the_addresses(hanako, settings):
    written = post_addresses.full_address(post_addresses.enable_post_by_mail(by=hanako))
    old = settings.TOKEN_KEYS[0]
    settings.TOKEN_KEYS = ["QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU=", old]
    call_command("reseal", verbosity=0)
    settings.TOKEN_KEYS = settings.TOKEN_KEYS[:1]
    assert post_addresses.full_address(PostAddress.objects.get()) == written
