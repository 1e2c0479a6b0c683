"""`manage.py sandbox`: the networks on loopback, in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from syndication.sandbox.network import DEFAULT_PASSWORD, World, demo_people
from syndication.sandbox.server import Sandbox


class Command(BaseCommand):
    """Plays the networks that the product speaks to."""

    help = "Play the networks on this machine: for the demo and for trying things out."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
        parser.add_argument("--port", type=int, default=8001, help="the main port")
        parser.add_argument("--site", default="http://127.0.0.1:8000", help="where the product is")
        parser.add_argument(
            "--password", default=DEFAULT_PASSWORD, help="password of hanako, taro and yuki there"
        )
        parser.add_argument(
            "--rate-limit", type=int, default=60, help="mixi: requests a minute for one member"
        )
        parser.add_argument(
            "--friends-answer", action="store_true", help="mixi: friends comment on what comes in"
        )
        parser.add_argument("--mail", type=Path, help="folder of mails to show under /mail/")
        parser.add_argument("--keep", type=Path, help="file that outlasts a restart")

    def handle(self, *args: Any, **options: Any) -> None:
        people = demo_people(options["password"])
        world = World(site=options["site"].rstrip("/"), people=people)
        mixi = {name: options[name] for name in ("rate_limit", "friends_answer")}
        sandbox = Sandbox(world, {"mixi": mixi})
        sandbox.mail = options["mail"]
        kept: Path | None = options["keep"]
        if kept is not None:
            sandbox.take_up(kept)
        ended = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: ended.set())
        try:
            sandbox.start(options["host"], options["port"])
        except OSError as error:
            raise CommandError(
                f"Port {options['port']} cannot be used: {error.strerror}"
            ) from error
        with sandbox:
            self.stdout.write(f"Sandbox: {sandbox.url}/")
            for name, value in sandbox.environment().items():
                self.stdout.write(f"  {name}={value}")
            self.stdout.flush()
            ended.wait()
        if kept is not None:
            sandbox.keep(kept)
