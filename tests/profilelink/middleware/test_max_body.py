"""Nobody fills the disk: what is announced as too large is not even read."""

import io

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

MULTIPART = "multipart/form-data; boundary=b"


class Untouched(io.BytesIO):
    """A body that must not be read."""

    def read(self, *args):
        raise AssertionError("It was read.")


@pytest.mark.parametrize(
    "path", ["/posts/new/preview/", "/s/AAAAAAAAAAAAAAAAAAAAAA/posts/new/", "/q/"]
)
def test_a_body_that_is_too_large_is_refused_unread(path, settings):
    sent = {"wsgi.input": Untouched(), "CONTENT_LENGTH": str(settings.REQUEST_MAX_BYTES + 1)}
    answer = Client().generic("POST", path, content_type=MULTIPART, **sent)
    assert answer.status_code == 413
    assert "too large" in answer.content.decode()
    assert "Content-Security-Policy" in answer
    assert answer["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize("length", ["-1", "1e9", "9" * 5_000])
def test_a_length_that_is_none_is_refused(length):
    answer = Client().generic("POST", "/q/", content_type=MULTIPART, CONTENT_LENGTH=length)
    assert answer.status_code == 413


def test_the_largest_photo_with_its_words_is_taken(settings):
    assert settings.REQUEST_MAX_BYTES > settings.PHOTO_MAX_BYTES + 2_000_000
