"""What staff may press: retry, dismiss, end a session, pause a network. Each with its right."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group as StaffGroup
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import MemberSession
from syndication.delivery import eligibility
from syndication.models import Delivery, NetworkSwitch
from tests.accounts.admin.rows import address
from tests.making import make_member
from tests.phone import computer, session_key_of

pytestmark = pytest.mark.django_db


def press(client: Client, model: type[Model], action: str, *rows: Model) -> str:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    answer = client.post(address(model, "changelist"), chosen, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("who", ["support", "operator"])
def test_staff_retry_what_failed(who, request):
    client = request.getfixturevalue(who)
    failed = Delivery.objects.get(audience="everyone")
    assert "1 delivery: Retried." in press(client, Delivery, "retry", failed)
    failed.refresh_from_db()
    assert failed.state == "waiting"
    entry = LogEntry.objects.get()
    assert entry.change_message == "Retried."
    assert entry.object_id == str(failed.pk)


def test_staff_dismiss_what_failed_and_are_told_what_cannot_be_pressed(support):
    failed = Delivery.objects.get(audience="everyone")
    sent = Delivery.objects.get(audience="friends")
    Delivery.objects.filter(pk=sent.pk).update(state="sent", sent_at=sent.created_at)
    said = press(support, Delivery, "dismiss", failed, sent)
    assert "1 delivery: Dismissed." in said
    assert "This has changed since you opened the page. Check it again." in said
    failed.refresh_from_db()
    sent.refresh_from_db()
    assert (failed.state, sent.state) == ("cancelled", "sent")
    assert failed.reason == eligibility.DISMISSED_BY_STAFF


def test_staff_read_one_line_for_each_reason(support):
    """Of thousands that were selected, too."""
    sent = Delivery.objects.get(audience="friends")
    Delivery.objects.filter(pk=sent.pk).update(state="sent", sent_at=sent.created_at)
    rows = [sent]
    for sequence in range(2, 9):
        sent.pk, sent.sequence, sent.idempotency_key = None, sequence, str(sequence)
        sent.state, sent.sent_at = "sent", sent.created_at
        sent.save()
        rows.append(Delivery.objects.get(sequence=sequence))
    said = press(support, Delivery, "dismiss", *rows[1:])
    assert said.count("This has changed since you opened the page. Check it again.") == 1
    assert "7 × This has changed" in said
    assert "…)" in said


def test_who_may_only_look_is_offered_no_press(hanako):
    looker = make_member("looker", is_staff=True)
    group = StaffGroup.objects.create(name="Lookers")
    support = StaffGroup.objects.get(name="Support")
    group.permissions.set(support.permissions.filter(codename__startswith="view_"))
    looker.groups.add(group)
    client = computer(looker)
    failed = Delivery.objects.get(audience="everyone")
    for model in (Delivery, MemberSession):
        assert b'name="action"' not in client.get(address(model, "changelist")).content
    press(client, Delivery, "retry", failed)
    press(client, MemberSession, "end", MemberSession.objects.get(user__username="hanako"))
    failed.refresh_from_db()
    assert failed.state == "failed"
    assert MemberSession.objects.filter(user__username="hanako").exists()


def test_support_ends_a_session_and_its_browser_is_out(support, hanako):
    browser = computer(hanako)
    session = MemberSession.objects.create(
        user=hanako, ip="192.0.2.8", session_key=session_key_of(browser)
    )
    assert browser.get(reverse("friend_list")).status_code == 200
    assert "1 session ended" in press(support, MemberSession, "end", session)
    assert browser.get(reverse("friend_list")).status_code == 302


def test_an_operator_pauses_a_network_with_a_reason(operator):
    page = address(NetworkSwitch, "change", "mixi")
    assert operator.post(page, {"is_paused": "on", "reason": ""}).status_code == 200
    assert not NetworkSwitch.objects.get().is_paused
    operator.post(page, {"is_paused": "on", "reason": "mixi is being repaired until 18:00."})
    switch = NetworkSwitch.objects.get()
    assert (switch.is_paused, switch.reason) == (True, "mixi is being repaired until 18:00.")
    operator.post(page, {"reason": ""})
    assert not NetworkSwitch.objects.get().is_paused


def test_a_network_is_paused_that_never_was_and_only_one_that_is_known(operator):
    NetworkSwitch.objects.all().delete()
    page = address(NetworkSwitch, "add")
    operator.post(page, {"network": "nowhere", "is_paused": "on", "reason": "x"})
    assert not NetworkSwitch.objects.exists()
    operator.post(page, {"network": "mixi", "is_paused": "on", "reason": "x"})
    assert NetworkSwitch.objects.get().is_paused


def test_support_pauses_nothing(support):
    page = address(NetworkSwitch, "change", "mixi")
    assert support.post(page, {"is_paused": "on", "reason": "x"}).status_code == 403
