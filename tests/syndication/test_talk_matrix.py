"""Who is told what is said about a post: the people and the table of test_comments_matrix, for notices,
home's count, mails, feeds, exports and staff's pages.

Each person was told once, as if the rules had let them; what they may not read now reaches them by no
way any more.
"""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import Audience
from tests.mailing import send_mails, want_mails
from tests.making import make_comment, make_like
from tests.noticing import make_notice
from tests.phone import log_in_phone
from tests.syndication.exporting import export_of
from tests.syndication.test_comments_matrix import (
    NAME,
    POST,
    SAID,
    TALKS,
    Stage,
    former_friend,
    stage,
)

pytestmark = pytest.mark.django_db

EXPORTED = ("author", "friend", "former_friend", "stranger")  # each is a whole archive
CODES = ("comment", "comment_after_mine", "liked")


def tell_everybody(told: Stage) -> None:
    speaker = told.comment.writer
    for name, member in told.people.items():
        if member is not None:
            want_mails(member)
            for code in CODES:
                detail, actor = (0, None) if code == "liked" else (told.comment.pk, speaker)
                make_notice(
                    member, code, subject=told.post.pk, detail=detail, actor=actor, key=f"{code} x"
                )
            assert make_comment(told.post, member, f"words-of-{name}.")
            make_like(told.post, member)


@pytest.mark.parametrize(("audience", "is_author_in"), TALKS)
def test_nobody_is_told_what_they_may_not_read(audience: str, is_author_in: bool) -> None:
    told = stage(audience, is_author_in=is_author_in, has_mail=True)
    former_friend(told)
    tell_everybody(told)
    talks = TALKS[audience, is_author_in]
    for name, member in told.people.items():
        if member is None:
            continue
        phone = log_in_phone(member)
        assert ("3 new" in phone.get(reverse("home")).text) is (name in talks), name
        page = phone.get("/notices/")
        assert ((SAID in page.text), (NAME in page.text)) == ((name in talks),) * 2, name
    send_mails()
    reached = {message.to[0].partition("@")[0] for message in mail.outbox}
    assert reached == talks
    assert all(POST not in str(message.body) for message in mail.outbox)
    heard = {message.to[0].partition("@")[0] for message in mail.outbox if SAID in message.body}
    assert heard == talks


@pytest.mark.parametrize(("audience", "is_author_in"), TALKS)
def test_feeds_exports_and_staff_tell_no_more(audience: str, is_author_in: bool) -> None:
    told = stage(audience, is_author_in=is_author_in)
    tell_everybody(told)
    for name, member in told.people.items():
        browser = told.browser(name)
        feed = browser.get(reverse("profile_feed", args=["author"])).text
        assert SAID not in feed
        assert "words-of-" not in feed
        if name in EXPORTED and member is not None:
            words = export_of(member).all_bytes.decode(errors="replace")
            assert f"words-of-{name}." in words, "one's own"
            others = {each for each in told.people if each != name and f"words-of-{each}." in words}
            assert (others, SAID in words) == (set(), False), name
    shown = told.browser("staff").get("/admin/syndication/comment/").text
    assert (SAID in shown) is (audience == Audience.EVERYONE)
    refused = {
        name
        for name in told.people
        if told.browser(name).get("/admin/syndication/comment/").status_code != 200
    }
    assert refused == set(told.people) - {"staff"}
