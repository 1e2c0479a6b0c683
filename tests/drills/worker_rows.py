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

from allauth.account.models import EmailAddress  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from django_q.brokers import get_broker  # noqa: E402

from accounts.crypto.encryption import encrypt_json  # noqa: E402
from accounts.models import (  # noqa: E402
    MailSettings,
    MailState,
    Member,
    Notice,
    NoticeMail,
    ServerRegistration,
)
from syndication.connectors.base import Credentials  # noqa: E402
from syndication.delivery import credentials, import_schedule, planning  # noqa: E402
from syndication.models import Delivery, Heartbeat, HostHealth, Link, LinkImport  # noqa: E402
from tests.making import make_link, make_member, make_post  # noqa: E402
from tests.phone import log_in_phone  # noqa: E402


def seed(name: str, given: dict[str, str], *texts: str) -> None:
    """A member with a link, once, and posts of theirs with hints."""
    link = Link.objects.filter(member__username=name).first()
    if link is None:
        link = make_link(make_member(name, email=""), "mixi", uid=given.pop("uid"))
        credentials.store_credentials(link, Credentials(**given, expires_at=time.time() + 900))
    for text in texts:
        with transaction.atomic():
            planning.plan_deliveries(make_post(author=link.member, text=text))


def seed_on(network: str, host: str, given: dict[str, Any], keys: dict[str, str]) -> None:
    """Four links on a server that members named, each with three posts and both pulls due."""
    ours, _ = ServerRegistration.objects.get_or_create(
        network=network, host=host, defaults={"sealed_details": encrypt_json(keys)}
    )
    held = Credentials(**given | {"host": host, "scopes": tuple(given["scopes"])})
    for number in range(4):
        member = make_member(f"{network}{number}", email="")
        uid = f"{host}/{number}"
        link = make_link(member, network, uid=uid, host=host, registration=ours)
        credentials.store_credentials(link, held)
        import_schedule.request_imports(link, timezone.now())
        for text in "一二三":
            with transaction.atomic():
                planning.plan_deliveries(
                    make_post(author=member, text=f"{network} {number} {text}")
                )


def seed_mails(count: int) -> None:
    """So many members in a time zone where it is noon, each with one notice to mail."""
    zone = f"Etc/GMT{timezone.now().hour - 12:+d}"  # the sign says how far UTC is ahead
    members = Member.objects.bulk_create(
        Member(username=f"m{number}", email=f"m@m{number}.example") for number in range(count)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=member, email=member.email, primary=True, verified=True)
        for member in members
    )
    MailSettings.objects.bulk_create(
        MailSettings(member=member, time_zone=zone) for member in members
    )
    now = timezone.now()
    Notice.objects.bulk_create(
        Notice(
            member=member,
            code="mail_drafts_expire",
            key="mail_drafts_expire",
            created_at=now,
            mail_due_at=now,
        )
        for member in members
    )


def mails_waiting() -> int:
    return Notice.objects.filter(mailed_at=None).exclude(mail_due_at=None).count()


def mails_in_doubt() -> list[str]:
    """The addresses of mails whose worker died when the mail server had the text."""
    rows = NoticeMail.objects.filter(state=MailState.UNKNOWN)
    return list(rows.values_list("address", flat=True))


def waiting() -> list[int]:
    """How many deliveries, and how many pulls, wait for servers that members named."""
    now = timezone.now()
    sending = Link.objects.exclude(host="").filter(sending_until__gt=now).exclude(sending_by="")
    return [sending.count(), LinkImport.objects.filter(lease_until__gt=now).count()]


def phones(count: int) -> list[str]:
    """The tokens of so many members' phones."""
    members = [make_member(f"phone{number}", email="") for number in range(count)]
    return [log_in_phone(member).token for member in members]


def idle() -> None:
    """Each link's token is to be refreshed, for want of use."""
    Link.objects.update(keep_fresh_at=timezone.now())


def token() -> list[Any]:
    """The version of the only link's token, and whether it is being refreshed."""
    [link] = Link.objects.all()
    return [link.credentials_version, credentials.is_refreshing([link.pk], timezone.now())]


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
    NoticeMail.objects.exclude(lease_until=None).update(lease_until=F("lease_until") - step)
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
    for order in (
        seed,
        seed_on,
        seed_mails,
        mails_waiting,
        mails_in_doubt,
        waiting,
        phones,
        idle,
        token,
        states,
        row,
        age,
        hints,
        forget,
        clear,
        beats,
        age_beats,
        readyz,
    )
}


def answer_orders(orders: dict[str, Any]) -> None:
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(orders[name](*arguments)), flush=True)


if __name__ == "__main__":
    answer_orders(ORDERS)
