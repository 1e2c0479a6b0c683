"""The main job on every device, and a list of how it went.

`pytest tests/profilelink/phone/test_journey.py -s` prints the list. Two to four seconds a device.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.making import befriend, make_link, make_member
from tests.profilelink.phone.devices import DEVICES, Device
from tests.profilelink.phone.gateway import DeviceClient
from tests.profilelink.phone.journey import tell
from tests.profilelink.phone.traveller import begin
from tests.sandbox_server import TestSandbox

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, str]]:
    """What became of each device's journey; printed when all are over."""
    outcomes: dict[str, str] = {}
    yield outcomes
    lines = [f"{name:32}{outcome}" for name, outcome in outcomes.items()]
    print("", "The main job on each device:", *lines, sep="\n")


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_the_main_job_passes(
    device: Device, told: dict[str, str], sandbox: TestSandbox, tmp_path: Path
) -> None:
    hanako = make_member("hanako", display_name="はなこ", posts_by_me="friends")
    taro = make_member("taro", display_name="髙﨑")
    befriend(hanako, taro)
    make_link(taro, uid=sandbox.mixi.account("taro").id, is_findable=True)
    photo = tmp_path / "表ソ能.jpg"
    Image.effect_noise((400, 300), 90).convert("RGB").save(photo)  # as heavy as it can be
    phone = DeviceClient(device)
    told[device.name] = "not to its end"
    journey = begin(phone, hanako, sandbox, photo)
    try:
        tell(journey)
    except AssertionError as reason:
        told[device.name] = f"fails: {str(reason)[:100]!r}"
        raise
    way = "mailed" if journey.by_mail else "uploaded"
    told[device.name] = (
        f"pass: {phone.requests} requests, largest page {phone.largest:,} bytes, photo {way}"
    )
