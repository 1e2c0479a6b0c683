"""Closing an account: nobody comes in, copies go or stay as was chosen, nothing is left but a name."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.storage import default_storage
from django.core.mail.backends.locmem import EmailBackend
from django.db.models import ForeignKey
from django.urls import reverse
from django.utils import timezone

from accounts.actions import account_closure as people
from accounts.actions import groups
from accounts.models import Group, Member, Phone
from accounts.urlsession.models import Session
from syndication.actions import account_closure, photos, posts
from syndication.models import Delivery, DeliveryState, Link, NetworkSwitch, Post
from syndication.worker import sweep, tasks
from tests.making import PASSWORD, befriend, make_group, make_member, make_post
from tests.phone import PhoneClient, computer, log_in_phone
from tests.photographs import a_photo
from tests.racing import at_once
from tests.syndication.delivering import planned, texts, tried

pytestmark = pytest.mark.django_db


def a_photo_post(member):
    kept = photos.keep_upload(a_photo((40, 30)), by=member)
    draft = posts.NewPost(kind="photo", audience="only_me", form_key="f" * 32, photo=kept)
    return posts.create_post(draft, by=member)


def deliver_all(now):
    for row in Delivery.objects.filter(state=DeliveryState.WAITING).order_by("sequence"):
        tried(row, now)


def fresh(member):
    return Member.objects.get(pk=member.pk)


def press(member, choice="take_back"):
    """From the Account page to the last press, on a phone."""
    phone = log_in_phone(member)
    phone.get(reverse("security"))
    phone.follow("Close the account")
    phone.submit("Continue", password=PASSWORD)
    return phone.submit("Close it for good", copies=choice)


def by_password(phone):
    phone.get("/m/")
    phone.get(reverse("account_login"))
    phone.submit("Log in", login="hanako", password=PASSWORD)
    return phone


def test_copies_are_taken_back_and_nothing_is_left_but_the_name(
    sandbox, link, now, mailoutbox, django_capture_on_commit_callbacks
):
    member = link.member
    delivery = tried(planned(link, "さよなら"))
    photo = a_photo_post(member)
    files = [photo.photo.name, photo.photo_small.name]
    page = press(member)
    assert "The account is closed" in page
    with django_capture_on_commit_callbacks(execute=True):
        tasks.close_accounts()
    assert texts(sandbox) == ["さよなら"], "the delete is on its way"
    assert fresh(member).closed_at is None
    assert Link.objects.filter(pk=link.pk).exists(), "and needs the link"
    deliver_all(now)
    assert texts(sandbox) == []
    tasks.close_accounts()
    gone = fresh(member)
    assert gone.closed_at is not None
    assert (gone.username, gone.email, gone.has_usable_password()) == ("hanako", "", False)
    assert not Post.objects.exists()
    assert not Delivery.objects.filter(pk=delivery.pk).exists()
    assert not any(default_storage.exists(name) for name in files)
    [mail] = mailoutbox
    assert mail.to == ["hanako@example.com"]
    assert "No copy of yours is left" in mail.body


def test_nothing_in_any_table_hangs_on_a_closed_account(link):
    member, taro = link.member, make_member("taro")
    befriend(member, taro)
    make_group(taro, member)
    make_post(author=member)
    log_in_phone(member)
    Phone.objects.create(member=member, device="F-01", bookmark_hash="b", pin_hash="p")
    account_closure.close_account(by=member, takes_copies_back=False)
    tasks.close_accounts()
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, ForeignKey) and field.related_model is Member:
                left = model._base_manager.filter(**{field.name: member})
                assert model is LogEntry or not left.exists(), f"{model.__name__}.{field.name}"
    assert list(taro.friendships.all()) == []
    assert Group.objects.get().owner == taro


def test_nobody_comes_in_any_more_by_any_way(link):
    member = link.member
    phone = by_password(PhoneClient())
    [session] = UserSession.objects.filter(user=member)
    browser = computer(member)
    press(member)
    assert not Session.objects.filter(session_key=session.session_key).exists()
    assert "hanako" not in phone.get(reverse("home")).text
    assert browser.get(reverse("privacy")).status_code == 302
    assert "This account was closed" in by_password(PhoneClient()).page.text
    tasks.close_accounts()
    assert "This account was closed" not in by_password(PhoneClient()).page.text
    assert not fresh(member).is_active


def test_nobody_else_gets_the_name(link):
    account_closure.close_account(by=link.member, takes_copies_back=False)
    tasks.close_accounts()
    phone = PhoneClient()
    phone.get("/m/")
    phone.get(reverse("account_signup"))
    phone.submit("Sign up", username="hanako", email="new@example.com", password1=PASSWORD)
    assert Member.objects.filter(username__iexact="hanako").count() == 1


def test_what_was_written_is_seen_by_nobody_from_the_press_on(link):
    post = make_post(author=link.member, text="見える")
    taro = log_in_phone(make_member("taro"))
    assert "見える" in taro.get(reverse("post_detail", args=[post.pk])).text
    account_closure.close_account(by=link.member, takes_copies_back=True)
    assert taro.get(reverse("post_detail", args=[post.pk])).status == 404


def test_copies_that_are_to_stay_stay_and_the_mail_says_where(sandbox, link, mailoutbox):
    delivery = tried(planned(link, "残る"))
    press(link.member, "leave")
    tasks.close_accounts()
    assert texts(sandbox) == ["残る"]
    assert not Link.objects.exists()
    [mail] = mailoutbox
    assert delivery.remote_url in mail.body


def test_what_a_network_cannot_delete_is_said_before_and_after(
    sandbox, link, now, mailoutbox, django_capture_on_commit_callbacks
):
    tried(planned(link, "日記です", kind="note", title="日記"))
    tried(planned(link, "ひとこと"))
    phone = log_in_phone(link.member)
    phone.get(reverse("account_close"))
    page = phone.submit("Continue", password=PASSWORD)
    assert "1 copy can be deleted 1 copy stays until you delete it there" in page.text
    with django_capture_on_commit_callbacks(execute=True):
        phone.submit("Close it for good")
        tasks.close_accounts()
    deliver_all(now)
    tasks.close_accounts()
    [mail] = mailoutbox
    assert mail.body.count("mixi") == 1, "one mail for all of it"
    assert fresh(link.member).closed_at


def test_what_has_not_left_stays_here(sandbox, link, now):
    planned(link, "まだ")
    account_closure.close_account(by=link.member, takes_copies_back=True)
    deliver_all(now)
    assert texts(sandbox) == []


def test_a_network_that_is_away_is_waited_for(sandbox, link, now, mailoutbox):
    tried(planned(link, "遠い"))
    account_closure.close_account(by=link.member, takes_copies_back=True)
    tasks.close_accounts()
    sandbox.faults.add("mixi", "503", match="POST ", times=3)
    delete = Delivery.objects.get(operation="delete")
    for _ in range(3):
        delete = tried(delete, now)
        tasks.close_accounts()
        assert fresh(link.member).closed_at is None
        now.advance(hours=13)
    tried(delete, now)
    sweep.run_all_steps(now())
    tasks.close_accounts()
    assert texts(sandbox) == []
    assert fresh(link.member).closed_at


def test_nobody_is_waited_for_who_cannot_come_in(sandbox, link, mailoutbox):
    """A parked link, and a copy that only the member could look for."""
    tried(planned(link, "とまった"))
    asked = planned(link, "あるかな")
    Delivery.objects.filter(pk=asked.pk).update(
        state=DeliveryState.UNCONFIRMED, due_at=None, first_sent_at=timezone.now()
    )
    Link.objects.update(state="parked", parked_at=timezone.now())
    account_closure.close_account(by=link.member, takes_copies_back=True)
    tasks.close_accounts()
    assert fresh(link.member).closed_at
    [mail] = mailoutbox
    assert mail.body.count("mixi") >= 2


def test_a_delete_behind_a_copy_that_only_the_member_could_look_for_is_not_waited_for(link):
    asked = planned(link, "あるかな")
    now = timezone.now()
    Delivery.objects.filter(pk=asked.pk).update(
        state=DeliveryState.UNCONFIRMED, due_at=None, first_sent_at=now
    )
    account_closure.close_account(by=link.member, takes_copies_back=True)
    tasks.close_accounts()
    assert fresh(link.member).closed_at


def test_photos_of_copies_that_stay_go_here(link, django_capture_on_commit_callbacks):
    photo = a_photo_post(link.member)
    account_closure.close_account(by=link.member, takes_copies_back=False)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.close_accounts()
    assert not default_storage.exists(photo.photo.name)
    assert not default_storage.exists(photo.photo_small.name)


def test_it_goes_on_where_it_was_killed(sandbox, link, now):
    for number in range(5):
        tried(planned(link, str(number)))
    account_closure.close_account(by=link.member, takes_copies_back=True)
    while not fresh(link.member).closed_at:
        account_closure.continue_closures(now(), seconds=0.0)  # a slice so thin that it is one post
        deliver_all(now)
    assert texts(sandbox) == []


def test_the_last_mail_waits_for_the_mail_server_for_a_day(link, settings, now):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    account_closure.close_account(by=link.member, takes_copies_back=False)
    account_closure.continue_closures(now())
    assert fresh(link.member).closed_at is None
    account_closure.continue_closures(now() + timedelta(hours=25))
    assert fresh(link.member).closed_at


def test_a_group_goes_on_with_who_has_been_in_it_longest(link):
    member, taro, yuki = link.member, make_member("taro"), make_member("yuki")
    choir = make_group(member, taro, yuki)
    alone = groups.create_group("ひとり", by=member)
    phone = log_in_phone(member)
    phone.get(reverse("account_close"))
    page = phone.submit("Continue", password=PASSWORD)
    assert "Choir goes on: @taro owns it" in page.text
    assert "ひとり is closed" in page.text
    phone.submit("Close it for good")
    choir.refresh_from_db()
    alone.refresh_from_db()
    assert choir.owner == taro
    assert alone.closed_at is not None


def test_the_password_is_asked_for_and_a_pin_is_not_enough(link):
    phone = log_in_phone(link.member)
    page = phone.get(reverse("account_close"))
    assert "/account/confirm/" in page.path
    phone.submit("Continue", password="wrong")
    assert fresh(link.member).is_active


def test_the_last_of_the_staff_stays(link):
    member = link.member
    member.is_staff = member.is_superuser = True
    member.save()
    page = press(member)
    assert "Give somebody else your rights first" in page.text
    assert fresh(member).is_active
    make_member("yuki", is_superuser=True, is_staff=True)
    with pytest.raises(people.LastSuperuser):
        people.begin_account_closure(by=make_only_superuser(member), takes_copies_back=True)


def make_only_superuser(member):
    Member.objects.exclude(pk=member.pk).update(is_superuser=False)
    return fresh(member)


def test_staff_can_stop_it_while_it_goes_on(sandbox, link, now):
    tried(planned(link))
    account_closure.close_account(by=link.member, takes_copies_back=True)
    Member.objects.update(is_active=True)
    tasks.close_accounts()
    assert fresh(link.member).closed_at is None
    assert not Post.objects.exclude(deleted_at=None).exists()


def test_an_account_that_cannot_be_closed_holds_up_no_other(link, mailoutbox):
    taro = make_member("taro")
    account_closure.close_account(by=link.member, takes_copies_back=False)
    account_closure.close_account(by=taro, takes_copies_back=False)
    Member.objects.filter(pk=link.member.pk).update(email="no\nheader@example.com")
    tasks.close_accounts()
    assert fresh(link.member).closed_at is None
    assert fresh(taro).closed_at
    assert [mail.to for mail in mailoutbox] == [["taro@example.com"]]


class MeanwhileAnotherWorker(EmailBackend):
    """While the mail server takes its time, the sweeper's hint reaches another worker."""

    def send_messages(self, messages):
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        tasks.close_accounts()
        return super().send_messages(messages)


