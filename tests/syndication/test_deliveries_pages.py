"""Where it went: what the member reads and can press, within the pages' budgets."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Audience, MailSettings, Member
from syndication.connectors import reasons
from syndication.connectors.errors import ConnectorError
from syndication.delivery import circuit_breaker, eligibility, planning
from syndication.models import (
    NOT_DONE,
    Allowance,
    Attempt,
    AttemptOutcome,
    Delivery,
    DeliveryState,
    HostHealth,
    Link,
    LinkState,
    NetworkSwitch,
    Post,
)
from syndication.queries.copy_times import MemberClock, clock_of
from tests.making import make_comment, make_link, make_member, make_post
from tests.phone import log_in_phone

pytestmark = pytest.mark.django_db

S = DeliveryState


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def link(hanako):
    return make_link(hanako)


@pytest.fixture
def phone(hanako):
    """Hanako's phone, which keeps no cookies."""
    return log_in_phone(hanako)


def row(hanako, link, state=S.WAITING, **fields):
    post = make_post(author=hanako, text="今日もいい天気ですね")
    planning.plan_deliveries(post)
    if state == S.SENT:
        fields.setdefault("sent_at", timezone.now())
    if state == S.SENDING:
        held = {"first_sent_at": timezone.now(), "lease_until": timezone.now()}
        fields = {**held, "lease_owner": "somebody", **fields}
    rows = Delivery.objects.filter(post=post)
    rows.update(state=state, **fields)
    return rows.get(link=link) if link else rows.first()


SAID = {
    S.WAITING: "goes in a moment",
    S.SENDING: "is being sent now",
    S.UNCONFIRMED: "no clear answer yet",
    S.SENT: "arrived",
    S.PARKED: "waits for you, link mixi again",
    S.FAILED: "did not arrive",
    S.EXPIRED: "was not sent",
    S.SKIPPED: "was not sent",
    S.CANCELLED: "was not sent",
}


@pytest.mark.parametrize("state", DeliveryState.values)
def test_each_state_is_said_in_words(phone, hanako, link, state):
    """In the list, on its own page and on the post's: the same ones."""
    delivery = row(hanako, link, state)
    post = f"/posts/{delivery.post_id}/"
    for page in ("/deliveries/", f"{post}deliveries/", post):
        text = phone.get(page).text
        assert f"mixi: {SAID[state]}" in text
        assert "今日もいい" in text


def test_a_copy_is_linked_by_the_way_out(phone, hanako, link):
    row(hanako, link, S.SENT, remote_url="http://mixi.jp/view_voice.pl?id=1")
    text = phone.get("/deliveries/").html
    assert "/out/" in text
    assert 'href="http://mixi.jp' not in text


def test_the_page_of_a_post_leads_on_where_the_member_has_to_decide_or_to_link(phone, hanako, link):
    failed = row(hanako, link, S.FAILED, reason=reasons.REFUSED)
    page = phone.get(f"/posts/{failed.post_id}/")
    assert "mixi: did not arrive The network refused this. Choose what to do" in page.text
    assert phone.follow("Choose what to do").form("Try again", set())
    Delivery.objects.filter(pk=failed.pk).update(state=S.PARKED, reason=eligibility.NEEDS_YOU)
    phone.get(f"/posts/{failed.post_id}/")
    assert "You are linking" in phone.follow("link mixi again").text


@pytest.mark.parametrize("page", ["/deliveries/", "/posts/{post}/deliveries/", "/posts/{post}/"])
def test_a_copy_that_we_took_back_is_said_to_be_gone_and_has_no_address(phone, hanako, link, page):
    copy = row(hanako, link, S.SENT, remote_url="http://mixi.jp/view_voice.pl?id=1")
    page = page.format(post=copy.post_id)
    taking_back = Delivery.objects.create(
        post=copy.post, link=link, operation="delete", sequence=2, state=S.WAITING,
        audience=copy.audience, due_at=timezone.now(), asked_at=timezone.now(), idempotency_key="d",
    )  # fmt: skip
    assert "see it" in phone.get(page)
    assert "deletion: goes in a moment" in phone.page
    Delivery.objects.filter(pk=taking_back.pk).update(state=S.SENT, sent_at=timezone.now())
    shown = phone.get(page)
    assert "see it" not in shown
    assert "mixi: deleted" in shown
    assert "on the network since" not in shown
    Delivery.objects.create(
        post=copy.post, link=link, operation="publish", sequence=3, state=S.SENT, audience=copy.audience,
        sent_at=timezone.now(), asked_at=timezone.now(), idempotency_key="p",
        remote_url="http://mixi.jp/view_voice.pl?id=2",
    )  # fmt: skip
    shown = phone.get(page)
    assert shown.text.count("see it") == 1
    assert "mixi: arrived" in shown


