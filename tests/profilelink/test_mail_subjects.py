"""The subjects of mails: what happened, in words that a phone's list of mails shows whole."""

import gettext
import unicodedata
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from accounts.models import NOTICE_KINDS
from syndication.connectors import CONNECTORS

MOST = 15  # full-width characters, the site's name among them
CATALOGUE = Path(settings.BASE_DIR) / "profilelink/locale/ja/LC_MESSAGES/django.mo"


def width(text: str) -> float:
    """In full-width characters."""
    return sum(1 if unicodedata.east_asian_width(letter) in "WF" else 0.5 for letter in text)


def subjects() -> list[str]:
    """Every subject in Japanese, as a mail carries it."""
    with CATALOGUE.open("rb") as file:
        catalogue = gettext.GNUTranslations(file)._catalog
    names = [connector.name for connector in CONNECTORS.values()]
    return [
        text % {"network": name, "site": settings.SITE_NAME}
        if "%(site)s" in text
        else settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + text % {"network": name}
        for key, text in catalogue.items()
        if isinstance(key, str) and (key.startswith(("subject\x04", "%(site)s: ")))
        for name in (names if "%(network)s" in text else names[:1])
    ]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_subject_of_a_notice_fits_in_both_languages(language: str):
    with translation.override(language):
        subjects = [str(kind.mail_subject) for kind in NOTICE_KINDS.values() if kind.mail_class]
    assert len(subjects) > 10
    assert [text for text in subjects if width(f"{settings.SITE_NAME}: {text}") > MOST] == []


def test_every_subject_fits_a_phones_list_in_japanese():
    assert len(subjects()) > 20
    assert {text: width(text) for text in subjects() if width(text) > MOST} == {}