def test_two_workers_send_the_last_mail_once(link, settings, mailoutbox):
    account_closure.close_account(by=link.member, takes_copies_back=False)
    settings.EMAIL_BACKEND = f"{__name__}.MeanwhileAnotherWorker"
    tasks.close_accounts()
    assert len(mailoutbox) == 1
    assert fresh(link.member).closed_at


def test_of_two_devices_that_press_at_once_the_first_counts(link):
    other_device = fresh(link.member)
    account_closure.close_account(by=link.member, takes_copies_back=True)
    began = fresh(link.member).closing_at
    account_closure.close_account(by=other_device, takes_copies_back=False)
    assert fresh(link.member).takes_copies_back
    assert fresh(link.member).closing_at == began


@pytest.mark.django_db(transaction=True)
def test_of_the_last_two_of_the_staff_who_close_at_once_one_stays():
    staff = [make_member(name, is_superuser=True) for name in ("hanako", "taro")]

    def close(number):
        with suppress(people.LastSuperuser):
            account_closure.close_account(by=staff[number], takes_copies_back=False)

    at_once(2, close)
    assert Member.objects.filter(is_active=True).count() == 1


def test_a_group_goes_to_nobody_who_is_closing_or_was_shut_out(link):
    member, taro, yuki = link.member, make_member("taro"), make_member("yuki")
    banned = make_member("jiro", is_active=False)
    choir, pair = make_group(member, banned, taro, yuki), make_group(member, banned, name="Pair")
    account_closure.close_account(by=taro, takes_copies_back=True)
    account_closure.close_account(by=member, takes_copies_back=True)
    choir.refresh_from_db()
    pair.refresh_from_db()
    assert choir.owner == yuki
    assert pair.closed_at is not None


