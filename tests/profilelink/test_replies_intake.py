"""Answers by mail, from the pipe to a comment or a draft, and all that ends an address."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Friendship, GuessCount, Member
from syndication.actions import comments, mail_drafts, reply_addresses
from syndication.models import Comment, Post, ReplyAddress, SavedDraft
from syndication.worker import sweep
from tests.making import befriend, block, make_comment, make_member, make_post
from tests.phone import computer, log_in_phone
from tests.profilelink.mailed import mail, receive

pytestmark = pytest.mark.django_db

OWN = "hanako@example.com"
WHO, LAST = "太郎さんのコメント:", "このメールに返信すると、コメントになります。"
TAKEN, REFUSED, NO_SUCH = 0, 65, 67


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", answers_by_mail=True)


@pytest.fixture
def post(hanako: Member) -> Post:
    """Of taro, a friend of hanako's."""
    taro = make_member("taro")
    befriend(hanako, taro)
    return make_post(author=taro, text="土曜の十時に", audience=Audience.FRIENDS)


@pytest.fixture
def address(hanako: Member, post: Post) -> str:
    return reply_address(hanako, post)


def reply_address(member: Member, post: Post, *, to: str = OWN) -> str:
    """The address of a notice that was mailed an hour ago."""
    frame = [WHO, f"{settings.PUBLIC_URL}/posts/{post.pk}/", LAST]
    made = reply_addresses.make_reply_address(member, post, mailed_to=to, frame_lines=frame)
    later = timezone.now() - timedelta(hours=1)
    ReplyAddress.objects.filter(member=member, post=post).update(created_at=later)
    return made


def answer(text: str, number: int = 1, sender: str = OWN) -> bytes:
    head = (b"Content-Type: text/plain; charset=utf-8", b"Message-ID: <%d@phone>" % number)
    return mail(*head, body=text.encode(), sender=sender)


def quoted(post: Post) -> str:
    lines = [WHO, "行きますか", f"{settings.PUBLIC_URL}/posts/{post.pk}/", "", LAST]
    return "".join(f"\n> {line}" for line in lines)


def later() -> None:
    """The pace of comments is over."""
    GuessCount.objects.update(ends_at=timezone.now() - timedelta(seconds=1))


def soon() -> None:
    """The pace of comments is not over, however slow this machine is."""
    GuessCount.objects.update(ends_at=timezone.now() + timedelta(minutes=1))


# --- A comment -----------------------------------------------------------------------------------
def test_an_answer_becomes_a_comment_and_nothing_else(hanako, post, address) -> None:
    assert receive(answer(f"行きます\n{quoted(post)}"), address, sender=OWN).code == TAKEN
    comment = Comment.objects.get()
    assert (comment.post, comment.writer, comment.text) == (post, hanako, "行きます")
    assert comment.is_by_mail
    assert ReplyAddress.objects.get().used_at is not None
    assert not SavedDraft.objects.exists()
    assert Post.objects.count() == 1
    assert not outbox.outbox


@pytest.mark.parametrize(("language", "mark"), [("en", "· by email"), ("ja", "· メールで")])
def test_an_answer_by_mail_says_so_beside_its_writer_and_no_other_does(
    language: str, mark: str, hanako, post, address
) -> None:
    receive(answer("行きます"), address, sender=OWN)
    make_comment(post, post.author, "待っています")
    reader = log_in_phone(post.author, HTTP_ACCEPT_LANGUAGE=language)
    page = reader.get(reverse("post_detail", args=[post.pk])).text
    mailed, typed = page.index("行きます"), page.index("待っています")
    assert mark in page[:mailed]
    assert mark not in page[mailed:typed]
    assert page.count(mark) == 1


def test_the_address_is_known_in_capitals(address) -> None:
    assert receive(answer("はい"), address.upper(), sender=OWN.upper()).code == TAKEN
    assert Comment.objects.exists()


def test_a_mail_that_comes_twice_is_one_comment(address) -> None:
    for _ in range(2):
        assert receive(answer("はい"), address, sender=OWN).code == TAKEN
    assert Comment.objects.count() == 1
    assert not SavedDraft.objects.exists()


def test_a_second_answer_is_a_draft(post, address) -> None:
    receive(answer("はい"), address, sender=OWN)
    later()
    for _ in range(2):
        assert receive(answer("それと", 2), address, sender=OWN).code == TAKEN
    assert Comment.objects.count() == 1
    draft = SavedDraft.objects.get()
    assert (draft.post, draft.is_answer, draft.text) == (post, True, "それと")