def test_a_copy_that_somebody_deleted_there_has_no_address(phone, hanako, link):
    row(hanako, link, S.SENT, remote_url="http://mixi.jp/1", remote_deleted_at=timezone.now())
    shown = phone.get("/deliveries/")
    assert "and was deleted on the network since" in shown
    assert "see it" not in shown


def test_a_reason_and_what_next_stand_there(phone, hanako, link):
    row(hanako, link, S.FAILED, reason=reasons.REFUSED)
    assert "The network refused this." in phone.get("/deliveries/")
    text = phone.follow("Choose what to do").html
    assert "The network refused this." in text
    assert 'name="retry"' in text
    assert 'name="dismiss"' in text


def test_retry_is_one_press(phone, hanako, link):
    delivery = row(hanako, link, S.FAILED, tries=9)
    phone.get(f"/posts/{delivery.post_id}/deliveries/")
    assert "It is tried again now." in phone.submit("Try again")
    assert len(phone.hops) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == (S.WAITING, 0)


@pytest.mark.parametrize(("press", "state"), [("It arrived", S.SENT), ("Send it again", S.WAITING)])
def test_what_nobody_can_look_up_has_two_presses(phone, hanako, link, press, state):
    delivery = row(hanako, link, S.UNCONFIRMED, due_at=None)
    phone.get("/deliveries/")
    text = phone.follow("Choose what to do").html
    assert 'name="there"' in text
    assert 'name="again"' in text
    phone.submit(press)
    delivery.refresh_from_db()
    assert delivery.state == state


def test_while_we_can_look_ourselves_nobody_is_asked(phone, hanako, link):
    delivery = row(hanako, link, S.UNCONFIRMED)
    assert 'name="again"' not in phone.get(f"/posts/{delivery.post_id}/deliveries/").html
    assert "Choose what to do" not in phone.get("/deliveries/")


def test_a_press_that_came_too_late_says_so(phone, hanako, link):
    delivery = row(hanako, link, S.FAILED)
    phone.get(f"/posts/{delivery.post_id}/deliveries/")
    Delivery.objects.update(state=S.SENT, sent_at=timezone.now())
    assert "This has changed since you opened the page. Check it again." in phone.submit(
        "Try again"
    )
    delivery.refresh_from_db()
    assert delivery.state == S.SENT


def test_somebody_elses_delivery_is_not_there(hanako, link):
    delivery = row(hanako, link, S.FAILED)
    phone = log_in_phone(make_member("taro"))
    assert phone.get(f"/posts/{delivery.post_id}/deliveries/").status == 404
    assert "今日も" not in phone.get("/deliveries/").html
    mine = make_link(Member.objects.get(username="taro"), uid="taro")
    own = row(mine.member, mine, S.FAILED)
    page = phone.get(f"/posts/{own.post_id}/deliveries/")
    assert phone.get(f"/deliveries/{delivery.pk}/log/").status == 404
    page = phone.get(f"/posts/{own.post_id}/deliveries/")
    form = page.form("Try again", set())
    form.action = form.action.replace(f"/{own.pk}/", f"/{delivery.pk}/")
    assert phone.submit("Try again").status == 404


def tried(delivery, count=1, **fields):
    Delivery.objects.filter(pk=delivery.pk).update(tries=count)
    for number in range(count):
        Attempt.objects.create(
            delivery=delivery,
            number=number,
            started_at=timezone.now(),
            **{"doing": "publish", "outcome": "no_verdict", "http_status": 500, **fields},
        )


def test_what_was_tried_is_one_press_deeper_and_holds_no_codes(phone, hanako, link):
    delivery = row(hanako, link)
    tried(delivery, 3, network_message='{"error": "slow down"}')
    page = phone.get(f"/posts/{delivery.post_id}/deliveries/")
    assert "no clear answer" not in page
    page = phone.follow("Delivery history")
    assert page.text.count("sending: no clear answer") == 3
    assert "500" not in page
    assert "{" not in page.text
    assert phone.follow("* Where it went").path.endswith(f"/posts/{delivery.post_id}/deliveries/")


