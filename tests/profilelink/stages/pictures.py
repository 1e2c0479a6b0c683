"""Pages as a member sees them who chose pictures on a phone, too."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.actions.home import choose_pictures
from accounts.actions.profile import remove_profile_picture, set_profile_picture
from accounts.models import Audience, Member
from syndication.models import Post, PostKind
from tests.making import make_post
from tests.photographs import a_photo
from tests.profilelink.stages.visit import Scene, Visit

COLOURS = {"hanako": "teal", "taro": "peru", "yuki": "slateblue"}  # kenji has no picture


def pictures(visit: Visit) -> Scene:
    hanako = visit.hanako
    choose_pictures("everywhere", by=hanako)
    people = Member.objects.filter(username__in=COLOURS)
    for member in people:
        jpeg = a_photo((240, 240), colour=COLOURS[member.username])
        set_profile_picture(member, jpeg, audience=Audience.FRIENDS)
    photo = make_photo_post(Member.objects.get(username="taro"))
    phone = visit.phone(hanako)
    commented = Post.objects.by(hanako).filter(audience=Audience.FRIENDS).order_by("-pk")[1]
    for name, path in {
        "home with pictures": reverse("home"),
        "profile with pictures": reverse("profile", args=["taro"]),
        "post with pictures": reverse("post_detail", args=[commented.pk]),
        "photo with pictures": reverse("post_detail", args=[photo.pk]),
        "friends with pictures": reverse("friend_list"),
        "notices with pictures": reverse("notice_list"),
    }.items():
        phone.get(path)
        yield name, phone
    photo.delete()
    for member in people:
        remove_profile_picture(member)
    choose_pictures("computers", by=hanako)


def make_photo_post(author: Member) -> Post:
    return make_post(
        author=author,
        kind=PostKind.PHOTO,
        text="雪まつりの準備がはじまっていた",
        audience=Audience.FRIENDS,
        photo=ContentFile(a_photo((640, 480), colour="lightsteelblue"), name="photo.jpg"),
        photo_small=ContentFile(a_photo((220, 165), colour="lightsteelblue"), name="small.jpg"),
        photo_alt="氷の像と、はしごに立つ人",
    )
