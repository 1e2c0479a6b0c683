"""Rows for tests that run `manage.py work` as a real process: they live in a database of its own.

`python -m tests.drills.worker_rows` reads orders, one JSON list a line (`["age", 300]`), and answers
each with a line of JSON: what the function of that name gives. One process for many orders, since
starting one takes longer than most of them.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from typing import Any

import django
from django.db import transaction

django.setup()

from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django_q.brokers import get_broker  # noqa: E402

from accounts.models import Member  # noqa: E402
from syndication import credentials  # noqa: E402
from syndication.actions import deliveries  # noqa: E402
from syndication.connectors.base import Credentials  # noqa: E402
from syndication.models import Delivery, Heartbeat, HostHealth, Link  # noqa: E402
from tests.making import make_link, make_member, make_post  # noqa: E402


def seed(name: str, given: dict[str, str], *texts: str) -> None:
    """A member with a link, once, and posts of theirs with hints."""
    link = Link.objects.filter(member__username=name).first()
    if link is None:
        link = make_link(make_member(name, email=""), "mixi", uid=given.pop("uid"))
        credentials.keep(link, Credentials(**given, expires_at=time.time() + 900))
    for text in texts:
        with transaction.atomic():
            deliveries.plan(make_post(author=link.member, text=text))


def states() -> dict[str, str]:
    """By the posts' words."""
    return dict(Delivery.objects.values_list("post__text", "state"))


def row(text: str) -> dict[str, Any]:
    return Delivery.objects.values("state", "tries", "reason").get(post__text=text)


def age(seconds: float) -> None:
    """As if that much time had gone by: leases and due times lie further back."""
    step = timedelta(seconds=seconds)
    Delivery.objects.update(due_at=F("due_at") - step)
    Delivery.objects.exclude(lease_until=None).update(lease_until=F("lease_until") - step)
    Link.objects.exclude(sending_until=None).update(sending_until=F("sending_until") - step)


def hints() -> int:
    """How many nobody has taken."""
    return int(get_broker().queue_size())


def forget() -> None:
    """Drop every hint."""
    get_broker().purge_queue()


def clear() -> None:
    forget()
    Member.objects.all().delete()
    Heartbeat.objects.all().delete()
    HostHealth.objects.all().delete()


def beats() -> list[str]:
    return sorted(Heartbeat.objects.values_list("part", flat=True))


def age_beats(seconds: float) -> None:
    Heartbeat.objects.update(beat_at=F("beat_at") - timedelta(seconds=seconds))


def readyz() -> list[Any]:
    """Status and words of the page."""
    answer = Client().get("/readyz")
    return [answer.status_code, answer.content.decode().strip()]


ORDERS = {
    order.__name__: order
    for order in (seed, states, row, age, hints, forget, clear, beats, age_beats, readyz)
}

if __name__ == "__main__":
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(ORDERS[name](*arguments)), flush=True)
