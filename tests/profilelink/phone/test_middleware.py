"""What comes in from an old phone, and what goes out to it, byte by byte."""

from __future__ import annotations

import re
import tracemalloc
from urllib.parse import quote, quote_plus

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import Audience, Member
from profilelink.phone.carriers import AU_WAP2, FOMA, IMODE_2, J_PHONE_P, MOVA, Carrier
from profilelink.phone.request_transcoding import transcode_request
from profilelink.phone.response_transcoding import encode_page
from syndication.models import Post, PostKind
from tests.making import make_member, make_post
from tests.phone import FLIP_PHONE, log_in_phone
from tests.photographs import a_photo

N906I = "DoCoMo/2.0 N906i(c100;TB;W24H16)"
SH3F = "KDDI-SH3F UP.Browser/6.2_7.2.7.1.K.3.330 (GUI) MMP/2.0"
FORM = "application/x-www-form-urlencoded"
DECLARED = [
    FORM,
    f"{FORM}; charset=Shift_JIS",
    f"{FORM};charset=x-sjis",
    f'{FORM}; charset="cp932"',
]


def arrived(raw: bytes, content_type: str = FORM, *, carrier: Carrier = Carrier.DOCOMO) -> dict:
    request = RequestFactory().post("/posts/new/", raw, content_type=content_type)
    return transcode_request(request, carrier).POST.dict()


# --- in -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data; boundary=a", b"--a\r\n\r\n" * 200_000),
        (FORM, b"&" * 900_000),
    ],
    ids=["parts", "pairs"],
)
def test_what_no_form_takes_is_refused_before_it_is_taken_apart(db, content_type, body):
    """A phone's agent and a boundary of one character: 12.9 MB took 816 MB and 19 s, from anybody."""
    client = Client(HTTP_USER_AGENT=N906I)
    # A process's first request loads addresses, templates and languages: 3 MB that are not the body's.
    client.post(reverse("post_preview"), b"a=%FF", content_type=FORM)
    tracemalloc.start()
    answer = client.post(reverse("post_preview"), body, content_type=content_type)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 400
    assert most < 10 * len(body)


@pytest.mark.parametrize("content_type", DECLARED)
def test_a_form_in_shift_jis_is_read_with_and_without_its_charset(content_type: str) -> None:
    raw = b"text=" + quote(WORDS.encode("cp932")).encode() + b"&a%2Bb=1+2&empty=&bare"
    read = arrived(raw, content_type)
    assert read == {"text": WORDS, "a+b": "1 2", "empty": "", "bare": ""}


PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
WORDS = "表示ソ能～①髙﨑ｱｲｳ\\~"


def test_a_form_that_is_not_percent_encoded_is_read_too() -> None:
    assert arrived(b"text=" + "日本 語".replace(" ", "+").encode("cp932")) == {"text": "日本 語"}


@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=utf-8"])
def test_a_form_in_utf8_from_such_a_phone_stays_what_it_is(content_type: str) -> None:
    raw = f"text={quote('東京〜😀𠮷é')}".encode()
    assert arrived(raw, content_type) == {"text": "東京〜😀𠮷é"}


def test_half_width_kana_that_could_be_utf8_are_kana() -> None:
    assert arrived(b"text=%C3%BD") == {"text": "ﾃｽ"}


def test_two_carriers_send_the_same_bytes_for_different_signs() -> None:
    raw = b"text=%F7%B0"
    assert arrived(raw, carrier=Carrier.SOFTBANK) == {"text": "#⃣"}
    assert arrived(raw, carrier=Carrier.AU) == {"text": "📥"}
    assert arrived(raw, carrier=Carrier.DOCOMO) == {"text": "〓"}


def test_a_letter_of_the_user_s_own_area_becomes_geta() -> None:
    assert arrived(b"text=a%F0%40b%80c%FF") == {"text": "a〓b〓c〓"}


def test_the_user_s_own_area_is_not_taken_for_a_sign_that_has_its_letter_in_utf8() -> None:
    # F041 is U+E001 to the codec, and U+E001 is SoftBank's boy.
    assert arrived(b"text=%F0%41", carrier=Carrier.SOFTBANK) == {"text": "〓"}


