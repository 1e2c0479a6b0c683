#!/usr/bin/env python
"""Django's command line. `manage.py demo` runs the whole product on this machine."""

import os
import sys

from django.core.management import execute_from_command_line

from profilelink import demo_environment

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "profilelink.settings")
    if sys.argv[1:2] == ["demo"] or sys.argv[1:3] == ["receive_mail", "--demo"]:
        demo_environment.prepare(sys.argv[2:])
    execute_from_command_line(sys.argv)