def test_answers_faster_than_comments_may_come_are_drafts(hanako, post, address) -> None:
    other = reply_address(hanako, make_post(author=post.author))
    receive(answer("はい"), address, sender=OWN)
    soon()
    receive(answer("いいえ", 2), other, sender=OWN)
    assert Comment.objects.get().text == "はい"
    assert SavedDraft.objects.get().text == "いいえ"
    assert ReplyAddress.objects.filter(used_at=None).count() == 1


# --- A draft or nothing --------------------------------------------------------------------------
def test_automatic_mail_is_dropped_and_leaves_the_address_unused(address) -> None:
    away = mail(b"Auto-Submitted: auto-replied", body=b"away until Monday", sender=OWN)
    assert receive(away, address, sender=OWN).code == TAKEN
    assert receive(answer("はい"), address, sender="").code == TAKEN
    assert not Comment.objects.exists()
    assert not SavedDraft.objects.exists()
    receive(answer("はい"), address, sender=OWN)
    assert Comment.objects.get().text == "はい"


@pytest.mark.parametrize("place", ["envelope", "From", "both"])
def test_another_sender_makes_a_draft_and_gets_no_word(address, place: str) -> None:
    other = "family@example.net"
    raw = answer("はい", sender=OWN if place == "envelope" else other)
    assert receive(raw, address, sender=OWN if place == "From" else other).code == TAKEN
    assert SavedDraft.objects.get().is_answer
    assert not Comment.objects.exists()
    assert [one.to for one in outbox.outbox] == ([[OWN]] if place == "From" else [])


def test_the_member_is_told_where_a_draft_waits_and_not_why(address) -> None:
    receive(answer(f"{address} って？"), address, sender=OWN)
    (told,) = outbox.outbox
    draft = SavedDraft.objects.get()
    assert f"/posts/mail/{draft.pk}/" in told.body
    assert address.partition("@")[0] not in told.body
    assert told.extra_headers["Auto-Submitted"] == "auto-replied"


def test_what_may_be_a_programs_answer_is_a_draft_without_a_word(hanako, post, address) -> None:
    away = "Subject: 自動応答: 不在です".encode()
    receive(mail(away, body=b"away", sender=OWN), address, sender=OWN)
    ReplyAddress.objects.update(created_at=timezone.now())
    receive(answer("はい"), address, sender=OWN)
    assert SavedDraft.objects.count() == 2
    assert not outbox.outbox


def test_members_are_told_of_few_drafts_in_an_hour(hanako, post) -> None:
    for number in range(9):
        receive(answer("", number), reply_address(hanako, post), sender=OWN)
    assert SavedDraft.objects.count() == 9
    assert len(outbox.outbox) == 6


def test_where_too_many_mails_wait_the_member_is_told(hanako, post, address) -> None:
    for number in range(mail_drafts.MAX_WAITING):
        SavedDraft.objects.create(member=hanako, form_key=str(number), text="x", is_mailed=True)
    done = receive(answer(""), address, sender=OWN)
    assert (done.code, "20" in done.said) == (REFUSED, True)
    assert receive(answer(""), address, sender="x@example.net").code == TAKEN
    assert SavedDraft.objects.count() == mail_drafts.MAX_WAITING


def test_what_no_parser_takes_is_refused(address) -> None:
    lines = b"".join(b"X-%d: x\r\n" % number for number in range(600))
    raw = b"From: hanako@example.com\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
    assert receive(raw + lines + b"\r\n--a--", address, sender=OWN).code == REFUSED
    assert not SavedDraft.objects.exists()


# --- What ends an address ------------------------------------------------------------------------
def narrow(hanako: Member, post: Post) -> None:
    Post.objects.update(audience=Audience.ONLY_ME)


def block_the_reader(hanako: Member, post: Post) -> None:
    block(post.author, hanako)


def block_the_author(hanako: Member, post: Post) -> None:
    block(hanako, post.author)


def end_the_friendship(hanako: Member, post: Post) -> None:
    Friendship.objects.all().delete()


def close_comments(hanako: Member, post: Post) -> None:
    comments.set_comments_closed(post, by=post.author, is_closed=True)


def delete_the_post(hanako: Member, post: Post) -> None:
    Post.objects.update(deleted_at=timezone.now())


def change_the_mail_address(hanako: Member, post: Post) -> None:
    EmailAddress.objects.filter(user=hanako).delete()
    EmailAddress.objects.create(user=hanako, email="new@example.com", primary=True, verified=True)


