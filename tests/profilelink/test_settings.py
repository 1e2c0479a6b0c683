"""What the settings make of the environment: in a process of its own, since they are read once."""

import os
import subprocess
import sys

from django.conf import settings

SHOW = """
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS)
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
    assert shown(PUBLIC_URL="https://link.example") == ["__Host-sessionid", "True", "31536000"]


def test_without_https_browsers_would_refuse_such_a_cookie():
    assert shown(PUBLIC_URL="http://127.0.0.1:8000") == ["sessionid", "False", "0"]