def test_the_log_tells_of_all_that_was_tried_for_the_post_on_the_link(phone, hanako, link):
    delivery = row(hanako, link, S.SENT)
    tried(delivery, outcome="sent")
    edit = Delivery.objects.create(
        post=delivery.post, link=link, operation="edit", sequence=2, state=S.SENT, audience="everyone",
        sent_at=timezone.now(), asked_at=timezone.now(), idempotency_key="e",
    )  # fmt: skip
    tried(edit, doing="edit", outcome="sent")
    other = row(hanako, link)
    tried(other, outcome="rejected")
    page = phone.get(f"/deliveries/{edit.pk}/log/")
    assert page.text.index("editing: done") < page.text.index("sending: done")
    assert "refused" not in page


def test_a_post_that_nobody_tried_has_no_press_for_that(phone, hanako, link):
    delivery = row(hanako, link)
    assert "Delivery history" not in phone.get(f"/posts/{delivery.post_id}/deliveries/")


@pytest.mark.parametrize(
    ("doing", "words"), [("publish", "送信中: 応答なし"), ("look_up", "届いたかの確認: 応答なし")]
)
def test_the_log_speaks_the_members_language(hanako, link, doing, words):
    """Also where no answer came, and our own sentence stands for it."""
    delivery = row(hanako, link)
    tried(delivery, doing=doing, reason=reasons.NO_ANSWER)
    japanese = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    text = japanese.get(f"/deliveries/{delivery.pk}/log/").text
    assert words in text
    assert "No complete answer came, so the post may or may not have arrived." not in text


def test_what_a_network_said_to_machines_is_not_shown(phone, hanako, link):
    delivery = row(hanako, link, S.FAILED, reason=reasons.REFUSED, network_message='{"code": 5}')
    page = phone.get(f"/posts/{delivery.post_id}/deliveries/")
    assert "mixi says" not in page
    Delivery.objects.update(network_message="No room left")
    page = phone.get(f"/posts/{delivery.post_id}/deliveries/")
    assert "mixi says: No room left" in page


def test_every_error_of_a_connector_ends_in_an_outcome_that_members_can_read():
    kinds = [
        kind for kind in _kinds_of(ConnectorError) if kind.__module__.startswith("syndication.")
    ]
    outcomes = {kind: AttemptOutcome.of_error(kind(reasons.REFUSED)) for kind in kinds}
    assert [kind for kind in kinds if not outcomes[kind].label] == []
    assert len(kinds) > 10


def _kinds_of(error):
    return [each for kind in error.__subclasses__() for each in (kind, *_kinds_of(kind))]


def test_what_is_leaving_now_says_so_and_not_when_it_left(phone, hanako, link):
    row(hanako, link, S.SENDING, tries=1)
    text = phone.get("/deliveries/").text
    assert "is being sent now; look again in a minute" in text
    assert "again at" not in text


def test_times_are_the_members_own_today_as_a_time_and_older_as_a_date():
    now = datetime(2026, 11, 30, 13, 15, tzinfo=UTC)
    for zone, today, yesterday in (
        ("Asia/Tokyo", "22:15", "29 Nov"),
        ("America/Sao_Paulo", "10:15", "29 Nov"),
        ("Pacific/Auckland", "2:15", "30 Nov"),  # where it is the first of December
    ):
        clock = MemberClock(now, ZoneInfo(zone))
        assert clock.past(now) == clock.coming(now) == today
        assert clock.past(now - timedelta(days=1)) == yesterday
        assert clock.coming(now - timedelta(days=1)) == f"{yesterday} {today}"
    assert clock.past(now - timedelta(days=400)) == "27 Oct 2025"
    with override("ja"):
        assert clock.past(now - timedelta(days=1)) == "11月30日"


def test_the_zone_is_the_one_that_the_member_chose(phone, hanako, link, settings):
    assert str(clock_of(hanako, timezone.now()).zone) == settings.TIME_ZONE
    MailSettings.objects.create(member=hanako, time_zone="America/Sao_Paulo")
    clock = clock_of(hanako, timezone.now())
    assert str(clock.zone) == "America/Sao_Paulo"
    delivery = row(hanako, link, S.SENT)
    for page in ("/deliveries/", f"/posts/{delivery.post_id}/deliveries/"):
        assert f"mixi: arrived {clock.past(delivery.sent_at)}" in phone.get(page).text


