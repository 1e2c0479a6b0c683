"""What each carrier's phones send, and the draft that it has to become."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from profilelink.phone.decoding import is_private_letter
from syndication.models import PostKind, SavedDraft
from tests.making import make_member
from tests.photographs import a_photo
from tests.profilelink.mailed import (
    ASCII,
    JIS,
    address_of,
    jis,
    mail,
    mail_of_parts,
    part,
    parts,
    receive,
    sjis,
    word,
)

pytestmark = pytest.mark.django_db

JPEG, GIF, PNG = a_photo((64, 48)), a_photo((20, 20), "GIF"), a_photo((64, 48), "PNG")
PLAIN = b"Content-Type: text/plain; charset="
SEVEN, EIGHT = b"Content-Transfer-Encoding: 7bit", b"Content-Transfer-Encoding: 8bit"
AU, SOFTBANK, IPHONE = "hanako@ezweb.ne.jp", "hanako@softbank.ne.jp", "hanako@i.softbank.jp"


@dataclass
class Case:
    raw: bytes
    title: str = ""
    text: str = ""
    photo: bool = False
    more: int = 0  # photos besides the first
    left_out: int = 0


def deco(plain: bytes, page: bytes, *beside: bytes) -> bytes:
    """A decoration mail: text and page, the page's ornament, and what is attached to both."""
    both = parts("alternative", "ccc", part('text/plain; charset="Shift_JIS"', plain), page)
    ornament = part("image/gif", GIF, b"Content-ID: <01@261122.090000@docomo>")
    return parts("mixed", "aaa", parts("related", "bbb", both, ornament), *beside)


PAGE = part(
    'text/html; charset="Shift_JIS"',
    sjis('<HTML><BODY BGCOLOR="#ffccff"><DIV><FONT COLOR="#ff0000">海</FONT>へ')
    + sjis('<IMG SRC="cid:01@261122.090000@docomo"><BR>行った&amp;帰った</DIV></BODY></HTML>'),
)
PHOTO = part('image/jpeg; name="P1000.jpg"', JPEG, b"Content-Disposition: attachment")

