"""Rows for tests that run `manage.py work` as a real process: they live in a database of its own.

python -m tests.syndication.work_rows seed <access> <refresh> <text>…    members, link, posts
python -m tests.syndication.work_rows states                             {"<text>": "<state>"}
python -m tests.syndication.work_rows age <seconds>                      moves rows back in time
python -m tests.syndication.work_rows forget                             drops every hint
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta

import django
from django.db import transaction

django.setup()

from django.db.models import F  # noqa: E402
from django_q.brokers import get_broker  # noqa: E402

from accounts.models import Member  # noqa: E402
from syndication import credentials  # noqa: E402
from syndication.actions import deliveries  # noqa: E402
from syndication.connectors.base import Credentials  # noqa: E402
from syndication.models import Delivery, Heartbeat, HostHealth, Link  # noqa: E402
from tests.making import make_link, make_member, make_post  # noqa: E402


def seed(access: str, refresh: str, uid: str, *texts: str) -> None:
    link = Link.objects.first()
    if link is None:
        link = make_link(make_member("hanako"), "mixi", uid=uid)
        credentials.keep(
            link,
            Credentials(access_token=access, refresh_token=refresh, expires_at=time.time() + 900),
        )
    for text in texts:
        with transaction.atomic():
            deliveries.plan(make_post(author=link.member, text=text))


def states() -> None:
    rows = Delivery.objects.values_list("post__text", "state")
    print(json.dumps(dict(rows), ensure_ascii=False))


def age(seconds: str) -> None:
    """As if that much time had gone by: leases and due times lie further back."""
    step = timedelta(seconds=float(seconds))
    Delivery.objects.update(due_at=F("due_at") - step)
    Delivery.objects.exclude(lease_until=None).update(lease_until=F("lease_until") - step)
    Link.objects.exclude(sending_until=None).update(sending_until=F("sending_until") - step)


def forget() -> None:
    get_broker().purge_queue()


def clear() -> None:
    forget()
    Member.objects.all().delete()
    Heartbeat.objects.all().delete()
    HostHealth.objects.all().delete()


def beats() -> None:
    print(json.dumps(sorted(Heartbeat.objects.values_list("part", flat=True))))


if __name__ == "__main__":
    orders = (seed, states, age, forget, beats, clear)
    {order.__name__: order for order in orders}[sys.argv[1]](*sys.argv[2:])
