"""Members of the demo, with posts, friends and talk; two of them are linked with mixi.

Hanako is left unlinked: her story is the one to walk. Safe to repeat: what is there is left alone.
"""

from __future__ import annotations

import io
import re
import secrets
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs, urljoin, urlsplit

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from accounts.actions import friends, groups
from accounts.models import Audience, Member
from accounts.outgoing import outgoing_http
from accounts.public_urls import public_url
from accounts.signals import account_linked
from profilelink import demo_talk
from syndication.actions import photos
from syndication.models import KeptPhoto, Link, Post, PostKind

PEOPLE = {
    "hanako": ("山﨑 花子", "札幌の写真部。甘いものと電車が好きです。"),
    "taro": ("佐藤 太郎", "自転車で通勤しています。週末はパン作り。"),
    "yuki": ("髙橋 雪", "図書館で働いています。猫が二匹。"),
}

# author, hours ago, kind, audience, title, text
POSTS = [
    ("taro", 2, PostKind.STATUS, Audience.EVERYONE, "", "今朝の豊平川、霧がきれいだった〜"),
    ("yuki", 4, PostKind.STATUS, Audience.FRIENDS, "", "猫の①号がプリンターの上から降りてくれない😺"),
    (
        "yuki", 9, PostKind.NOTE, Audience.EVERYONE, "古い絵はがきの整理",
        "図書館に寄贈された絵はがきを、一枚ずつ日付順に並べています。\n\n"
        "大正の終わりごろの小樽の運河は、今よりずっと船が多くて、にぎやかだったようです。"
        "裏には「無事に着きました」とだけ書いてあるものがいちばん好きです。",
    ),
    ("taro", 20, PostKind.LINK, Audience.EVERYONE, "", "この粉で焼くと耳まで柔らかい"),
    ("hanako", 26, PostKind.STATUS, Audience.FRIENDS, "", "部室の暗幕、やっと洗いました"),
    ("taro", 30, PostKind.STATUS, Audience.FRIENDS, "", "土曜の集まり、駅の北口に１０時でどう？"),
    ("hanako", 49, PostKind.PHOTO, Audience.FRIENDS, "", "雪まつりの準備がはじまっていた"),
    ("yuki", 51, PostKind.STATUS, Audience.FRIENDS_OF_FRIENDS, "", "編み物の会、来月も第二水曜です"),
    ("taro", 70, PostKind.PHOTO, Audience.EVERYONE, "", "食パン三号機。ふくらみすぎた"),
    ("yuki", 75, PostKind.STATUS, Audience.EVERYONE, "", "新着の本棚を入れ替えました📚"),
    ("hanako", 98, PostKind.NOTE, Audience.ONLY_ME, "写真展の下書き", "タイトルは「冬の停留所」か「待つ人」。"),
    ("taro", 120, PostKind.STATUS, Audience.EVERYONE, "", "Profile Link、はじめました"),
]  # fmt: skip


class ConsentNotGiven(Exception):
    """The permission page returned no authorization code."""


@transaction.atomic
def create_demo_members(*, password: str) -> None:
    """Create the demo's members, friendships, posts and talk, unless they exist."""
    if not Member.objects.filter(username="hanako").exists():
        members = _create_members(password)
        _create_posts(members)
        demo_talk.create_demo_talk(members)


def link_demo_members(*, password: str) -> None:
    """Link Taro and Yuki with the sandbox's mixi, each with one post that goes there, unless they are.

    Raises HttpFailure (accounts.safe_http), or ConsentNotGiven by another mixi than the sandbox's.
    """
    for member in Member.objects.filter(username__in=("taro", "yuki"), links=None):
        _link(member, password=password)
        demo_talk.send_demo_copy(member)


def _create_members(password: str) -> dict[str, Member]:
    members = {}
    for name, (display_name, about) in PEOPLE.items():
        member = Member.objects.create_user(
            name, f"{name}@example.com", password, display_name=display_name, about=about
        )
        EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
        members[name] = member
    admin = Member.objects.create_superuser("admin", "admin@example.com", password)
    EmailAddress.objects.create(user=admin, email=admin.email, verified=True, primary=True)
    hanako, taro, yuki = members.values()
    friends.request_friendship(taro, by=hanako)
    friends.request_friendship(hanako, by=taro)  # asking back accepts
    friends.request_friendship(yuki, by=taro)
    friends.request_friendship(taro, by=yuki)
    friends.request_friendship(hanako, by=yuki)  # waits for Hanako: something to accept
    photography = groups.create_group("写真部", by=taro)
    groups.invite_to_group(photography, hanako, by=taro)
    return members


