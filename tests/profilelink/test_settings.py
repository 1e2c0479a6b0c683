"""What the settings make of the environment: in a process of its own, since they are read once."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import environ
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.crypto.encryption import _fernet
from profilelink.mail_checks import check_email_url
from profilelink.required_secrets import read_secret, read_token_keys

SHOW = """
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS)
print(settings.LANGUAGE_CODE)
"""


KNOWN = {
    "SECRET_KEY": "x1y2z3" * 6,
    "PIN_KEY": "p1q2r3" * 6,
    "TOKEN_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "DJANGO_SETTINGS_MODULE": "profilelink.settings",
}


def started(*arguments, **environment):
    """A process of its own with these variables, as a host starts it."""
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **KNOWN, **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )


def shown(**environment):
    ran = started("-c", SHOW, **environment)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.split()


def test_under_https_the_session_s_cookie_is_bound_to_this_host_and_to_https():
    said = shown(PUBLIC_URL="https://link.example")
    assert said[:3] == ["__Host-sessionid", "True", "31536000"]


def test_without_https_browsers_would_refuse_such_a_cookie():
    assert shown(PUBLIC_URL="http://127.0.0.1:8000")[:3] == ["sessionid", "False", "0"]


@pytest.mark.parametrize(("asked", "last"), [("", "jit=off"), ("?options=-c%20jit%3Don", "jit=on")])
def test_postgresql_compiles_no_statement_unless_its_address_asks_for_it(asked, last):
    """Compiling the statements of home took 4 s at a million members; the last of the options wins."""
    show = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"
    ran = started("-c", show, DATABASE_URL=f"postgres://127.0.0.1/x{asked}")
    options = ran.stdout.split()
    assert "jit=off" in options, ran.stderr
    assert options[-1].endswith(last)


def test_the_language_of_who_chose_none_is_the_sites_to_say():
    assert shown()[3] == "en"
    assert shown(LANGUAGE_CODE="ja")[3] == "ja"


def test_gunicorn_reads_the_same_file_and_the_environment_wins(tmp_path):
    known = Path(settings.BASE_DIR) / "profilelink/deploy/gunicorn.py"
    (tmp_path / "profilelink/deploy").mkdir(parents=True)
    config = shutil.copy(known, tmp_path / "profilelink/deploy")
    (tmp_path / ".env").write_text("BIND=127.0.0.1:8123\nWEB_THREADS=3\n")
    before = dict(os.environ)
    try:
        os.environ["WEB_THREADS"] = "5"
        read = runpy.run_path(str(config))
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert (read["bind"], read["threads"]) == ("127.0.0.1:8123", 5)


def start_with(env, name):
    """What the settings, and accounts' ready() after them, do with this variable."""
    if name == "TOKEN_KEYS":
        _fernet(tuple(read_token_keys(env, name)))
    else:
        read_secret(env, name)


@pytest.mark.parametrize("name", ["SECRET_KEY", "PIN_KEY", "TOKEN_KEYS"])
@pytest.mark.parametrize("value", ["", "short", "a" * 64])
def test_an_empty_or_short_secret_stops_the_start_by_name(name, value):
    env = environ.Env()
    env.ENVIRON = {name: value}
    with pytest.raises(ImproperlyConfigured, match=f"^{name} ") as stopped:
        start_with(env, name)
    assert not value or value not in str(stopped.value)


def test_the_wsgi_process_does_not_start_with_a_short_secret():
    """System checks do not run under gunicorn, so the settings themselves have to refuse."""
    ran = started("-c", "import profilelink.wsgi", PIN_KEY="1234")
    assert ran.returncode != 0
    assert "ImproperlyConfigured: PIN_KEY has 4 characters" in ran.stderr


def test_mails_go_to_no_log_by_default():
    said = started(
        "-c", "from django.conf import settings as s; print(s.EMAIL_BACKEND)", EMAIL_URL=""
    )
    assert said.stdout.strip() == "django.core.mail.backends.smtp.EmailBackend"


def test_the_example_writes_mails_to_no_log():
    """Those who copy .env.example and fill in what is needed must not get reset addresses in a log."""
    text = (Path(settings.BASE_DIR) / ".env.example").read_text()
    assert re.findall(r"^EMAIL_URL=(.*)$", text, re.M) == [""]


@pytest.mark.parametrize(
    ("backend", "url", "debug", "found"),
    [
        ("console", "consolemail://", False, ["profilelink.E003"]),
        ("console", "consolemail://", True, []),
        ("smtp", "", False, ["profilelink.W002"]),
        ("smtp", "smtp://mail.example", False, []),
        ("dummy", "dummymail://", False, ["profilelink.W003"]),
        ("filebased", "filemail:///tmp/mail", False, []),
    ],
)
def test_a_check_says_where_mails_go(settings, backend, url, debug, found):
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    settings.EMAIL_URL, settings.DEBUG = url, debug
    assert [message.id for message in check_email_url()] == found
