"""The tests' environment, then the product's own settings.

What is set outside wins, so `DATABASE_URL=postgres://… QUEUE_URL=redis://… pytest` runs the same
tests on the other engines. Places that tests write to are the exception: each process of pytest
(xdist starts several) has a folder, a database and a queue of its own, and hands them on to the
processes that its tests start.
"""

import os
import tempfile

_here = {
    "SECRET_KEY": "tests-only-secret-key-of-enough-letters",
    "PIN_KEY": "tests-only-pin-key-of-enough-letters",
    "TOKEN_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "PUBLIC_URL": "http://testserver",
    "SITE_OPERATOR": "札幌写真部",
    "EMAIL_URL": "memorymail://",
    "POST_MAIL_DOMAIN": "post.example.jp",
    "MIXI_CLIENT_ID": "cf60e9095216f4ca5bd6",
    "MIXI_CLIENT_SECRET": "tests-only-mixi-secret",
}
for _name, _value in _here.items():
    os.environ.setdefault(_name, _value)

# xdist's workers inherit the environment of the process that starts them, so what that process set
# for itself must not be taken over; what a worker set for itself is for its children.
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
if os.environ.get("TEST_WORKER") != _worker:
    os.environ["TEST_WORKER"] = _worker
    os.environ["TEST_RUN"] = f"profilelink-test-{os.getpid()}"
    os.environ["MEDIA_ROOT"] = os.path.join(
        tempfile.gettempdir(), f"{os.environ['TEST_RUN']}-media"
    )
_run = os.environ["TEST_RUN"]

from profilelink.settings import *  # noqa: E402, F403, TID251

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
WHITENOISE_USE_FINDERS = True
# Each Client builds the middleware anew: WhiteNoise looks a file up when it is asked for, instead of all of
# them each time, which took an eighth of the suite.
WHITENOISE_AUTOREFRESH = True
STATIC_ROOT = None  # type: ignore[assignment]  # nothing is collected for the tests, and WhiteNoise would warn of that
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file: SQLite in memory, shared by threads, knows no waiting, and races could not be run.
    DATABASES["default"]["TEST"] = {  # noqa: F405
        "NAME": os.path.join(tempfile.gettempdir(), f"{_run}.sqlite3")
    }
else:
    DATABASES["default"]["TEST"] = {"NAME": _run.replace("-", "_")}  # noqa: F405
CACHES["default"]["KEY_PREFIX"] = _run  # noqa: F405  # one Redis may serve several runs
if "redis" in Q_CLUSTER:  # noqa: F405
    # Also for the processes that tests start with these settings: the workers of a journey beside it
    # take none of its hints.
    Q_CLUSTER["name"] = _run  # noqa: F405