def _create_posts(members: dict[str, Member]) -> None:
    """Create posts dated before any link, so that none is syndicated."""
    now = timezone.now()
    for author, hours, kind, audience, title, text in POSTS:
        post = Post(
            author=members[author],
            kind=kind,
            audience=audience,
            title=title,
            text=text,
            form_key=secrets.token_hex(16),
        )
        kept: list[KeptPhoto] = []
        if kind == PostKind.LINK:
            post.url, post.url_title = "https://example.com/flour", "北の小麦粉"
        if kind == PostKind.PHOTO:
            post.photo_alt = text
            kept.append(photos.keep_upload(_picture(len(text)), by=members[author]))
        photos.save_with_photos(post, kept)
        Post.objects.filter(pk=post.pk).update(created_at=now - timedelta(hours=hours))


def _picture(seed_number: int) -> bytes:
    """Draw a small landscape as JPEG, so that the demo ships no photo."""
    picture = Image.new("RGB", (640, 480))
    draw = ImageDraw.Draw(picture)
    for y in range(480):
        draw.line([(0, y), (640, y)], fill=(230 - y // 4, 170 - y // 8, 120 + y // 6))
    for hill in range(4):
        base = 260 + hill * 55
        width = 180 + (seed_number * 37 + hill * 61) % 160
        for left in range(-100, 640, width):
            draw.pieslice(
                [left, base - 70 - hill * 6, left + width * 2, base + 300],
                180, 360, fill=(70 - hill * 14, 90 - hill * 16, 110 - hill * 20),
            )  # fmt: skip
    output = io.BytesIO()
    picture.save(output, "JPEG", quality=85)
    return output.getvalue()


@transaction.atomic
def _link(member: Member, *, password: str) -> Link:
    """Link one member: authorize at mixi, exchange the code, store the account."""
    network = settings.NETWORKS["mixi"]
    http = outgoing_http()
    page = http.request(
        "GET",
        network["authorize_url"],
        params={
            "client_id": network["client_id"],
            "response_type": "code",
            "scope": "r_profile r_voice w_voice r_photo w_photo r_diary w_diary",
            "state": "demo",
        },
    )
    code = _give_consent(page.url, page.text, member.username, password)
    tokens = http.request(
        "POST",
        network["token_url"],
        data={
            "grant_type": "authorization_code",
            "client_id": network["client_id"],
            "client_secret": network["client_secret"],
            "code": code,
            "redirect_uri": public_url("link_callback", network="mixi"),
        },
    ).json()
    me = http.request(
        "GET",
        f"{network['api_url']}/people/@me/@self",
        headers={"Authorization": f"OAuth {tokens['access_token']}"},
    ).json()["entry"]
    account = SocialAccount.objects.create(
        user=member,
        provider="mixi",
        uid=me["id"],
        extra_data={"name": me["displayName"], "profile_url": me["profileUrl"]},
    )
    account_linked.send(
        SocialAccount,
        account=account,
        credentials={
            "access_token": tokens["access_token"],
            "refresh_token": tokens["refresh_token"],
            "expires_in": tokens["expires_in"],
            "scopes": tokens["scope"].split(),
        },
        is_again=False,
    )
    link = Link.objects.get(account=account)
    Link.objects.filter(pk=link.pk).update(is_findable=True)
    return link


def _give_consent(address: str, html: str, name: str, password: str) -> str:
    """Submit the permission form with 同意する; return the authorization code.

    Raises ConsentNotGiven where the page is not the sandbox's.
    """
    form = re.search(r"<form[^>]*action=\"([^\"]*)\"", html)
    fields = dict(
        re.findall(r'<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"', html)
    )
    names = re.findall(r'<input[^>]*name="([^"]*)"', html)
    data = {key: unescape(value) for key, value in fields.items()}
    data |= {key: name for key in names if key in ("email", "name", "login", "user")}
    data |= {"password": password, "always": "1", "accept": "1"}
    answer = outgoing_http().request(
        "POST", urljoin(address, unescape(form[1]) if form else address), data=data, redirects=0
    )
    code = parse_qs(urlsplit(answer.headers.get("Location", "")).query).get("code")
    if not code:
        raise ConsentNotGiven(f"status {answer.status}")
    return code[0]
