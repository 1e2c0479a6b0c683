"""Where it went: what hides nothing that the member must answer, and says nothing of a copy that is untrue."""

import pytest
from django.utils import timezone

from syndication.actions import interactions
from syndication.connectors import reasons
from syndication.delivery import (
    claimable,
    corrections,
    eligibility,
    outcomes,
    planning,
    undelivered,
)
from syndication.models import Delivery, DeliveryState, Link, LinkState
from syndication.models.network_messages import readable_message
from syndication.queries.interaction_targets import target_of_item
from tests.making import make_link, make_member
from tests.phone import log_in_phone
from tests.syndication.slate import on_slate
from tests.syndication.slate_talk import LIKE_RIGHT, answered, pulled
from tests.syndication.test_deliveries_pages import row

pytestmark = pytest.mark.django_db

S = DeliveryState
NOW = timezone.now()


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def link(hanako):
    return make_link(hanako)


@pytest.fixture
def phone(hanako):
    return log_in_phone(hanako)


@pytest.fixture
def item(hanako, talk):
    return pulled(on_slate(hanako, scopes=f"write {LIKE_RIGHT}"), talk)


def behind(delivery, operation, state=S.WAITING, **fields):
    """Another row of the same post and link."""
    now = timezone.now()
    if state == S.WAITING:
        fields.setdefault("due_at", now)
    if state == S.SENT:
        fields.setdefault("sent_at", now)
    count = Delivery.objects.in_sequence_of(delivery).count()
    return Delivery.objects.create(
        post=delivery.post, link=delivery.link, operation=operation, state=state, sequence=count + 1,
        audience=delivery.audience, asked_at=now, idempotency_key=f"{operation}{count}", **fields,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["edit", "delete"])
@pytest.mark.parametrize(("press", "state"), [("It arrived", S.SENT), ("again", "")])
def test_what_the_member_is_asked_stays_with_rows_behind_it(
    phone, hanako, link, kind, press, state
):
    """Nothing behind it goes before they answer."""
    asked = row(hanako, link, S.UNCONFIRMED, due_at=None)
    later = behind(asked, kind)
    word = {"edit": "edit", "delete": "deletion"}[kind]
    text = phone.get("/deliveries/").text
    assert "mixi: we could not confirm that it arrived Choose what to do" in text
    assert f"mixi: {word}: waits for the previous step" in text
    assert not claimable.startable(timezone.now()).filter(pk=later.pk).exists()
    phone.follow("Choose what to do")
    if not state:
        assert phone.page.form("Send it again", set())
        return
    phone.submit(press)
    assert claimable.startable(timezone.now()).filter(pk=later.pk).exists()
    assert f"{word}: goes in a moment" in phone.get("/deliveries/").text


def test_an_edit_that_the_member_is_asked_about_stays_with_a_newer_one_behind_it(
    phone, hanako, link
):
    copy = row(hanako, link, S.SENT, version=1)
    asked = behind(copy, "edit", S.UNCONFIRMED, due_at=None)
    behind(copy, "edit")
    page = phone.get(f"/posts/{copy.post_id}/deliveries/")
    assert "mixi: edit: we could not confirm that it arrived" in page.text
    assert "mixi: edit: waits for the previous step" in page.text
    phone.submit("It arrived")
    asked.refresh_from_db()
    assert asked.state == S.SENT


def test_an_answer_that_was_taken_back_while_nobody_knows_keeps_its_press(hanako, item):
    mine = answered(item, by=hanako)
    asked = Delivery.objects.filter(interaction=mine)
    asked.update(state=S.UNCONFIRMED, due_at=None, first_sent_at=timezone.now())
    interactions.take_back(mine, by=hanako)
    assert [each.operation for each in asked.order_by("sequence")] == ["publish", "delete"]
    phone = log_in_phone(hanako)
    text = phone.get("/deliveries/").text
    assert "we could not confirm that it arrived Choose what to do" in text
    assert "deletion: waits for the previous step" in text
    phone.follow("Choose what to do")
    phone.submit("It arrived")
    assert claimable.startable(timezone.now()).get().operation == "delete"


