"""Invitations: one address, one person, thirty days, and nobody by force."""

import base64
import io
from datetime import timedelta

import pytest
import zxingcpp
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.actions import friends, invitations
from accounts.models import Friendship, Invitation, Member
from tests.making import make_member
from tests.phone import PhoneClient, computer, log_in_phone

pytestmark = pytest.mark.django_db

FORM_KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako", display_name="はなこ")


@pytest.fixture
def taro() -> Member:
    return make_member("taro")


def address_of(page) -> str:
    return next(word for word in page.text.split() if "/i/" in word).removeprefix(
        "http://testserver"
    )


def read_qr(data_uri: str) -> str:
    content = base64.b64decode(data_uri.partition(",")[2])
    return zxingcpp.read_barcode(Image.open(io.BytesIO(content))).text


def test_an_invitation_is_made_scanned_and_accepted_by_a_press(hanako, taro):
    phone = log_in_phone(hanako)
    phone.get(reverse("invitation_new"))
    shown = phone.submit("Create an invitation", note="太郎へ")
    scanned = read_qr(shown.sources[0])
    assert scanned == "http://testserver" + address_of(shown)
    assert "/s/" not in scanned

    other = log_in_phone(taro)
    assert "はなこ invites you" in other.get(address_of(shown))
    assert not Friendship.objects.exists()
    assert "friends now" in other.submit("Accept and be friends")
    assert Friendship.objects.filter(member=taro, friend=hanako).exists()
    assert "You accepted" in other.get(address_of(shown))


def test_the_code_is_not_stored(hanako):
    invitation, code = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert code not in str(row)
    assert FORM_KEY not in str(row)


def test_a_form_sent_twice_shows_the_same_address_and_makes_one_invitation(hanako):
    phone = log_in_phone(hanako)
    phone.get(reverse("invitation_new"))
    fields = {k: v[0] for k, v in phone.page.forms[0].fields.items()}
    first = address_of(phone.post(reverse("invitation_new"), fields))
    assert address_of(phone.post(reverse("invitation_new"), fields)) == first
    assert Invitation.objects.count() == 1


def test_the_same_form_key_gives_another_member_another_code(hanako, taro):
    _, one = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    _, other = invitations.create_invitation(FORM_KEY, note="", by=taro)
    assert one != other


def test_who_is_not_logged_in_sees_who_invites_and_gets_no_session(hanako):
    _, code = invitations.create_invitation(FORM_KEY, note="秘密", by=hanako)
    phone = PhoneClient()
    page = phone.get(reverse("invitation_open", args=[code]))
    assert phone.requests == 1  # no probe, no redirect
    assert phone.token == ""
    assert "はなこ invites you" in page
    assert "秘密" not in page.html
    assert not page.forms
    way_back = f"?next=/i/{code}"
    assert page.link("sign up").href.endswith(way_back)
    assert page.link("log in").href.endswith(way_back)
    assert "no-store" in page.response["Cache-Control"]


def test_a_name_for_friends_is_not_shown_to_whoever_holds_the_address(hanako):
    Member.objects.update(display_name_audience="friends")
    _, code = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    page = PhoneClient().get(reverse("invitation_open", args=[code]))
    assert "はなこ" not in page.html
    assert "hanako invites you" in page


def test_an_invitation_works_once(hanako, taro):
    invitation, code = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    invitations.accept_invitation(invitation, by=taro)
    jiro = make_member("jiro")
    assert log_in_phone(jiro).get(reverse("invitation_open", args=[code])).status == 404
    with pytest.raises(invitations.InvitationNotValid):
        invitations.accept_invitation(invitation, by=jiro)  # looked at before it was used
    assert not Friendship.objects.filter(member=jiro).exists()


def test_pressing_accept_twice_is_no_error(hanako, taro):
    invitation, _ = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    invitations.accept_invitation(invitation, by=taro)
    invitations.accept_invitation(invitation, by=taro)
    assert Friendship.objects.count() == 2


def test_an_accepted_invitation_does_not_renew_a_friendship_that_ended(hanako, taro):
    invitation, _ = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    invitations.accept_invitation(invitation, by=taro)
    friends.end_friendship(taro, by=hanako)
    invitations.accept_invitation(invitation, by=taro)
    assert not Friendship.objects.exists()


def test_after_thirty_days_it_opens_nothing(hanako, taro):
    invitation, code = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    assert invitation.expires_at - timezone.now() > timedelta(days=29, hours=23)
    Invitation.objects.update(expires_at=timezone.now())
    page = log_in_phone(taro).get(reverse("invitation_open", args=[code]))
    assert page.status == 404
    assert "It was used, withdrawn, or is older than 30 days. Ask the sender for another." in page
    with pytest.raises(invitations.InvitationNotValid):
        invitations.accept_invitation(invitation, by=taro)


def test_a_withdrawn_invitation_opens_nothing(hanako, taro):
    _, code = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("invitation_new"))
    phone.submit("Withdraw")
    assert PhoneClient().get(reverse("invitation_open", args=[code])).status == 404


def test_nobody_withdraws_the_invitation_of_another(hanako, taro):
    invitation, _ = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    address = reverse("invitation_withdraw", args=[invitation.pk])
    assert computer(taro).post(address).status_code == 404
    assert Invitation.objects.count() == 1


def test_over_a_block_an_invitation_opens_nothing(hanako, taro):
    invitation, code = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    friends.block_member(taro, by=hanako)
    assert log_in_phone(taro).get(reverse("invitation_open", args=[code])).status == 404
    with pytest.raises(invitations.InvitationNotValid):
        invitations.accept_invitation(invitation, by=taro)


def test_nobody_accepts_their_own_invitation(hanako):
    invitation, code = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    page = log_in_phone(hanako).get(reverse("invitation_open", args=[code]))
    assert "your own invitation" in page
    assert not page.forms
    with pytest.raises(invitations.InvitationNotValid):
        invitations.accept_invitation(invitation, by=hanako)


def test_a_press_without_being_logged_in_makes_nothing(hanako):
    _, code = invitations.create_invitation(FORM_KEY, note="", by=hanako)
    computer().post(reverse("invitation_open", args=[code]))
    assert not Friendship.objects.exists()
    assert Invitation.objects.get().used_by is None
