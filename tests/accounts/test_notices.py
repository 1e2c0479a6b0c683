"""The page of notices: what it shows, in which order, what is new, and when rows go."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import notices
from accounts.actions.notices import NoticeEvent
from accounts.models import Member, Notice, NoticeStop
from syndication.models import Link
from syndication.worker import sweep
from tests.mailing import send_mails
from tests.making import make_link, make_member
from tests.noticing import make_notice
from tests.page import Page
from tests.phone import PhoneClient, computer, log_in_phone

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def phone(hanako: Member) -> PhoneClient:
    return log_in_phone(hanako)


def some_notices(member: Member, count: int, since: datetime | None = None) -> list[Notice]:
    """The first is the oldest."""
    since = since or timezone.now() - timedelta(hours=1)
    links = [
        make_link(member, uid=f"u{since}{number}", name=f"n{number}.") for number in range(count)
    ]
    return [
        make_notice(member, "parked", link=link, created_at=since + timedelta(seconds=number))
        for number, link in enumerate(links)
    ]


def shown(phone: PhoneClient, page: int = 1) -> list[int]:
    """The numbers of the notices on a page."""
    text = phone.get(f"/notices/?page={page}").text
    return [int(number) for number in re.findall(r"us in as n(\d+)\.", text)]


def press(phone: PhoneClient, key: str) -> Page:
    assert phone.page is not None
    [link] = [link for link in phone.page.links if link.accesskey == key]
    return phone.follow(link.href)


# --- What is new ----------------------------------------------------------------------------------
def test_home_says_how_many_are_new_and_key_8_leads_there(hanako, phone):
    assert phone.get("/").link("Notices").text == "8 Notices"
    some_notices(hanako, 3)
    link = phone.get("/").link("Notices")
    assert (link.text, link.accesskey) == ("8 Notices: 3 new", "8")
    assert "so your posts wait" in press(phone, "8")


def test_showing_the_first_page_moves_the_mark_and_nothing_else(hanako, phone):
    some_notices(hanako, 12)
    phone.get("/notices/?page=2")
    assert "12 new" in phone.get("/")
    before = list(Notice.objects.values())
    phone.get("/notices/")
    assert phone.get("/").link("Notices").text == "8 Notices"
    assert list(Notice.objects.values()) == before
    some_notices(hanako, 1, timezone.now())
    assert "1 new" in phone.get("/")


def test_an_older_page_that_is_loaded_late_moves_no_mark_back(hanako, phone):
    old, new = some_notices(hanako, 2)
    phone.get("/notices/")
    notices.mark_notices_seen(old, by=hanako)
    hanako.refresh_from_db()
    assert hanako.notices_seen_at == new.created_at


def test_from_a_hundred_on_nobody_counts(hanako, phone):
    first = some_notices(hanako, 1)[0]
    Notice.objects.bulk_create(
        Notice(
            member=hanako,
            code="parked",
            subject=first.subject,
            key=str(n),
            created_at=timezone.now(),
        )
        for n in range(150)
    )
    assert "99+ new" in phone.get("/")


# --- The list -------------------------------------------------------------------------------------
def test_ten_stand_on_a_page_newest_first(hanako, phone):
    some_notices(hanako, 13)
    assert shown(phone) == [*range(12, 2, -1)]
    assert shown(phone, 2) == [2, 1, 0]


def test_each_leads_to_its_thing_by_one_press_and_back(hanako, phone):
    [notice] = some_notices(hanako, 1)
    phone.get("/notices/")
    page = press(phone, "1")
    account = Link.objects.get(pk=notice.subject).account_id
    assert reverse("link_again", args=["mixi", account]) in page.path
    assert press(phone, "*").path.endswith("/notices/")


def test_without_notices_the_page_says_what_would_stand_there(phone):
    assert "No notices." in phone.get("/notices/")


def test_only_who_is_logged_in_has_notices(hanako):
    some_notices(hanako, 1)
    stranger = log_in_phone(make_member("stranger"))
    assert "No notices." in stranger.get("/notices/")


# --- Clearing -------------------------------------------------------------------------------------
def test_one_key_clears_all_that_was_shown(hanako, phone):
    some_notices(hanako, 12)
    phone.get("/notices/")
    [new] = some_notices(hanako, 1, timezone.now())
    said = phone.submit("Clear all")
    assert "All notices are cleared." in said
    assert [notice.pk for notice in Notice.objects.all()] == [new.pk]  # came meanwhile
    assert 'accesskey="6"' in phone.get("/notices/").html


def test_clearing_takes_nobody_elses(hanako, phone):
    other = make_member("other")
    some_notices(other, 2)
    some_notices(hanako, 1)
    phone.get("/notices/")
    phone.submit("Clear all")
    assert Notice.objects.filter(member=other).count() == 2


# --- Once -----------------------------------------------------------------------------------------
def aged(by: timedelta) -> None:
    for notice in Notice.objects.all():
        Notice.objects.filter(pk=notice.pk).update(created_at=notice.created_at - by)


def test_the_same_again_makes_no_second_notice(hanako):
    event = NoticeEvent("parked", subject=make_link(hanako).pk)
    assert [notices.notify([hanako.pk], event) for _ in range(2)] == [1, 0]
    other = NoticeEvent("parked", subject=make_link(hanako, "orkut").pk)
    assert notices.notify([hanako.pk], other) == 1


def test_what_happens_again_too_soon_is_new_when_the_time_is_over(hanako, phone):
    link = make_link(hanako)
    event = NoticeEvent("parked", subject=link.pk, again_after=DAY)
    notices.notify([hanako.pk], event)
    phone.get("/notices/")
    for _ in range(3):
        assert notices.notify([hanako.pk], event) == 0
        sweep.run_all_steps()
        assert phone.get("/").link("Notices").text == "8 Notices"
    [notice] = Notice.objects.all()
    assert notice.again_at == notice.created_at + DAY
    sweep.run_all_steps(notice.again_at)
    assert "1 new" in phone.get("/")
    assert Notice.objects.get().again_at is None


def test_what_happens_again_late_is_new_at_once(hanako, phone):
    event = NoticeEvent("parked", subject=make_link(hanako).pk, again_after=DAY)
    notices.notify([hanako.pk], event)
    aged(2 * DAY)
    phone.get("/notices/")
    assert notices.notify([hanako.pk], event) == 1
    assert "1 new" in phone.get("/")
    assert Notice.objects.count() == 1


# --- Mails ----------------------------------------------------------------------------------------
def test_a_mail_asks_again_whether_its_member_may_read_it(hanako, mailoutbox):
    taken = make_link(make_member("other"))
    make_notice(hanako, "parked", link=taken)
    assert send_mails() == 0
    assert not mailoutbox
    assert Notice.objects.get().mail_due_at is None


# --- When rows go ---------------------------------------------------------------------------------
def test_seen_notices_go_after_thirty_days_others_after_ninety(hanako, phone):
    [seen] = some_notices(hanako, 1)
    phone.get("/notices/")
    [unseen] = some_notices(hanako, 1, timezone.now())
    now = timezone.now()
    for days, left in [
        (29, {seen.pk, unseen.pk}),
        (31, {unseen.pk}),
        (89, {unseen.pk}),
        (91, set()),
    ]:
        sweep.run_all_steps(now + days * DAY)
        assert set(Notice.objects.values_list("pk", flat=True)) == left, days


def test_a_member_keeps_a_thousand_and_the_oldest_go_first(hanako):
    link, now = make_link(hanako), timezone.now()
    Notice.objects.bulk_create(
        Notice(
            member=hanako,
            code="parked",
            subject=link.pk,
            key=str(n),
            created_at=now - n * timedelta(seconds=1),
        )
        for n in range(notices.MAX_NOTICES + 7)
    )
    sweep.run_all_steps()
    assert Notice.objects.count() == notices.MAX_NOTICES
    assert not Notice.objects.filter(
        key__in=[str(notices.MAX_NOTICES + n) for n in range(7)]
    ).exists()


def test_a_member_stops_a_thousand_posts_and_the_oldest_go_first(hanako):
    NoticeStop.objects.bulk_create(
        NoticeStop(member=hanako, code="comment_after_mine", subject=number)
        for number in range(notices.MAX_STOPS)
    )
    one_more = make_notice(hanako, "comment_after_mine", subject=notices.MAX_STOPS)
    notices.stop_notices(one_more, by=hanako)
    assert NoticeStop.objects.count() == notices.MAX_STOPS
    assert not NoticeStop.objects.filter(subject=0).exists()


# --- Weight ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "ja"])
def test_ten_notices_are_at_most_4400_bytes(hanako, language, django_assert_max_num_queries):
    some_notices(hanako, 12)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    phone.get("/")
    with django_assert_max_num_queries(6):
        page = phone.get("/notices/")
    assert len(page.html.encode()) <= 4_400


def test_a_computer_gets_the_same_page(hanako):
    some_notices(hanako, 1)
    assert "so your posts wait" in computer(hanako).get("/notices/").text