def test_what_waits_says_when_it_goes(phone, hanako, link):
    row(hanako, link, tries=1, due_at=timezone.now() + timedelta(minutes=5))
    assert "tries again at" in phone.get("/deliveries/").text
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=5))
    assert "goes in a moment" in phone.get("/deliveries/").text


def test_what_waits_for_a_paused_network_says_why(phone, hanako, link):
    row(hanako, link)
    row(hanako, link, S.SENT)
    NetworkSwitch.objects.create(network="mixi", is_paused=True, reason="Until noon.")
    text = phone.get("/deliveries/").text
    assert text.count("mixi: waits because the staff paused the network Until noon.") == 1


def test_what_waits_for_a_network_that_does_not_answer_says_so(phone, hanako, link):
    row(hanako, link)
    until = timezone.now() + timedelta(hours=1)
    host = circuit_breaker.host_of(link)
    HostHealth.objects.create(host=host, failures=5, open_until=until)
    assert "mixi: the network does not answer; tries again at" in phone.get("/deliveries/").text
    HostHealth.objects.all().delete()
    limited = {"network": "mixi", "since": timezone.now(), "rest_until": until}
    Allowance.objects.create(key="mixi", **limited)
    assert "mixi: is over its limit until" in phone.get("/deliveries/").text


def test_who_is_asked_to_look_is_led_there(phone, hanako, link):
    Link.objects.update(profile_url="https://mixi.jp/show_friend.pl?id=1")
    delivery = row(hanako, link, S.UNCONFIRMED)
    page = f"/posts/{delivery.post_id}/deliveries/"
    assert "Your page on mixi" not in phone.get(page).text
    Delivery.objects.update(due_at=None)
    assert "/out/" in phone.get(page).link("Your page on mixi").href


def test_who_has_to_delete_a_copy_there_is_led_there(phone, hanako, link):
    Link.objects.update(profile_url="https://mixi.jp/show_friend.pl?id=1")
    delivery = row(hanako, link, S.SKIPPED)
    page = f"/posts/{delivery.post_id}/deliveries/"
    assert "Your page on mixi" not in phone.get(page).text
    Delivery.objects.update(state=S.SENT, sent_at=timezone.now())
    Delivery.objects.create(
        post=delivery.post, link=link, operation="delete", sequence=2, state=S.SKIPPED,
        audience="everyone", asked_at=timezone.now(), idempotency_key="d",
    )  # fmt: skip
    assert "mixi: is still on the network" in phone.get(page)
    assert "/out/" in phone.page.link("Your page on mixi").href


@pytest.mark.parametrize(
    ("kind", "words"), [("edit", r"mixi: arrived \S+, edited \d"), ("delete", r"mixi: deleted \d")]
)
def test_what_was_changed_or_deleted_there_is_not_called_sent(phone, hanako, link, kind, words):
    copy = row(hanako, link, S.SENT)
    now = timezone.now()
    Delivery.objects.create(
        post=copy.post, link=link, operation=kind, sequence=2, state=S.SENT, sent_at=now, asked_at=now,
        audience=copy.audience, idempotency_key="later",
    )  # fmt: skip
    assert re.search(words, phone.get(f"/posts/{copy.post_id}/").text)


def test_what_is_not_done_holds_nothing_that_is_over(phone, hanako, link):
    for state in DeliveryState.values:
        row(hanako, link, state)
    text = phone.get("/deliveries/?open=1").text
    assert text.count("今日もいい") == 6
    assert all(SAID[state] in text for state in NOT_DONE)
    assert "arrived" not in text


def test_the_deliveries_of_a_deleted_post_can_be_opened(phone, hanako, link):
    delivery = row(hanako, link, S.SENT)
    Post.objects.update(deleted_at=timezone.now())
    phone.get("/deliveries/")
    page = phone.follow("A deleted post")
    assert page.path.endswith(f"/posts/{delivery.post_id}/deliveries/")


