"""A stranger who signs up is a stranger still: what one member can make grow, and where it stops.

The table is in test_bounds.py.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.actions import guesses, phones, quotas
from accounts.actions.guesses import Limit
from accounts.models import FriendRequest, Group, Invitation, LinkAttempt, Member, Phone
from accounts.urlsession.models import Session
from syndication.actions import mail_drafts, post_addresses
from syndication.actions.mail_drafts import IncomingMail, MailRefused
from syndication.models import KeptPhoto, Post, PostAddress, SavedDraft
from syndication.worker import sweep
from tests.making import PASSWORD, make_member, make_post
from tests.phone import COMPUTER, PhoneClient, computer, log_in_phone, session_key_of
from tests.photographs import a_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


def used_up(limit: Limit, member: Member, left: int = 0) -> None:
    """As if the member had made them one by one today."""
    account = guesses.subject_of_member(member)
    guesses.clear_guesses(limit, account)
    guesses.claim_guess(limit, [account], limit.most - left)


def test_one_session_more_than_fifty_ends_the_one_that_was_idle_for_longest(hanako) -> None:
    browsers = [computer(hanako) for _ in range(50)]
    for browser in browsers:
        UserSession.objects.create(
            user=hanako, session_key=session_key_of(browser), ip="203.0.113.5", user_agent=COMPUTER
        )
    Session.objects.filter(pk=session_key_of(browsers[7])).update(
        expire_date=timezone.now() + timedelta(minutes=3)
    )
    phone = PhoneClient()
    phone.get("/login/")
    phone.submit("Log in", login="hanako", password=PASSWORD)
    page = phone.get(reverse("session_list"))
    assert page.html.count('name="end_') == 49
    assert "at most 50 at once" in page
    assert browsers[7].get(reverse("security")).status_code == 302
    assert browsers[8].get(reverse("security")).status_code == 200


def test_one_bookmark_more_than_twenty_ends_the_one_that_was_not_used_for_longest(hanako) -> None:
    codes = [
        phones.create_bookmark(by=hanako, device="a flip phone", pin="4711", session_key="")[1]
        for _ in range(20)
    ]
    phone = PhoneClient()
    phone.get("/login/?next=" + reverse("phone_bookmark"))
    phone.submit("Log in", login="hanako", password=PASSWORD)
    phone.get(reverse("phone_bookmark"))
    phone.submit("Make the bookmark", pin="4711", pin_again="4711")
    assert Phone.objects.count() == 20
    assert "At most 20 of them" in phone.get(reverse("phone_list"))
    assert PhoneClient().get(f"/p/{codes[0]}").status == 410
    assert PhoneClient().get(f"/p/{codes[1]}").status == 200


def invite(client: Any, note: str = "") -> str:
    key = client.get(reverse("invitation_new")).context["form"]["form_key"].value()
    return str(client.post(reverse("invitation_new"), {"note": note, "form_key": key}).text)


def test_fifty_invitations_of_a_member_are_open_at_most(hanako) -> None:
    client = computer(hanako)
    soon = timezone.now() + timedelta(days=1)
    Invitation.objects.bulk_create(
        Invitation(inviter=hanako, code_hash=str(number), expires_at=soon) for number in range(49)
    )
    assert "data:image" in invite(client)
    page = invite(client, note="for Yuki")
    assert "50 invitations of yours wait to be used" in page
    assert 'value="for Yuki"' in page
    client.post(reverse("invitation_withdraw", args=[Invitation.objects.first().pk]))
    assert "data:image" in invite(client)


def test_expired_invitations_are_deleted_after_ninety_days(hanako) -> None:
    now = timezone.now()
    for days in (89, 91):
        Invitation.objects.create(
            inviter=hanako, code_hash=str(days), expires_at=now - timedelta(days=days)
        )
    sweep.run_all_steps()
    assert list(Invitation.objects.values_list("code_hash", flat=True)) == ["89"]


def test_a_member_asks_twenty_people_a_day_also_if_requests_are_taken_back(hanako) -> None:
    client = computer(hanako)
    taro, yuki = make_member("taro"), make_member("yuki")
    for _turn in range(20):
        client.post(reverse("friend_ask"), {"name": "taro"})
        client.post(reverse("friend_ask"), {"name": "taro"})  # asked already: costs nothing
        client.post(reverse("friend_answer"), {"back_taro": "1"})
    page = client.post(reverse("friend_ask"), {"name": "yuki"}, follow=True)
    assert "You asked 20 people within a day. Ask yuki tomorrow" in page.text
    assert not FriendRequest.objects.filter(asked__in=[taro, yuki]).exists()


def test_who_is_asked_back_needs_no_request(hanako) -> None:
    used_up(quotas.FRIEND_REQUESTS, hanako)
    FriendRequest.objects.create(asker=make_member("taro"), asked=hanako)
    client = computer(hanako)
    page = client.post(reverse("friend_ask"), {"name": "taro"}, follow=True)
    assert "taro is your friend" in page.text


def test_a_member_owns_a_hundred_groups_and_makes_twenty_a_day(hanako) -> None:
    client = computer(hanako)
    Group.objects.bulk_create(Group(name="G", owner=hanako) for _ in range(99))
    client.post(reverse("group_new"), {"name": "Choir"})
    page = client.post(reverse("group_new"), {"name": "Quartet"}).text
    assert "You own 100 groups. Close one of them" in page
    assert 'value="Quartet"' in page
    Group.objects.filter(name="G").update(closed_at=timezone.now())
    used_up(quotas.GROUPS, hanako, left=1)
    assert client.post(reverse("group_new"), {"name": "Quartet"}).status_code == 302
    page = client.post(reverse("group_new"), {"name": "Trio"}).text
    assert "You made 20 groups within a day. Make this one tomorrow." in page
    assert 'value="Trio"' in page


def test_groups_that_were_closed_unused_do_not_pile_up(hanako) -> None:
    client = computer(hanako)
    for name in ("Silent", "Loud"):
        client.post(reverse("group_new"), {"name": name})
        group = Group.objects.get(name=name)
        if name == "Loud":
            make_post(author=hanako, audience="group", group=group)
        client.post(reverse("group_close", args=[group.pk]))
    client.post(reverse("group_new"), {"name": "Third"})
    sweep.run_all_steps(timezone.now() + timedelta(days=2))
    assert set(Group.objects.values_list("name", flat=True)) == {"Loud", "Third"}


def test_a_member_writes_and_changes_six_hundred_posts_a_day(hanako) -> None:
    client = computer(hanako)
    used_up(quotas.POSTS, hanako, left=2)
    typed = {"kind": "status", "text": "朝ごはん", "audience": "friends"}
    first = client.post(reverse("post_new"), {**typed, "form_key": "a" * 32, "send": "1"})
    assert first.status_code == 302
    post = Post.objects.get()
    changed = {"text": "昼ごはん", "version": "1", "save": "1", "confirm": "1"}
    assert client.post(reverse("post_edit", args=[post.pk]), changed).status_code == 302
    again = client.post(reverse("post_new"), {**typed, "form_key": "a" * 32, "send": "1"})
    assert "You sent this form already." in again.text  # and other words stand there by now
    page = client.post(reverse("post_new"), {**typed, "form_key": "b" * 32, "send": "1"}).text
    assert "You wrote or changed 600 posts within a day." in page
    assert "朝ごはん" in page
    late = {"text": "晩ごはん", "version": "2", "save": "1", "confirm": "1"}
    page = client.post(reverse("post_edit", args=[post.pk]), late).text
    assert "You wrote or changed 600 posts within a day." in page
    assert "晩ごはん" in page
    assert list(Post.objects.values_list("text", flat=True)) == ["昼ごはん"]
    client.post(reverse("post_delete", args=[post.pk]))  # taking back is never refused
    assert not Post.objects.filter(deleted_at=None).exists()


def look_over_photo(client: Any, key: str) -> str:
    photo = SimpleUploadedFile("a.jpg", a_photo(), content_type="image/jpeg")
    typed = {"kind": "photo", "text": "海", "audience": "friends", "form_key": key * 32}
    return str(client.post(reverse("post_preview"), {**typed, "photo": photo}).text)


def test_photos_of_a_member_are_two_hundred_megabytes_a_day(hanako) -> None:
    client = computer(hanako)
    used_up(quotas.PHOTO_BYTES, hanako, left=100_000)
    assert "limit for photos" not in look_over_photo(client, "a")
    used_up(quotas.PHOTO_BYTES, make_member("taro"))  # others' are others'
    used_up(quotas.PHOTO_BYTES, hanako, left=100)
    page = look_over_photo(client, "b")
    assert "limit for photos. Send this one tomorrow" in page
    assert "海" in page
    assert KeptPhoto.objects.count() == 1


def test_ten_photos_of_a_member_wait_for_their_posts_at_most(hanako) -> None:
    client = computer(hanako)
    for number in range(12):
        look_over_photo(client, f"{number:x}")
    assert KeptPhoto.objects.count() == 10


def test_a_mail_waits_where_its_photo_is_one_too_many_today(hanako) -> None:
    draft = mail_drafts.store_mail(
        post_addresses.enable_post_by_mail(by=hanako),
        IncomingMail(key="a" * 32, text="海", photos=(a_photo(),)),
    )
    used_up(quotas.PHOTO_BYTES, hanako, left=100)
    page = computer(hanako).post(
        reverse("mail_draft", args=[draft.pk]), {"kind": "photo"}, follow=True
    )
    assert "The email waits here: open it tomorrow." in page.text
    assert SavedDraft.objects.count() == 1


def test_twenty_mails_of_a_member_wait_at_most(hanako) -> None:
    address = post_addresses.enable_post_by_mail(by=hanako)
    for number in range(20):
        mail_drafts.store_mail(address, IncomingMail(key=f"{number:032x}", text="a"))
        PostAddress.objects.update(taken=0)  # an hour later
        address.refresh_from_db()
    with pytest.raises(MailRefused):
        mail_drafts.store_mail(address, IncomingMail(key="f" * 32, text="a"))
    assert SavedDraft.objects.count() == 20


def test_twenty_ended_mail_addresses_of_a_member_are_known(hanako, settings) -> None:
    settings.POST_MAIL_DOMAIN = "post.example"
    client = computer(hanako)
    client.post(reverse("mail"))
    oldest = PostAddress.objects.get().pk
    for _turn in range(23):
        client.post(reverse("mail_renew"))
    assert PostAddress.objects.count() == 21
    assert not PostAddress.objects.filter(pk=oldest).exists()


def add_mail_address(client: Any, email: str) -> str:
    cache.clear()  # a minute later
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    added = {"action_add": "1", "email": email}
    return str(client.post(reverse("account_email"), added, follow=True).text)


def test_a_member_has_five_mail_addresses_and_adds_ten_a_day(hanako) -> None:
    client = computer(hanako)
    for number in range(4):
        add_mail_address(client, f"h{number}@example.org")
    page = add_mail_address(client, "h4@example.org")
    assert "An account has no more addresses than these. Remove one to add another." in page
    assert EmailAddress.objects.count() == 5
    EmailAddress.objects.exclude(primary=True).delete()
    used_up(quotas.MAIL_ADDRESSES, hanako, left=4)
    page = add_mail_address(client, "h5@example.org")
    assert "10 email addresses a day can be added" not in page
    used_up(quotas.MAIL_ADDRESSES, hanako)
    page = add_mail_address(client, "h6@example.org")
    assert "10 email addresses a day can be added. Try again tomorrow." in page
    assert 'value="h6@example.org"' in page


def test_a_member_who_came_back_a_hundred_times_today_leaves_for_no_network(
    sandbox, hanako
) -> None:
    """Who comes back with the right number tried nothing out; each keeps a row for a day, though."""
    now = timezone.now()
    LinkAttempt.objects.bulk_create(
        LinkAttempt(
            state_hash=secrets.token_hex(20),
            network="mixi",
            member=hanako,
            session_key="-",
            is_url_mode=False,
            expires_at=now,
            used_at=now,
            returned_at=now,
        )
        for _ in range(100)
    )
    phone = log_in_phone(hanako)
    phone.get("/links/mixi/")
    page = phone.submit("Go to")
    assert page.status == 429
    assert "You started linking too often. Try again in an hour, or tomorrow." in page
    assert LinkAttempt.objects.count() == 100
