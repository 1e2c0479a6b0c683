"""Replies of 31 mailers to one notice: what becomes of each, and what must never stand in a comment."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from profilelink.mail import envelope, mime
from profilelink.mail.reply_cutting import CutDoubt, NoticeFrame, cut_reply
from profilelink.mail.reply_reading import (
    ReplyContext,
    ReplyDecision,
    ReplyDoubt,
    ReplyOutcome,
    decide_reply,
    holds_our_address,
)
from syndication.actions.reply_text import line_fingerprint
from tests.profilelink.mailed import mail

FOLDER = Path(__file__).parent / "replies"
SAMPLES: dict[str, dict[str, Any]] = json.loads((FOLDER / "samples.json").read_text())

WHO = "佐藤太郎さんのコメント:"
FRIEND = "紅葉はもう見頃ですか。来週の土曜に行こうと思っています"
ADDRESS = "https://pl.example/posts/6/"
LAST = "このメールに返信すると、コメントになります。"
NOTICE = [WHO, FRIEND, ADDRESS, "", LAST]
SENT_AT = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
OWN = "hanako@example.com"
TOKEN = "r-3kq7vt5w9mzx2hbd"
DOMAIN = "post.profilelink.example"


def frame(from_name: str = "Profile Link") -> NoticeFrame:
    return NoticeFrame(
        fingerprints=[line_fingerprint(line) for line in (WHO, ADDRESS, LAST)],
        from_name=from_name,
        sent_at=SENT_AT,
        mail_domain=DOMAIN,
        site_host="pl.example",
    )


def decided(
    raw: bytes, *, member: str = OWN, sender: str = OWN, seconds: int = 2400, name: str = ""
) -> ReplyDecision:
    context = ReplyContext(
        envelope_sender=sender,
        arrived_at=SENT_AT + timedelta(seconds=seconds),
        is_member=lambda address: address == member,
        longest=1000,
    )
    return decide_reply(mime.parse_message(raw), frame(name or "Profile Link"), context)


def decided_text(text: str, *lines: bytes) -> ReplyDecision:
    head = (b"Content-Type: text/plain; charset=utf-8", *lines)
    return decided(mail(*head, body=text.encode("utf-8", "surrogatepass"), sender=OWN))


def quoted(mark: str = "> ") -> str:
    return "\n".join(f"{mark}{line}" for line in NOTICE)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_mailers_reply_becomes_what_is_right(name: str) -> None:
    sample = SAMPLES[name]
    decision = decided(
        (FOLDER / f"{name}.eml").read_bytes(),
        member=sample["member"],
        sender=sample["envelope_sender"],
        seconds=sample["seconds"],
        name=sample["from_name"],
    )
    assert decision.outcome == sample["outcome"], decision
    if decision.outcome is ReplyOutcome.COMMENT:
        said = decision.text
        if sample["empty_lines_may_differ"]:
            said = re.sub("\n+", "\n", said)
        assert said == sample["text"]


def test_the_samples_are_all_there() -> None:
    assert len(SAMPLES) == 31
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(SAMPLES)


@pytest.mark.parametrize(
    ("text", "said"),
    {
        "a laugh": (
            "r wwwwwwwwwwwwwwwwwwwwwwww 22222222222222222",
            "r wwwwwwwwwwwwwwwwwwwwwwww 22222222222222222",
        ),
        "ten letters that the notice holds, too": ("おめでとうございます", "おめでとうございます"),
        "the friend's words said again": (FRIEND, FRIEND),
        "a name behind the mark": ("＞太郎さん\n行きます", "＞太郎さん\n行きます"),
        "a face": (">_< むりです\n＞＜", ">_< むりです\n＞＜"),
        "a face above a quote": (f"むりです\n>_<\n\n{quoted()}", "むりです\n>_<"),
        "a name before the mark": (f"行きます\n\n{quoted('太郎> ')}", "行きます"),
        "a time of the writer's own": (
            f"30日 12:00 に駅で\n\n{quoted()}",
            "30日 12:00 に駅で",
        ),
        "labels of the writer's own": (
            f"日時：土曜10時\n宛先：みんな\n\n{quoted()}",
            "日時：土曜10時\n宛先：みんな",
        ),
        "the site's name in a sentence": (
            f"Profile Linkで見ました\nはい\n\n{quoted()}",
            "Profile Linkで見ました\nはい",
        ),
        "an attribution of two lines": (
            f'はい\n\nOn Sun, 29 Nov 2026 12:00:00 +0900\n"Profile Link" <n@{DOMAIN}> wrote:\n\n{quoted()}',
            "はい",
        ),
        "an attribution in another zone": (
            f"Yes\n\nOn Sat, Nov 28, 2026 at 7:00 PM Profile Link <n@{DOMAIN}>\nwrote:\n\n{quoted()}",
            "Yes",
        ),
        "a device below the quote": (f"はい\n\n{quoted()}\n\niPhoneから送信", "はい"),
        "a rule right above the quote": (f"はい\n_______________\n{quoted()}", "はい"),
    }.values(),
)
def test_the_writers_own_words_stay(text: str, said: str) -> None:
    decision = decided_text(text)
    assert (decision.outcome, decision.text) == (ReplyOutcome.COMMENT, said), decision


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        (f"はい\n\n{quoted()}\n\nそれと、靴は？", CutDoubt.BELOW_QUOTE),
        (f"はい\n\n{WHO}\n{FRIEND}\n{ADDRESS}\n\n{LAST}\nそれと、靴は？", CutDoubt.BELOW_QUOTE),
        (f"はい\n\n別の人さんのコメント:\n{FRIEND}\n{ADDRESS}\n\n{LAST}", CutDoubt.UNCLEAR_QUOTE),
        (f"はい\n＞太郎さん\n{quoted('＞')}", CutDoubt.UNCLEAR_QUOTE),
        (f"はい\nProfile Linkより\n\n{quoted()}", CutDoubt.UNCLEAR_QUOTE),
        (f"はい\n==========\n佐藤花子\n090-0000-0000\n==========\n{quoted()}", "signature_above"),
        (f"はい\n--\n佐藤花子\n090-0000-0000\n\n{quoted()}", CutDoubt.SIGNATURE_ABOVE),
        ("", ReplyDoubt.EMPTY),
        ("あ" * 1001, ReplyDoubt.TOO_LONG),
        (f"{TOKEN} に\nなってる", ReplyDoubt.HOLDS_ADDRESS),
        ("r-3kq7vt5\n> w9mzx2hbd", ReplyDoubt.HOLDS_ADDRESS),
        ("ｒ－３ｋｑ７ｖｔ５ｗ９ｍｚｘ２ｈｂｄ", ReplyDoubt.HOLDS_ADDRESS),
        ("x@post. profilelink .example", ReplyDoubt.HOLDS_ADDRESS),
        ("https://PL.example/@hanako/", ReplyDoubt.HOLDS_ADDRESS),
        ("/s/AbCdEfGhIjKlMnOp_q/home/", ReplyDoubt.HOLDS_ADDRESS),
    ],
)
def test_what_is_in_doubt_is_a_draft(text: str, doubt: str) -> None:
    decision = decided_text(text)
    assert (decision.outcome, decision.doubt) == (ReplyOutcome.DRAFT, doubt), decision


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        (b"X-Auto-Response-Suppress: All", ReplyOutcome.COMMENT),
        (b"Auto-Submitted: no", ReplyOutcome.COMMENT),
        (b"List-Id: <choir.example.org>", ReplyOutcome.COMMENT),
        (b"Auto-Submitted: auto-generated", ReplyOutcome.DROP),
        (b"X-Autoreply: yes", ReplyOutcome.DROP),
        (b"X-Failed-Recipients: a@example.org", ReplyOutcome.DROP),
        (b"Precedence: auto_reply", ReplyOutcome.DRAFT),
        ("Subject: 自動応答: 不在です".encode(), ReplyOutcome.DRAFT),
    ],
)
def test_only_what_says_itself_that_it_is_automatic_is_dropped(
    line: bytes, outcome: ReplyOutcome
) -> None:
    assert decided_text("はい", line).outcome is outcome


def test_what_comes_in_less_than_twenty_seconds_or_from_elsewhere_is_a_draft() -> None:
    raw = mail(body=b"yes", sender=OWN)
    assert decided(raw, seconds=19).doubt is ReplyDoubt.TOO_FAST
    assert decided(raw, seconds=20).outcome is ReplyOutcome.COMMENT
    assert decided(raw, sender="x@example.net").doubt is ReplyDoubt.OTHER_SENDER
    other = mail(body=b"yes", sender="x@example.net")
    assert decided(other).doubt is ReplyDoubt.OTHER_SENDER
    assert decided(raw, sender="").outcome is ReplyOutcome.DROP


def test_words_that_a_phone_put_into_the_subject_are_the_drafts() -> None:
    decision = decided((FOLDER / "27-words-in-subject.eml").read_bytes(), member="x")
    assert decision.text == "いくいく！"
    assert decided_text("", b"Subject: Re2:yes").text == ""


def test_a_mail_that_asks_programs_for_silence_may_be_answered() -> None:
    message = mime.parse_message(mail(b"X-Auto-Response-Suppress: All", body=b"sea"))
    assert not envelope.is_automatic(message, OWN)


# --- Laws ---

PIECES = [
    *(WHO, FRIEND, ADDRESS, LAST, "> ", "＞", ">> ", "|", "-- ", "--", "=====", "_____"),
    *("From: Profile Link", "差出人: ", "件名: x", "iPhoneから送信", "On 2026/11/29 12:00, wrote:"),
    *(f"<notice@{DOMAIN}>", DOMAIN, TOKEN, TOKEN[:8], TOKEN[8:], "r-", "https://pl.example/s/"),
    *("\u200b", "\u00ad", "３ｋｑ７ｖｔ５", "R-3KQ7VT5W9MZX2HBD", "pl.example", "abcdefghijkl/"),
    *("はい", "ok", "\n", "\n\n", " ", "\t", "\u3000", "*", '"', "\ud800", "\x00"),
]
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40).map("".join)


@given(text=TEXTS)
@settings(max_examples=800, deadline=None)
def test_no_address_of_ours_survives_in_a_comment(text: str) -> None:
    decision = decided_text(text)
    if decision.outcome is ReplyOutcome.COMMENT:
        plain = re.sub(r"[\s>＞|]", "", decision.text).lower()
        for secret in (TOKEN, TOKEN[2:], DOMAIN, "pl.example"):
            assert secret not in plain
        assert 0 < len(decision.text) <= 1000


@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
def test_a_cut_takes_nothing_in_and_is_whole_lines(text: str) -> None:
    said = cut_reply(text, frame()).text
    assert set(said.split("\n")) - {""} <= {part.strip() for part in text.split("\n")} | {
        part.rstrip() for part in text.split("\n")
    }


@given(words=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=200))
@settings(max_examples=200, deadline=None)
def test_plain_words_above_any_quote_are_the_comment(words: str) -> None:
    for mark in ("> ", ">", "＞", ""):
        said = cut_reply(f"{words}\n\n{quoted(mark)}", frame()).text
        assert said == words.strip() or holds_our_address(words, frame())


@pytest.mark.parametrize(
    "piece",
    [
        "> \n",
        ">",
        "- ",
        "=\n",
        "From: x\n",
        "<a@",
        "-- \n",
        f"{WHO}\n",
        "あ> あ\n",
        "r-3",
        "12:00 ",
    ],
)
def test_hostile_replies_take_time_by_their_length_alone(piece: str) -> None:
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        began = time.process_time()
        cut_reply(text, frame())
        holds_our_address(text, frame())
        return time.process_time() - began

    small = min(seconds(20_000) for _ in range(3))
    assert seconds(400_000) < 20 * 4 * max(small, 0.005)
