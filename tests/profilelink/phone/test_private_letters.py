"""Private-use characters come by every way that texts come in. What is stored is for every screen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.apps import apps
from django.db import models

from accounts.models import PublicCharField, PublicTextField
from profilelink.phone.decoding import replace_private_letters_of_any_carrier
from syndication.actions.link_titles import parse_title
from syndication.models import Attempt, FeedItem, Link, NetworkFriend, Post, SavedDraft
from syndication.sandbox.mixi.rows import Status
from tests.accounts.away import come_back, leave_by_phone
from tests.making import make_member, make_post
from tests.phone import log_in_phone
from tests.profilelink.mailed import address_of, mail, receive
from tests.sandbox_server import TestSandbox
from tests.syndication.delivering import linked
from tests.syndication.importing import import_feed, import_friends

pytestmark = pytest.mark.django_db

# docomo's sun, SoftBank's (as the first iPhones sent it), au's, a maker's logo, the planes beyond.
PRIVATE = "\ue63e\ue04a\ue488\uf8ff\U000f0000\U0010fffd"
PUBLIC = "☀☀☀〓〓〓"


def test_each_carrier_s_letter_is_its_sign_and_any_other_is_geta() -> None:
    assert replace_private_letters_of_any_carrier(f"a{PRIVATE}b") == f"a{PUBLIC}b"


def test_friends_and_what_they_wrote_are_stored_without(sandbox: TestSandbox) -> None:
    link = linked(sandbox)
    taro = sandbox.mixi.account("taro")
    taro.nickname = f"太郎{PRIVATE}"
    said = Status(owner=taro.id, at=datetime.now(UTC), text=f"晴れ{PRIVATE}")
    sandbox.mixi.state.statuses[said.id] = said
    import_friends(link.pk)
    import_feed(link.pk)
    assert NetworkFriend.objects.get(uid=taro.id).name == f"太郎{PUBLIC}"
    item = FeedItem.objects.get(text__startswith="晴れ")
    assert (item.author_name, item.text) == (f"太郎{PUBLIC}", f"晴れ{PUBLIC}")


def test_the_name_of_a_linked_account_is_stored_without(sandbox: TestSandbox) -> None:
    sandbox.mixi.account("hanako").nickname = f"ザキ{PRIVATE}"
    phone = log_in_phone(make_member("hanako"))
    come_back(phone, leave_by_phone(phone))
    phone.submit("Link", link="1", take_name="on")
    assert Link.objects.get().name == f"ザキ{PUBLIC}"
    assert Link.objects.get().member.display_name == f"ザキ{PUBLIC}"


def test_a_mail_and_a_title_of_a_page_are_stored_without() -> None:
    hanako = make_member("hanako")
    receive(
        mail(
            b"Content-Type: text/plain; charset=UTF-8",
            body=f"晴れ{PRIVATE}".encode(),
            sender="hanako@example.net",
        ),
        address_of(hanako),
    )
    assert SavedDraft.objects.get().text == f"晴れ{PUBLIC}"
    title = parse_title(f"<title>粉{PRIVATE}</title>")
    post = make_post(author=hanako, kind="link", url="https://a.example/", url_title=title)
    post.refresh_from_db()
    assert post.url_title == f"粉{PUBLIC}"


def test_a_row_that_is_changed_in_the_table_alone_is_stored_without() -> None:
    post = make_post(author=make_member("hanako"), text="雨")
    Post.objects.update(text=PRIVATE)
    post.refresh_from_db()
    assert post.text == PUBLIC


def test_a_sign_that_is_longer_than_its_letter_still_fits_the_column() -> None:
    hanako = make_member("hanako", display_name=b"\xf9\x75".decode("cp932") * 40)  # i-mode's mark
    hanako.refresh_from_db()
    assert hanako.display_name.startswith("〔")
    assert len(hanako.display_name) == 40


def test_every_column_for_words_is_of_that_kind() -> None:
    """A new one is either written here as no words of anybody's, or of that kind, too."""
    words = {"name", "display_name", "display_name_before", "about", "town", "title", "text", "url_title", "photo_alt",
             "photo_alt_2", "photo_alt_3", "photo_alt_4", "excerpt", "text_ja", "text_en",
             "author_name", "network_message", "note", "warning",
             "target_author_name", "target_excerpt", "list_name"}  # fmt: skip
    of_staff = {"NetworkSwitch.reason", "SitePage.name"}
    for label in ("accounts", "syndication"):
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                is_text = isinstance(field, models.CharField | models.TextField)
                if not is_text or f"{model.__name__}.{field.name}" in of_staff:
                    continue
                is_public = isinstance(field, PublicCharField | PublicTextField)
                assert is_public == (field.name in words), f"{model.__name__}.{field.name}"
    assert isinstance(Attempt._meta.get_field("excerpt"), PublicCharField)
