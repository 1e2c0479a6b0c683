"""Pages that no link leads to: what stands after a press, a mistake, a mail, a scan.

Each stage plays a few steps and yields (name, phone) where a page is worth looking at. Buttons are
named in English and pressed in the visit's language.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.profilelink.stages import (
    chosen,
    coming_in,
    devices,
    elsewhere,
    people,
    pictures,
    posts,
    reports,
)
from tests.profilelink.stages.visit import Scene, Visit

STAGES: list[Callable[[Visit], Scene]] = [
    coming_in.public_pages,
    coming_in.wrong_log_ins,
    coming_in.sign_up,
    coming_in.terms,
    coming_in.forgotten_password,
    coming_in.two_steps,
    devices.phone_login,
    devices.pin,
    devices.lost_phone,
    devices.export,
    devices.device_login,
    people.profile,
    people.friends,
    people.groups,
    pictures.pictures,
    chosen.chosen_people,
    posts.composing,
    posts.drafting,
    posts.changing,
    posts.posts_by_me,
    reports.reporting,
    reports.decided,
    reports.contact,
    elsewhere.linking,
    elsewhere.networks,
    elsewhere.closing,
    elsewhere.errors,
]

__all__ = ["STAGES", "Visit"]
