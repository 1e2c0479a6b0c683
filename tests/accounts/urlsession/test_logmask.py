"""No log line, error mail or access line opens anything or names a handset."""

import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core import mail
from gunicorn.config import Config

from accounts.urlsession.api import outbound_path
from accounts.urlsession.error_mails import MAILS_PER_WINDOW, WINDOW, MaskAdminEmailHandler
from accounts.urlsession.logmask import GunicornLogger, MaskFormatter, mask_secrets
from tests.phone import computer, log_in_phone

TOKEN = "Ab-_" * 5 + "Ab"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"GET /s/{TOKEN}/posts/", TOKEN),
        (f"GET /q/{TOKEN} HTTP/1.1", TOKEN),
        (f"GET /p/{TOKEN}", TOKEN),
        (f"GET /out/{TOKEN}", TOKEN),
        (f"/login/?next=%2Fs%2F{TOKEN}%2Fnote%2F", TOKEN),
        (f"/login/?next=%2fs%2f{TOKEN}%2fnote%2f", TOKEN),
        (f"/s/{TOKEN}/login/?next=/s/{TOKEN}/", TOKEN),
        (f"/login/?next=%252Fs%252F{TOKEN}%252F", TOKEN),
        (f"GET /s/{TOKEN[:-1]} HTTP/1.1", TOKEN[:-1]),
        (f"GET /%73/{TOKEN}/posts/", TOKEN),
        (f"/login/?next=/%252573/{TOKEN}/", TOKEN),
        (f"?%63ode={TOKEN}", TOKEN),
        (f"GET /s/%41{TOKEN[1:]}/posts/", TOKEN[1:]),
        (f"GET /s/{TOKEN.replace('_', '%5F').replace('-', '%2d')}/posts/", "Ab%2d%5F"),
        ("POST:\nsecret = 'hunter2'\n", "hunter2"),
        ("POST:\npassword = 'correct horse battery staple'\n", "horse battery staple"),
        ('POST:\npassword = "it\'s horse"\n', "horse"),
        (r"{'password': ['it\'s horse']}", "horse"),
        ("POST:\npin_again = '471108'\n", "471108"),
        ("POST:\nnonce = 'n0nce'\ntyped = 'BCDFGHJK'\n", "n0nce"),
        ("POST:\nnonce = 'n0nce'\ntyped = 'BCDFGHJK'\n", "BCDFGHJK"),
        ("POST:\nkey = '5tate'\nproof = 'pr00f'\nnumber = '4711'\n", "5tate"),
        ("POST:\nkey = '5tate'\nproof = 'pr00f'\nnumber = '4711'\n", "pr00f"),
        ("POST:\nkey = '5tate'\nproof = 'pr00f'\nnumber = '4711'\n", "4711"),
        ("/accounts/mixi/login/callback/?code=c0de&state=x", "c0de"),
        ("/accounts/mixi/login/callback/?code=x&state=5tate", "5tate"),
        ("QUERY_STRING = 'state=5tate&x=1'", "5tate"),
        ("?oauth_token=t0ken&oauth_verifier=v3rifier", "t0ken"),
        ("?oauth_token=t0ken&oauth_verifier=v3rifier", "v3rifier"),
        ("DoCoMo/2.0 N906i(c100;TB;W24H16;ser123456789012345;icc8981100)", "123456789012345"),
        ("DoCoMo/2.0 N906i(c100;TB;W24H16;ser1;icc8981100000331234567F)", "8981100000331234567F"),
        ("SoftBank/1.0/930SH/SHJ001/SN353686012345678 Browser", "353686012345678"),
        ("X-DCMGUID: 0a1b2c3", "0a1b2c3"),
        ("GET:\ncode = 'c0de'\n", "c0de"),
        ("<QueryDict: {'state': ['5tate']}>", "5tate"),
        ("{'password': 'hunter2'}", "hunter2"),
        ("HTTP_X_UP_SUBNO = '05001012345678_vs.ezweb.ne.jp'", "05001012345678"),
        ("{'HTTP_X_JPHONE_UID': 'abcDEF0123456789'}", "abcDEF0123456789"),
        ("x-em-uid=u1234567890", "u1234567890"),
        ("local = 'r-3kq7vt5w9mzx2hbdcfgjk'", "3kq7vt5w9mzx2hbdcfgjk"),
        ("to R-3KQ7VT5W9MZX2HBDCFGJK@post.example.jp", "3KQ7VT5W9MZX2HBDCFGJK"),
        ("to <3kq7vt5w9mzx2h@post.example.jp>", "3kq7vt5w9mzx2h"),
    ],
)
def test_secrets_are_masked(text, secret):
    assert secret in text
    assert secret not in mask_secrets(text)


def test_other_text_stays():
    for text in ("GET /posts/5/ 200", "/@hanako/feed.atom", "error code 5", "a state of mind"):
        assert mask_secrets(text) == text