def test_a_publish_that_was_too_late_keeps_its_press_with_an_edit_behind_it(phone, hanako, link):
    late = row(hanako, link, S.EXPIRED, sent_as={"text": "a"})
    behind(late, "edit")
    page = phone.get(f"/posts/{late.post_id}/deliveries/")
    assert "mixi: was not sent" in page.text
    phone.submit("Try again")
    late.refresh_from_db()
    assert late.state == S.WAITING


NOBODY_SAYS = "may still be on the network"


@pytest.mark.parametrize(
    ("copy", "reason", "words"),
    [
        ({"state": S.FAILED}, undelivered.NOTHING_TO_DELETE, "did not arrive The post had not"),
        ({"state": S.SENT, "remote_deleted_at": NOW}, reasons.COPY_GONE, "and was deleted on the"),
        ({"state": S.SENT}, corrections.NOT_SENT_ANEW, "is still on the network The new copy"),
        ({"state": S.SENT}, eligibility.DISMISSED, "is still on the network You dismissed it."),
        ({"state": S.SENT}, planning.NO_ACCESS_ANY_MORE, "is still on the network The account"),
        ({"state": S.UNCONFIRMED}, planning.NO_ACCESS_ANY_MORE, NOBODY_SAYS),
    ],
)
def test_a_delete_that_did_not_happen_says_what_became_of_the_copy(
    phone, hanako, link, copy, reason, words
):
    published = row(hanako, link, **copy)
    behind(published, "delete", S.CANCELLED, reason=reason)
    for page in ("/deliveries/", f"/posts/{published.post_id}/deliveries/"):
        text = phone.get(page).text
        assert words in text
        is_there = copy == {"state": S.SENT}
        assert ("is still on the network" in text) == is_there


@pytest.mark.parametrize(
    ("kind", "reason", "words"),
    [
        ("reply", undelivered.NOTHING_TO_DELETE, "did not arrive"),
        ("like", undelivered.NOTHING_TO_DELETE, "did not arrive"),
        ("like", outcomes.GAVE_UP, NOBODY_SAYS),
    ],
)
def test_an_answer_that_was_not_deleted_says_what_became_of_it(hanako, item, kind, reason, words):
    if kind == "reply":
        mine = answered(item, by=hanako)
    else:
        mine = interactions.like(target_of_item(item), by=hanako)
    publish = Delivery.objects.get(interaction=mine)
    now = timezone.now()
    Delivery.objects.update(state=S.FAILED, due_at=None, first_sent_at=now)
    state = S.FAILED if reason == outcomes.GAVE_UP else S.CANCELLED
    Delivery.objects.create(
        interaction=mine, link=publish.link, operation="delete", sequence=2, state=state, reason=reason,
        audience="everyone", asked_at=now, idempotency_key="d",
    )  # fmt: skip
    assert f": {words}" in log_in_phone(hanako).get("/deliveries/").text


def test_what_is_parked_says_why_also_where_nothing_can_be_linked_again(phone, hanako, link):
    Link.objects.update(state=LinkState.PARKED)
    row(hanako, link, S.PARKED, reason=reasons.TERMS_NOT_ACCEPTED)
    assert "You have not agreed to the network’s terms." in phone.get("/deliveries/").text
    Delivery.objects.update(reason=eligibility.NEEDS_YOU)
    assert "This waits until" not in phone.get("/deliveries/").text  # the press beside it says so
    Link.objects.update(account=None)
    text = phone.get("/deliveries/").text
    assert "link mixi again" not in text
    assert "This waits until you link the account again." in text


@pytest.mark.parametrize(
    ("words", "is_shown"),
    [
        ("No room left", True),
        ("[mixi] The text is too long", True),
        ("<3 is not allowed", True),
        ('{"error": "slow do', False),
        ('[{"code": 5', False),
        ('["too long"]', False),
        ("<!DOCTYPE html><html>", False),
        (" <h1>Busy</h1>", False),
    ],
)
def test_what_a_network_says_to_machines_is_told_from_what_it_says_to_people(words, is_shown):
    assert (readable_message(words) == words) == is_shown
