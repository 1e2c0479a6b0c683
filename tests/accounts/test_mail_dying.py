"""A worker that dies at each of its statements while it mails a notice: one mail, whatever happens."""

from __future__ import annotations

import pytest

from accounts.models import MailState, Notice, NoticeMail
from tests.dying import MAX_STATEMENTS, is_killed
from tests.mailing import send_mails
from tests.making import make_member
from tests.noticing import make_notice
from tests.smtp_server import MailServer, running_mail_server


def mails_after_death(server: MailServer, at: int) -> tuple[bool, int, list[str]]:
    """Whether it died, how many mails came in all, and the states of their rows."""
    Notice.objects.all().delete()
    NoticeMail.objects.all().delete()
    server.mails.clear()
    make_notice(make_member(f"m{at}"), "mail_drafts_expire")
    has_died = is_killed(send_mails, at=at)
    send_mails(minutes=2)  # the lease is over
    send_mails(days=1)
    return has_died, len(server.mails), list(NoticeMail.objects.values_list("state", flat=True))


@pytest.mark.django_db(transaction=True)
def test_wherever_the_worker_dies_the_mail_goes_once(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    seen = set()
    with running_mail_server() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        for at in range(1, MAX_STATEMENTS):
            has_died, came, states = mails_after_death(server, at)
            assert came == 1, f"statement {at}: {came} mails, {states}"
            seen |= set(states)
            if not has_died:
                break
    assert at > 15
    assert seen == {MailState.SENT, MailState.UNKNOWN}
