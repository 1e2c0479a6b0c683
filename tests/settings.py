"""The tests' environment, then the product's own settings.

What is set outside wins, so `DATABASE_URL=postgres://… QUEUE_URL=redis://… pytest` runs the same
tests on the other engines.
"""

import os
import tempfile

_here = {
    "SECRET_KEY": "tests-only",
    "PIN_KEY": "tests-only-pin-key",
    "TOKEN_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "PUBLIC_URL": "http://testserver",
    "EMAIL_URL": "memorymail://",
    "POST_MAIL_DOMAIN": "post.example.jp",
    "MEDIA_ROOT": tempfile.mkdtemp(prefix="profilelink-media-"),
    "MIXI_CLIENT_ID": "cf60e9095216f4ca5bd6",
    "MIXI_CLIENT_SECRET": "tests-only-mixi-secret",
}
for _name, _value in _here.items():
    os.environ.setdefault(_name, _value)

from profilelink.settings import *  # noqa: E402, F403, TID251

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = None  # type: ignore[assignment]  # nothing is collected for the tests, and WhiteNoise would warn of that
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file: SQLite in memory, shared by threads, knows no waiting, and races could not be run.
    DATABASES["default"]["TEST"] = {  # noqa: F405
        "NAME": os.path.join(tempfile.gettempdir(), f"profilelink-test-{os.getpid()}.sqlite3")
    }
else:
    # One for each run: two runs at once on one server do not drop each other's.
    DATABASES["default"]["TEST"] = {"NAME": f"test_profilelink_{os.getpid()}"}  # noqa: F405
if "redis" in Q_CLUSTER:  # noqa: F405
    # A list of each run's own, and of the processes that it starts with these settings: the workers
    # of a journey beside it take none of its hints.
    Q_CLUSTER["name"] = os.environ.setdefault("TEST_QUEUE", f"test-{os.getpid()}")  # noqa: F405
