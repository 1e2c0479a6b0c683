"""Where it went: what the member reads and can press, within the pages' budgets."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Audience, Member
from syndication.connectors import reasons
from syndication.connectors.errors import ConnectorError
from syndication.delivery import planning
from syndication.models import (
    Attempt,
    Delivery,
    DeliveryState,
    Link,
    LinkState,
    NetworkSwitch,
    Outcome,
    Post,
)
from tests.making import make_link, make_member, make_post
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
    Delivery.objects.filter(post=post).update(state=state, **fields)
    return Delivery.objects.get(post=post)


@pytest.mark.parametrize("state", DeliveryState.values)
def test_each_state_is_said_in_words(phone, hanako, link, state):
    row(hanako, link, state)
    text = phone.get("/deliveries/").html
    assert str(DeliveryState(state).label) in text
    assert "今日もいい" in text


def test_a_copy_is_linked_by_the_way_out(phone, hanako, link):
    row(hanako, link, S.SENT, remote_url="http://mixi.jp/view_voice.pl?id=1")
    text = phone.get("/deliveries/").html
    assert "/out/" in text
    assert 'href="http://mixi.jp' not in text


@pytest.mark.parametrize("page", ["/deliveries/", "/posts/{post}/deliveries/"])
def test_a_copy_that_we_took_back_is_said_to_be_gone_and_has_no_address(phone, hanako, link, page):
    copy = row(hanako, link, S.SENT, remote_url="http://mixi.jp/view_voice.pl?id=1")
    page = page.format(post=copy.post_id)
    taking_back = Delivery.objects.create(
        post=copy.post, link=link, kind="delete", sequence=2, state=S.WAITING,
        audience=copy.audience, due_at=timezone.now(), asked_at=timezone.now(), idempotency_key="d",
    )  # fmt: skip
    assert "See it" in phone.get(page)
    Delivery.objects.filter(pk=taking_back.pk).update(state=S.SENT, sent_at=timezone.now())
    shown = phone.get(page)
    assert "See it" not in shown
    assert shown.text.count("You withdrew it.") == 1
    assert "It was deleted on the network." not in shown
    Delivery.objects.create(
        post=copy.post, link=link, kind="publish", sequence=3, state=S.SENT, audience=copy.audience,
        sent_at=timezone.now(), asked_at=timezone.now(), idempotency_key="p",
        remote_url="http://mixi.jp/view_voice.pl?id=2",
    )  # fmt: skip
    shown = phone.get(page)
    assert shown.text.count("See it") == 1
    assert shown.text.count("You withdrew it.") == 1


def test_a_copy_that_somebody_deleted_there_has_no_address(phone, hanako, link):
    row(hanako, link, S.SENT, remote_url="http://mixi.jp/1", remote_deleted_at=timezone.now())
    shown = phone.get("/deliveries/")
    assert "It was deleted on the network." in shown
    assert "See it" not in shown


def test_a_reason_and_what_next_stand_there(phone, hanako, link):
    row(hanako, link, S.FAILED, reason=reasons.REFUSED)
    text = phone.get("/deliveries/").html
    assert "The network refused this." in text
    assert 'name="retry"' in text
    assert 'name="dismiss"' in text


def test_retry_is_one_press(phone, hanako, link):
    delivery = row(hanako, link, S.FAILED, tries=9)
    phone.get("/deliveries/")
    assert "It is tried again now." in phone.submit("Try again")
    assert len(phone.hops) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.tries) == (S.WAITING, 0)


@pytest.mark.parametrize(
    ("press", "state"), [("It is there", S.SENT), ("Send it again", S.WAITING)]
)
def test_what_nobody_can_look_up_has_two_presses(phone, hanako, link, press, state):
    delivery = row(hanako, link, S.UNCONFIRMED, due_at=None)
    text = phone.get("/deliveries/").html
    assert 'name="there"' in text
    assert 'name="again"' in text
    phone.submit(press)
    delivery.refresh_from_db()
    assert delivery.state == state


def test_while_we_can_look_ourselves_nobody_is_asked(phone, hanako, link):
    row(hanako, link, S.UNCONFIRMED)
    assert 'name="again"' not in phone.get("/deliveries/").html


def test_a_press_that_came_too_late_says_so(phone, hanako, link):
    delivery = row(hanako, link, S.FAILED)
    phone.get("/deliveries/")
    Delivery.objects.update(state=S.SENT, sent_at=timezone.now())
    assert "The state has changed since you looked. See what it is now." in phone.submit(
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
    page = phone.get("/deliveries/")
    form = page.form("Try again", set())
    form.action = form.action.replace(f"/{own.pk}/", f"/{delivery.pk}/")
    assert phone.submit("Try again").status == 404


def test_a_post_shows_its_attempts(phone, hanako, link):
    delivery = row(hanako, link)
    for number in range(3):
        Attempt.objects.create(
            delivery=delivery,
            number=number,
            doing="publish",
            started_at=timezone.now(),
            outcome="no_verdict",
            http_status=500,
        )
    text = phone.get(f"/posts/{delivery.post_id}/deliveries/").text
    assert "publish 2: no clear answer (500)" in text
    assert text.count("no clear answer (500)") == 3


@pytest.mark.parametrize(
    ("doing", "words"), [("publish", "コピー 1: 返事なし"), ("look_up", "確認 1: 返事なし")]
)
def test_the_log_speaks_the_members_language(hanako, link, doing, words):
    """Also where no answer came, and our own sentence stands for it."""
    delivery = row(hanako, link)
    Attempt.objects.create(
        delivery=delivery, number=1, doing=doing, started_at=timezone.now(),
        outcome="no_verdict", reason=reasons.NO_ANSWER,
    )  # fmt: skip
    text = (
        log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE="ja")
        .get(f"/posts/{delivery.post_id}/deliveries/")
        .text
    )
    assert words in text
    assert "No complete answer came, so the post may or may not have arrived." not in text


def test_the_log_does_not_repeat_the_reason(phone, hanako, link):
    delivery = row(hanako, link, S.FAILED, reason=reasons.REFUSED)
    Attempt.objects.create(
        delivery=delivery, number=1, doing="publish", started_at=timezone.now(),
        outcome="rejected", reason=reasons.REFUSED,
    )  # fmt: skip
    assert (
        phone.get(f"/posts/{delivery.post_id}/deliveries/").text.count("The network refused this.")
        == 1
    )


def test_every_word_that_the_engine_logs_is_one_that_members_can_read():
    app = Path(planning.__file__).parents[1]
    calls = [
        call
        for folder in ("actions", "delivery", "worker")
        for file in (app / folder).glob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call)
    ]
    written = {
        text.value
        for call in calls
        for text in (
            *(call.args if _name_of(call.func) in ("settle", "ask_member") else ()),
            *(word.value for word in call.keywords if word.arg == "outcome"),
        )
        if isinstance(text, ast.Constant) and text.value
    }
    ours = [
        kind for kind in _kinds_of(ConnectorError) if kind.__module__.startswith("syndication.")
    ]
    named = {Outcome.of_error(kind(reasons.REFUSED)) for kind in ours}
    assert {"found", "cannot_look"} < written
    assert written | named <= set(Outcome.values)


def _name_of(called):
    return getattr(called, "attr", getattr(called, "id", ""))


def _kinds_of(error):
    return [each for kind in error.__subclasses__() for each in (kind, *_kinds_of(kind))]


def test_what_is_leaving_now_says_so_and_not_when_it_left(phone, hanako, link):
    row(hanako, link, S.SENDING, tries=1)
    text = phone.get("/deliveries/").text
    assert "It is being sent now. Look again in a minute." in text
    assert "Next at" not in text


def test_what_waits_says_when_it_goes(phone, hanako, link):
    row(hanako, link, tries=1, due_at=timezone.now() + timedelta(minutes=5))
    assert "Next at" in phone.get("/deliveries/").text
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=5))
    text = phone.get("/deliveries/").text
    assert "Next at" not in text
    assert "It is sent by itself, as soon as possible." in text


def test_what_waits_for_a_paused_network_says_why(phone, hanako, link):
    row(hanako, link)
    row(hanako, link, S.SENT)
    NetworkSwitch.objects.create(network="mixi", is_paused=True, reason="Until noon.")
    text = phone.get("/deliveries/").text
    assert text.count("mixi is paused by the staff: posts wait and go later. Until noon.") == 1


def test_who_is_asked_to_look_is_led_there(phone, hanako, link):
    Link.objects.update(profile_url="https://mixi.jp/show_friend.pl?id=1")
    row(hanako, link, S.UNCONFIRMED)
    assert "Your page on mixi" not in phone.get("/deliveries/").text
    Delivery.objects.update(due_at=None)
    assert "/out/" in phone.get("/deliveries/").link("Your page on mixi").href


def test_who_has_to_delete_a_copy_there_is_led_there(phone, hanako, link):
    Link.objects.update(profile_url="https://mixi.jp/show_friend.pl?id=1")
    row(hanako, link, S.SKIPPED)
    assert "Your page on mixi" not in phone.get("/deliveries/").text
    Delivery.objects.update(kind="delete", sequence=2)
    assert "/out/" in phone.get("/deliveries/").link("Your page on mixi").href


@pytest.mark.parametrize(("kind", "words"), [("edit", "changed"), ("delete", "deleted")])
def test_what_was_changed_or_deleted_there_is_not_called_sent(phone, hanako, link, kind, words):
    delivery = row(hanako, link, S.SENT, kind=kind, sequence=2)
    assert f": {words}" in phone.get("/deliveries/").text
    assert f": {words}" in phone.get(f"/posts/{delivery.post_id}/").text


def test_what_is_not_done_holds_nothing_that_is_over(phone, hanako, link):
    for state in DeliveryState.values:
        row(hanako, link, state)
    text = phone.get("/deliveries/?open=1").text
    said = {str(state.label) for state in DeliveryState if f": {state.label}" in text}
    assert said == {"waiting", "sending", "unconfirmed", "parked", "failed", "missed"}


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


def test_a_long_list_has_parts(phone, hanako, link):
    for _ in range(8):
        row(hanako, link)
    phone.get("/deliveries/")
    page = phone.follow("Older")
    assert page.html.count("Copy on") == 1
    assert page.link("Newer")


@pytest.mark.parametrize("count", [1, 40])
def test_the_list_keeps_to_its_budget(phone, hanako, link, django_assert_max_num_queries, count):
    for number in range(count):
        row(
            hanako,
            link,
            S.FAILED,
            reason=reasons.FOLLOWERS_NOT_APPROVED,
            network_words="x" * 160,
            remote_url=f"http://mixi.jp/{number}",
        )
    with django_assert_max_num_queries(6):
        answer = phone.get("/deliveries/")
    assert len(answer.html.encode()) <= 9 * 1024


def test_the_page_of_a_post_keeps_to_its_budget(phone, hanako, link, django_assert_max_num_queries):
    delivery = row(hanako, link, S.FAILED, reason=reasons.REFUSED)
    for sequence in range(2, 9):
        Delivery.objects.create(
            post=delivery.post,
            link=link,
            kind=delivery.kind,
            sequence=sequence,
            state=S.FAILED,
            audience="everyone",
            asked_at=timezone.now(),
            idempotency_key=str(sequence),
        )
    for each in Delivery.objects.all():
        Attempt.objects.bulk_create(
            Attempt(
                delivery=each,
                number=n,
                doing="publish",
                started_at=timezone.now(),
                outcome="try_later",
                network_words="x" * 160,
            )
            for n in range(9)
        )
    with django_assert_max_num_queries(6):
        answer = phone.get(f"/posts/{delivery.post_id}/deliveries/")
    assert len(answer.html.encode()) <= 9 * 1024


def test_a_parked_delivery_leads_to_linking_again(phone, hanako, link):
    Link.objects.update(state=LinkState.PARKED)
    row(hanako, link, S.PARKED)
    assert (
        phone.get("/deliveries/")
        .link("Link again")
        .href.endswith(f"/links/mixi/again/{link.account_id}/")
    )
