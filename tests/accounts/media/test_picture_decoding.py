"""Pictures keep the colours and the tones that they had on the phone, and take little memory."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from accounts.media.picture_decoding import PictureTooLarge, UnreadablePicture, decode_picture

PICTURES = Path(__file__).parent / "pictures"
ROOT = Path(__file__).parents[3]
MAX_MEMORY = 150  # megabytes


def encoded(picture: Image.Image, picture_format: str = "PNG", **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, picture_format, **options)
    return out.getvalue()


def small(content: bytes, side: int = 100) -> Image.Image:
    return decode_picture(content, side, most_pixels=40_000_000)


def middle(picture: Image.Image) -> tuple[int, ...]:
    return picture.getpixel((picture.width // 2, picture.height // 2))


def near(colour: tuple[int, ...], wanted: tuple[int, ...], by: int = 3) -> bool:
    return all(abs(one - other) <= by for one, other in zip(colour, wanted, strict=True))


# --- Tones and colours ----------------------------------------------------------------------------


def test_sixteen_bits_of_grey_are_no_white():
    assert middle(small((PICTURES / "40-grey16.png").read_bytes())) == (128, 128, 128)
    ramp = Image.new("I;16", (256, 40))
    ramp.putdata([column * 257 for column in range(256)] * 40)
    shown = small(encoded(ramp), 256)
    assert [shown.getpixel((column, 20))[0] for column in (0, 64, 200, 255)] == [0, 64, 200, 255]


def test_display_p3_becomes_srgb():
    assert near(middle(small((PICTURES / "41-display-p3.jpg").read_bytes())), (255, 0, 0))


def matrix_profile(
    red: tuple[float, ...], green: tuple[float, ...], blue: tuple[float, ...], gamma: float
) -> bytes:
    """An ICC profile of a screen: the three primaries in XYZ, and one curve."""

    def fixed(*numbers: float) -> bytes:
        return struct.pack(f">{len(numbers)}i", *(round(one * 65536) for one in numbers))

    white = (0.9642, 1.0, 0.8249)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    colours = {b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue, b"wtpt": white}
    tags = {name: b"XYZ \0\0\0\0" + fixed(*value) for name, value in colours.items()}
    tags |= dict.fromkeys([b"rTRC", b"gTRC", b"bTRC"], curve)
    at, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, value in tags.items():
        table += name + struct.pack(">II", at + len(body), len(value))
        body += value
    head = struct.pack(">II", at + len(body), 0) + struct.pack(">I", 0x02100000)
    head += b"mntrRGB XYZ " + b"\0" * 12 + b"acsp" + b"\0" * 28 + fixed(*white) + b"\0" * 48
    return head + struct.pack(">I", len(tags)) + table + body


ADOBE_RGB = matrix_profile(
    (0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457), 2.199
)


@pytest.mark.parametrize("picture_format", ["JPEG", "PNG", "WEBP"])
def test_adobe_rgb_becomes_srgb(picture_format):
    """By the matrices of both: red is 0.213 of full light there, 127 in sRGB."""
    options = {"quality": 100} if picture_format != "PNG" else {}
    content = encoded(
        Image.new("RGB", (40, 40), (144, 180, 96)), picture_format, icc_profile=ADOBE_RGB, **options
    )
    assert near(middle(small(content)), (127, 181, 90), by=4)


@pytest.mark.parametrize("profile", [b"broken", ADOBE_RGB[:200], b"\0" * 5_000_000])
def test_a_profile_that_cannot_be_used_changes_nothing(profile):
    content = encoded(
        Image.new("RGB", (40, 40), (144, 180, 96)), "WEBP", lossless=True, icc_profile=profile
    )
    assert middle(small(content)) == (144, 180, 96)


def test_a_profile_of_another_kind_of_picture_changes_nothing():
    grey = encoded(Image.new("L", (40, 40), 90), icc_profile=ADOBE_RGB)
    assert near(middle(small(grey)), (90, 90, 90), by=2)
    ink = encoded(Image.new("CMYK", (40, 40), (0, 255, 255, 0)), "JPEG", icc_profile=ADOBE_RGB)
    assert near(middle(small(ink)), (255, 0, 0), by=6)


def test_a_palette_is_widened_before_it_is_scaled():
    """Lines of one pixel become grey; of the palette's own two colours there is no middle."""
    stripes = Image.new("P", (800, 800), 0)
    stripes.putpalette([0, 0, 0, 255, 255, 255])
    pen = ImageDraw.Draw(stripes)
    for x in range(0, 800, 2):
        pen.line((x, 0, x, 800), 1)
    for content in (encoded(stripes), encoded(stripes, "GIF"), encoded(stripes.convert("1"))):
        assert near(middle(small(content)), (127, 127, 127), by=5)


