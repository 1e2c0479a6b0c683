"""Mails about notices from a worker that is killed five times: the mail server counts."""

from __future__ import annotations

import os
from collections import Counter
from functools import partial

import pytest

from tests.drills.worker import until
from tests.smtp_server import MailServer, running_mail_server

pytestmark = pytest.mark.drill

# In each run of the suite fewer than `MAIL_DRILL_MEMBERS=1000 pytest tests/drills/test_mails.py` takes.
MEMBERS = int(os.environ.get("MAIL_DRILL_MEMBERS", "84"))
# What the worker waits for when it is killed: before the text, and after it.
KILLED_AT = ("RCPT", "TEXT", "RCPT", "TEXT", "RCPT")
LEASE = 60
PATIENCE = 300  # seconds for each part, on a busy machine


def test_mails_of_many_members_are_neither_lost_nor_doubled_over_five_kills(worker):
    with running_mail_server() as server:
        worker.environment["EMAIL_URL"] = f"smtp://127.0.0.1:{server.port}"
        worker.rows("seed_mails", MEMBERS)
        worker.start()
        for number, command in enumerate(KILLED_AT, 1):
            enough = number * MEMBERS // 7
            is_enough = partial(_has_come, server, enough)
            assert until(is_enough, seconds=PATIENCE), (len(server.mails), worker.said())
            server.hold(command)
            assert until(server.held.is_set, seconds=PATIENCE), worker.said()
            worker.kill()
            worker.rows("age", LEASE)
            worker.start()
        assert until(lambda: not worker.rows("mails_waiting"), seconds=PATIENCE), worker.said()
        arrived = Counter(mail.recipient for mail in server.mails)
    in_doubt = worker.rows("mails_in_doubt")
    assert not [address for address, count in arrived.items() if count > 1]
    assert len(arrived) == MEMBERS
    # They did arrive; nobody could know. A kill finds the other process in the middle of a mail, too, by chance.
    assert KILLED_AT.count("TEXT") <= len(in_doubt) <= 2 * len(KILLED_AT)
    assert set(in_doubt) <= set(arrived)


def _has_come(server: MailServer, count: int) -> bool:
    return len(server.mails) >= count
