"""Mails about notices: when they go, to whom, what they say, and in which characters."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes, policy

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.actions import notices, quotas
from accounts.actions.notice_mail import claims, schedule
from accounts.actions.notice_mail.composing import mail_width
from accounts.models import MailPace, MailState, Member, Notice, NoticeMail
from accounts.public_urls import public_url
from syndication.actions import comments, likes
from syndication.models import Comment
from syndication.worker import sweep
from tests.mailing import TOKYO, next_noon, send_mails, send_mails_at, want_mails
from tests.making import block, make_comment, make_member, make_post
from tests.noticing import make_notice

pytestmark = pytest.mark.django_db

POST_WORDS = "土曜の十時に"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", language="ja")


@pytest.fixture
def taro() -> Member:
    return make_member("taro", display_name="佐藤太郎")


@pytest.fixture
def post(hanako):
    return make_post(author=hanako, text=POST_WORDS)


def comment(post, by, text="紅葉はもう見頃ですか", number=0):
    """As if it had been the only one in five seconds."""
    made = make_comment(post, by, text)
    make_notice(
        post.author,
        "comment",
        key=f"comment {made.pk}",
        subject=post.pk,
        detail=made.pk,
        actor=by,
    )
    return made


def address_of_comment(post) -> str:
    [made] = Comment.objects.filter(post=post)
    return public_url("comment_detail", post.pk, made.pk)


# --- A comment, at once ---------------------------------------------------------------------------
def test_a_comment_is_mailed_at_once(hanako, taro, post, mailoutbox):
    want_mails(hanako)
    comments.create_comment(post, "紅葉はもう見頃ですか", by=taro, form_key="1")
    assert not mailoutbox  # the web sends nothing
    assert send_mails() == 1
    [mail] = mailoutbox
    assert mail.subject == "Profile Link: コメント"
    assert mail.body.splitlines() == [
        "佐藤太郎さんがあなたの投稿にコメントしました。",
        address_of_comment(post),
        "「紅葉はもう見頃ですか」",
        "メールの設定：アカウント→お知らせメール",
    ]
    assert mail.to == ["hanako@example.com"]
    assert not mail.cc + mail.bcc + mail.reply_to
    assert Notice.objects.get().mailed_at


def test_the_same_in_english(hanako, taro, post, mailoutbox):
    Member.objects.filter(pk=hanako.pk).update(language="en")
    want_mails(hanako)
    comment(post, taro, "Are the leaves red?")
    send_mails()
    assert mailoutbox[0].subject == "Profile Link: A comment"
    assert mailoutbox[0].body.splitlines() == [
        "佐藤太郎 commented on your post.",
        address_of_comment(post),
        "“Are the leaves red?”",
        "To change emails: Account, Notices by email.",
    ]


def test_without_words_the_mail_holds_none(hanako, taro, post, mailoutbox):
    want_mails(hanako, is_without_words=True)
    comment(post, taro)
    send_mails()
    assert "紅葉" not in mailoutbox[0].body
    assert "佐藤太郎" in mailoutbox[0].body


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("jis", [False, True])
def test_the_longest_mail_is_short_enough(hanako, taro, post, mailoutbox, language, jis):
    Member.objects.filter(pk=hanako.pk).update(language=language)
    Member.objects.filter(pk=taro.pk).update(display_name="長" * 40)
    want_mails(hanako, is_jis=jis)
    for _ in range(9):
        comment(post, taro, "雪の停留所で待つ人を撮りました。" * 20)
    send_mails()
    [mail] = mailoutbox
    assert mail_width(mail.subject) <= 15
    assert mail_width(mail.body) <= 250
    assert mail_width("".join(mail.body.splitlines()[:2])) <= 100
    assert mail.body.splitlines()[1].startswith("http://testserver/posts/")
    assert mail.body.count("http") == 1
    assert ("雪の停留所で待つ人を撮りました。" * 20)[:59] in mail.body
    assert ("雪の停留所で待つ人を撮りました。" * 20)[:61] not in mail.body
    assert POST_WORDS not in mail.body


def test_a_notice_of_trouble_is_cut_to_the_length(hanako, mailoutbox):
    make_notice(hanako, "mail_drafts_expire")
    send_mails()
    assert mail_width(mailoutbox[0].body) <= 250
    assert POST_WORDS not in mailoutbox[0].body


# --- Headers --------------------------------------------------------------------------------------
def headers_of(mail):
    return message_from_bytes(mail.message().as_bytes(), policy=policy.default)


def test_headers_say_that_a_program_wrote_it_and_nothing_else(hanako, taro, post, mailoutbox):
    want_mails(hanako)
    comment(post, taro)
    send_mails()
    read = headers_of(mailoutbox[0])
    row = NoticeMail.objects.get()
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["X-Auto-Response-Suppress"] == "All"
    assert read["From"] == "Profile Link <notice@post.example.jp>"
    assert read["Message-ID"] == f"<n.{row.key}@post.example.jp>"
    assert read["Reply-To"] is None
    assert mailoutbox[0].from_email == f"b-{row.key}@post.example.jp"
    assert len(mailoutbox[0].from_email.partition("@")[0]) <= 64
    named = str(read.items())
    assert not any(name in named.replace("hanako@example.com", "") for name in ("hanako", "taro"))


def test_a_site_that_receives_no_mail_sends_from_its_usual_address(
    hanako, taro, post, settings, mailoutbox
):
    settings.POST_MAIL_DOMAIN = ""
    want_mails(hanako)
    comment(post, taro)
    send_mails()
    assert mailoutbox[0].from_email == "no-reply@testserver"
    assert headers_of(mailoutbox[0])["From"] == "Profile Link <no-reply@testserver>"


def test_old_phones_get_iso_2022_jp(hanako, taro, post, mailoutbox):
    want_mails(hanako, is_jis=True)
    comment(post, taro, "髙島屋で①ｶﾞ～♪🍁")
    send_mails()
    raw = mailoutbox[0].message().as_bytes()
    assert b'charset="iso-2022-jp"' in raw
    assert b"=?iso-2022-jp?b?" in raw.lower()
    assert "「〓島屋で1ガ〜♪〓」" in raw.partition(b"\n\n")[2].decode("iso2022_jp")


def test_others_get_utf_8_as_it_was_written(hanako, taro, post, mailoutbox):
    want_mails(hanako)
    comment(post, taro, "髙島屋で①ｶﾞ～♪🍁")
    send_mails()
    assert "「髙島屋で①ｶﾞ～♪🍁」" in headers_of(mailoutbox[0]).get_content()


# --- Answer by mail -------------------------------------------------------------------------------
@pytest.mark.parametrize("without", [False, True])
def test_a_mail_with_words_may_be_answered(hanako, taro, post, mailoutbox, without):
    Member.objects.filter(pk=hanako.pk).update(answers_by_mail=True)
    want_mails(hanako, is_without_words=without)
    comment(post, taro)
    send_mails()
    [mail] = mailoutbox
    assert bool(mail.reply_to) == (not without)
    if not without:
        assert mail.reply_to[0].startswith("r-")
        assert mail.body.splitlines()[-1] == "このメールに返信すると、コメントになります。"


# --- Who gets one ---------------------------------------------------------------------------------
def nobody_gets_one(mailoutbox) -> bool:
    sent = send_mails() + send_mails(1)
    return (sent, len(mailoutbox), Notice.objects.exclude(mail_due_at=None).count()) == (0, 0, 0)


def test_who_chose_nothing_gets_no_mails_of_people(taro, post, mailoutbox):
    comment(post, taro)
    assert nobody_gets_one(mailoutbox)


@pytest.mark.parametrize("chosen", [
    {"people": MailPace.NEVER},
    {"works_address": ""},
    {"works_address": "old@example.com"},
    {"stopped_address": "hanako@example.com"},
])  # fmt: skip
def test_who_chose_otherwise_gets_none(hanako, taro, post, mailoutbox, chosen):
    want_mails(hanako, **chosen)
    comment(post, taro)
    assert nobody_gets_one(mailoutbox)


def test_an_address_that_is_not_confirmed_gets_nothing_not_even_of_security(hanako, mailoutbox):
    EmailAddress.objects.update(verified=False)
    make_notice(hanako, "session_ended_by_staff")
    make_notice(hanako, "mail_drafts_expire")
    assert nobody_gets_one(mailoutbox)


def test_a_closed_account_gets_none(hanako, taro, post, mailoutbox):
    want_mails(hanako)
    comment(post, taro)
    Member.objects.filter(pk=hanako.pk).update(is_active=False)
    assert nobody_gets_one(mailoutbox)


@pytest.mark.parametrize("end", ["blocked", "deleted", "closed"])
def test_what_may_not_be_read_at_that_moment_is_not_mailed(hanako, taro, post, mailoutbox, end):
    want_mails(hanako)
    made = comment(post, taro)
    if end == "blocked":
        block(taro, hanako)
    elif end == "deleted":
        made.delete()
    else:
        Member.objects.filter(pk=taro.pk).update(is_active=False)
    assert nobody_gets_one(mailoutbox)


# --- When -----------------------------------------------------------------------------------------
def at(hour: int, minute: int = 0, day: int = 1) -> datetime:
    return datetime(2031, 5, day, hour, minute, tzinfo=TOKYO)


def made_at(moment: datetime, member: Member, post, by, **fields) -> Notice:
    made = comment(post, by)
    Notice.objects.filter(detail=made.pk).update(created_at=moment, mail_due_at=moment, **fields)
    return Notice.objects.get(detail=made.pk)


@pytest.mark.parametrize(("hour", "goes_at"), [
    (21, at(21)), (22, at(7, day=2)), (0, at(7)), (6, at(7)), (7, at(7)),
])  # fmt: skip
def test_the_night_is_quiet(hanako, taro, post, mailoutbox, hour, goes_at):
    want_mails(hanako)
    notice = made_at(at(hour), hanako, post, taro)
    if goes_at != at(hour):
        assert send_mails_at(at(hour)) == 0
        notice.refresh_from_db()
        assert notice.mail_due_at == goes_at
        assert send_mails_at(goes_at - timedelta(minutes=1)) == 0
    assert send_mails_at(goes_at) == 1


def test_the_night_is_the_members(hanako, taro, post, mailoutbox):
    want_mails(hanako, time_zone="America/Sao_Paulo")  # twelve hours behind
    made_at(at(23), hanako, post, taro)
    assert send_mails_at(at(23)) == 1
    made_at(at(12), hanako, make_post(author=hanako), taro)
    assert send_mails_at(at(12)) == 0


def test_security_comes_at_night_and_always(hanako, mailoutbox):
    want_mails(hanako, stopped_address=hanako.email, trouble="never", people="never")
    make_notice(hanako, "session_ended_by_staff", created_at=at(3))
    assert send_mails_at(at(3)) == 1


def test_comments_on_one_post_are_gathered_for_ten_minutes(hanako, taro, post, mailoutbox):
    want_mails(hanako)
    made_at(at(12), hanako, post, taro)
    assert send_mails_at(at(12)) == 1
    for minute in (1, 2, 3):
        made_at(at(12, minute), hanako, post, taro)
    made_at(at(12, 3), hanako, make_post(author=hanako), taro)
    assert send_mails_at(at(12, 4)) == 1  # about the other post
    assert send_mails_at(at(12, 9)) == 0
    assert send_mails_at(at(12, 11)) == 1
    assert "ほかに2件あります。" in mailoutbox[-1].body
    assert send_mails_at(at(12, 30)) == 0
    assert not Notice.objects.filter(mailed_at=None).exists()


def test_after_thirty_the_rest_waits_for_the_daily_mail(hanako, taro, mailoutbox):
    want_mails(hanako)
    for _ in range(schedule.MAX_PER_DAY + 2):
        made_at(at(12), hanako, make_post(author=hanako), taro)
    assert send_mails_at(at(12)) == schedule.MAX_PER_DAY
    assert send_mails_at(at(18, 59)) == 0
    assert send_mails_at(at(19)) == 1
    assert mailoutbox[-1].body.splitlines()[0] == "お知らせ2件（友だち・コメント・グループ）"


def test_a_daily_mail_only_counts(hanako, taro, post, mailoutbox):
    want_mails(hanako, people="daily", likes="daily")
    for hour in (10, 13, 20):
        made_at(at(hour), hanako, post, taro)
    assert send_mails_at(at(13)) == 0
    assert send_mails_at(at(19)) == 1
    assert send_mails_at(at(21)) == 0
    [mail] = mailoutbox
    assert mail.subject == "Profile Link: お知らせ"
    assert mail.body.splitlines()[:2] == [
        "お知らせ2件（友だち・コメント・グループ）",
        "http://testserver/notices/",
    ]
    assert "太郎" not in mail.body
    assert "紅葉" not in mail.body
    assert send_mails_at(at(19, day=2)) == 1
    assert mailoutbox[-1].body.startswith("お知らせ1件")


def test_what_is_two_days_old_is_no_longer_mailed(hanako, taro, post, mailoutbox):
    want_mails(hanako)
    made_at(at(12), hanako, post, taro)
    assert send_mails_at(at(12, day=3)) == 0
    assert Notice.objects.get().mail_due_at is None


def test_likes_are_a_class_of_their_own(hanako, taro, post, mailoutbox):
    want_mails(hanako, people="never")
    comment(post, taro)
    likes.like_post(post, by=taro)
    assert send_mails() == 1
    assert mailoutbox[0].subject == "Profile Link: いいね！"


def test_a_domain_gets_sixty_in_a_minute(mailoutbox):
    quota = quotas.MAILS_TO_A_DOMAIN
    quotas.spend_quota(quota, "docomo.ne.jp", quota.most - 1)
    for number in range(3):
        member = make_member(f"m{number}", email=f"m{number}@docomo.ne.jp")
        make_notice(member, "mail_drafts_expire")
    make_notice(make_member("other"), "mail_drafts_expire")
    assert send_mails() == 2
    assert [mail.to for mail in mailoutbox] == [["m0@docomo.ne.jp"], ["other@example.com"]]
    assert Notice.objects.filter(mailed_at=None, mail_due_at__gt=next_noon()).count() == 2


# --- Rows and the worker --------------------------------------------------------------------------
def test_the_sweeper_wakes_the_worker_while_mails_are_due(hanako, mailoutbox):
    make_notice(hanako, "mail_drafts_expire")
    assert sweep.wake_due_mails(timezone.now()) == 1
    mail = claims.claim_next_mail(hanako.pk, next_noon())
    assert sweep.wake_due_mails(next_noon()) == 0  # a worker has it
    assert sweep.wake_due_mails(next_noon() + claims.LEASE) == 1  # it died
    claims.settle_mail(mail, MailState.SENT, next_noon())
    assert sweep.wake_due_mails(next_noon() + claims.LEASE) == 0


def test_a_worker_that_died_before_the_text_loses_the_mail_to_the_next(hanako, mailoutbox):
    make_notice(hanako, "mail_drafts_expire")
    mail = claims.claim_next_mail(hanako.pk, next_noon())
    assert send_mails(seconds=59) == 0
    assert send_mails(seconds=61) == 1
    with pytest.raises(claims.LostMailClaim):
        claims.begin_sending(mail, next_noon())


def test_a_worker_that_died_after_the_text_began_is_not_followed(hanako, mailoutbox):
    make_notice(hanako, "mail_drafts_expire")
    mail = claims.claim_next_mail(hanako.pk, next_noon())
    claims.begin_sending(mail, next_noon())
    assert send_mails(minutes=5) == 0
    assert NoticeMail.objects.get().state == MailState.UNKNOWN
    assert send_mails(days=1) == 0


def test_who_lost_the_lease_sends_nothing(hanako):
    make_notice(hanako, "mail_drafts_expire")
    mail = claims.claim_next_mail(hanako.pk, next_noon())
    with pytest.raises(claims.LostMailClaim):
        claims.begin_sending(mail, next_noon() + claims.LEASE)


def test_two_workers_claim_a_mail_once(hanako):
    make_notice(hanako, "mail_drafts_expire")
    assert claims.claim_next_mail(hanako.pk, next_noon())
    assert claims.claim_next_mail(hanako.pk, next_noon()) is None


def test_what_happened_again_is_mailed_again(hanako, mailoutbox):
    make_notice(hanako, "mail_drafts_expire")
    assert send_mails() == 1
    notices.renew(Notice.objects.all(), next_noon())
    assert send_mails(hours=2) == 0  # one such mail a day
    assert send_mails(days=1, minutes=5) == 1


def test_the_mail_leads_where_the_notice_leads(hanako, taro, post, mailoutbox):
    want_mails(hanako)
    comment(post, taro)
    send_mails()
    assert address_of_comment(post) in mailoutbox[0].body
    assert "/s/" not in mailoutbox[0].body
