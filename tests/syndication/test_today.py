"""Today, the front page of staff: what needs a person, and nothing that does not; in both languages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group as StaffGroup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from syndication.models import Delivery, Heartbeat, HostHealth, Link, NetworkSwitch, ReportCase
from syndication.queries.figures import NEWEST
from syndication.queries.today import MAX_COUNTED, RETRIED_AT_ONCE, is_disk_full
from tests.accounts.admin.rows import address, make_rows, make_staff
from tests.filling import copies
from tests.making import make_link, make_member, make_post
from tests.page import Page
from tests.phone import computer, log_in_phone
from tests.profilelink.test_languages_pages import english_left

pytestmark = pytest.mark.django_db

TODAY = reverse("admin:index")


@pytest.fixture
def chief() -> Client:
    return computer(make_member("chief", is_staff=True, is_superuser=True))


@pytest.fixture
def working() -> None:
    """A worker that was seen just now."""
    Heartbeat.objects.create(part="task", beat_at=timezone.now())


def needs(staff: Client, **extra: str) -> list[str]:
    """The lines of the list, with the words of their presses and links."""
    part = today(staff, **extra).partition("<h2>")[2].partition("<h2>")[0]
    lines = re.findall(r"<li>(.*?)</li>", part, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in lines]


def today(staff: Client, **extra: str) -> str:
    answer = staff.get(TODAY, **extra)
    assert answer.status_code == 200
    return answer.content.decode()


def make_delivery(link: Link, state: str = "failed", **fields: object) -> Delivery:
    post = make_post(author=link.member)
    due = timezone.now() if state == "waiting" else None
    return Delivery.objects.create(
        **{
            "post": post, "link": link, "operation": "publish", "sequence": 1, "state": state,
            "audience": "everyone", "asked_at": timezone.now(), "due_at": due,
            "idempotency_key": f"key-{post.pk}", **fields,
        }
    )  # fmt: skip


def ago(**time: float) -> object:
    return timezone.now() - timedelta(**time)


def test_a_healthy_site_asks_for_nobody(chief, working):
    make_delivery(make_link(make_member("hanako")), "waiting")
    page = today(chief)
    assert needs(chief) == []
    assert "Nothing. All is well as far as you can see." in page
    assert "icon-no" not in page


def test_what_needs_a_person_stands_there_the_oldest_first(chief, working):
    link = make_link(make_member("hanako"))
    failed = make_delivery(link, reason="refused")
    Delivery.objects.filter(pk=failed.pk).update(changed_at=ago(days=3))
    Link.objects.filter(pk=link.pk).update(
        state="parked", parked_at=ago(days=2), parked_reason="token_gone"
    )
    ReportCase.objects.create(kind="post", audience="everyone", waiting_since=ago(days=1))
    NetworkSwitch.objects.create(network="orkut", is_paused=True, reason="Closed in 2014.")
    lines = needs(chief)
    starts = ["1 delivery failed: ", "1 link with mixi waits for its member", "A report: Post"]
    starts += ["Orkut is paused: Closed in 2014."]
    assert len(lines) == len(starts), lines
    assert all(line.startswith(start) for line, start in zip(lines, starts, strict=True)), lines
    presses = ["Retry all", "Look", "Decide", "Let it go on"]
    assert all(press in line for line, press in zip(lines, presses, strict=True)), lines


def test_all_that_failed_for_one_reason_is_retried_by_one_press(chief, working):
    link = make_link(make_member("hanako"))
    rows = [make_delivery(link, reason="refused") for _ in range(3)]
    other = make_delivery(link, reason="too_long")
    page = chief.post(reverse("admin:delivery_retry_reason"), {"why": "refused"}, follow=True)
    assert "3 retried." in page.content.decode()
    assert {Delivery.objects.get(pk=row.pk).state for row in rows} == {"waiting"}
    assert Delivery.objects.get(pk=other.pk).state == "failed"
    assert [line[:18] for line in needs(chief)] == ["1 delivery failed:"]
    link.state = "ended"
    link.save()
    page = chief.post(reverse("admin:delivery_retry_reason"), {"why": "too_long"}, follow=True)
    assert "0 retried: " in page.content.decode()


def test_the_list_behind_a_reason_holds_that_reason_alone(chief):
    link = make_link(make_member("hanako"))
    rows = [make_delivery(link, reason=reason) for reason in ("refused", "refused", "too_long")]
    page = today(chief)
    [address] = set(re.findall(r'href="(\S+why=refused)"', page))
    listed = chief.get(address.replace("&amp;", "&")).content.decode()
    shown = [f"/{row.pk}/change/" in listed for row in rows]
    assert shown == [True, True, False]


def test_a_queue_that_lags_is_told_and_one_that_staff_paused_is_not(chief, working):
    link = make_link(make_member("hanako"))
    make_delivery(link, "waiting", due_at=ago(minutes=20))
    assert [line[:15] for line in needs(chief)] == ["The queue lags:"]
    NetworkSwitch.objects.create(network="mixi", is_paused=True, reason="until 18:00")
    assert [line[:14] for line in needs(chief)] == ["mixi is paused"]


def test_a_missing_worker_is_told_first_with_what_to_start(chief):
    [line] = needs(chief)
    assert line.startswith("No worker runs, so nothing is sent: start `manage.py work`")
    Heartbeat.objects.create(part="task", beat_at=ago(minutes=3))
    [line] = needs(chief)
    assert line.startswith("No worker runs")
    Heartbeat.objects.update(beat_at=timezone.now())
    assert needs(chief) == []


def test_a_host_that_does_not_answer_is_tried_by_a_press(chief, working):
    later = timezone.now() + timedelta(minutes=20)
    host = HostHealth.objects.create(host="api.example", failures=5, open_until=later)
    [line] = needs(chief)
    assert line.startswith("api.example does not answer")
    chief.post(reverse("admin:hosthealth_probe"), {"host": "api.example"})
    host.refresh_from_db()
    assert host.open_until <= timezone.now()
    assert host.failures == 5, "the next delivery is a probe, no more"
    assert needs(chief) == []


def test_what_members_read_of_a_pause_is_what_staff_were_shown(chief, working):
    hanako = make_member("hanako")
    make_link(hanako)
    page = today(chief)
    [address] = re.findall(r'href="(\S+mixi/pause/)"', page)
    shown = chief.get(address).content.decode()
    assert "mixi is paused by the staff: posts wait and are sent later." in shown
    chief.post(address, {"reason": "mixi is being mended."})
    links = log_in_phone(hanako).get(reverse("link_list"))
    assert "mixi is paused by the staff: posts wait and are sent later." in links
    assert "mixi is being mended." in links
    assert "“mixi is being mended.”" in today(chief)


@pytest.mark.parametrize(
    ("total", "free", "is_full"),
    [(10**12, 10**11, False), (10**12, 10**10, True), (10**9, 4 * 10**8, True)],
)
def test_a_disk_is_full_before_it_is(total, free, is_full):
    assert is_disk_full(total, free) is is_full


def test_the_figures_stand_in_a_picture_without_styles_and_in_a_table(chief, working):
    link = make_link(make_member("hanako"))
    for state in ("sent", "sent", "waiting", "failed"):
        make_delivery(link, state, sent_at=timezone.now() if state == "sent" else None)
    page = today(chief)
    picture = re.search(r"<svg width.*?</svg>", page, re.DOTALL)[0]
    assert picture.count("<rect") == 4  # the frame, and a bar's three parts
    assert "style" not in picture
    assert "<script" not in picture
    table = re.sub(r"\s", "", page.partition("<table>")[2].partition("</table>")[0])
    assert "<td>2</td><td>1</td><td>1</td>" in table


def make_more(delivery: Delivery, count: int, **columns: str) -> range:
    own = f"'{Delivery.objects.count()}-' || n"
    return copies(delivery, count, idempotency_key=own, sequence="n + 2", **columns)


def test_the_figures_say_what_they_count_where_there_are_more(chief, working):
    """Also where some of the newest were taken back, which no bar shows."""
    row = make_delivery(make_link(make_member("hanako")), "cancelled")
    keys = make_more(row, NEWEST - 2)
    assert "alone are counted" not in today(chief)
    keys = make_more(row, 2, operation="'delete'", state="'sent'", sent_at="created_at")
    Delivery.objects.filter(pk__lt=keys[0]).update(created_at=ago(hours=2))
    since = timezone.localtime(ago(hours=2))
    assert f"The newest 5,000 alone are counted, those since {since:%-H:%M}: " in today(chief)
    Delivery.objects.filter(pk__lt=keys[0]).update(created_at=ago(days=2))
    assert "alone are counted" not in today(chief)  # all of the 24 hours


def test_more_than_are_counted_read_so_and_the_button_says_how_many_it_takes(chief, working):
    link = make_link(make_member("hanako"))
    row = make_delivery(link, reason="refused")
    make_more(row, RETRIED_AT_ONCE)
    assert [line.split(" since")[0] for line in needs(chief)][0].startswith("501 deliveries failed")
    assert "Retry 500 Look" in needs(chief)[0]
    make_more(row, MAX_COUNTED, operation="'delete'")
    copies(link, MAX_COUNTED, account_id="NULL", uid="'u' || n", state="'parked'",
           parked_at="created_at", parked_reason="'token_gone'")  # fmt: skip
    lines = sorted(line.partition(":")[0] for line in needs(chief))
    assert lines == [
        "1,000 or more deliveries failed",
        "1,000 or more links with mixi wait for their members",
    ]


@pytest.mark.parametrize(
    ("group", "seen"),
    [
        ("Support", ["1 delivery failed", "1 link with mixi"]),
        ("Moderators", ["A report: Post"]),
        ("Operators", ["1 delivery failed", "1 link with mixi", "No worker runs"]),
    ],
)
def test_each_group_sees_what_it_can_deal_with(group, seen):
    link = make_link(make_member("hanako"), state="parked", parked_at=timezone.now())
    make_delivery(link, reason="refused")
    ReportCase.objects.create(kind="post", audience="everyone", waiting_since=timezone.now())
    lines = needs(computer(make_staff("somebody", group)))
    found = [next((one for one in seen if line.startswith(one)), line) for line in lines]
    assert sorted(found) == sorted(seen)


def test_today_and_every_list_are_whole_in_japanese():
    hanako = make_rows()
    chief = computer(make_member("chief", is_staff=True, is_superuser=True))
    NetworkSwitch.objects.update(is_paused=True, reason="修理中")
    pages = [TODAY, reverse("admin:accounts_member_change", args=[hanako.pk])]
    pages += [reverse(f"admin:member_{one}", args=[hanako.pk]) for one in
              ("lost_phone", "lost_factor", "lost_address")]  # fmt: skip
    pages += [reverse("admin:network_pause", args=["mixi"])]
    pages += re.findall(r'<a href="(/admin/\w+/\w+/)"', today(chief))
    for model in admin.site._registry:
        if model is not StaffGroup:  # Django's own page
            pages += [address(model, "change", row.pk) for row in model._default_manager.all()[:1]]
    assert len(set(pages)) > 50
    left = {}
    for path in sorted(set(pages)):
        html = chief.get(path, HTTP_ACCEPT_LANGUAGE="ja").content.decode()
        if words := english_of_staff(html):
            left[path] = words
    assert not left


# What rows hold, and what Django's own pages write in Latin letters.
_OF_ROWS = {
    *("chief", "api", "example", "takahe", "zaki", "docomo", "Firefox", "admin", "sachiko"),
    *("voice", "diary", "task", "URL", "HTTP", "ID", "MB", "com", "manage", "py", "work", "Chrome"),
    *("Windows", "rule", "Choir", "status", "Profile", "Link", "out", "groups", "SNS", "IP"),
    *(
        "Moderators",
        "Operators",
        "Support",
        "Command",
        "Control",
        "Mac",
        "SESSIO",
        "TICKET",
        "Works",
        "HTML",
    ),
    *("mastodon", "parked", "No", "so", "says"),
    *("PRIVATE", "OPEN", "WORDS", "OF", "POST", "COMMENT", "ANSWER", "NAME", "Orkut", "mixi"),
}


def english_of_staff(html: str) -> set[str]:
    html = html.replace('alt="Search"', "")  # Django's template does not translate it
    html = re.sub(r"<(script|svg|style|symbol)\b.*?</\1>", "", html, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', html)
    spoken += re.findall(r'<input type="submit"[^>]*value="([^"]*)"', html)
    body = html.partition("<body")[2].partition(">")[2]
    text = " ".join([re.sub(r"<[^>]*>", " ", body), *spoken])
    page = Page(f"<title></title><p>{text}</p>", status=200, path="/")
    return english_left(page) - _OF_ROWS


def test_the_front_page_costs_the_same_with_more_rows(chief, working):
    counts = []
    for _round in range(2):
        link = make_link(make_member(f"hanako{_round}"), uid=f"uid{_round}")
        for _number in range(5):
            make_delivery(link, reason="refused")
            ReportCase.objects.create(
                kind="other", audience="everyone", waiting_since=timezone.now()
            )
        with CaptureQueriesContext(
            connection,
        ) as asked:
            today(chief)
        counts.append(len(asked))
    assert counts[1] <= counts[0] + 1  # how many reports there are in all
    assert max(counts) <= 30
    assert Member.objects.count() == 3
