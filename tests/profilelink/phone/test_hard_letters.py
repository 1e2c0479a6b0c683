"""The characters that encodings quarrel about, typed on each device and read on each kind of phone."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Member
from profilelink.phone.carriers import Carrier
from syndication.models import Post
from tests.making import PASSWORD, make_member
from tests.profilelink.phone.devices import DEVICES, Device
from tests.profilelink.phone.gateway import DeviceClient

pytestmark = pytest.mark.django_db

HARD = "～〜−－‖¥—①髙﨑𠮷😀👨‍👩‍👧"
# What Windows' Shift_JIS has in place of characters that JIS wrote otherwise. They look the same.
TYPED_TWINS = str.maketrans("〜−‖", "～－∥")  # one code for both
TWINS = str.maketrans("〜−‖¥—", "～－∥￥―")
FAMILY = "〔man + woman + girl〕"
READERS = ["FOMA 1.0", "au WAP2", "SoftBank 3GC", "garaho"]


def typed(device: Device) -> str:
    """HARD out of a form: what Shift_JIS lacks comes as references and is itself again."""
    return HARD if device.carrier is None else HARD.translate(TYPED_TWINS)


def kept(device: Device) -> str:
    """HARD after a page of this device was sent back: emoji in words are emoji again."""
    return HARD if device.carrier is None else HARD.translate(TWINS)


def seen(device: Device, text: str) -> str:
    """What such a phone shows for it. au and SoftBank have a picture for a face, not this one."""
    if device.carrier is None:
        return text
    return text.translate(TWINS).replace("😀", "〔grinning face〕").replace("👨‍👩‍👧", FAMILY)


def logged_in(device: Device, name: str) -> DeviceClient:
    phone = DeviceClient(device)
    phone.get(reverse("account_login"))
    phone.submit("Log in", login=name, password=PASSWORD)
    return phone


@pytest.mark.parametrize("device", DEVICES, ids=str)
def test_names_and_posts_are_typed_on_any_device_and_read_on_all(device: Device) -> None:
    hanako = make_member("hanako")
    phone = logged_in(device, "hanako")
    phone.get(reverse("profile_edit"))
    phone.submit("Save", display_name=HARD, about=HARD)
    phone.get(reverse("post_new"))
    phone.submit("Preview", text=HARD, audience="everyone")
    phone.submit("Send")
    hanako.refresh_from_db()
    assert hanako.display_name == hanako.about == typed(device)
    assert Post.objects.get().text == kept(device)
    Member.objects.update(display_name_audience="everyone", about_audience="everyone")
    for reader in (one for one in DEVICES if one.name in READERS):
        page = DeviceClient(reader).get("/@hanako/")
        assert page.text.count(seen(reader, typed(device))) >= 2, page.text
        assert seen(reader, kept(device)) in page
        assert not {"?", "〓"} & set(page.text)


def test_every_carrier_is_among_the_readers() -> None:
    of_readers = {one.carrier for one in DEVICES if one.name in READERS}
    assert of_readers == {*Carrier, None}