def turn_it_off(hanako: Member, post: Post) -> None:
    reply_addresses.set_reply_by_mail(by=hanako, is_on=False)


def turn_it_off_while_a_notice_leaves(hanako: Member, post: Post) -> None:
    Member.objects.filter(pk=hanako.pk).update(answers_by_mail=False)


def lose_the_phone(hanako: Member, post: Post) -> None:
    reply_addresses.end_reply_addresses(hanako)


def wait_too_long(hanako: Member, post: Post) -> None:
    old = timezone.now() - reply_addresses.LIFETIME
    ReplyAddress.objects.update(created_at=old)


def close_the_account(hanako: Member, post: Post) -> None:
    Member.objects.filter(pk=hanako.pk).update(is_active=False)


def close_the_authors_account(hanako: Member, post: Post) -> None:
    Member.objects.filter(pk=post.author_id).update(is_active=False)


ENDS: list[Callable[[Member, Post], None]] = [
    *(narrow, block_the_reader, block_the_author, end_the_friendship, close_comments),
    *(delete_the_post, change_the_mail_address, turn_it_off, lose_the_phone, wait_too_long),
    *(close_the_account, close_the_authors_account, turn_it_off_while_a_notice_leaves),
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_an_address_dies_and_nobody_is_told_why(hanako, post, address, end) -> None:
    end(hanako, post)
    others = [receive(answer("はい"), address, sender=one) for one in ("x@example.net", "")]
    own = receive(answer("はい", 2), address, sender=OWN)
    assert [one.code for one in others] == [TAKEN, TAKEN]
    assert not Comment.objects.exists()
    assert not SavedDraft.objects.exists()
    if end in (change_the_mail_address, close_the_account):  # nobody's confirmed address now
        assert (own.code, own.said) == (TAKEN, "")
    else:
        unknown = "r-" + "b" * 21 + address[address.index("@") :]
        assert own.code == NO_SUCH
        outbox.outbox.clear()
        assert "/" in own.said
        assert str(post.pk) not in own.said.replace("http://testserver/", "")
        assert receive(answer("はい", 3), unknown, sender=OWN).code == TAKEN  # once an hour


def test_no_address_is_made_for_who_could_not_answer(hanako, post) -> None:
    assert reply_address(hanako, post)
    assert not reply_address(hanako, post, to="x@example.net")
    stranger = make_member("stranger", answers_by_mail=True)
    assert not reply_address(stranger, post, to="stranger@example.com")
    close_comments(hanako, post)
    assert not reply_address(hanako, post)
    assert not reply_address(post.author, make_post(author=post.author), to="taro@example.com")


def test_addresses_are_bounded_and_go_after_fourteen_days(hanako, post, monkeypatch) -> None:
    monkeypatch.setattr(reply_addresses, "MAX_KEPT", 3)
    made = [reply_address(hanako, post) for _ in range(5)]
    assert ReplyAddress.objects.count() == 3
    assert receive(answer("はい"), made[0], sender=OWN).code == NO_SUCH
    assert receive(answer("はい"), made[4], sender=OWN).code == TAKEN
    assert Comment.objects.exists()
    ReplyAddress.objects.update(created_at=timezone.now() - timedelta(days=15))
    sweep.run_all_steps()
    assert not ReplyAddress.objects.exists()


def test_rows_hold_neither_the_token_nor_a_name(hanako, post, address) -> None:
    row = str(ReplyAddress.objects.values().get())
    assert address[2:-16] not in row
    assert "太郎" not in row
    assert len(address.partition("@")[0]) == 23  # 28 ** 21 is more than 2 ** 100
    assert 28**21 > 2**100


def test_the_log_names_no_address(hanako, post, address, caplog) -> None:
    with caplog.at_level(logging.DEBUG):
        receive(answer("はい"), address, sender=OWN)
        receive(answer("それと", 2), address, sender=OWN)
        receive(answer("それと", 3), "r-" + "b" * 21 + "@post.example.jp", sender=OWN)
    text = caplog.text
    assert "comment" in text
    assert "draft" in text
    assert "r-" + "b" * 10 not in text
    assert address[2:12] not in text
    assert OWN not in text


# --- Pages ---------------------------------------------------------------------------------------
def test_the_setting_is_off_until_the_member_turns_it_on() -> None:
    member = make_member("yuki")
    page = computer(member)
    where = reverse("reply_by_mail")
    assert "It is off." in page.get(where).content.decode()
    assert page.post(where, {"on": "1"}).status_code == 302
    member.refresh_from_db()
    assert member.answers_by_mail
    assert "It is on." in page.get(where).content.decode()
    make = {"mailed_to": "yuki@example.com", "frame_lines": [WHO]}
    post = make_post(author=make_member("taro"))
    assert reply_addresses.make_reply_address(member, post, **make)
    assert page.post(where, {}).status_code == 302
    member.refresh_from_db()
    assert not member.answers_by_mail
    assert not ReplyAddress.objects.exists()
    assert reverse("reply_by_mail") in page.get(reverse("mail")).content.decode()


def test_the_setting_is_not_offered_where_no_mail_is_taken(hanako, settings) -> None:
    settings.POST_MAIL_DOMAIN = ""
    assert computer(hanako).get(reverse("reply_by_mail")).status_code == 404


@pytest.fixture
def draft(post: Post, address: str) -> SavedDraft:
    receive(answer("はい\n--\n佐藤花子"), address, sender=OWN)
    return SavedDraft.objects.get()


def test_a_draft_names_its_post_and_is_sent_as_a_comment(hanako, post, draft) -> None:
    page = computer(hanako)
    where = reverse("mail_draft", args=[draft.pk])
    assert "A reply by email" in page.get(reverse("draft_list")).content.decode()
    shown = page.get(where).content.decode()
    assert reverse("post_detail", args=[post.pk]) in shown
    assert "土曜の十時に" in shown
    assert 'name="kind"' not in shown
    assert not Comment.objects.exists()
    for _ in range(2):
        page.post(where, {"text": "はい"})
    comment = Comment.objects.get()
    assert (comment.text, comment.post, comment.writer) == ("はい", post, hanako)
    assert not SavedDraft.objects.exists()
    assert Post.objects.count() == 1


def test_its_page_is_small_and_asks_little(hanako, draft, django_assert_max_num_queries) -> None:
    page = computer(hanako)
    with django_assert_max_num_queries(6):
        shown = page.get(reverse("mail_draft", args=[draft.pk]), HTTP_ACCEPT_LANGUAGE="ja")
    assert len(shown.content) <= 5_000
    with django_assert_max_num_queries(6):
        shown = page.get(reverse("reply_by_mail"), HTTP_ACCEPT_LANGUAGE="ja")
    assert len(shown.content) <= 5_000


def test_a_draft_is_its_members_alone(draft) -> None:
    other = computer(make_member("other"))
    where = reverse("mail_draft", args=[draft.pk])
    assert other.get(where).status_code == 404
    assert other.post(where, {"text": "はい"}).status_code == 404
    assert not Comment.objects.exists()


@pytest.mark.parametrize("end", [narrow, close_comments, block_the_reader, delete_the_post])
def test_a_draft_whose_post_takes_no_comment_shows_its_words_alone(
    hanako, post, draft, end
) -> None:
    end(hanako, post)
    page = computer(hanako)
    where = reverse("mail_draft", args=[draft.pk])
    shown = page.get(where).content.decode()
    assert "佐藤花子" in shown
    assert "<textarea" not in shown
    assert "土曜の十時に" not in shown
    again = page.post(where, {"text": "typed words"}).content.decode()
    assert "no longer comment" in again
    assert not Comment.objects.exists()
    assert SavedDraft.objects.exists()


def test_the_row_of_a_post_that_goes_leaves_the_draft_no_post(hanako, post, draft) -> None:
    post.delete()
    shown = computer(hanako).get(reverse("mail_draft", args=[draft.pk])).content.decode()
    assert "佐藤花子" in shown
    assert 'name="kind"' not in shown


def test_a_draft_that_is_sent_too_soon_keeps_what_was_typed(hanako, post, draft) -> None:
    comments.create_comment(post, "x", by=hanako, form_key="k")
    soon()
    page = computer(hanako)
    said = page.post(reverse("mail_draft", args=[draft.pk]), {"text": "typed words"})
    assert "typed words" in said.content.decode()
    assert SavedDraft.objects.exists()


def test_what_nobody_sees_is_no_comment(hanako, draft) -> None:
    said = computer(hanako).post(reverse("mail_draft", args=[draft.pk]), {"text": "\u200b"})
    assert said.status_code == 200
    assert not Comment.objects.exists()


def test_a_draft_is_not_sent_with_the_reply_address_in_it(hanako, draft, address) -> None:
    page = computer(hanako)
    local = address.partition("@")[0]
    said = page.post(reverse("mail_draft", args=[draft.pk]), {"text": f"{local} って？"})
    assert "secret" in said.content.decode()
    assert not Comment.objects.exists()
