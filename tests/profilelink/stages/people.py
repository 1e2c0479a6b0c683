"""Pages of friends, invitations and groups."""

from __future__ import annotations

import re

from django.urls import reverse

from accounts.models import Group, Invitation, Member, Membership
from syndication.models import Link, NetworkFriend
from tests.making import befriend, block, make_link, make_member
from tests.phone import PhoneClient
from tests.profilelink.stages.visit import Scene, Visit


def profile(visit: Visit) -> Scene:
    phone = visit.phone(make_member("rin"))
    phone.get(reverse("profile_edit"))
    visit.press(phone, "Save", birthday="1332", websites="rin")
    yield "profile_edit wrong", phone


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
    yield from ask_several(visit, phone)
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


def ask_several(visit: Visit, phone: PhoneClient) -> Scene:
    """Friends on mixi who are here, and the page before they are asked."""
    link = Link.objects.get(member=visit.hanako)
    mates = [make_member(f"mate{number}", display_name="髙橋 ハルカ") for number in range(12)]
    taro = Member.objects.get(username="taro")
    for number, mate in enumerate([taro, *mates]):
        theirs = make_link(mate, is_findable=True)
        NetworkFriend.objects.filter(link=link, name=f"友だち{number}").update(uid=theirs.uid)
    ask = reverse("link_friends_ask", args=["mixi", link.pk])
    for name, path in {
        "friends with names there": reverse("friend_list"),
        "friends there with some here": reverse("link_friends", args=["mixi", link.pk]),
        "ask several": ask,
        "ask several, named": f"{ask}?tick={mates[0].pk}&tick={mates[1].pk}&done=1",
    }.items():
        phone.get(path)
        yield name, phone
    Link.objects.filter(member__in=[taro, *mates]).update(is_findable=False)


def groups(visit: Visit) -> Scene:
    phone = visit.phone(visit.hanako)
    yuki = Member.objects.get(username="yuki")
    own = Group.objects.get(owner=visit.hanako).pk
    invited = Group.objects.exclude(owner=visit.hanako).get().pk
    for name, path in {
        "group own": reverse("group_detail", args=[own]),
        "group invitation": reverse("group_detail", args=[invited]),
        "group member": reverse("group_member", args=[own, "taro"]),
        "group share": reverse("group_share", args=[own]),
        "group invite": reverse("group_invite", args=[own]),
        "group invite, named": reverse("group_invite", args=[own]) + f"?tick={yuki.pk}&done=1",
        "group invited, nobody": reverse("group_invited", args=[own]),
        "group close": reverse("group_close", args=[own]),
        "group posts": reverse("group_posts", args=[own]),
    }.items():
        phone.get(path)
        yield name, phone
    Membership.objects.create(group_id=own, member=yuki, invited_by=visit.hanako)
    phone.get(reverse("group_invited", args=[own]))
    yield "group invited", phone
    phone.get(reverse("group_invite", args=[own]))
    visit.press(phone, "Invite", name="nobody")
    yield "group invite wrong", phone
    phone.get(reverse("group_new"))
    visit.press(phone, "Create", name="")
    yield "group new wrong", phone
