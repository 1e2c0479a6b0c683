"""The devices of the tests have their habits: each is shown by a page that does not suit it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.photographs import a_photo
from tests.profilelink.phone.devices import DEVICES, Device
from tests.profilelink.phone.gateway import RESERVED, DeviceClient

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.profilelink.phone.misbehaving"),
]

WORDS = "表ソ能～①髙﨑ｱ☀"


@pytest.fixture(autouse=True)
def _only_the_lane(settings) -> None:
    """What else stands between would mend some of these pages, and probe."""
    settings.MIDDLEWARE = ["profilelink.phone.middleware.PhoneTranscodingMiddleware"]


@pytest.fixture(params=DEVICES, ids=str)
def device(request: pytest.FixtureRequest) -> Device:
    return request.param


def named(name: str) -> Device:
    return next(one for one in DEVICES if one.name == name)


OLD = [one for one in DEVICES if one.carrier is not None]
old = pytest.mark.parametrize("device", OLD, ids=str)


def test_redirects_are_followed_as_far_as_the_device_does_and_no_further(device: Device) -> None:
    # The client of all tests has a limit of its own, too.
    assert "here" in DeviceClient(device).get(f"/m/bounce/{min(device.redirects, 8)}/")
    with pytest.raises(AssertionError, match="bounce"):
        DeviceClient(device).get(f"/m/bounce/{device.redirects + 1}/")


def test_a_page_beyond_the_limit_is_refused() -> None:
    for device in DEVICES:
        phone = DeviceClient(device)
        if device.page_limit:
            phone.get(f"/m/heavy/{device.page_limit - 100}/")
            with pytest.raises(AssertionError, match="bytes"):
                phone.get(f"/m/heavy/{device.page_limit}/")
        else:
            phone.get("/m/heavy/900000/")


def test_pictures_weigh_with_their_page() -> None:
    phone = DeviceClient(named("J-PHONE C"))
    with pytest.raises(AssertionError, match="with its pictures"):
        phone.get("/m/with/png/")


def test_a_picture_that_the_carrier_s_phones_do_not_show_is_refused() -> None:
    with pytest.raises(AssertionError, match="png"):
        DeviceClient(named("FOMA 1.0")).get("/m/with/png/")
    DeviceClient(named("FOMA 1.0")).get("/m/with/gif/")
    DeviceClient(named("SoftBank 3GC")).get("/m/with/png/")


@old
def test_fields_are_named_as_gateways_let_them_through(device: Device) -> None:
    DeviceClient(device).get("/m/field/text/")
    for name in [*sorted(RESERVED), "1st", "a:b", "名"]:
        with pytest.raises(AssertionError):
            DeviceClient(device).get(f"/m/field/{name}/")


@old
def test_an_answer_without_length_is_refused(device: Device) -> None:
    with pytest.raises(KeyError, match="content-length"):
        DeviceClient(device).get("/m/streamed/")


@old
def test_an_address_of_ours_is_short(device: Device) -> None:
    with pytest.raises(AssertionError, match="aaa"):
        DeviceClient(device).get("/m/long/")


def test_a_form_that_gets_drops_the_query_of_its_address(device: Device) -> None:
    phone = DeviceClient(device)
    phone.get("/m/search/?page=2")
    page = phone.submit("", q=WORDS)
    assert f"q={WORDS}" in page
    assert "kept" not in page
    assert "page" not in page


def test_a_file_goes_in_parts_with_words_in_the_device_s_letters(
    device: Device, tmp_path: Path
) -> None:
    photo = tmp_path / "表ソ能.jpg"
    photo.write_bytes(a_photo())
    phone = DeviceClient(device)
    phone.get("/m/upload/")
    if not device.can_upload:
        assert f"[application/x-www-form-urlencoded] [{WORDS}] []" in phone.submit("", text=WORDS)
        with pytest.raises(AssertionError, match="no files"):
            phone.submit("", photo=photo)
        return
    assert f"[multipart/form-data] [{WORDS}] []" in phone.submit("", text=WORDS)
    page = phone.submit("", text=WORDS, photo=photo)
    assert f"[{WORDS}] [photo:表ソ能.jpg:{len(a_photo())}]" in page


def test_who_sends_a_referer_sends_the_last_page(device: Device) -> None:
    phone = DeviceClient(device)
    phone.get("/m/whence/")
    expected = "http://testserver/m/whence/" if device.sends_referer else "nothing"
    assert f"from {expected}" in phone.follow("again")


def test_who_keeps_cookies_gives_them_back_and_who_does_not_is_offered_none(
    device: Device,
) -> None:
    phone = DeviceClient(device)
    if not device.keeps_cookies:
        with pytest.raises(AssertionError, match="cookie"):
            phone.get("/m/cookie/")
        return
    phone.get("/m/cookie/")
    assert "cookie yes" in phone.get("/m/cookie/")
