"""Point 10 of the main job: staff look, pause a network and let it go on."""

from __future__ import annotations

import time

from tests.journey.browser import Browser
from tests.journey.story import SECRET_PLAN, Client, home, preview_and_send, sees
from tests.journey.world import World


def staff_look(staff: Browser, world: World) -> None:
    """Links, deliveries, attempts and phone logins in admin; no private text."""
    staff.open("/admin/")
    staff.fill("Username or email", "admin")
    staff.fill("Password", world.password)
    staff.press("Log in")
    front = staff.page
    for words, seen in [("Links", "ザキ"), ("Deliveries", "sent"), ("Phone log-ins", "hanako")]:
        staff.page = front
        staff.follow(words)
        sees(staff, seen)
        assert SECRET_PLAN not in staff.page.html, "a private text in admin"


PAUSED = "このあいだは止まっています"


def pause_and_go_on(staff: Browser, phone: Client, world: World) -> None:
    """Staff pause mixi: what is written waits, and goes when they let it go on."""
    staff.open("/admin/")
    staff.follow("Pause mixi")
    staff.fill("Reason", "mixi is being mended.")
    staff.press("Pause mixi")
    sees(staff, "mixi is being mended.")
    home(phone)
    phone.follow("Write")
    phone.fill("What is new?", PAUSED)
    preview_and_send(phone, "mixi")
    try:
        time.sleep(6)  # longer than the first try takes
        assert not any(PAUSED in s["text"] for s in world.received()["statuses"])
        home(phone)
        phone.follow("Links")
        sees(phone, "mixi is being mended.")
    finally:  # the world is for others, too
        staff.press("Let it go on")
        sees(staff, "What waited is sent now: mixi")
    arrived = world.until(
        lambda: any(PAUSED in s["text"] for s in world.received()["statuses"]), seconds=40
    )
    assert arrived, world.received()["statuses"]