def test_what_a_browser_made_of_a_letter_it_could_not_send_is_that_letter_again() -> None:
    raw = b"text=" + quote_plus("&#128512;&#x20BB7;&#12316;&#33;&#12354;&#55357;&#57344;").encode()
    assert arrived(raw) == {"text": "😀𠮷〜&#33;&#12354;&#55357;〓"}


def test_a_query_is_read_in_both_encodings() -> None:
    for raw in (quote("日本".encode("cp932")), quote("日本")):
        request = RequestFactory().get(f"/friends/find/?name={raw}&page=2")
        assert transcode_request(request, Carrier.AU).GET.dict() == {"name": "日本", "page": "2"}


def test_a_request_of_ascii_is_not_made_anew() -> None:
    request = RequestFactory().get("/?page=2")
    assert transcode_request(request, Carrier.AU) is request


def test_texts_and_names_of_files_are_read_and_files_left_alone() -> None:
    file = bytes(range(256)) * 4
    body = b"\r\n".join(
        [
            b"--xX",
            b'Content-Disposition: form-data; name="text"',
            b"Content-Type: text/plain; charset=Shift_JIS",
            b"",
            WORDS.encode("cp932") + b"\xf8\x9f",
            b"--xX",
            b'Content-Disposition: form-data; name="photo"; filename="'
            + "表.jpg".encode("cp932")
            + b'"',
            b"Content-Type: image/jpeg",
            b"",
            file,
            b"--xX--",
            b"",
        ]
    )
    request = RequestFactory().post("/", body, content_type="multipart/form-data; boundary=xX")
    fresh = transcode_request(request, Carrier.DOCOMO)
    assert fresh.POST.dict() == {"text": WORDS + "☀"}
    assert fresh.FILES["photo"].read() == file
    assert fresh.FILES["photo"].name == "表.jpg"


def test_a_body_that_no_form_takes_is_refused_in_the_phone_s_own_letters(client: Client) -> None:
    raw = b"text=" + b"a" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    answer = client.post("/q/", raw, content_type=FORM, HTTP_USER_AGENT=N906I)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "text/html; charset=Shift_JIS"


@pytest.mark.django_db
def test_other_browsers_are_held_to_utf8(client: Client) -> None:
    raw = b"code=" + quote(WORDS.encode("cp932")).encode()
    answer = client.post("/q/", raw, content_type=DECLARED[1], HTTP_USER_AGENT=FLIP_PHONE)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "text/html; charset=utf-8"


# --- out ------------------------------------------------------------------------------------------
HTML = (
    '<!DOCTYPE html><html lang="ja"><head><meta charset="utf-8"><style>a{color:red}</style></head>'
)


def test_the_page_says_its_encoding_as_these_phones_know_it() -> None:
    out = encode_page(HTML, FOMA)
    assert b'content="text/html; charset=Shift_JIS"' in out
    assert b"utf-8" not in out.lower()


def test_only_who_understands_a_style_gets_one() -> None:
    assert b"color:red" not in encode_page(HTML, MOVA)
    assert b"color:red" in encode_page(HTML, IMODE_2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("〜‖−¥—‾", "～∥－￥―￣"),
        ("¢£¬", "￠￡￢"),
        ("a – b · c", "a - b ・ c"),
        ("\\~", "\\~"),
        ("𠮷é", "&#134071;&#233;"),
        ("it&#x27;s", "it&#39;s"),
        ("①髙﨑ｱ", "①髙﨑ｱ"),
        ("1️⃣", "\uf8f4"),
        ("👍🏽", "\uf8f5"),
        ("葛󠄀", "葛"),
        ("\ue63e", "〓"),
    ],
)
def test_letters_are_folded_to_what_looks_the_same(text: str, said: str) -> None:
    known = {"\uf8f4": b"\xf9\x87".decode("cp932"), "\uf8f5": b"\xf9\xcc".decode("cp932")}
    assert encode_page(text, FOMA).decode("cp932") == known.get(said, said)


