"""Pages of a phone and a computer that let each other in."""

from __future__ import annotations

import re

from django.urls import reverse
from django.utils import timezone

from accounts.actions import phones, recoveries
from accounts.models import AccessRecovery, Member
from accounts.urlsession.models import Session
from tests.making import PASSWORD, make_member
from tests.phone import PhoneClient
from tests.profilelink.stages.visit import Scene, Visit, form_secret

COMPUTER_NUMBER = re.compile(r"<b>(\d\d)</b>")
LETTERS = re.compile(r"[A-Z]{5}-[A-Z]{5}")
PIN = "8306"


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
    desk.post(reverse("phone_login"), {**form_secret(desk), "code": code, "look": "1"})
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
    desk.post(reverse("phone_login"), {**form_secret(desk), "code": "over"})
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
    visit.press(own, "Preview", text="駅前の花屋が開いた")
    yield "pin again", own


def export(visit: Visit) -> Scene:
    """The file is no page; a second press within a minute is one."""
    own = visit.phone(make_member("mikan"))
    own.get(reverse("export"))
    visit.press(own, "Get the file")
    visit.press(own, "Continue", password=PASSWORD)
    yield "export after the password", own
    visit.press(own, "Get the file")
    own.get(reverse("export"))
    visit.press(own, "Get the file")
    yield "export too soon", own


def lost_phone(visit: Visit) -> Scene:
    """Who lost a phone ends all ways in; and who did not ask for help stops it."""
    nobuko = make_member("nobuko", display_name="のぶこ")
    phones.create_bookmark(by=nobuko, device="a flip phone", pin=PIN, session_key="")
    desk = visit.phone(nobuko)
    desk.get(reverse("phone_lost"))
    yield "lost phone", desk
    visit.press(desk, "End it all")
    yield "lost phone ended", desk
    desk.get(reverse("mail_settings"))
    yield "mails paused", desk
    now = timezone.now()
    AccessRecovery.objects.create(member=nobuko, kind="factor", asked_at=now)
    Member.objects.filter(pk=nobuko.pk).update(recovery_asked_at=now)
    desk.get(reverse("security"))
    yield "recovery asked", desk
    desk.get(reverse("recovery"))
    yield "recovery", desk
    visit.press(desk, "Stop it")
    yield "recovery stopped", desk
    asked = AccessRecovery.objects.create(
        member=nobuko, kind="address", new_address="nobuko@example.jp", asked_at=now, mailed_at=now
    )
    reader = visit.phone()
    reader.get(reverse("address_confirm", args=[recoveries.token_of_recovery(asked)]))
    yield "new address", reader
    visit.press(reader, "Yes")  # nobuko has a password, so staff type no address
    yield "new address not confirmed", reader


def device_login(visit: Visit) -> Scene:
    desk, phone = visit.phone(), visit.phone(visit.hanako)
    phones.create_bookmark(by=visit.hanako, device="a flip phone", pin=PIN, session_key="")
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
