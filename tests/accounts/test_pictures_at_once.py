"""Many pictures at once: the form says so, keeps what was typed, and holds no thread."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.bulkhead import UPLOAD_BULKHEAD
from accounts.models import Member
from syndication.models import KeptPhoto
from tests.making import make_member
from tests.phone import log_in_phone
from tests.photographs import a_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def others() -> ExitStack:
    """Uploads of others, as many as a process lets wait."""
    with ExitStack() as others:
        for _ in range(3):
            others.enter_context(UPLOAD_BULKHEAD.hold_place("pictures"))
        yield others


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("sea.jpg", a_photo(), content_type="image/jpeg")


def test_a_photo_too_many_is_answered_at_once_and_its_text_stays(hanako, others):
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new") + "?kind=photo")
    page = phone.submit("Preview", text="the sea at Enoshima", photo=photo())
    assert "Many pictures are coming in" in page
    assert "Nothing that you typed is lost" in page
    assert page.form("Preview", {"text"}).fields["text"] == ["the sea at Enoshima"]
    others.close()
    assert "the sea at Enoshima" in phone.submit("Preview", photo=photo())
    assert KeptPhoto.objects.get(member=hanako).photo


def test_a_picture_of_a_profile_too_many_is_answered_at_once(hanako, others):
    phone = log_in_phone(hanako)
    phone.get(reverse("profile_edit"))
    page = phone.submit("Save", picture=photo(), picture_audience="only_me")
    assert "Many pictures are coming in" in page
    assert page.forms[0].fields["picture_audience"] == ["only_me"]
    others.close()
    phone.submit("Save", picture=photo())
    hanako.refresh_from_db()
    assert hanako.picture


def test_a_photo_that_was_taken_already_is_sent_however_many_come_in(hanako, others):
    others.close()
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new") + "?kind=photo")
    phone.submit("Preview", text="the sea", photo=photo())
    with (
        UPLOAD_BULKHEAD.hold_place("pictures"),
        UPLOAD_BULKHEAD.hold_place("pictures"),
        UPLOAD_BULKHEAD.hold_place("pictures"),
    ):
        assert "Sent." in phone.submit("Send")
