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
    assert "1 retried." in press(client, Delivery, "retry", failed)
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
    assert "1 dismissed." in said
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
    assert "0 dismissed: This has changed" in said
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


def test_an_operator_pauses_a_network_with_a_reason_and_lets_it_go_on(operator):
    page = reverse("admin:network_pause", args=["mixi"])
    assert "Say why" in operator.post(page, {"reason": ""}).content.decode()
    assert not NetworkSwitch.objects.paused().exists()
    reason = "mixi is being repaired until 18:00."
    assert reason in operator.post(page, {"reason": reason}, follow=True).content.decode()
    switch = NetworkSwitch.objects.get()
    assert (switch.is_paused, switch.reason) == (True, reason)
    entry = LogEntry.objects.get()
    assert (entry.user.username, entry.change_message) == ("operator", "Paused.")
    operator.post(reverse("admin:network_resume", args=["mixi"]))
    switch.refresh_from_db()
    assert (switch.is_paused, switch.reason) == (False, "")


def test_a_network_is_paused_that_never_was_and_only_one_that_is_known(operator):
    NetworkSwitch.objects.all().delete()
    unknown = reverse("admin:network_pause", args=["nowhere"])
    assert operator.post(unknown, {"reason": "x"}).status_code == 404
    assert not NetworkSwitch.objects.exists()
    operator.post(reverse("admin:network_pause", args=["mixi"]), {"reason": "x"})
    assert NetworkSwitch.objects.get().is_paused


def test_opening_a_page_presses_nothing(operator):
    operator.post(reverse("admin:network_pause", args=["mixi"]), {"reason": "x"})
    failed = Delivery.objects.get(audience="everyone")
    for name, args in (
        ("network_resume", ["mixi"]),
        ("hosthealth_probe", []),
        ("delivery_retry_reason", []),
    ):
        assert operator.get(reverse(f"admin:{name}", args=args)).status_code == 302
    assert NetworkSwitch.objects.get().is_paused
    failed.refresh_from_db()
    assert failed.state == "failed"
