#!/usr/bin/env python
"""Django's command line. `manage.py demo` runs the whole product on this machine."""

import os
import sys

from django.core.management import execute_from_command_line

from profilelink import demo_environment

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "profilelink.settings")
    is_demo = sys.argv[1:2] == ["demo"]
    if is_demo or sys.argv[1:3] == ["receive_mail", "--demo"]:
        is_started = is_demo and not {"-h", "--help"} & set(sys.argv)
        demo_environment.prepare_environment(sys.argv[2:], is_started=is_started)
    execute_from_command_line(sys.argv)
