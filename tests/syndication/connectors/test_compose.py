"""A post as one text: what goes where pictures stay behind."""

from __future__ import annotations

import pytest

from syndication.connectors import reasons
from syndication.connectors.base import Limits, OutgoingPost, Photo
from syndication.connectors.compose import TextComposer
from syndication.connectors.errors import Unsupported
from tests.photographs import a_photo

PERMALINK = "https://example.org/posts/1/"
READERS = frozenset({"everyone", "friends"})


def network(photos: int) -> TextComposer:
    return TextComposer({"photo": Limits(text=100, photos=photos)}, {"photo": READERS})


def a_post(text: str = "words", *photos: Photo, **changes) -> OutgoingPost:
    return OutgoingPost(
        "photo",
        text=text,
        photos=photos or (Photo(a_photo(), alt="Waves"),),
        **{"permalink": PERMALINK, **changes},
    )


def test_words_go_with_the_pictures_that_fit():
    shown, photos = network(4).compose(a_post())
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
    preview, photos = network(0).compose(a_post(text))
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
    sent = network(4).preview(OutgoingPost("photo", text="words", permalink=PERMALINK, **lost))
    assert (sent.text, sent.dropped) == (f"words {PERMALINK}", (reasons.PHOTO_DOES_NOT_FIT,))


@pytest.mark.parametrize(
    "text",
    [
        "with @taro",
        "@taro@evil.example",
        "花見。@taroと",
        ".@taro",
        "_@taro",
        "https://example.org/-@taro",
        "two: /@taro",
        "＠taro",
    ],
)
def test_who_is_named_with_an_at_sign_would_read_a_post_for_fewer_so_it_does_not_go(text):
    """Mastodon and Misskey hand a post for followers to those whom it mentions, too."""
    with pytest.raises(Unsupported) as refusal:
        network(1).preview(a_post(text, audience="friends"))
    assert refusal.value.reason == reasons.NAMES_SOMEBODY
    shown = network(1).preview(a_post(text)).text  # for everyone: by test_compose_names
    bare = text.replace("@", "").replace("＠", "")
    assert shown.replace("%40", "").replace("@", "") == bare


@pytest.mark.parametrize(
    "text",
    ["at 6 @ home", "me@example.org", "https://example.org/@taro", "https://example.org/?by=@taro"],
)
def test_an_at_sign_that_names_nobody_holds_nothing_back(text):
    assert network(1).preview(a_post(text, audience="friends")).text == text
