"""A post as one text: what goes where pictures stay behind."""

from __future__ import annotations

import pytest

from syndication.connectors import reasons
from syndication.connectors.base import Limits, OutgoingPost, Photo
from syndication.connectors.compose import OneText
from syndication.connectors.errors import Unsupported
from tests.photographs import a_photo

PERMALINK = "https://example.org/posts/1/"
READERS = frozenset({"everyone", "friends"})


def network(photos: int) -> OneText:
    return OneText({"photo": Limits(text=100, photos=photos)}, {"photo": READERS})


def a_post(text: str = "words", *photos: Photo, **changes) -> OutgoingPost:
    return OutgoingPost(
        "photo",
        text,
        photos=photos or (Photo(a_photo(), alt="Waves"),),
        **{"permalink": PERMALINK, **changes},
    )


def test_words_go_with_the_pictures_that_fit():
    shown, photos = network(4).made(a_post())
    assert (shown.text, shown.photos, shown.dropped) == ("words", 1, ())
    assert photos[0].alt == "Waves"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("words", f"words {PERMALINK}"),
        ("", f"Waves {PERMALINK}"),  # what the member said it shows
        ("花" * 200, "花" * (100 - len(PERMALINK) - 2) + f"… {PERMALINK}"),
    ],
)
def test_where_no_picture_can_go_the_words_say_where_it_is(text, shown):
    preview, photos = network(0).made(a_post(text))
    assert (preview.text, preview.photos, photos) == (shown, 0, ())
    assert preview.dropped == (reasons.NO_PHOTOS,)


def test_a_picture_without_any_words_leaves_its_address():
    assert network(0).preview(a_post("", Photo(b""))).text == PERMALINK


def test_where_the_member_wants_no_address_the_words_go_alone_and_nothing_else_is_said():
    preview = network(0).preview(a_post(never_permalink=True))
    assert (preview.text, preview.dropped) == ("words", (reasons.PHOTOS_STAY_HERE,))
    with pytest.raises(Unsupported):
        network(0).preview(a_post("", Photo(b""), never_permalink=True))


def test_for_fewer_readers_it_is_refused_beforehand():
    with pytest.raises(Unsupported) as refusal:
        network(0).preview(a_post(audience="friends"))
    assert refusal.value.reason == reasons.NO_PHOTOS_AT_ALL


def test_beforehand_and_after_the_same_is_said():
    """The bytes are at hand only where it is sent; a lost picture is known by its number then."""
    lost = {"photos": (), "lost_photos": 1}
    sent = network(4).preview(OutgoingPost("photo", "words", permalink=PERMALINK, **lost))
    assert (sent.text, sent.dropped) == (f"words {PERMALINK}", (reasons.PHOTO_DOES_NOT_FIT,))
