"""The rights matrix over HTTP: each role at each page and each press of staff, from one table.

A page answers 200; a press is let through, or refused with 403. Visitors and members are led to the log-in,
or refused: no page of staff is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import Member, MemberSession, ServerRegistration
from syndication.models import Delivery, ImportPause, NetworkSwitch, ReportCase, RetentionHold
from tests.accounts.admin.rows import address

pytestmark = pytest.mark.django_db

STAFF = ("support", "moderator", "operator", "chief")
OTHERS = ("member", "visitor")
ALL = frozenset(STAFF)
S, M, O = "support", "moderator", "operator"  # noqa: E741 - columns of a table


@dataclass(frozen=True)
class Press:
    """One press: where it goes, what it sends, and who may; a superuser may everything."""

    name: str
    place: Callable[[], str]
    fields: dict[str, str]
    may: frozenset[str]


def only(*who: str) -> frozenset[str]:
    return frozenset({*who, "chief"})


def hanako_page(name: str) -> Callable[[], str]:
    return lambda: reverse(f"admin:member_{name}", args=[hanako().pk])


def hanako() -> Member:
    return Member.objects.get(username="hanako")


def case_page() -> str:
    return address(ReportCase, "change", ReportCase.objects.get().pk)


LISTS = {
    "accounts.Announcement": only(O),
    "accounts.DeviceLogin": only(S),
    "accounts.FriendRequest": only(),
    "accounts.Friendship": only(),
    "accounts.Group": only(),
    "accounts.Invitation": only(),
    "accounts.Member": only(S),
    "accounts.MemberSession": only(S),
    "accounts.Notice": only(S),
    "accounts.Phone": only(S),
    "accounts.PhoneLogin": only(S),
    "accounts.ServerRegistration": only(O),
    "accounts.SitePage": only(O),
    "auth.Group": only(),
    "syndication.Comment": only(S),
    "syndication.CopyActivity": only(),
    "syndication.Delivery": only(S, O),
    "syndication.Heartbeat": only(O),
    "syndication.HostHealth": only(O),
    "syndication.ImportPause": only(O),
    "syndication.Like": only(S),
    "syndication.Link": only(S, O),
    "syndication.NetworkSwitch": only(O),
    "syndication.Post": only(S),
    "syndication.PostAddress": only(S),
    "syndication.ReportCase": only(M),
    "syndication.RetentionHold": only(M),
    "syndication.ServerTraits": only(),
    "syndication.StaffDecision": only(M),
    "urlsession.OutTicket": only(),
}
PAGES: dict[str, tuple[Callable[[], str], frozenset[str]]] = {
    "today": (lambda: reverse("admin:index"), ALL),
    "lost phone": (hanako_page("lost_phone"), only(S)),
    "lost second step": (hanako_page("lost_factor"), only(S)),
    "lost address": (hanako_page("lost_address"), only(S)),
    "pause": (lambda: reverse("admin:network_pause", args=["mixi"]), only(O)),
    "case": (case_page, only(M)),
    "new hold": (lambda: address(RetentionHold, "add"), only(M)),
}
REASON = {"reason": "rule 3"}
PRESSES = [
    Press("end all ways in", hanako_page("lost_phone"), REASON, only(S)),
    Press("take the second step off", hanako_page("lost_factor"), REASON, only(S)),
    Press("type an address", hanako_page("lost_address"), REASON, only(S)),
    Press("second yes", hanako_page("recovery"), {"command": "agree"}, only(S)),
    Press("pause", lambda: reverse("admin:network_pause", args=["mixi"]), REASON, only(O)),
    Press("resume", lambda: reverse("admin:network_resume", args=["mixi"]), {}, only(O)),
    Press(
        "try a host", lambda: reverse("admin:hosthealth_probe"), {"host": "api.example"}, only(O)
    ),
    Press(
        "retry a reason", lambda: reverse("admin:delivery_retry_reason"), {"why": "x"}, only(S, O)
    ),
    *(
        Press(command, case_page, {"command": command, **REASON}, only(M))
        for command in ("hide", "show", "remove", "warn", "suspend", "restore", "uphold", "nothing")
    ),
    Press("look", case_page, {"command": "look"}, only(M)),
    Press(
        "hold",
        lambda: address(RetentionHold, "add"),
        {"member_name": "hanako", "until_0": "2099-01-01", "until_1": "00:00", **REASON},
        only(M),
    ),
    Press(
        "make staff",
        lambda: address(Member, "change", hanako().pk),
        {"is_active": "on", "is_staff": "on"},
        only(),
    ),
]
# Presses on rows of a list: who may not is offered none, and what they send changes nothing.
ACTIONS = [
    (Delivery, "retry", only(S, O)),
    (Delivery, "dismiss", only(S, O)),
    (MemberSession, "end", only(S)),
    (ServerRegistration, "drop", only(O)),
    (RetentionHold, "end", only(M)),
    (ImportPause, "resume", only(O)),
]


def test_every_list_answers_to_whom_the_table_says(roles):
    assert set(LISTS) == {model._meta.label for model in admin.site._registry}
    for model in admin.site._registry:
        for role in STAFF:
            status = roles[role].get(address(model, "changelist")).status_code
            allowed = role in LISTS[model._meta.label]
            assert status == (200 if allowed else 403), (model, role)


def test_every_page_answers_to_whom_the_table_says(roles):
    for name, (place, allowed) in PAGES.items():
        for role in STAFF:
            status = roles[role].get(place()).status_code
            assert status == (200 if role in allowed else 403), (name, role)


@pytest.mark.parametrize("press", PRESSES, ids=lambda press: press.name)
def test_every_press_is_let_through_for_whom_the_table_says(roles, press):
    """Whoever may not first: what a press changes is there for those who may, still."""
    for role in sorted(STAFF, key=lambda role: role in press.may):
        status = roles[role].post(press.place(), press.fields).status_code
        if role in press.may:
            assert status in (200, 302), role
        else:
            assert status == 403, role


@pytest.mark.parametrize(("model", "action", "allowed"), ACTIONS)
def test_every_press_on_a_list_is_offered_to_whom_the_table_says(roles, model, action, allowed):
    if not model._default_manager.exists():
        MemberSession.objects.create(user=hanako(), ip="192.0.2.8", session_key="x")
    for role in STAFF:
        answer = roles[role].get(address(model, "changelist"))
        is_offered = f'value="{action}"'.encode() in answer.content
        assert is_offered is (role in allowed), (model, role)


def test_members_and_visitors_have_no_page_and_no_press(roles):
    places = [address(model, "changelist") for model in admin.site._registry]
    places += [place() for place, _allowed in PAGES.values()]
    for role in OTHERS:
        for place in places:
            answer = roles[role].get(place)
            assert answer.status_code in (302, 403), (role, place)
            assert not answer.headers.get("Location", "").startswith("/admin/accounts")
        for press in PRESSES:
            answer = roles[role].post(press.place(), press.fields)
            asks_to_log_in = role == "visitor" and b'name="login"' in answer.content
            assert answer.status_code in (302, 403) or asks_to_log_in, (role, press)
    case = ReportCase.objects.get()
    assert (case.outcome, case.decisions.count()) == ("", 1)
    assert Member.objects.get(username="hanako").suspended_at is None
    assert not NetworkSwitch.objects.paused().exists()