def test_a_group_that_came_at_the_moment_of_the_press_goes_on(link):
    taro = make_member("taro")
    account_closure.close_account(by=link.member, takes_copies_back=False)
    choir = make_group(link.member, taro)
    tasks.close_accounts()
    choir.refresh_from_db()
    assert choir.owner == taro


def test_a_delete_that_came_back_to_a_link_that_needs_its_member_is_not_waited_for(
    link, mailoutbox
):
    tried(planned(link, "とまった"))
    account_closure.close_account(by=link.member, takes_copies_back=True)
    tasks.close_accounts()
    assert Delivery.objects.filter(operation="delete", state=DeliveryState.WAITING).exists()
    Link.objects.update(state="parked", parked_at=timezone.now())
    tasks.close_accounts()
    assert fresh(link.member).closed_at
    [mail] = mailoutbox
    assert "mixi" in mail.body


def test_a_network_that_staff_paused_is_waited_for_thirty_days(link, now, mailoutbox):
    tried(planned(link, "とまった"))
    NetworkSwitch.objects.create(network="mixi", is_paused=True)
    account_closure.close_account(by=link.member, takes_copies_back=True)
    for days in (0, 29):
        account_closure.continue_closures(now() + timedelta(days=days))
        assert fresh(link.member).closed_at is None
    account_closure.continue_closures(now() + timedelta(days=31))
    assert fresh(link.member).closed_at
    assert "mixi" in mailoutbox[0].body