@pytest.mark.django_db
@pytest.mark.urls("tests.accounts.urlsession.urls")
def test_a_crash_under_a_token_reaches_log_and_staff_without_secrets(hanako, settings, caplog):
    settings.ADMINS = [("Staff", "staff@example.com")]
    phone = log_in_phone(hanako)
    phone._client.raise_request_exception = False
    logger = logging.getLogger("django.request")
    handler = next(one for one in logging.getLogger("django").handlers if one.name == "staff")
    formatter = MaskFormatter("%(message)s")
    handler.setFormatter(formatter)
    lines = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(formatter.format(record))

    keeper = Keeper()
    logger.addHandler(keeper)
    try:
        query = "?code=c0de5ecret&state=5tate5ecret"
        phone.get(f"/boom/{query}", HTTP_X_DCMGUID="guid5ecret", HTTP_REFERER=f"{phone.base}/mine/")
    finally:
        logger.removeHandler(keeper)
    assert len(mail.outbox) == 1
    message = mail.outbox[0]
    html = message.alternatives[0][0] if message.alternatives else ""
    for text in (message.subject, message.body, str(html), "\n".join(lines)):
        assert phone.token not in text
        assert "5ecret" not in text
    assert "RuntimeError" in message.body
    assert "RuntimeError" in "\n".join(lines)


@pytest.mark.django_db
@pytest.mark.urls("tests.accounts.urlsession.urls")
def test_error_mails_hold_no_settings_and_nothing_typed(hanako, settings):
    """Django's own hides settings by their names, and a form's fields only where a view asks for it."""
    settings.ADMINS = [("Staff", "staff@example.com")]
    settings.QUEUE_URL = "redis://:redis5ecret@cache.example/0"
    client = computer(hanako)
    client.raise_request_exception = False
    handler = MaskAdminEmailHandler()  # the site's own has perhaps mailed this place already
    handler.setFormatter(MaskFormatter("%(message)s"))
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        sent = client.post("/boom/", {"text": "typed5ecret", "pin": "4711"})
    finally:
        logger.removeHandler(handler)
    assert sent.status_code == 500
    message = mail.outbox[-1]
    html = message.alternatives[0][0] if message.alternatives else ""
    for text in (message.subject, message.body, str(html)):
        assert "5ecret" not in text
        assert "4711" not in text
    assert "text" in message.body  # the name of the field stays


def test_the_access_log_is_masked_once_a_line(tmp_path):
    """Over a real gunicorn: tests/profilelink/test_gunicorn_logs.py."""
    shown = "%(r)s %(f)s %(a)s %({location}o)s %({referer}i)s %({raw_uri}e)s"
    config = Config()
    config.set("accesslog", str(tmp_path / "access"))
    config.set("access_log_format", shown)
    logger = GunicornLogger(config)
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": f"/s/{TOKEN}/?code=c0de",
        "PATH_INFO": f"/s/{TOKEN}/",
        "QUERY_STRING": "code=c0de",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": f"http://testserver/s/{TOKEN}/",
        "HTTP_USER_AGENT": "SoftBank/1.0/930SH/SHJ001/SN353686012345678",
    }
    headers = [("REFERER", environ["HTTP_REFERER"])]
    answer = SimpleNamespace(status="200 OK", sent=1, headers=[("Location", f"/s/{TOKEN}/")])
    asked = SimpleNamespace(headers=headers)
    logger.access(answer, asked, environ, timedelta(seconds=1))
    text = (tmp_path / "access").read_text()
    assert text.count("/s/***") == 5
    for secret in (TOKEN, "c0de", "353686012345678"):
        assert secret not in text
    atoms = logger.atoms(answer, asked, environ, timedelta(seconds=1))
    assert atoms["U"] == environ["PATH_INFO"]  # no work on the eighty parts that no line shows


def error(place="a", *, at=0.0, status=500):
    record = logging.LogRecord("django.request", logging.ERROR, place, 1, "went wrong", (), None)
    record.created, record.status_code = at, status
    return record


def test_error_mails_are_few_and_say_how_many_were_kept_back(settings):
    settings.ADMINS = [("Staff", "staff@example.com")]
    handler = MaskAdminEmailHandler()
    for at in range(50):
        handler.emit(error(at=1_000 + at))
    assert len(mail.outbox) == 1
    for number in range(50):
        handler.emit(error(f"place {number}", at=1_100))
    assert len(mail.outbox) == MAILS_PER_WINDOW
    handler.emit(error(at=1_000 + WINDOW))
    assert len(mail.outbox) == MAILS_PER_WINDOW + 1
    assert mail.outbox[1].subject.endswith("(and 49 errors not mailed, see the log)")
    assert mail.outbox[-1].subject.endswith("(and 41 errors not mailed, see the log)")


def test_what_a_client_did_wrong_is_mailed_to_nobody(settings):
    settings.ADMINS = [("Staff", "staff@example.com")]
    MaskAdminEmailHandler().emit(error(status=400))
    assert mail.outbox == []


@pytest.mark.django_db
@pytest.mark.urls("tests.accounts.urlsession.urls")
def test_tickets_are_masked():
    path = outbound_path("https://example.org/")
    assert mask_secrets(path) == "/out/***"
