"""What a monitor reads, who may read it, and logs as JSON."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone

from accounts.urlsession.logmask import MaskJsonFormatter
from profilelink.log_settings import log_settings
from syndication.delivery import planning
from syndication.models import (
    Delivery,
    DeliveryState,
    Heartbeat,
    HostHealth,
    ImportPause,
    LoggedDeletion,
    NetworkSwitch,
)
from syndication.queries import operations
from tests.drills import processes
from tests.filling import analysed, copies
from tests.making import make_link, make_member, make_post
from tests.phone import log_in_phone
from tests.profilelink.production import running
from tests.reading import reading

pytestmark = pytest.mark.django_db

TOKEN = "Ab-_" * 5 + "Ab"


def metrics(**extra: str) -> str:
    """What a machine on this one reads."""
    answer = Client().get("/metrics", **extra)
    assert answer.status_code == 200
    return answer.content.decode()


def value_of(text: str, name: str, **labels: str) -> float:
    """The value of one line; 0.0 if there is none."""
    for line in text.splitlines():
        found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
        if found and dict(re.findall(r'(\w+)="([^"]*)"', found[1] or "")) == labels:
            return float(found[2])
    return 0.0


def requests_counted(text: str, route: str, status: str = "2xx") -> float:
    return value_of(text, "profilelink_request_seconds_count", route=route, status=status)


@pytest.mark.parametrize(
    ("address", "allowed", "may"),
    [
        ("127.0.0.1", ["127.0.0.1", "::1"], True),
        ("::1", ["127.0.0.1", "::1"], True),
        ("::ffff:127.0.0.1", ["127.0.0.1"], True),
        ("10.0.0.7", ["10.0.0.0/24"], True),
        ("10.0.1.7", ["10.0.0.0/24"], False),
        ("192.0.2.1", ["127.0.0.1", "::1"], False),
        ("", ["127.0.0.1"], False),
    ],
)
def test_the_peer_s_address_decides(settings, address: str, allowed: list[str], may: bool) -> None:
    settings.METRICS_ADDRESSES = allowed
    answer = Client(REMOTE_ADDR=address).get("/metrics")
    assert answer.status_code == (200 if may else 404)
    assert ("profilelink_" in answer.content.decode()) == may


@pytest.mark.parametrize(
    "name", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"]
)
def test_nobody_reads_through_a_proxy_whatever_address_is_said(settings, name: str) -> None:
    """Behind a proxy on the same machine every peer is 127.0.0.1."""
    settings.METRICS_ADDRESSES = ["127.0.0.1", "192.0.2.1"]
    assert Client(headers={name: "127.0.0.1"}).get("/metrics").status_code == 404


def test_no_addresses_or_wrong_ones(settings) -> None:
    settings.METRICS_ADDRESSES = []
    assert Client().get("/metrics").status_code == 404
    settings.METRICS_ADDRESSES = ["nonsense"]
    with pytest.raises(ImproperlyConfigured, match="METRICS_ADDRESSES"):
        Client().get("/metrics")


def test_the_host_s_name_is_not_asked_for_and_no_session_made() -> None:
    answer = Client(headers={"Host": "10.0.0.7:8000"}).get("/metrics")
    assert answer.status_code == 200
    assert not answer.cookies


def test_requests_are_counted_by_route_and_name_nobody() -> None:
    hanako = make_member("hanako")
    link = make_link(hanako, network="mastodon", host="hanako.example", uid="hanako.example/1")
    post = make_post(author=hanako, text="ひみつ")
    planning.plan_deliveries(post)
    HostHealth.objects.create(host="hanako.example", open_until=timezone.now())
    before = metrics()
    phone = log_in_phone(hanako)
    for path in (
        f"/posts/{post.pk}/",
        "/@hanako/",
        f"/links/mastodon/{link.pk}/",
        "/no/such/page/",
    ):
        phone.get(path)
    after = metrics()
    for route in ("post_detail", "profile"):
        assert requests_counted(after, route) == requests_counted(before, route) + 1
    assert requests_counted(after, "none", "4xx") > requests_counted(before, "none", "4xx")
    assert not re.search(rf"hanako|ひみつ|/s/|/posts|\b{post.pk}/", after)


def test_figures_of_the_queue_are_read_from_rows(settings) -> None:
    link = make_link(make_member("hanako"))
    for _ in range(3):
        planning.plan_deliveries(make_post(author=link.member))
    first, second, third = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(due_at=timezone.now() - timedelta(minutes=10))
    Delivery.objects.filter(pk=second.pk).update(state=DeliveryState.PARKED, due_at=None)
    Heartbeat.objects.create(part="task", beat_at=timezone.now() - timedelta(seconds=40))
    NetworkSwitch.objects.create(network="twitter", is_paused=True, reason="x")
    ImportPause.objects.create(since=timezone.now())
    LoggedDeletion.objects.create(what="post", key=1)
    text = metrics()
    assert third.state == DeliveryState.WAITING
    labels = {"network": "mixi", "state": "waiting"}
    assert value_of(text, "profilelink_deliveries_open", **labels) == 2
    assert value_of(text, "profilelink_deliveries_open", network="mixi", state="parked") == 1
    assert 590 < value_of(text, "profilelink_delivery_oldest_due_seconds") < 700
    assert 30 < value_of(text, "profilelink_worker_heartbeat_age_seconds", part="task") < 100
    assert value_of(text, "profilelink_network_paused", network="twitter") == 1
    assert value_of(text, "profilelink_imports_off") == 1
    assert value_of(text, "profilelink_deletion_log_pending") == 1
    assert value_of(text, "profilelink_database_up") == 1


def test_reading_them_reads_no_delivery_that_is_done() -> None:
    link = make_link(make_member("hanako"))
    planning.plan_deliveries(make_post(author=link.member))
    Delivery.objects.update(state=DeliveryState.SENT, due_at=None, sent_at=timezone.now())
    row = Delivery.objects.get()
    copies(
        row,
        3000,
        idempotency_key="'k' || n",
        sequence="n + 2",
        remote_id="''",
        operation="'delete'",
    )
    analysed(Delivery)
    with reading() as read:
        operations.operation_figures(timezone.now())
    assert read.rows < 300


# --- gunicorn -------------------------------------------------------------------------------------


def scrape(production: Any) -> str:
    """As a monitor on this machine asks gunicorn itself."""
    return str(
        production.send(b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    )


def test_several_processes_count_as_one(tmp_path) -> None:
    with running(tmp_path, WEB_WORKERS="3", TMPDIR=str(tmp_path)) as production:
        begun = requests_counted(scrape(production), "healthz")
        for _ in range(30):
            production.get("/healthz")
        assert {requests_counted(scrape(production), "healthz") for _ in range(9)} == {begun + 30}
        assert "profilelink_database_up 0.0" in scrape(production)  # it has no tables
        assert " 404 " in production.get("/metrics").partition("\r\n")[0]  # through the proxy
        assert list(tmp_path.glob("profilelink-metrics-*"))
    assert not list(tmp_path.glob("profilelink-metrics-*"))


def test_a_renewed_process_goes_on_counting_in_the_file_of_the_one_before(tmp_path) -> None:
    with running(tmp_path, TMPDIR=str(tmp_path)) as production:
        for _ in range(3):
            begun = requests_counted(scrape(production), "healthz")
            [worker] = processes.children(production.pid)
            os.kill(worker, signal.SIGTERM)
            end = time.monotonic() + 60
            while time.monotonic() < end and processes.children(production.pid) in ([], [worker]):
                time.sleep(0.05)
            for _ in range(5):
                production.get("/healthz")
            assert requests_counted(scrape(production), "healthz") == begun + 5
        [folder] = tmp_path.glob("profilelink-metrics-*")
        assert len(list(folder.glob("*.db"))) == 1


# --- Logs as JSON ---------------------------------------------------------------------------------


def entry_of(message: str, *arguments: object, error: BaseException | None = None) -> Any:
    record = logging.LogRecord(
        "syndication", logging.WARNING, "x.py", 1, message, arguments,
        (type(error), error, error.__traceback__) if error else None,
    )  # fmt: skip
    [line] = MaskJsonFormatter().format(record).splitlines()
    return json.loads(line)


def test_an_entry_is_one_line_of_json_with_its_tokens_masked() -> None:
    entry = entry_of('GET /s/%s/ "改行\n" %s', TOKEN, '{"password": "hunter2"}')
    assert entry["message"].startswith('GET /s/***/ "改行\n"')
    assert "hunter2" not in json.dumps(entry)
    assert (entry["level"], entry["logger"]) == ("WARNING", "syndication")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}\+00:00", entry["time"])
    assert "traceback" not in entry


def test_a_traceback_stands_beside_the_message() -> None:
    try:
        raise ValueError(f"/q/{TOKEN}")
    except ValueError as error:
        entry = entry_of("it failed", error=error)
    assert entry["message"] == "it failed"
    assert entry["traceback"].startswith("Traceback")
    assert TOKEN not in json.dumps(entry)


def test_both_logs_of_gunicorn_are_json_too(tmp_path: Path) -> None:
    with running(tmp_path, LOG_FORMAT="json") as production:
        production.get(f"/s/{TOKEN}/")
        production.get("/login/")  # fails: there are no tables
        lines = production.log().splitlines()
    entries = [json.loads(line) for line in lines if line.strip()]
    assert {"gunicorn.access", "gunicorn.error"} <= {each["logger"] for each in entries}
    assert any("Traceback" in each.get("traceback", "") for each in entries)
    assert any("/s/***/" in each["message"] for each in entries)
    assert TOKEN not in production.log()


def test_another_format_stops_the_start() -> None:
    with pytest.raises(ImproperlyConfigured, match="LOG_FORMAT is xml; it can be text or json"):
        log_settings("INFO", "xml")
    assert project.LOGGING["formatters"]["masked"] == project.LOGGING["formatters"]["console"]