def test_an_emoji_without_pictogram_is_said_in_the_language_of_the_page() -> None:
    assert "〔にっこり笑う〕" in encode_page(HTML + "😀", FOMA).decode("cp932")
    english = HTML.replace('"ja"', '"en"')
    assert "〔grinning face〕" in encode_page(english + "😀", FOMA).decode("cp932")


def test_a_sign_is_each_carrier_s_own() -> None:
    assert encode_page("☀", FOMA) == b"\xf8\x9f"
    assert encode_page("☀", AU_WAP2) == b"\xf6\x60"
    assert encode_page("☀", J_PHONE_P) == b"\x1b$Gj\x0f"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="はなこ")


@pytest.mark.django_db
def test_a_page_has_its_length_its_charset_and_no_letter_broken(client: Client, hanako) -> None:
    make_post(author=hanako, text="雨〜☔のち🌈と🫠")
    answer = client.get("/@hanako/", HTTP_USER_AGENT=N906I, HTTP_ACCEPT_LANGUAGE="ja")
    assert answer["Content-Type"] == "text/html; charset=Shift_JIS"
    assert answer["Content-Length"] == str(len(answer.content))
    assert "User-Agent" in answer["Vary"]
    html = answer.content.decode("cp932")
    assert "雨～" + b"\xf8\xa1".decode("cp932") + "のち〔虹〕と〔" in html


@pytest.mark.django_db
def test_a_redirect_names_the_site_s_own_host_whatever_the_client_claims(client: Client) -> None:
    answer = client.get("/@hanako", HTTP_USER_AGENT=SH3F, HTTP_HOST="testserver")
    assert answer["Location"] == f"{settings.PUBLIC_URL}/@hanako/"


@pytest.mark.django_db
def test_other_browsers_get_paths_and_utf8(client: Client, hanako) -> None:
    assert client.get("/@hanako", HTTP_USER_AGENT=FLIP_PHONE)["Location"] == "/@hanako/"
    answer = client.get("/@hanako/", HTTP_USER_AGENT=FLIP_PHONE)
    assert "はなこ" in answer.content.decode()


@pytest.mark.django_db
def test_a_public_photo_is_kept_apart_by_browser(client: Client, hanako) -> None:
    post = make_post(author=hanako, kind=PostKind.PHOTO, audience=Audience.EVERYONE)
    post.photo.save("a.jpg", ContentFile(a_photo((400, 300))))
    address = reverse("post_photo", args=[post.pk])
    large = client.get(address, HTTP_USER_AGENT=FLIP_PHONE)
    small = client.get(address, HTTP_USER_AGENT=N906I)
    assert large.content == a_photo((400, 300))
    assert "User-Agent" in large["Vary"]
    assert "User-Agent" in small["Vary"]
    assert small["Content-Length"] == str(len(small.content))
    assert len(small.content) < len(large.content)


@pytest.mark.django_db
def test_a_file_that_is_no_page_is_not_touched(client: Client) -> None:
    for path in ("/robots.txt", "/healthz"):
        one = client.get(path, HTTP_USER_AGENT=N906I)
        other = client.get(path, HTTP_USER_AGENT=FLIP_PHONE)
        assert one.getvalue() == other.getvalue()
        assert one["Content-Type"] == other["Content-Type"]


@pytest.mark.django_db
@pytest.mark.parametrize("private", ["\ue63e", "\uf8ff", "\U000f0000", "\U0010fffd"])
@pytest.mark.parametrize("user_agent", [N906I, SH3F, FLIP_PHONE])
def test_no_private_letter_is_stored(private: str, user_agent: str, hanako) -> None:
    phone = log_in_phone(hanako, user_agent=user_agent, HTTP_ACCEPT_LANGUAGE="en")
    phone.get(reverse("post_new"))
    phone.submit("Preview", text=f"晴れ{private}")
    phone.submit("Send")
    assert not PRIVATE.search(Post.objects.get().text)


@pytest.mark.django_db
def test_no_private_letter_is_stored_in_a_name(hanako) -> None:
    phone = log_in_phone(hanako)
    phone.get(reverse("profile_edit"))
    phone.submit("Save", display_name="花\uf8ff子", about="\ue63e晴れ")
    hanako.refresh_from_db()
    assert (hanako.display_name, hanako.about) == ("花子", "晴れ")