# --- The end of the file --------------------------------------------------------------------------


def test_a_jpeg_without_its_end_marker_is_whole():
    content = (PICTURES / "43-jpeg-without-end.jpg").read_bytes()
    assert content[-2:] != b"\xff\xd9"
    with_end = small(content + b"\xff\xd9", 400)
    assert small(content, 400).tobytes() == with_end.tobytes()
    noise = Image.effect_noise((200, 160), 90).convert("RGB")
    plain, progressive = encoded(noise, "JPEG"), encoded(noise, "JPEG", progressive=True)
    for cut in (plain[:-1], plain[:-2], progressive[:-2]):
        assert small(cut).size == (100, 80)
    with pytest.raises(UnreadablePicture):
        small(plain[: len(plain) // 2])
    # What is there of this one is the whole picture, only coarser, and browsers show it.
    assert small(progressive[: len(progressive) // 2]).size == (100, 80)


def test_other_formats_without_their_end_are_whole():
    noise = Image.effect_noise((60, 60), 90)
    png, gif = encoded(noise), encoded(noise, "GIF")
    assert small(png[: png.index(b"IEND") - 4]).size == (60, 60)
    assert small(gif[:-1]).size == (60, 60)


# --- Memory ---------------------------------------------------------------------------------------


def transparent_png(width: int, height: int) -> bytes:
    """Made without Pillow, which would need the memory itself."""

    def chunk(name: bytes, body: bytes) -> bytes:
        end = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + end

    packer = zlib.compressobj(1)
    row = b"\0" + b"\x80" * (4 * width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    return signature + chunk(b"IDAT", data) + chunk(b"IEND", b"")


CHILD = """
import resource, sys
from accounts.media.picture_decoding import PictureTooLarge, decode_picture
content = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    picture = decode_picture(content, 1600, most_pixels=60_000_000)
    word = max(picture.size)
except PictureTooLarge:
    word = "refused"
print(word, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""

WORST = {
    "PNG, transparent, the largest that is taken": (lambda: transparent_png(5600, 4200), "1600"),
    "WebP, 4K": (lambda: encoded(Image.new("RGB", (3840, 2160)), "WEBP", method=0), "1600"),
    "JPEG, progressive, without subsampling": (
        lambda: encoded(Image.new("RGB", (4000, 4000)), "JPEG", progressive=True, subsampling=0),
        "1600",
    ),
    "WebP of two kilobytes": (
        (PICTURES / "48-million-pixels.webp").read_bytes,
        "refused",
    ),
}


@pytest.mark.parametrize("name", WORST)
def test_no_picture_takes_much_memory(name):
    """In a child process: ours has held larger pictures before."""
    make, outcome = WORST[name]
    child = subprocess.run(
        [sys.executable, "-c", CHILD], input=make(), capture_output=True, cwd=ROOT, check=True
    )
    word, megabytes = child.stdout.decode().split()
    assert word == outcome
    assert int(megabytes) <= MAX_MEMORY


AT_ONCE = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
from accounts.media.picture_decoding import decode_picture
content = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with ThreadPoolExecutor(4) as pool:
    sides = list(pool.map(lambda _: max(decode_picture(content, 400, most_pixels=60_000_000).size), range(4)))
print(sides.count(400), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_many_pictures_at_once_take_no_more_memory_than_one():
    content = WORST["WebP, 4K"][0]()
    child = subprocess.run(
        [sys.executable, "-c", AT_ONCE], input=content, capture_output=True, cwd=ROOT, check=True
    )
    done, megabytes = map(int, child.stdout.split())
    assert done == 4
    assert megabytes <= MAX_MEMORY


def test_what_progressive_pictures_keep_is_counted():
    """Six bytes a pixel for all three colours at full size: 40 million would take 240 MB."""
    content = bytearray(
        encoded(Image.new("RGB", (64, 64)), "JPEG", progressive=True, subsampling=0)
    )
    at = content.index(b"\xff\xc2") + 5
    content[at : at + 4] = struct.pack(">HH", 6000, 6000)
    with pytest.raises(PictureTooLarge) as error:
        small(bytes(content))
    assert error.value.picture_format == "JPEG"