def test_what_was_being_written_at_the_press_goes_nowhere(sandbox, link, now):
    """The request began before the press: a photo came over a slow line."""
    account_closure.close_account(by=link.member, takes_copies_back=False)
    draft = posts.NewPost(kind="status", audience="everyone", form_key="e" * 32, text="遅い")
    posts.create_post(draft, by=link.member)
    deliver_all(now)
    assert texts(sandbox) == []
    tasks.close_accounts()
    assert not Post.objects.exists()


def test_a_publish_that_failed_on_its_way_is_not_tried_again_after_the_press(sandbox, link, now):
    sandbox.faults.add("mixi", "503", match="POST ", times=1)
    delivery = tried(planned(link, "もう一度"))
    account_closure.close_account(by=link.member, takes_copies_back=False)
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.WAITING, due_at=now())
    deliver_all(now)
    assert texts(sandbox) == []


def test_what_was_deleted_before_still_goes_where_copies_are_left(sandbox, link, now):
    posts.delete_post(tried(planned(link, "消した")).post, by=link.member)
    tried(planned(link, "残る"))
    account_closure.close_account(by=link.member, takes_copies_back=False)
    tasks.close_accounts()
    deliver_all(now)
    tasks.close_accounts()
    assert texts(sandbox) == ["残る"]
    assert fresh(link.member).closed_at


def test_the_page_before_the_press_counts_copies_and_reads_no_posts(
    link, django_assert_num_queries
):
    for number in range(3):
        tried(planned(link, str(number)))
    tried(planned(link, "日記です", kind="note", title="日記"))
    with django_assert_num_queries(1) as asked:
        assert account_closure.preview_closure(link.member) == [
            account_closure.NetworkCopies("mixi", can_go=3, must_stay=1)
        ]
    assert '"text"' not in asked[0]["sql"]
