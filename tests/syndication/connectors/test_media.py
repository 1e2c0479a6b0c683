"""Pictures on their way out: within the network's limits, with nothing in them but the picture."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from syndication.connectors import reasons
from syndication.connectors.base import Limits, OutgoingPost, Photo
from syndication.connectors.errors import Unsupported
from syndication.connectors.media import PictureDoesNotFit, fit_photo, fit_photos, plain_jpeg_size
from tests.photographs import a_photo, a_photo_from_shibuya, a_pixel_bomb

ROOMY = Limits(text=500, photos=4)
PERMALINK = "https://example.org/posts/1/"


def noise(size: tuple[int, int], **options) -> bytes:
    """The same picture for the same size, and one that compresses badly."""
    width, height = size
    dots = bytes((x * 37 ^ y * 101 ^ x * y) & 255 for y in range(height) for x in range(width))
    out = io.BytesIO()
    Image.frombytes("L", size, dots).convert("RGB").save(out, "JPEG", quality=95, **options)
    return out.getvalue()


def read(photo: Photo) -> Image.Image:
    picture = Image.open(io.BytesIO(photo.content))
    picture.load()
    return picture


def saved(picture: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def a_post(*contents: bytes, audience: str = "everyone", permalink: str = PERMALINK, **changes):
    photos = tuple(Photo(content) for content in contents)
    return OutgoingPost(
        "photo", text="words", permalink=permalink, photos=photos, audience=audience, **changes
    )


# Fitting one picture


@pytest.mark.parametrize("bytes_at_most", [3_000, 20_000, 60_000])
def test_a_picture_that_is_too_heavy_is_made_lighter(bytes_at_most):
    heavy = noise((640, 480))
    assert len(heavy) > 60_000
    made = fit_photo(Photo(heavy, alt="dots"), Limits(text=1, photo_bytes=bytes_at_most))
    assert len(made.content) <= bytes_at_most
    assert (made.alt, made.content_type, read(made).format) == ("dots", "image/jpeg", "JPEG")


def test_quality_is_given_up_before_size():
    heavy = noise((640, 480))
    slightly_less = len(fit_photo(Photo(heavy), Limits(text=1, photo_bytes=len(heavy) - 1)).content)
    made = fit_photo(Photo(heavy), Limits(text=1, photo_bytes=slightly_less - 1))
    assert read(made).size == (640, 480)


def test_a_picture_that_is_too_large_keeps_its_shape():
    made = fit_photo(Photo(a_photo((800, 400))), Limits(text=1, photo_pixels=100))
    assert read(made).size == (100, 50)


def test_nothing_is_enlarged():
    assert read(fit_photo(Photo(a_photo((30, 20), "PNG")), ROOMY)).size == (30, 20)


def test_a_plain_jpeg_that_fits_goes_byte_for_byte():
    for options in ({}, {"progressive": True}, {"restart_marker_blocks": 2}):
        plain = noise((64, 48), **options)
        assert plain_jpeg_size(plain) == (64, 48)
        assert fit_photo(Photo(plain, "image/png"), ROOMY) == Photo(plain, "image/jpeg")


def test_the_same_bytes_come_out_each_time():
    heavy = Photo(noise((320, 240)))
    limits = Limits(text=1, photo_bytes=9_000)
    assert fit_photo(heavy, limits) == fit_photo(heavy, limits)


def test_what_was_fitted_once_stays_as_it_is():
    limits = Limits(text=1, photo_bytes=9_000, photo_pixels=300)
    once = fit_photo(Photo(noise((320, 240))), limits)
    assert fit_photo(once, limits) == once


def test_place_and_camera_are_gone_and_the_picture_stands_upright():
    original = a_photo_from_shibuya((300, 200))
    assert b"SECRETCAM" in original
    made = fit_photo(Photo(original), ROOMY)
    assert b"SECRETCAM" not in made.content
    assert not read(made).getexif()
    assert read(made).size == (200, 300)


@pytest.mark.parametrize(
    "hidden",
    [
        lambda plain: plain + b"35.6595N 139.7005E",  # behind the end, as "moving photos" have it
        lambda plain: plain + plain,
        lambda plain: plain[:2] + b"\xff\xfe\x00\x0aSHIBUYA\0" + plain[2:],  # a comment
        lambda plain: plain[:2] + b"\xff\xe2\x00\x0aSHIBUYA\0" + plain[2:],  # as colour profiles
        lambda plain: plain[:2] + b"\xff\xe0\x00\x18JFIF\0 SHIBUYA SHIBUYA\0" + plain[2:],
        # Its restarts and stuffed zeros are no place to hide either.
        lambda plain: plain[:-2] + b"\xff\xfe\x00\x0aSHIBUYA\0\xff\xd9",
    ],
)
def test_nothing_hides_in_a_jpeg_that_shows_as_one(hidden):
    plain = noise((64, 48))
    stuffed = hidden(plain)
    assert plain_jpeg_size(stuffed) is None
    made = fit_photo(Photo(stuffed), ROOMY)
    assert plain_jpeg_size(made.content) == (64, 48)
    assert b"SHIBUYA" not in made.content
    assert b"139.7" not in made.content


@given(st.binary(max_size=200), st.integers(0, 900))
def test_no_bytes_are_too_broken_to_look_at(noise_in_it, at):
    plain = a_photo((16, 16))
    plain_jpeg_size(noise_in_it)
    plain_jpeg_size(plain[:at] + noise_in_it + plain[at:])
    assert plain_jpeg_size(plain[: at % len(plain)]) is None


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_was_transparent_becomes_white(mode):
    original = Image.new("RGBA", (20, 20), (0, 0, 0, 0)).convert(mode)
    options = {"transparency": 0} if mode == "P" else {}
    made = fit_photo(Photo(saved(original, "PNG", **options)), ROOMY)
    assert min(read(made).getpixel((10, 10))) > 250


def test_half_transparent_is_mixed_with_white():
    half = saved(Image.new("RGBA", (20, 20), (0, 0, 0, 128)), "PNG")
    assert 110 < read(fit_photo(Photo(half), ROOMY)).getpixel((10, 10))[0] < 145


def test_an_animation_becomes_its_first_picture():
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    film = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert read(fit_photo(Photo(film), ROOMY)).getpixel((10, 10))[0] > 200


def test_ink_for_a_printer_becomes_colour():
    ink = saved(Image.new("RGB", (20, 20), "red").convert("CMYK"), "JPEG")
    assert read(fit_photo(Photo(ink), ROOMY)).mode == "RGB"


@pytest.mark.parametrize(
    "broken",
    [b"GIF89a", b"not a picture", a_photo()[:200], a_pixel_bomb(), a_pixel_bomb(9000)],
)
def test_what_cannot_be_read_does_not_fit(broken):
    with pytest.raises(PictureDoesNotFit):
        fit_photo(Photo(broken), ROOMY)


def test_what_unpacks_to_too_much_is_not_opened():
    """Two colours compress well: 10 KB that would be 168 MB."""
    huge = saved(Image.new("1", (8000, 7000)), "PNG")
    assert len(huge) < 50_000
    with pytest.raises(PictureDoesNotFit):
        fit_photo(Photo(huge), Limits(text=1, photo_pixels=100))


@pytest.mark.parametrize(
    "limits",
    [
        Limits(text=1, photo_bytes=200),
        Limits(text=1, photo_types=("image/heic",)),
    ],
)
def test_limits_that_leave_no_picture_are_not_met(limits):
    with pytest.raises(PictureDoesNotFit):
        fit_photo(Photo(noise((320, 240))), limits)


# Carrying those of a post


def test_pictures_within_the_limits_all_go():
    carried = fit_photos(a_post(a_photo(), a_photo((9, 9))), ROOMY)
    assert [read(photo).size for photo in carried.photos] == [(320, 240), (9, 9)]
    assert carried.dropped == ()


def test_beforehand_pictures_are_counted_without_their_bytes():
    carried = fit_photos(a_post(b"", b"", b""), Limits(text=1, photos=2))
    assert len(carried.photos) == 2
    assert carried.dropped == (reasons.PHOTOS_LEFT_OUT,)


FEW, NONE = Limits(text=1, photos=1), Limits(text=1)
LEFT_OUT = [
    (FEW, (a_photo(), a_photo()), 1, reasons.PHOTOS_LEFT_OUT, reasons.PHOTOS_TOO_MANY),
    (NONE, (b"",), 0, reasons.NO_PHOTOS, reasons.NO_PHOTOS_AT_ALL),
    (FEW, (b"broken",), 0, reasons.PHOTO_DOES_NOT_FIT, reasons.PHOTO_FITS_NOWHERE),
    (ROOMY, (b"broken", a_photo()), 1, reasons.PHOTO_DOES_NOT_FIT, reasons.PHOTO_FITS_NOWHERE),
]


@pytest.mark.parametrize(("limits", "contents", "count", "said", "refused"), LEFT_OUT)
def test_what_does_not_go_is_said_where_a_permalink_leads_to_it(
    limits, contents, count, said, refused
):
    carried = fit_photos(a_post(*contents), limits)
    assert (len(carried.photos), carried.dropped) == (count, (said,))


@pytest.mark.parametrize(("limits", "contents", "count", "said", "refused"), LEFT_OUT)
@pytest.mark.parametrize(("audience", "permalink"), [("friends", PERMALINK), ("everyone", "")])
def test_a_copy_without_permalink_leaves_no_picture_out(
    limits, contents, count, said, refused, audience, permalink
):
    with pytest.raises(Unsupported) as refusal:
        fit_photos(a_post(*contents, audience=audience, permalink=permalink), limits)
    assert refusal.value.reason == refused


def test_a_post_without_pictures_needs_no_room_for_any():
    assert fit_photos(a_post(audience="friends"), NONE).photos == ()
