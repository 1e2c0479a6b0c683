"""How a drill gets into the product's processes: as one more app, by the drill's own settings."""

import os

from django.apps import AppConfig


class DrillsConfig(AppConfig):
    name = "tests.drills"
    label = "drills"

    def ready(self) -> None:
        from tests.drills import figures  # noqa: PLC0415 - models are ready only now

        figures.know_more_networks()
        if os.environ.get("DRILL_TOGETHER"):
            figures.keep_nothing_apart()
        figures.hurry(float(os.environ.get("DRILL_HURRY", "1")))
        guard = os.environ.get("DRILL_GUARD", "on")
        if guard in ("off", "late"):
            figures.mark_late()
        if guard in ("off", "unread"):
            figures.never_read_back()
        if words := os.environ.get("DRILL_POISON"):
            figures.poison(words)
