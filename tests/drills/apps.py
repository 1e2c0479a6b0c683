"""Django app that changes the engine inside the product's processes, by the drill's settings."""

import os

from django.apps import AppConfig


class DrillsConfig(AppConfig):
    name = "tests.drills"
    label = "drills"

    def ready(self) -> None:
        from tests.drills import figures  # noqa: PLC0415 - models are ready only now

        figures.register_extra_networks()
        if os.environ.get("DRILL_TOGETHER"):
            figures.drop_post_intervals()
        figures.shorten_waits(float(os.environ.get("DRILL_HURRY", "1")))
        guard = os.environ.get("DRILL_GUARD", "on")
        if guard in ("off", "late"):
            figures.mark_sending_late()
        if guard in ("off", "unread"):
            figures.skip_reconciliation()
        if words := os.environ.get("DRILL_POISON"):
            figures.kill_on_text(words)
