"""Pages of friends, invitations and groups."""

from __future__ import annotations

import re

from django.urls import reverse

from accounts.models import Group, Invitation, Member
from tests.making import befriend, block, make_member
from tests.phone import PhoneClient
from tests.profilelink.stages.visit import Scene, Visit


def friends(visit: Visit) -> Scene:
    phone, hanako = visit.phone(visit.hanako), visit.hanako
    block(hanako, make_member("rui"))
    taro, yuki = (Member.objects.get(username=name) for name in ("taro", "yuki"))
    befriend(taro, yuki)
    for number in range(12):
        befriend(taro, make_member(f"haru{number}", display_name=f"髙橋 ハルカ{number}"))
    for name, path in {
        "friend found": reverse("friend_find") + "?name=taro",
        "friend not found": reverse("friend_find") + "?name=nobody",
        "friends of friends found": reverse("friend_find") + "?name=はるか",
        "friend none typed": reverse("friend_find") + "?name=",
        "friends in common": reverse("friend_mutual", args=["taro"]),
        "profile of a friend": reverse("profile", args=["taro"]),
        "profile asking": reverse("profile", args=["momo"]),
        "profile asked": reverse("profile", args=["sora"]),
        "friend remove": reverse("friend_remove", args=["taro"]),
        "friend block": reverse("friend_block", args=["taro"]),
        "friend unblock": reverse("friend_unblock", args=["rui"]),
        "privacy with a block": reverse("privacy"),
    }.items():
        phone.get(path)
        yield name, phone
    phone.get(reverse("invitation_new"))
    visit.press(phone, "Create an invitation", note="次郎へ")
    yield "invitation show", phone
    address = re.search(r"(/i/[\w-]+)", phone.page.text)[1]
    phone.get(address)
    yield "invitation own", phone
    other = visit.phone(make_member("jiro"))
    other.get(address)
    yield "invitation open", other
    stranger = PhoneClient(HTTP_ACCEPT_LANGUAGE=visit.language)
    stranger.get(address)
    yield "invitation to a stranger", stranger
    visit.press(other, "Accept and be friends")
    yield "invitation accepted", other
    stranger.get(address)
    yield "invitation gone", stranger
    other.get(reverse("profile", args=["kenji"]))
    yield "profile of a stranger", other
    visit.press(other, "Send friend request")
    yield "asked", other
    Invitation.objects.all().delete()


def groups(visit: Visit) -> Scene:
    phone = visit.phone(visit.hanako)
    own = Group.objects.get(owner=visit.hanako).pk
    invited = Group.objects.exclude(owner=visit.hanako).get().pk
    for name, path in {
        "group own": reverse("group_detail", args=[own]),
        "group invitation": reverse("group_detail", args=[invited]),
        "group member": reverse("group_member", args=[own, "taro"]),
        "group close": reverse("group_close", args=[own]),
        "group posts": reverse("group_posts", args=[own]),
    }.items():
        phone.get(path)
        yield name, phone
    phone.get(reverse("group_invite", args=[own]))
    visit.press(phone, "Invite", name="nobody")
    yield "group invite wrong", phone
    phone.get(reverse("group_new"))
    visit.press(phone, "Create", name="")
    yield "group new wrong", phone
