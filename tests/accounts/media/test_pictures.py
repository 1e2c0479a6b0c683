"""Pictures from outside come out small, upright and without place data, or not at all."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from accounts.media.pictures import BadPicture, to_jpeg

WEBP_OF_48_MILLION_PIXELS = Path(__file__).parent / "pictures" / "48-million-pixels.webp"
GPS, ORIENTATION = 0x8825, 0x0112


def encoded(picture: Image.Image, kind: str = "JPEG", **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def read(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0"))


def test_the_longer_side_is_cut_down_and_nothing_is_enlarged():
    assert read(to_jpeg(encoded(Image.new("RGB", (800, 400))), 240)).size == (240, 120)
    assert read(to_jpeg(encoded(Image.new("RGB", (80, 40))), 240)).size == (80, 40)


def test_place_data_and_every_other_tag_are_gone():
    tags = Image.Exif()
    tags[ORIENTATION] = 1
    tags.get_ifd(GPS)[1] = "N"
    tags[0x010F] = "Maker"
    original = encoded(Image.new("RGB", (40, 40)), exif=tags)
    assert b"Maker" in original
    result = to_jpeg(original, 240)
    assert not read(result).getexif()
    assert b"Maker" not in result
    assert b"Exif" not in result


@pytest.mark.parametrize("kind", ["JPEG", "GIF"])
def test_a_comment_in_the_file_is_gone(kind):
    original = encoded(Image.new("RGB", (40, 40)), kind, comment=b"Shibuya, 35.6N 139.7E")
    assert b"Shibuya" in original
    assert b"Shibuya" not in to_jpeg(original, 240)


def test_a_picture_that_was_taken_sideways_stands_upright():
    tags = Image.Exif()
    tags[ORIENTATION] = 6  # turn a quarter to the right
    assert read(to_jpeg(encoded(Image.new("RGB", (60, 20)), exif=tags), 240)).size == (20, 60)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_was_transparent_becomes_white(mode):
    picture = Image.new("RGBA", (20, 20), (0, 0, 0, 0)).convert(mode)
    options = {"transparency": 0} if mode == "P" else {}
    middle = read(to_jpeg(encoded(picture, "PNG", **options), 240)).getpixel((10, 10))
    assert min(middle) > 250


def test_an_animation_becomes_its_first_picture():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    film = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    still = read(to_jpeg(film, 240))
    assert still.format == "JPEG"
    assert still.getpixel((10, 10))[0] > 200


@pytest.mark.parametrize("size", [(7000, 7000), (12000, 12000), (60000, 60000)])
def test_a_pixel_bomb_is_refused_before_it_unpacks(size):
    with pytest.raises(BadPicture, match="too many pixels"):
        to_jpeg(png_header(*size), 240)


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff\xe0 broken", b"GIF89a"],
)
def test_what_is_no_picture_is_refused_in_words(content):
    with pytest.raises(BadPicture, match="JPEG, PNG, GIF or WebP"):
        to_jpeg(content, 240)


def test_a_picture_that_ends_in_the_middle_is_refused():
    whole = encoded(Image.effect_noise((400, 400), 50), "PNG")
    with pytest.raises(BadPicture):
        to_jpeg(whole[: len(whole) // 2], 240)


def test_exif_that_is_broken_says_nothing():
    """A type that there is not, in the first tag: rewriting the tags would fail."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x0100] = 5
    content = bytearray(encoded(Image.new("RGB", (8, 8)), exif=exif))
    content[content.index(b"Exif\0\0") + 19] = 7
    assert read(to_jpeg(bytes(content), 100)).size == (8, 8)


def test_a_format_that_cannot_be_read_in_part_has_a_limit_of_its_own(settings):
    """A JPEG of so many pixels is taken."""
    settings.PHOTO_MAX_PIXELS = 48_000_000
    assert read(to_jpeg(encoded(Image.new("L", (5200, 5200)), "JPEG"), 100)).size == (100, 100)
    claims = {"PNG": png_header(5200, 5200), "WEBP": WEBP_OF_48_MILLION_PIXELS.read_bytes()}
    for kind, claim in claims.items():
        with pytest.raises(BadPicture, match=f"too many pixels for a {kind} .* Save it as JPEG"):
            to_jpeg(claim, 1600)
