"""The way of a member through the pages, on every kind of phone and browser that comes."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from accounts.models import Audience, Member
from profilelink.phone import carriers
from profilelink.phone.carriers import detect_phone
from profilelink.phone.pictures import fit_photo
from profilelink.phone.response_transcoding import encode_page
from syndication.models import Link, Post, PostKind
from tests.accounts.away import come_back, leave_by_phone
from tests.accounts.screens import number_on, press, show_code
from tests.making import PASSWORD, befriend, make_member, make_post
from tests.phone import computer, log_in_phone
from tests.photographs import a_photo
from tests.profilelink.phone.devices import DEVICES, Device
from tests.profilelink.phone.gateway import DeviceClient

pytestmark = pytest.mark.django_db

PAGES = ["home", "friend_list", "link_list", "privacy", "delivery_list", "phone_list", "group_list",
         "session_list", "profile_edit"]  # fmt: skip
LANES = [carriers.MOVA, carriers.FOMA, carriers.IMODE_2, carriers.AU_WAP2, carriers.J_PHONE_C,
         carriers.SOFTBANK_3GC]  # fmt: skip
WRITTEN = "今日は☀〜①髙﨑ｱ\\~"


@pytest.fixture(params=DEVICES, ids=str)
def device(request: pytest.FixtureRequest) -> Device:
    return request.param


@pytest.fixture
def hanako() -> Member:
    hanako, taro = (
        make_member("hanako", display_name="はなこ"),
        make_member("taro", display_name="髙﨑"),
    )
    befriend(hanako, taro)
    return hanako


def logged_in(device: Device, member: Member) -> DeviceClient:
    """By the characters that a computer shows, since not every phone can scan."""
    client, phone = computer(member), DeviceClient(device)
    shown, _path, code = show_code(client)
    letters = re.search(r"[A-Z]{5}-[A-Z]{5}", shown.text)
    assert letters
    phone.get("/q/")
    number = number_on(phone.submit("Continue", code=letters[0]))
    press(client, code=code, number=number)
    assert "はなこ" in phone.submit("Continue")
    return phone


def test_a_member_comes_in_writes_and_goes(device: Device, hanako: Member) -> None:
    phone = logged_in(device, hanako)
    phone.get(reverse("post_new"))
    asked = phone.submit("Preview", text=WRITTEN)
    # A page in Shift_JIS has the full-width tilde for the wave dash; nothing else is changed.
    expected = WRITTEN if device.carrier is None else WRITTEN.replace("〜", "～")
    assert expected in asked
    sent = phone.submit("Send")
    assert expected in sent
    assert Post.objects.get().text == expected
    phone.get(reverse("home"))
    assert expected[:10] in phone.page
    phone.get(reverse("account_logout"))
    out = phone.submit("Log out")
    assert out.status == 200
    assert "はなこ" not in phone.get("/m/")


def test_a_password_brings_in_by_cookie_or_by_address(device: Device, hanako: Member) -> None:
    phone = DeviceClient(device)
    phone.get(reverse("account_login"))
    home = phone.submit("Log in", login="hanako", password=PASSWORD)
    assert "はなこ" in home
    assert home.path.startswith("/s/") != device.keeps_cookies
    assert "はなこ" in phone.get(reverse("home"))


def test_every_page_suits_the_device(device: Device, hanako: Member) -> None:
    for number in range(10):
        make_post(author=hanako, text=f"{number} 長い〜お知らせ😀👨‍👩‍👧𠮷①" * 4)
    phone = logged_in(device, hanako)
    for name in PAGES:
        page = phone.get(reverse(name))
        assert page.status == 200, name
    assert "髙﨑" in phone.get(reverse("friend_list"))


def test_what_is_given_back_to_be_changed_changes_no_further(
    device: Device, hanako: Member
) -> None:
    post = make_post(author=hanako, text="☀😀👨‍👩‍👧🇯🇵𠮷é髙①ｱ\\ &amp; <b>～ [笑]")
    phone = logged_in(device, hanako)
    phone.get(reverse("post_edit", args=[post.pk]))
    phone.submit("Save")
    before, _ = post.text, post.refresh_from_db()
    assert post.text == before


def test_a_photo_fits_the_screen_and_the_page(device: Device, hanako: Member) -> None:
    post = make_post(author=hanako, kind=PostKind.PHOTO, audience=Audience.FRIENDS)
    photo = Image.effect_noise((1000, 700), 90).convert("RGB")
    out = io.BytesIO()
    photo.save(out, "JPEG", progressive=True)
    post.photo.save("a.jpg", ContentFile(out.getvalue()))
    phone = logged_in(device, hanako)
    response = phone.get(reverse("post_photo", args=[post.pk])).response
    with Image.open(io.BytesIO(response.content)) as shown:
        shown.load()
    assert response["Content-Type"] == f"image/{device.picture.lower()}"
    assert shown.format == device.picture
    known = detect_phone({"HTTP_USER_AGENT": device.user_agent, **device.headers})
    if known is None:
        assert response.content == out.getvalue()
    else:
        assert shown.width <= known.width
        assert len(response.content) <= known.page_limit / 2
        assert "progressive" not in shown.info


@pytest.mark.parametrize(("size", "is_progressive"), [((400, 300), False), ((200, 150), True)])
def test_a_light_photo_is_made_narrow_and_plain_too(
    size: tuple[int, int], is_progressive: bool
) -> None:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, "JPEG", progressive=is_progressive)
    content, media_type = fit_photo(out.getvalue(), carriers.FOMA)
    with Image.open(io.BytesIO(content)) as shown:
        assert shown.width == min(size[0], carriers.FOMA.width)
        assert "progressive" not in shown.info
    assert media_type == "image/jpeg"


def test_a_photo_that_fits_is_left_alone(hanako: Member) -> None:
    post = make_post(author=hanako, kind=PostKind.PHOTO, audience=Audience.FRIENDS)
    post.photo.save("a.jpg", ContentFile(a_photo((200, 150))))
    phone = logged_in(next(one for one in DEVICES if one.name == "FOMA 1.0"), hanako)
    response = phone.get(reverse("post_photo", args=[post.pk])).response
    assert response.content == a_photo((200, 150))


def test_mixi_is_linked_from_every_device(device: Device, hanako: Member, sandbox) -> None:
    phone = logged_in(device, hanako)
    away = leave_by_phone(phone)
    is_flip_phone = "/mixi/m/connect_authorize.pl" in away.address
    assert is_flip_phone == device.is_flip_phone
    if device.display:
        assert f"display={device.display}" in away.address
    named = come_back(phone, away)
    assert "はなこ" in named or "hanako" in named
    phone.submit("Link")
    link = Link.objects.get()
    assert (link.member, link.network) == (hanako, "mixi")


def test_a_subscriber_s_number_opens_nothing(device: Device, hanako: Member) -> None:
    phone = DeviceClient(device)
    headers = {"HTTP_X_DCMGUID": "0123abc", "HTTP_X_UP_SUBNO": "05001", "HTTP_X_JPHONE_UID": "a1"}
    assert "はなこ" not in phone.get("/m/", **headers)
    assert "はなこ" not in phone.get(reverse("friend_list"), **headers)


def test_the_table_of_pages_by_lane(hanako: Member) -> None:
    """`-k table -s` prints it: bytes of each page in UTF-8 and in each lane."""
    for number in range(10):
        make_post(author=hanako, text=f"{number} 長い〜お知らせ😀" * 4)
    phone = log_in_phone(hanako)
    lines = [f"{'':16}{'UTF-8':>9}" + "".join(f"{lane.name:>14}" for lane in LANES)]
    for name in PAGES:
        html = phone.get(reverse(name), HTTP_ACCEPT_LANGUAGE="ja").html
        sizes = [len(encode_page(html, lane)) for lane in LANES]
        assert all(size <= lane.page_limit for size, lane in zip(sizes, LANES, strict=True)), name
        lines.append(f"{name:16}{len(html.encode()):>9}" + "".join(f"{n:>14}" for n in sizes))
    print("", *lines, sep="\n")
