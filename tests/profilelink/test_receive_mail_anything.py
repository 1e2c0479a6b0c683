"""Laws instead of examples: whatever comes by the pipe, nothing crashes and nothing odd is stored."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Member
from profilelink.mail import mime, reading
from profilelink.mail.charsets import decode_mail_text
from profilelink.phone.carriers import Carrier
from syndication.models import SavedDraft
from tests.making import make_member
from tests.profilelink.mailed import address_of, receive

CODES = {0, 65, 67}  # 75 is for trouble of ours, and there is none here
ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ue000-\uf8ff\ufffc-\uffff\U000f0000-\U0010ffff\ud800-\udfff]"
)

# Pieces of which mails are made, put together in any order.
PIECES = [
    *(b"\r\n", b"\n", b"\r\n\r\n", b"--a", b"--a--", b"--", b" ", b"\t", b"=?", b"?=", b";", b'"'),
    *(b"Content-Type: multipart/mixed; boundary=a", b"Content-Type: text/html", b"Subject: "),
    *(b"Content-Type: image/jpeg", b"Content-Transfer-Encoding: base64", b"From: a@docomo.ne.jp"),
    *(b"Content-Transfer-Encoding: quoted-printable", b"From: a@ezweb.ne.jp", b"Message-ID: <a@b>"),
    *(b"boundary*0=a;", b"boundary=", b"charset=iso-2022-jp", b"charset=utf-7", b"charset=zlib"),
    *(
        b"=?iso-2022-jp?B?",
        b"=?x?Q?=",
        b"=E",
        b"\x1b$B",
        b"\x1b(B",
        b"\x1b(I",
        b"\x1b$(D",
        b"\x1b$Gj",
    ),
    *(
        b"<style",
        b"<!--",
        b"&#xE63E;",
        b"&#0;",
        b"\xee\x98\xbe",
        b"\xf8\x9f",
        b"\xff\xd8\xff",
        b"\0",
    ),
]
MAILS = st.one_of(
    st.binary(max_size=400),
    st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=6)), max_size=60).map(b"".join),
)
CHARSETS = st.sampled_from(
    [
        "",
        "iso-2022-jp",
        "shift_jis",
        "utf-8",
        "euc-jp",
        "us-ascii",
        "utf-16",
        "big5",
        "utf-7",
        "hex",
    ]
)


@given(raw=MAILS)
@example(raw=b"")
@example(raw=b"Content-Type: multipart/mixed; boundary=\n\n--\n--\n")
@settings(max_examples=600)
def test_any_bytes_are_read_or_too_much(raw: bytes) -> None:
    try:
        mail = reading.read_message(mime.parse_message(raw))
    except mime.MessageTooComplex:
        return
    for text in (mail.title, mail.text, mail.sender):
        assert not ODD.search(text)
    assert "\n" not in mail.title


@given(raw=st.binary(max_size=200), declared=CHARSETS, carrier=st.sampled_from([*Carrier, None]))
@settings(max_examples=600)
def test_any_bytes_of_any_charset_are_text(
    raw: bytes, declared: str, carrier: Carrier | None
) -> None:
    assert not ODD.search(decode_mail_text(raw, declared, carrier))


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc", "Co"]), max_size=100))
@settings(max_examples=300)
def test_what_utf8_says_arrives_letter_by_letter(text: str) -> None:
    lines = text.replace("\u2028", "\n").replace("\u2029", "\n")
    kept = re.sub("[\ufeff\ufff9-\ufffc\ufffe\uffff]", "", lines).replace("\ufffd", "〓")
    assert decode_mail_text(text.encode(), "utf-8", None) == kept


@pytest.mark.django_db
@given(raw=MAILS, sender=st.sampled_from(["", "hanako@example.com", "a@example.net"]))
@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_bytes_end_in_a_code_that_is_written_down(db: None, raw: bytes, sender: str) -> None:
    SavedDraft.objects.all().delete()
    hanako = Member.objects.filter(username="hanako").first() or make_member("hanako")
    hanako.post_addresses.all().delete()  # and with it what was counted
    assert receive(raw, address_of(hanako), sender=sender).code in CODES
    for draft in SavedDraft.objects.all():
        assert not ODD.search(draft.title + draft.text + draft.sender)
