"""Mails that real programs sent, as files: what each says, and how it was read once."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from profilelink.mail import mime, reading
from profilelink.mail.charsets import decode_mail_text
from profilelink.mail.envelope import addresses_in, carrier_of
from profilelink.phone.carriers import Carrier
from tests.profilelink.mailed import jis, mail, sjis

MAILS = Path(__file__).parent / "mails"
TEXTS = {
    "07-utf8-unsaid-latin": ("Envoyé", "Bonjour, ça va ?"),
    "08-utf8-unsaid-hangul": ("안녕", "오늘은 날씨가 좋다"),
    "10-html-doctype": ("hi", "おはよう"),
    "11-html-word": ("hi", "1. おはよう"),
    "13-cte-semicolon": ("hi", "日"),
    "14-cte-comment": ("hi", "日"),
    "16-ks_c_5601-1987": ("hi", "안녕하세요"),
    "17-gb2312-is-gbk": ("hi", "朱镕基囍"),
    "19-jis7-shift-out": ("hi", "こ ｱｻｶ!"),
    "23-bom-before-headers": ("hi", "本文"),
    "24-quoted-local-part": ("hi", "☀"),
}


def arrived(name: str) -> reading.IncomingMail:
    return reading.read_message(mime.parse_message((MAILS / f"{name}.eml").read_bytes()))


@pytest.mark.parametrize("name", TEXTS)
def test_a_mail_says_what_was_written(name: str) -> None:
    read = arrived(name)
    assert (read.title, read.text) == TEXTS[name]


@pytest.mark.parametrize(
    ("name", "format_"), [("21-webp-octet-stream", "WEBP"), ("22-jpeg-untyped", "JPEG")]
)
def test_a_picture_is_known_by_its_first_bytes(name: str, format_: str) -> None:
    read = arrived(name)
    assert (read.text, read.dropped) == ("見て", 0)
    [photo] = read.photos
    assert Image.open(io.BytesIO(photo)).format == format_


def test_a_quoted_sender_is_the_one_without_quotes() -> None:
    read = arrived("24-quoted-local-part")
    assert read.sender == "a..b.@ezweb.ne.jp"
    assert carrier_of(read.sender) is Carrier.AU
    assert addresses_in(b'"Hana" <"a..b."@docomo.ne.jp>') == ["a..b.@docomo.ne.jp"]


@pytest.mark.parametrize(
    ("raw", "label", "text"),
    [
        ("สวัสดี".encode("cp874"), "windows-874", "สวัสดี"),
        ("สวัสดี".encode("cp874"), "TIS-620", "สวัสดี"),
        ("똠방각하".encode("cp949"), "euc-kr", "똠방각하"),
        ("안녕".encode("iso2022_kr"), "ISO-2022-KR", "안녕"),
        ("“quoted” €5".encode("cp1252"), "iso-8859-1", "“quoted” €5"),
        ("дом".encode("koi8-u"), "koi8-u", "дом"),
        ("дом".encode(), "windows-1251", "РґРѕРј"),  # by chance; the label is believed
        ("안녕".encode(), "euc-kr", "안녕"),  # three bytes each: no chance
        ("台灣".encode("big5"), "Big5", "台灣"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(raw: bytes, label: str, text: str) -> None:
    assert decode_mail_text(raw, label, None) == text


@pytest.mark.parametrize("label", ["hex", "zlib", "punycode", "unicode_escape", "utf-7", "idna"])
def test_no_other_codec_is_asked(label: str) -> None:
    assert decode_mail_text(rb"a\ud800-=61", label, None) == rb"a\ud800-=61".decode()


def test_half_width_kana_of_a_phone_stay_kana() -> None:
    """They are valid UTF-8 as well: two Greek letters."""
    kana = sjis("ﾎｱ")
    assert kana.decode() == "α"
    assert decode_mail_text(kana, "shift_jis", None) == "ﾎｱ"
    assert decode_mail_text(kana, "", Carrier.DOCOMO) == "ﾎｱ"
    assert decode_mail_text(kana, "", None) == "α"


def test_shift_out_ends_with_its_line() -> None:
    assert decode_mail_text(b"\x0e1;6\r\nok " + jis("海"), "iso-2022-jp", None) == "ｱｻｶ\nok 海"


@pytest.mark.parametrize(
    ("header", "kind", "charset"),
    [
        (b"text/html (a page); charset=utf-8 (not Latin)", "text/html", b"utf-8"),
        (b'"text/html"; charset="utf-8', "text/html", b"utf-8"),
        (b"text/html ; charset='utf-8'", "text/html", b"utf-8"),
        (b"text/html;charset=utf-8;", "text/html", b"utf-8"),
        (b'text/html; x="(;"; charset=utf-8', "text/html", b"utf-8"),
        (b"text", "text/plain", b""),
    ],
)
def test_headers_are_read_without_comments_and_quotes(
    header: bytes, kind: str, charset: bytes
) -> None:
    part = mime.parse_message(mail(b"Content-Type: " + header))
    assert (part.content_type, part.parameter("charset")) == (kind, charset)


@pytest.mark.parametrize("said", [b"BASE64;", b'"base64"', b"(x) base64", b"base64 (a (b))"])
def test_a_transfer_encoding_is_known_in_any_dress(said: bytes) -> None:
    part = mime.parse_message(mail(b"Content-Transfer-Encoding: " + said, body=b"c2Vh"))
    assert part.content == b"sea"


def test_a_boundary_may_hold_brackets() -> None:
    header = b"multipart/mixed; boundary=----=_(1)"
    part = mime.parse_message(mail(b"Content-Type: " + header))
    assert part.parameter("boundary") == b"----=_(1)"
