"""Pages that no link leads to: what stands after a press, a mistake, a mail, a scan.

Each stage plays a few steps and yields (name, phone) where a page is worth looking at. Buttons are
named in English and pressed in the visit's language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override, pgettext

from accounts.actions import phones
from accounts.models import Audience, Group, Invitation, Member
from accounts.urlsession.models import OutTicket, Session
from accounts.urlsession.outbound import outside_path, store_tickets
from syndication.actions import deliveries
from syndication.models import Attempt, Delivery, DeliveryState, Link, LinkState, Notice, PostKind
from tests.accounts.away import Away
from tests.accounts.test_members_two_step import code_of
from tests.making import PASSWORD, allow, block, make_link, make_member, make_post
from tests.page import Page
from tests.phone import PhoneClient, log_in_phone
from tests.photographs import a_photo

Scene = Iterator[tuple[str, PhoneClient]]
COMPUTER_NUMBER = re.compile(r"<b>(\d\d)</b>")
LETTERS = re.compile(r"[A-Z]{4}-[A-Z]{4}")
PIN = "8306"


@dataclass
class Visit:
    """Who comes, in which language. `sandbox` is the networks that listen."""

    language: str
    hanako: Member
    sandbox: Any

    def phone(self, member: Member | None = None) -> PhoneClient:
        """A phone in this language, with a session; logged in for a member."""
        if member is None:
            phone = PhoneClient(HTTP_ACCEPT_LANGUAGE=self.language)
            phone.get("/m/")
            return phone
        return log_in_phone(member, HTTP_ACCEPT_LANGUAGE=self.language)

    def say(self, words: str, context: str = "") -> str:
        with override(self.language):
            return pgettext(context, words) if context else gettext(words)

    def press(self, phone: PhoneClient, button: str, context: str = "", **typed: Any) -> Page:
        return phone.submit(self.say(button, context), typed)


# --- Coming in ------------------------------------------------------------------------------------
def wrong_log_ins(visit: Visit) -> Scene:
    phone = visit.phone()
    phone.get(reverse("account_login"))
    visit.press(phone, "Log in", login="hanako", password="wrong")
    yield "login wrong", phone
    phone.get(reverse("account_login"))
    visit.press(phone, "Log in", login="", password="")
    yield "login empty", phone


def sign_up(visit: Visit) -> Scene:
    phone = visit.phone()
    phone.get(reverse("account_signup"))
    visit.press(phone, "Sign up", username="花子", email="nothing", password1="1234")
    yield "signup wrong", phone
    visit.press(
        phone, "Sign up", username="newcomer", email="new@example.org",
        password1=PASSWORD,
    )  # fmt: skip
    yield "signup done", phone
    key = re.search(r"http://testserver(/mail/[-:\w]+/)", mail.outbox[-1].body)
    assert key
    phone.get(key[1])
    yield "mail confirm", phone
    phone.get(reverse("account_confirm_email", args=["nothing"]))
    yield "mail confirm over", phone


def forgotten_password(visit: Visit) -> Scene:
    phone = visit.phone()
    phone.get(reverse("account_reset_password"))
    visit.press(phone, "Send", email="nothing")
    yield "reset wrong", phone
    visit.press(phone, "Send", email=visit.hanako.email)
    yield "reset sent", phone
    address = re.search(r"http://testserver(/password/reset/\S+)", mail.outbox[-1].body)
    assert address
    phone.get(address[1])
    yield "reset new", phone
    visit.press(phone, "Change password", password1="1234", password2="5678")
    yield "reset new wrong", phone
    phone.get(reverse("account_reset_password_from_key_done"))
    yield "reset done", phone
    phone.get(reverse("account_reset_password_from_key", args=["1", "nothing"]))
    yield "reset over", phone
    phone.get(reverse("account_email_verification_sent"))
    yield "mail sent", phone
    phone.get(reverse("account_inactive"))
    yield "account closed", phone


def phone_login(visit: Visit) -> Scene:
    """The computer's page and the phone's, in turns."""
    desk, phone = visit.phone(visit.hanako), PhoneClient(HTTP_ACCEPT_LANGUAGE=visit.language)
    desk.get(reverse("phone_list"))
    visit.press(desk, "Log in a phone")
    yield "phone login code", desk
    code = desk.page.forms[0].fields["code"][0]
    phone.get("/q/")
    visit.press(phone, "Continue", code="XXXX")
    yield "phone code wrong", phone
    visit.press(phone, "Continue", code=LETTERS.search(desk.page.text)[0])
    yield "phone open", phone
    number = COMPUTER_NUMBER.search(phone.page.html)[1]
    visit.press(phone, "Continue")
    yield "phone open early", phone
    visit.press(desk, "Show the numbers")
    yield "phone login numbers", desk
    other = PhoneClient(HTTP_ACCEPT_LANGUAGE=visit.language)
    other.get(f"/q/{code}")
    desk.post(reverse("phone_login"), {**_csrf(desk), "code": code, "look": "1"})
    yield "phone login two phones", desk
    desk.submit(number)
    yield "phone login picked", desk
    visit.press(phone, "Continue")
    yield "phone login in", phone
    desk.get(reverse("home"))
    yield "home phone logged in", desk
    desk.get(reverse("phone_list"))
    yield "phones in", desk
    desk.get(reverse("session_list"))
    yield "sessions many", desk
    other.get(f"/q/{code}")
    yield "phone gone", other
    desk.get(reverse("phone_list"))
    visit.press(desk, "Log in a phone")
    desk.post(reverse("phone_login"), {**_csrf(desk), "code": "over"})
    yield "phone login over", desk


def pin(visit: Visit) -> Scene:
    own = visit.phone(visit.hanako)
    own.get(reverse("phone_bookmark"))
    visit.press(own, "Continue", password="wrong")
    yield "reauthenticate wrong", own
    visit.press(own, "Continue", password=PASSWORD)
    yield "phone bookmark", own
    visit.press(own, "Make the bookmark", pin="1234", pin_again="77")
    yield "phone bookmark wrong", own
    visit.press(own, "Make the bookmark", pin=PIN, pin_again=PIN)
    yield "phone bookmark made", own
    address = re.search(r"(/p/[\w-]{22})", own.page.text)[1]
    phone = PhoneClient(HTTP_ACCEPT_LANGUAGE=visit.language)
    phone.get(address)
    yield "pin", phone
    visit.press(phone, "Log in", pin="0000")
    yield "pin wrong", phone
    phone.get("/p/" + "A" * 22)
    yield "pin over", phone
    own.get(reverse("post_new"))
    Session.objects.all().delete()
    visit.press(own, "Look it over", text="駅前の花屋が開いた")
    yield "pin again", own


def device_login(visit: Visit) -> Scene:
    desk, phone = visit.phone(), visit.phone(visit.hanako)
    phones.bookmark(by=visit.hanako, device="a flip phone", pin=PIN, session_key="")
    desk.get(reverse("device_ask"))
    visit.press(desk, "Get a code")
    yield "device code", desk
    letters = LETTERS.search(desk.page.text)[0]
    number = COMPUTER_NUMBER.findall(desk.page.html)[-1]
    visit.press(desk, "I have approved it")
    yield "device not yet", desk
    phone.get(reverse("device_ask"))
    visit.press(phone, "Next", code="AB")
    yield "device type wrong", phone
    visit.press(phone, "Next", code=letters)
    yield "device compare", phone
    phone.submit(number, secret="wrong")
    yield "device compare wrong", phone
    phone.submit(number, secret=PASSWORD)
    yield "device approved", phone
    other = visit.phone()
    other.get(reverse("device_ask"))
    visit.press(other, "Get a code")
    phone.get(reverse("device_ask"))
    visit.press(phone, "Next", code=LETTERS.search(other.page.text)[0])
    visit.press(phone, "Refuse")
    yield "device refused", phone


def two_steps(visit: Visit) -> Scene:
    member = make_member("midori")
    phone = visit.phone(member)
    phone.get(reverse("mfa_activate_totp"))
    yield "reauthenticate", phone
    visit.press(phone, "Continue", password=PASSWORD)
    yield "two-step on", phone
    secret = re.search(r"<b>([A-Z2-7 ]+)</b>", phone.page.html)[1].replace(" ", "")
    visit.press(phone, "Switch on", code="000000")
    yield "two-step on wrong", phone
    visit.press(phone, "Switch on", code=code_of(secret))
    yield "two-step codes", phone
    for name in ("mfa_index", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "security"):
        phone.get(reverse(name))
        yield f"{name} when on", phone
    again = visit.phone(member)
    again.get(reverse("account_change_password"))
    visit.press(again, "Change password", oldpassword="x", password1="1", password2="2")
    yield "password change wrong", again
    again.get(reverse("mfa_reauthenticate") + "?next=/account/")
    yield "reauthenticate by code", again
    coming = visit.phone()
    coming.get(reverse("account_login"))
    visit.press(coming, "Log in", login=member.username, password=PASSWORD)
    yield "login second step", coming


# --- Friends, groups ------------------------------------------------------------------------------
def friends(visit: Visit) -> Scene:
    phone, hanako = visit.phone(visit.hanako), visit.hanako
    block(hanako, make_member("rui"))
    for name, path in {
        "friend found": reverse("friend_find") + "?name=taro",
        "friend not found": reverse("friend_find") + "?name=nobody",
        "friend none typed": reverse("friend_find") + "?name=",
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
    visit.press(phone, "Make an invitation", note="次郎へ")
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
    visit.press(other, "Ask to be friends")
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
    visit.press(phone, "Make", name="")
    yield "group new wrong", phone


# --- Posts ----------------------------------------------------------------------------------------
def composing(visit: Visit) -> Scene:
    phone = visit.phone(visit.hanako)
    link = Link.objects.get(member=visit.hanako)
    allow(link, PostKind.NOTE, Audience.FRIENDS)
    phone.get(reverse("post_new"))
    visit.press(phone, "Look it over", text="")
    yield "post new empty", phone
    visit.press(phone, "Look it over", text="x" * 1001)
    yield "post new too long", phone
    visit.press(phone, "Look it over", text="今日は晴れ☀", audience="everyone")
    yield "post preview status", phone
    visit.press(phone, "Change", "post")
    yield "post change", phone
    visit.press(phone, "Look it over", text="今日は晴れ☀", audience="everyone")
    visit.press(phone, "Send", "post")
    yield "post sent", phone
    phone.get(reverse("post_new") + "?kind=note")
    visit.press(phone, "Look it over", title="冬の停留所", text="雪。" * 900, audience="friends")
    yield "post preview note for friends", phone
    photo = SimpleUploadedFile("a.jpg", a_photo(), "image/jpeg")
    phone.get(reverse("post_new") + "?kind=photo")
    visit.press(phone, "Look it over", text="海", photo=photo, audience="everyone")
    yield "post preview photo", phone
    visit.press(phone, "Change", "post")
    yield "post change photo", phone
    visit.press(phone, "Look it over", photo_alt="波が静かな海", audience="friends")
    visit.press(phone, "Send", "post")
    yield "post photo sent", phone
    phone.get(reverse("post_new") + "?kind=photo")
    broken = SimpleUploadedFile("a.jpg", b"nothing", "image/jpeg")
    visit.press(phone, "Look it over", text="海", photo=broken)
    yield "post photo broken", phone
    phone.get(reverse("post_new") + "?kind=link")
    visit.press(phone, "Look it over", url="ftp://example.org", text="")
    yield "post link wrong", phone


def changing(visit: Visit) -> Scene:
    phone, link = visit.phone(visit.hanako), Link.objects.get(member=visit.hanako)
    post = make_post(author=visit.hanako, text="橋の上から見た川")
    deliveries.plan(post)
    sent = Delivery.objects.filter(post=post)
    sent.update(state=DeliveryState.SENT, sent_at=timezone.now(), remote_id=f"r{post.pk}",
                remote_url="https://mixi.jp/view_voice.pl?id=1")  # fmt: skip
    Attempt.objects.create(delivery=sent.get(), number=1, doing="publish", outcome="sent",
                           started_at=timezone.now(), http_status=200, excerpt="ok")  # fmt: skip
    for name in ("post_detail", "post_edit", "post_delete", "post_deliveries", "post_send"):
        phone.get(reverse(name, args=[post.pk]))
        yield f"{name} with a copy", phone
    phone.get(reverse("post_edit", args=[post.pk]))
    visit.press(phone, "Save", text="")
    yield "post edit wrong", phone
    phone.get(reverse("post_audience", args=[post.pk]))
    visit.press(phone, "Go on", audience="friends")
    yield "post audience confirm", phone
    for state in (DeliveryState.FAILED, DeliveryState.PARKED, DeliveryState.UNCONFIRMED,
                  DeliveryState.MISSED, DeliveryState.WAITING):  # fmt: skip
        Delivery.objects.create(
            post=make_post(author=visit.hanako, text=f"{state} 港の朝"), link=link, kind="publish",
            sequence=1, state=state, audience=Audience.EVERYONE, asked_at=timezone.now(),
            due_at=timezone.now(), tries=2, idempotency_key=f"{state}",
            reason="The network refused this.",
        )  # fmt: skip
    Notice.objects.create(member=visit.hanako, link=link, incident="failed", text="mixi")
    phone.get(reverse("delivery_list"))
    yield "deliveries of all states", phone
    stranger = PhoneClient(HTTP_ACCEPT_LANGUAGE=visit.language)
    stranger.get(reverse("post_detail", args=[post.pk]))
    yield "post to a visitor", stranger
    stranger.get(reverse("profile", args=["hanako"]))
    yield "profile to a visitor", stranger
    Delivery.objects.all().delete()


def posts_by_me(visit: Visit) -> Scene:
    phone = visit.phone(visit.hanako)
    phone.get(reverse("posts_by_me"))
    visit.press(phone, "Change Posts by me to Everyone")
    yield "posts by me everyone", phone
    with override(visit.language):
        before = str(Audience(visit.hanako.posts_by_me).label)
    phone.submit(visit.say("Change back to %(before)s") % {"before": before})
    yield "posts by me back", phone


# --- Links ----------------------------------------------------------------------------------------
def linking(visit: Visit) -> Scene:
    member = make_member("zaki", display_name="ザキ")
    phone = visit.phone(member)
    phone.get(reverse("link_list"))
    yield "links none", phone
    phone.get("/links/mixi/")
    number = re.search(r"<b>(\d{4})</b>", phone.page.html)[1]
    phone.submit(visit.say("Go to %(name)s") % {"name": "mixi"})
    yield "out to mixi", phone
    away = Away(phone.page.links[0].href, number)
    phone.get(away.agree("taro"), bare=True)
    yield "link return", phone
    visit.press(phone, "Continue", number="0000" if number != "0000" else "1111")
    yield "link return wrong", phone
    visit.press(phone, "Continue", number=number)
    yield "link confirm", phone
    visit.press(phone, "Link")
    yield "link linked", phone
    phone.get("/accounts/mixi/login/callback/?code=x&state=y", bare=True)
    yield "link over", phone
    Link.objects.filter(member=member).delete()
    parked = make_link(make_member("park"), name="パーク")
    parked.state, parked.parked_reason = LinkState.PARKED, "The permission ended."
    parked.save()
    phone = visit.phone(parked.member)
    for name in ("link_detail", "link_friends", "link_end"):
        phone.get(reverse(name, args=["mixi", parked.pk]))
        yield f"{name} parked", phone
    phone.get(reverse("link_list"))
    yield "links parked", phone


# --- When something is wrong ----------------------------------------------------------------------
def errors(visit: Visit) -> Scene:
    phone = visit.phone(visit.hanako)
    phone.get("/no-such-page/")
    yield "404", phone
    phone.post(reverse("group_new"), {"name": "花見"})
    yield "403 csrf", phone
    OutTicket.objects.all().delete()
    phone.get("/out/" + "A" * 22)
    yield "out over", phone
    path = outside_path("https://example.org/baking?q=1")
    store_tickets({path.removeprefix("/out/"): "https://example.org/baking?q=1"})
    phone.get(path)
    yield "out", phone
    late = visit.phone(visit.hanako)
    late.get(reverse("post_new"))
    Session.objects.all().delete()
    visit.press(late, "Look it over", text="駅前の花屋が開いた")
    yield "session ended", late


STAGES: list[Callable[[Visit], Scene]] = [
    wrong_log_ins, sign_up, forgotten_password, phone_login, pin, device_login, two_steps,
    friends, groups, composing, changing, posts_by_me, linking, errors,
]  # fmt: skip


def _csrf(phone: PhoneClient) -> dict[str, str]:
    for form in phone.page.forms:
        if "csrfmiddlewaretoken" in form.fields:
            return {"csrfmiddlewaretoken": form.fields["csrfmiddlewaretoken"][0]}
    return {}
