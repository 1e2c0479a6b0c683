"""QR codes: read back at the size they are served in, small enough for phones of 2003."""

import io

import pytest
import zxingcpp
from PIL import Image

from accounts.checks import check_qr_version
from accounts.crypto.codes import new_code
from accounts.media import qr

MAX_HOST_LENGTH = "a" * 29


def address(host: str) -> str:
    return f"https://{host}/q/{new_code()}"


@pytest.mark.parametrize("qr_format", ["PNG", "GIF"])
@pytest.mark.parametrize("cell", [3, 4])
def test_a_code_reads_back_at_served_size(qr_format, cell):
    there = address(MAX_HOST_LENGTH)
    with Image.open(io.BytesIO(qr.qr_picture(there, qr_format=qr_format, cell=cell))) as picture:
        assert picture.format == qr_format
        assert picture.size == ((33 + 8) * cell,) * 2
        (read,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert read.text == there
    assert "M" in read.ec_level


@pytest.mark.parametrize("qr_format", ["PNG", "GIF"])
def test_four_cells_around_the_code_are_white(qr_format):
    with Image.open(
        io.BytesIO(qr.qr_picture(address("a.jp"), qr_format=qr_format, cell=3))
    ) as picture:
        grey = picture.convert("L")
    side = grey.size[0]
    for strip in ((0, 0, side, 12), (0, 0, 12, side), (0, side - 12, side, side)):
        assert grey.crop(strip).getextrema() == (255, 255)
    assert grey.crop((12, 12, 15, 15)).getextrema() == (0, 0)  # and the corner mark begins there


@pytest.mark.parametrize("length", [1, 12, 28, 29])
def test_hosts_of_up_to_29_characters_fit_version_4(length):
    for _ in range(20):
        assert qr.qr_version(address("a" * length)) <= qr.MAX_QR_VERSION


def test_the_version_depends_on_the_length_alone():
    assert {qr.qr_version(f"https://a.jp/q/{'1' * 22}"), qr.qr_version(address("a.jp"))} == {3}


def test_pictures_stay_small():
    there = address(MAX_HOST_LENGTH)
    assert len(qr.qr_picture(there)) < 600
    assert len(qr.qr_picture(there, qr_format="GIF", cell=3)) < 1400


@pytest.mark.parametrize(
    ("user_agent", "accept", "qr_format"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140", "text/html,image/avif,image/webp", "PNG"),
        ("DoCoMo/2.0 P903i(c100;TB;W24H12)", "", "GIF"),
        ("DoCoMo/1.0/D503i/c10", "*/*", "GIF"),
        ("J-PHONE/3.0/J-SH09", "", "PNG"),
        ("Unknown", "text/html, image/gif", "GIF"),
        ("Unknown", "image/gif, image/png", "PNG"),
    ],
)
def test_the_format_is_one_that_the_browser_reads(user_agent, accept, qr_format):
    assert qr.qr_format_for({"User-Agent": user_agent, "Accept": accept}) == qr_format


def test_a_check_warns_of_hosts_that_are_too_long(settings):
    settings.PUBLIC_URL = f"https://{MAX_HOST_LENGTH}"
    assert check_qr_version() == []
    settings.PUBLIC_URL = f"https://{MAX_HOST_LENGTH}a"
    (warning,) = check_qr_version()
    assert warning.id == "accounts.W001"
    assert "29 characters" in warning.hint