def test_a_new_copy_is_sent_by_a_press_and_says_who_reads_it(
    phone, hanako, link, django_assert_max_num_queries
):
    delivery = row(hanako, link, S.CANCELLED)
    phone.get(f"/posts/{delivery.post_id}/deliveries/")
    with django_assert_max_num_queries(6):
        page = phone.follow("Send a copy")
    assert "everyone on mixi" in page
    phone.submit("Send to mixi")
    assert Delivery.objects.filter(is_manual=True, state=S.WAITING).count() == 1


def test_a_post_for_friends_offers_no_copy_where_there_is_no_place_for_it(phone, hanako, link):
    post = make_post(author=hanako, audience=Audience.FRIENDS)
    assert not phone.get(f"/posts/{post.pk}/send/").forms


def test_a_long_list_has_ten_a_page_newest_first(phone, hanako, link):
    for number in range(11):
        post = make_post(author=hanako, text=f"{number}番目")
        planning.plan_deliveries(post)
    page = phone.get("/deliveries/")
    assert page.text.count("番目") == 10
    assert page.text.index("10番目") < page.text.index("1番目 ")
    page = phone.follow("Older")
    assert page.text.count("番目") == 1
    assert "0番目" in page
    assert page.link("Newer")


def test_a_line_for_each_link_of_a_post(phone, hanako, link):
    """By the account where there are several of one network; what is the same is said once."""
    other = make_link(hanako, "twitter")
    make_link(hanako, "mixi", uid="second", name="ザキ")
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    Delivery.objects.filter(link=other).update(
        state=S.SENT, sent_at=timezone.now(), remote_url="https://x.com/1"
    )
    Delivery.objects.filter(link=link).update(state=S.FAILED, reason=reasons.REFUSED)
    page = phone.get("/deliveries/")
    assert "mixi (hanako): did not arrive The network refused this. Choose what to do" in page.text
    assert "mixi (ザキ): goes in a moment" in page.text
    assert "Twitter/X: arrived" in page.text
    now = timezone.now()
    Delivery.objects.update(state=S.WAITING, due_at=now, remote_url="", sent_at=None, reason="")
    page = phone.get("/deliveries/")
    assert page.text.count("goes in a moment") == 1
    assert "mixi (hanako), mixi (ザキ), Twitter/X: goes in a moment" in page.text


def test_a_post_of_this_site_alone_says_so(phone, hanako, link):
    make_post(author=hanako, audience=Audience.ONLY_ME, text="日記")
    assert "日記" in phone.get("/deliveries/")
    assert "Only on this site." in phone.page


def test_an_edit_and_what_could_not_be_edited(phone, hanako, link):
    delivery = row(hanako, link, S.SENT, remote_url="http://mixi.jp/1", remote_id="1", version=1)
    fields = {"post": delivery.post, "link": link, "operation": "edit", "audience": "everyone"}
    edit = Delivery.objects.create(
        **fields, sequence=2, state=S.WAITING, asked_at=timezone.now(), due_at=timezone.now(),
        idempotency_key="e",
    )  # fmt: skip
    page = f"/posts/{delivery.post_id}/deliveries/"
    assert "mixi: edit: goes in a moment, see it" in phone.get(page)
    Delivery.objects.filter(pk=edit.pk).update(state=S.SENT, sent_at=timezone.now())
    assert ", edited " in phone.get(page)
    Delivery.objects.filter(pk=edit.pk).update(state=S.FAILED, reason=reasons.REFUSED)
    assert "mixi: still has the old text, see it" in phone.get(page)
    assert phone.page.form("Try again", set())
    Delivery.objects.filter(pk=edit.pk).update(state=S.SKIPPED, reason=reasons.CANNOT_EDIT)
    Post.objects.update(version=2, edited_at=timezone.now())
    assert "mixi: arrived" in phone.get(page)
    assert phone.page.link("Correct and resend")