CASES: dict[str, Case] = {
    "docomo, Shift_JIS with a pictogram in subject and text": Case(
        mail(
            b"Subject: " + word("Shift_JIS", sjis("海") + b"\xf8\x9f"),
            PLAIN + b"Shift_JIS",
            EIGHT,
            body=sjis("晴れた") + b"\xf8\x9f\r\n" + sjis("また行く"),
        ),
        "海☀",
        "晴れた☀\nまた行く",
    ),
    "docomo, ISO-2022-JP, whose gateway made the pictogram a geta": Case(
        mail(
            b"Subject: " + word("ISO-2022-JP", jis("海")),
            PLAIN + b"iso-2022-jp",
            SEVEN,
            body=jis("晴れた〓"),
        ),
        "海",
        "晴れた〓",
    ),
    "docomo, a photo with words": Case(
        mail_of_parts(
            parts("mixed", "aaa", part("text/plain; charset=Shift_JIS", sjis("海だ")), PHOTO),
            b"Subject: " + word("Shift_JIS", sjis("写真")),
        ),
        "写真",
        "海だ",
        photo=True,
    ),
    "docomo, a photo and an empty text": Case(
        mail_of_parts(parts("mixed", "aaa", part("text/plain", b"\r\n"), PHOTO), b"Subject: "),
        photo=True,
    ),
    "docomo, a photo and no text part at all": Case(
        mail_of_parts(part("image/jpeg", JPEG), b"Subject: "), photo=True
    ),
    "docomo, two photos and a film": Case(
        mail_of_parts(parts("mixed", "aaa", PHOTO, PHOTO, part("video/3gpp", b"\0\0\0\x18ftyp"))),
        photo=True,
        more=1,
        left_out=1,
    ),
    "docomo, a decoration mail": Case(
        mail_of_parts(deco(sjis("海へ\r\n行った"), PAGE)), text="海へ\n行った"
    ),
    "docomo, a decoration mail whose text is empty": Case(
        mail_of_parts(deco(b"", PAGE)), text="海へ\n行った&帰った"
    ),
    "docomo, a decoration mail with a photo": Case(
        mail_of_parts(deco(sjis("海へ"), PAGE, PHOTO)), text="海へ", photo=True
    ),
    "docomo, no MIME at all": Case(
        b"From: hanako@docomo.ne.jp\nSubject: "
        + sjis("無題")
        + b"\n\n"
        + sjis("海へ")
        + b"\xf8\x9f",
        "無題",
        "海へ☀",
    ),
    "docomo, an address that no standard allows": Case(
        mail(PLAIN + b"Shift_JIS", body=b"\xf8\x9f", sender="ha..na-.@docomo.ne.jp"), text="☀"
    ),
    "au, ISO-2022-JP with pictograms of all four rows": Case(
        mail(
            b"Subject: " + word("ISO-2022-JP", jis("海")[:-3] + b"\x75\x41" + ASCII),
            PLAIN + b"ISO-2022-JP",
            SEVEN,
            body=JIS + b"\x75\x41\x78\x35\x79\x59\x7b\x68" + ASCII + b"ok",
            sender=AU,
        ),
        "海☀",
        "☀☎♥✊ok",
    ),
    "au, a subject of raw ISO-2022-JP": Case(
        mail(b"Subject: " + jis("海へ"), PLAIN + b"ISO-2022-JP", body=jis("行く"), sender=AU),
        "海へ",
        "行く",
    ),
    "au, a subject cut in the middle of a letter": Case(
        mail(
            b"Subject: " + word("ISO-2022-JP", JIS + b"\x33"),
            b" " + word("ISO-2022-JP", b"\x24" + ASCII),
            PLAIN + b"ISO-2022-JP",
            body=b"a",
            sender=AU,
        ),
        "海",
        "a",
    ),
    "au, Shift_JIS with mail codes": Case(
        mail(PLAIN + b"Shift_JIS", body=sjis("髙い") + b"\xeb\x60", sender=AU), text="髙い☀"
    ),
    "au, a photo whose name is in ISO-2022-JP": Case(
        mail_of_parts(
            parts(
                "mixed",
                "=_aaa'()+_,-./:=?",
                part("text/plain; charset=ISO-2022-JP", jis("海")),
                part('image/jpeg; name="' + jis("海").decode() + '.jpg"', JPEG),
            ),
            sender=AU,
        ),
        text="海",
        photo=True,
    ),
    "SoftBank, Shift_JIS": Case(
        mail(PLAIN + b"Shift_JIS", body=sjis("晴れ") + b"\xf9\x8b", sender=SOFTBANK), text="晴れ☀"
    ),
    "SoftBank, UTF-8 with private use, quoted-printable": Case(
        mail(
            b"Subject: =?UTF-8?Q?=E6=B5=B7_=EE=81=8A?=",
            PLAIN + b"UTF-8",
            b"Content-Transfer-Encoding: quoted-printable",
            body=b"=E6=B5=B7=EE=81=8A=\r\n!",
            sender=SOFTBANK,
        ),
        "海 ☀",
        "海☀!",
    ),
    "Vodafone, half-width kana in ISO-2022-JP": Case(
        mail(
            PLAIN + b"ISO-2022-JP",
            body=b"\x1b(I\x33\x50" + ASCII + b"!",
            sender="hanako@d.vodafone.ne.jp",
        ),
        text="ｳﾐ!",
    ),
    "the first iPhones, UTF-8, the photo in the text's place": Case(
        mail_of_parts(
            parts(
                "mixed",
                "aaa",
                part("text/plain; charset=utf-8", "海\ue04a".encode()),
                part("image/jpeg", JPEG, b"Content-Disposition: inline; filename=photo.JPG"),
                part("text/plain; charset=us-ascii", b"\r\niPhone"),
            ),
            sender=IPHONE,
        ),
        text="海☀\niPhone",
        photo=True,
    ),
    "a flip phone of today, UTF-8 with emoji": Case(
        mail(
            b"Subject: " + word("UTF-8", "海😀".encode()),
            PLAIN + b"UTF-8",
            body="行った👨\u200d👩\u200d👧".encode(),
        ),
        "海😀",
        "行った👨\u200d👩\u200d👧",
    ),
    "Willcom, docomo's codes": Case(
        mail(PLAIN + b"Shift_JIS", body=b"\xf8\x9f", sender="hanako@pdx.ne.jp"), text="☀"
    ),
    "a screenshot in a page": Case(
        mail_of_parts(
            parts(
                "related",
                "aaa",
                part("text/html", b"<p>Look<img src='cid:x@y'>"),
                part("image/png", PNG, b"Content-ID: <x@y>"),
            )
        ),
        text="Look",
        photo=True,
    ),
    "a mail program's flowed text": Case(
        mail(
            PLAIN + b"utf-8; format=flowed; delsp=yes",
            body="海へ \r\n行った。\r\n \r\n-- \r\nH".encode(),
        ),
        text="海へ行った。\n\n-- \nH",
    ),
    "flowed text that keeps its spaces": Case(
        mail(PLAIN + b"utf-8; format=flowed", body=b"to the \r\nsea"), text="to the sea"
    ),
    "vendors' letters in ISO-2022-JP": Case(
        mail(PLAIN + b"ISO-2022-JP", body=JIS + b"\x2d\x21\x7c\x62" + ASCII, sender="a@example.jp"),
        text="①髙",
    ),
    "a letter of JIS X 0212": Case(
        mail(PLAIN + b"ISO-2022-JP", body=b"\x1b$(D\x30\x21" + ASCII), text="丂"
    ),
    "an escape that nobody took back": Case(
        mail(PLAIN + b"ISO-2022-JP", body=JIS + b"\x33\x24\r\nplain"), text="海\nplain"
    ),
    "EUC-JP": Case(mail(PLAIN + b"EUC-JP", body="海と①".encode("euc_jis_2004")), text="海と①"),
    "UTF-8 under the name of ISO-2022-JP": Case(
        mail(PLAIN + b"ISO-2022-JP", body="海へ".encode()), text="海へ"
    ),
    "ISO-2022-JP under the name of ASCII": Case(
        mail(PLAIN + b"us-ascii", body=jis("海へ")), text="海へ"
    ),
    "Shift_JIS under the name of Latin 1": Case(
        mail(PLAIN + b"iso-8859-1", body=sjis("これは海"), sender="a@example.jp"), text="これは海"
    ),
    "Latin 1": Case(
        mail(PLAIN + b"iso-8859-1", body="café".encode("latin-1"), sender="a@example.fr"),
        text="café",
    ),
    "a charset that there is not": Case(mail(PLAIN + b"x-zlib", body=sjis("海へ")), text="海へ"),
    "a multipart whose end was lost": Case(
        mail_of_parts(parts("mixed", "aaa", part("text/plain", b"sea"), PHOTO)[:-9]),
        text="sea",
        photo=True,
    ),
    "a multipart whose boundary is another": Case(
        mail_of_parts(
            parts("mixed", "aaa", part("text/plain", b"sea"), PHOTO).replace(b'"aaa"', b'"bbb"')
        ),
        text="sea",
        photo=True,
    ),
    "a multipart whose boundary never comes": Case(
        mail(b"Content-Type: multipart/mixed; boundary=zzz", body=b"sea"), text="sea"
    ),
    "a mailbox's first line, as Exim writes it": Case(
        b"From hanako@docomo.ne.jp Sun Nov 22 09:00:00 2026\n" + mail(body=b"sea"), text="sea"
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_carriers_mail_becomes_what_was_written(name: str) -> None:
    hanako, case = make_member("hanako"), CASES[name]
    assert receive(case.raw, address_of(hanako)).code == 0
    draft = SavedDraft.objects.get()
    assert (draft.title, draft.text) == (case.title, case.text)
    assert (bool(draft.photo), draft.left_out) == (case.photo, case.left_out)
    assert [one.place for one in draft.photos_in_order] == [*range(2, 2 + case.more)]
    assert not any(is_private_letter(letter) for letter in draft.title + draft.text)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (mail(body=b"sea"), PostKind.STATUS),
        (mail(b"Subject: sea"), PostKind.STATUS),
        (mail(b"Subject: sea", body=b"blue"), PostKind.NOTE),
        (mail(body=b"sea " * 300), PostKind.NOTE),
        (mail_of_parts(PHOTO, b"Subject: sea"), PostKind.PHOTO),
    ],
)
def test_the_kind_that_suits_it_is_offered_first(raw: bytes, kind: str) -> None:
    receive(raw, address_of(make_member("hanako")))
    assert SavedDraft.objects.get().kind == kind


def test_a_signature_stays() -> None:
    receive(mail(body=b"sea\r\n-- \r\nHanako"), address_of(make_member("hanako")))
    assert SavedDraft.objects.get().text == "sea\n-- \nHanako"


def test_a_subject_too_long_for_a_title_stands_in_the_text() -> None:
    receive(mail(b"Subject: " + b"s" * 130, body=b"sea"), address_of(make_member("hanako")))
    draft = SavedDraft.objects.get()
    assert (draft.title, draft.text) == ("", "s" * 130 + "\nsea")
