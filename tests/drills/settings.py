"""The product's own settings plus one app, which turns what a drill may turn (`figures`).

Nothing of the product knows of this module: the switches that it reads (DRILL_HURRY, DRILL_GUARD,
DRILL_POISON, DRILL_CLOCK, DRILL_TOGETHER) do nothing where the settings are profilelink.settings.
"""

import os
from datetime import timedelta

from django.utils import timezone

from profilelink.settings import *  # noqa: F403, TID251

INSTALLED_APPS = [*INSTALLED_APPS, "tests.drills.apps.DrillsConfig"]  # noqa: F405
# Within a run of the tests, the list of that run (tests.settings).
Q_CLUSTER["name"] = os.environ.get("TEST_RUN", Q_CLUSTER["name"])  # noqa: F405
# DRILL_HOSTS: one network under several names, each with a host of its own.
for _host in filter(None, os.environ.get("DRILL_HOSTS", "").split(",")):
    NETWORKS[f"mixi-{_host}"] = {**NETWORKS["mixi"], "api_url": f"http://{_host}/mixi/2"}  # noqa: F405
# DRILL_CLOCK: as on a machine whose clock is so many seconds ahead.
if _ahead := float(os.environ.get("DRILL_CLOCK", "0")):
    _now = timezone.now
    timezone.now = lambda: _now() + timedelta(seconds=_ahead)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
