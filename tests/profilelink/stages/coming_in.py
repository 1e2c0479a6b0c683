"""Pages of who signs up, mistypes, forgets a password, or comes with a second step."""

from __future__ import annotations

import re
from datetime import timedelta

from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.actions.site_pages import starter_text
from accounts.models import Announcement, PageName, SitePage
from tests.accounts.test_members_two_step import code_of
from tests.making import PASSWORD, make_member, make_post
from tests.phone import PhoneClient
from tests.profilelink.stages.visit import Scene, Visit


def public_pages(visit: Visit) -> Scene:
    """As they stand for somebody without a session, a machine that makes a preview among them."""
    minako = make_member(
        "minako", display_name="みなこ", about="駅前の花屋です", about_audience="everyone",
        town="小樽", town_audience="everyone",
    )  # fmt: skip
    post = make_post(author=minako, text="花屋が開きました", warning="花粉")
    visitor = PhoneClient(HTTP_ACCEPT_LANGUAGE=visit.language)
    for name, path in {
        "front": reverse("home"),
        "profile": reverse("profile", args=["minako"]),
        "post": reverse("post_detail", args=[post.pk]),
    }.items():
        visitor.get(path)
        yield f"public {name}", visitor


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


def terms(visit: Visit) -> Scene:
    """While there are terms and an announcement; afterwards there are none, or every page would ask."""
    terms = SitePage.objects.filter(name=PageName.TERMS)
    for row in terms:
        row.text = starter_text(row.name, row.language)
        row.save()
    words = "今夜11時から明日の朝5時まで、工事のためサイトをお休みします。"
    until = timezone.now() + timedelta(days=1)
    shown = Announcement.objects.create(text_ja=words, text_en="Down tonight", until=until)
    visitor = visit.phone()
    for name in ("home", "account_login", "account_signup", "site_terms"):
        visitor.get(reverse(name))
        yield f"terms {name}", visitor
    visitor.get(reverse("account_signup"))
    visit.press(visitor, "Sign up", username="late", email="late@example.org", password1=PASSWORD)
    yield "terms not agreed", visitor
    phone = visit.phone(make_member("nagisa"))
    phone.get(reverse("home"))
    yield "terms asked for", phone
    visit.press(phone, "I agree")
    yield "terms agreed", phone
    terms.update(text="")
    shown.delete()


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
