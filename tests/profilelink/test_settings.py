"""What the settings make of the environment: in a process of its own, since they are read once."""

import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

from django.conf import settings

SHOW = """
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS)
print(settings.LANGUAGE_CODE)
"""


def shown(**environment):
    known = {"SECRET_KEY": "x", "PIN_KEY": "x", "TOKEN_KEYS": "x"}
    known["DJANGO_SETTINGS_MODULE"] = "profilelink.settings"
    ran = subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**os.environ, **known, **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.split()


def test_under_https_the_session_s_cookie_is_bound_to_this_host_and_to_https():
    said = shown(PUBLIC_URL="https://link.example")
    assert said[:3] == ["__Host-sessionid", "True", "31536000"]


def test_without_https_browsers_would_refuse_such_a_cookie():
    assert shown(PUBLIC_URL="http://127.0.0.1:8000")[:3] == ["sessionid", "False", "0"]


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