def test_a_copy_that_could_not_be_deleted_stands_beside_a_newer_one(phone, hanako, link):
    first = row(hanako, link, S.SENT)
    now = timezone.now()
    fields = {"post": first.post, "link": link, "asked_at": now, "audience": "everyone"}
    Delivery.objects.create(
        **fields, operation="delete", sequence=2, state=S.SKIPPED, reason=reasons.CANNOT_DELETE,
        idempotency_key="d",
    )  # fmt: skip
    Delivery.objects.create(
        **fields, operation="publish", sequence=3, state=S.SENT, sent_at=now, idempotency_key="p"
    )
    text = phone.get("/deliveries/").text
    assert "mixi: is still on the network This cannot be deleted from here." in text
    assert "mixi: arrived" in text


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("state", [S.SENT, S.FAILED, S.PARKED, S.WAITING])
def test_ten_posts_on_seven_links_keep_to_the_budget(hanako, settings, state, language):
    """With forty more behind them, which are edited often: neither reads more, nor asks more."""
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language)
    for network in settings.NETWORKS:
        make_link(hanako, network, host="m.example" if network == "mastodon" else "")
    asked = []
    for count in (10, 40):
        for number in range(count):
            url = f"http://mixi.jp/view_voice.pl?id={number}" if state == S.SENT else ""
            reason = reasons.REFUSED if state == S.FAILED else ""
            row(hanako, None, state, reason=reason, remote_url=url)
        with CaptureQueriesContext(connection) as queries:
            page = phone.get("/deliveries/")
        asked.append(len(queries))
    print(f"delivery_list {state} {language} {len(page.html.encode())} bytes {asked} queries")
    assert len(page.html.encode()) <= 9_000
    assert asked[0] == asked[1] <= 6


def test_a_page_with_one_link_is_light(phone, hanako, link):
    for number in range(12):
        row(hanako, link, S.SENT, remote_url=f"http://mixi.jp/view_voice.pl?id={number}")
    page = phone.get("/deliveries/")
    print(f"delivery_list one link {len(page.html.encode())} bytes")
    assert len(page.html.encode()) <= 5_000


def test_the_page_of_a_post_keeps_to_its_budget(hanako, settings, django_assert_max_num_queries):
    for network in settings.NETWORKS:
        host = "m.example" if network == "mastodon" else ""
        make_link(hanako, network, host=host, profile_url="https://m.example/@hanako")
    failed = row(hanako, None, S.FAILED, reason=reasons.FOLLOWERS_NOT_APPROVED, tries=3,
                 network_message="x" * 160, remote_url="http://mixi.jp/1")  # fmt: skip
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    with django_assert_max_num_queries(6):
        page = phone.get(f"/posts/{failed.post_id}/deliveries/")
    print(f"post_deliveries {len(page.html.encode())} bytes")
    assert len(page.html.encode()) <= 9_000
    tried(failed, 12, network_message="語" * 160)
    with django_assert_max_num_queries(6):
        page = phone.get(f"/deliveries/{failed.pk}/log/")
    print(f"delivery_log {len(page.html.encode())} bytes")
    assert len(page.html.encode()) <= 9_000


def test_what_was_left_out_of_a_copy_is_said(phone, hanako, link):
    row(hanako, link, S.SENT, reason=reasons.PHOTO_DOES_NOT_FIT)
    assert "A photo could not be made to fit the network." in phone.get("/deliveries/")


def test_a_parked_delivery_leads_to_linking_again(phone, hanako, link):
    Link.objects.update(state=LinkState.PARKED)
    row(hanako, link, S.PARKED)
    assert (
        phone.get("/deliveries/")
        .link("link mixi again")
        .href.endswith(f"/links/mixi/again/{link.account_id}/")
    )


@pytest.mark.parametrize("state", [S.SENT, S.FAILED, S.PARKED, S.WAITING])
def test_a_post_with_ten_comments_and_seven_copies_keeps_to_its_budget(hanako, settings, state):
    for network in settings.NETWORKS:
        make_link(hanako, network, host="m.example" if network == "mastodon" else "")
    url = "http://mixi.jp/view_voice.pl?id=1" if state == S.SENT else ""
    reason = reasons.REFUSED if state == S.FAILED else ""
    post = row(hanako, None, state, reason=reason, remote_url=url).post
    for number in range(10):
        make_comment(post, hanako, f"{number} 雪の停留所で待つ人を撮りました。" * 4)
    phone = log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
    phone.get(f"/posts/{post.pk}/")  # the first visit writes down where the copies are
    with CaptureQueriesContext(connection) as queries:
        page = phone.get(f"/posts/{post.pk}/")
    assert all(page.text.count(name) for name in ("mixi: ", "Mastodon: ", "コメント"))
    print(f"post_detail {state} {len(page.html.encode())} bytes {len(queries)} queries")
    assert len(page.html.encode()) <= 9_000
    assert len(queries) <= 6
