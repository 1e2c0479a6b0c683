"""Who knows what a network knows (state, codes, a member's uid) gets no session and no account."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.auth.models import AnonymousUser
from django.db.models import F
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from accounts.actions import linking
from accounts.models import LinkAttempt, Member
from accounts.providers.base import LinkRedirect
from accounts.urlsession.models import Session
from tests.accounts.away import come_back, leave_by_computer, leave_by_phone, read
from tests.form_client import FormClient
from tests.making import make_member
from tests.phone import COMPUTER, PhoneClient, computer, log_in_phone
from tests.racing import at_once
from tests.scripted_server import answer, playing

pytestmark = pytest.mark.django_db

UID = "ezkjdy9s8rwsc"
JSON = {"Content-Type": "application/json"}
CALLBACK = "/accounts/mixi/login/callback/"


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def taro():
    return make_member("taro")


@contextmanager
def hostile_mixi(settings, uid=UID, picture=""):
    """A network that says of whoever comes back that they are `uid`, with a picture anywhere."""
    token = {"access_token": "stolen", "refresh_token": "too", "expires_in": 900, "scope": ""}
    entry = {"entry": {"id": uid, "displayName": "hanako", "thumbnailUrl": picture}}
    with playing(
        answer(json.dumps(token), headers=JSON), answer(json.dumps(entry), headers=JSON)
    ) as server:
        addresses = {"token_url": f"{server.url}/2/token", "api_url": f"{server.url}/2"}
        settings.NETWORKS = {"mixi": {**settings.NETWORKS["mixi"], **addresses}}
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        yield server


def other_phone():
    """The thief's: the same model, no session."""
    return PhoneClient()


def what_came(phone):
    """What the page that asks for the number carries of what the network handed back."""
    return {name: one for name, (one,) in phone.page.form("Continue", set()).fields.items()}


def back(state, code="0123456789"):
    return f"{CALLBACK}?code={code}&state={state}"


# --- A picture that a network names is no way into the host's own machines ------------------------


def test_a_picture_on_another_private_host_is_not_asked_for(settings, hanako):
    with (
        playing(answer("inside")) as private,
        hostile_mixi(settings, picture=f"{private.url}/admin") as network,
    ):
        settings.ALLOWED_PRIVATE_HOSTS = [network.authority, private.authority]
        phone = log_in_phone(hanako)
        away = leave_by_phone(phone)
        phone.get(back(away.state), bare=True)
        phone.submit("Continue", number=away.number)
        page = phone.submit("Link", take_picture="on")
    assert "The picture could not be fetched. Choose one in your profile." in page
    assert private.received == []


# --- Linking is never logging in ------------------------------------------------------------------


@pytest.mark.parametrize("lane", ["cookie", "token"])
def test_a_network_that_claims_to_bring_hanako_back_does_not_make_taro_hanako(
    settings, hanako, taro, lane
):
    SocialAccount.objects.create(user=hanako, provider="mixi", uid=UID)
    with hostile_mixi(settings):
        if lane == "cookie":
            client = computer(taro)
            away = leave_by_computer(client)
            page = read(client.get(back(away.state), follow=True))
            assert "Profile Link member taro" in page
            page = read(client.post("/links/confirm/mixi/", {"link": "Link"}, follow=True))
            who = read(client.get("/account/"))
        else:
            phone = log_in_phone(taro)
            away = leave_by_phone(phone)
            phone.get(back(away.state), bare=True)
            page = phone.submit("Continue", number=away.number)
            assert "Profile Link member taro" in page
            page = phone.submit("Link")
            who = phone.get("/account/")
    assert "linked by another member" in page
    assert "taro" in who
    assert "hanako" not in who
    assert SocialAccount.objects.get().user == hanako


def test_without_session_the_member_s_own_uid_opens_nothing(settings, hanako):
    SocialAccount.objects.create(user=hanako, provider="mixi", uid=UID)
    away = leave_by_phone(log_in_phone(hanako))
    sessions = set(Session.objects.values_list("pk", flat=True))
    with hostile_mixi(settings):
        client = FormClient(HTTP_USER_AGENT=COMPUTER)
        for state in ("made-up", away.state):
            response = client.get(back(state))
            assert not response.cookies
            assert "Location" not in response
            assert read(client.get("/account/", follow=True)).form("Log in", {"password"})
    assert sessions == set(Session.objects.filter(pk__in=sessions).values_list("pk", flat=True)), (
        "hanako's session goes on under its own key"
    )


def test_allauth_s_own_log_in_by_a_network_is_refused(hanako):
    SocialAccount.objects.create(user=hanako, provider="mixi", uid=UID)
    request = RequestFactory().get("/")
    client = FormClient(HTTP_USER_AGENT=COMPUTER)
    request.session, request.user = client.session, AnonymousUser()
    for process in ("login", "connect", "redirect"):
        login = SocialLogin(user=Member(), account=SocialAccount(provider="mixi", uid=UID))
        login.state = {"process": process}
        response = complete_social_login(request, login)
        assert response.status_code == 403
        assert b"A network never logs you in" in response.content
        assert request.user.is_anonymous


@pytest.mark.parametrize(
    "name",
    [
        "mixi_login",
        "mixi_callback",
        "socialaccount_signup",
        "socialaccount_connections",
        "socialaccount_login_error",
    ],
)
def test_allauth_s_pages_for_networks_are_not_routed(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


# --- The way back ---------------------------------------------------------------------------------


def test_a_stolen_state_gives_no_session_without_the_number(sandbox, hanako):
    away = leave_by_phone(log_in_phone(hanako))
    thief = other_phone()
    page = thief.get(away.agree("taro"), bare=True)
    assert "Type the number" in page
    assert not thief.token
    assert "hanako" not in page
    page = thief.get("/account/")
    assert page.form("Log in", {"password"})


def test_who_left_does_not_get_the_account_that_another_browser_brought_back(sandbox, hanako):
    """Mallory leaves, knows state and number, and has hanako agree at the address of his leaving."""
    mallory = log_in_phone(make_member("mallory"))
    away = leave_by_phone(mallory)
    stranger = other_phone()
    assert "Type the number" in stranger.get(away.agree("hanako"), bare=True)
    guesses = [
        {},
        {"proof": "-"},
        {"proof": linking.return_proof("mixi", {"state": away.state})},
        {"proof": linking.return_proof("mixi", {"state": away.state, "code": "0123456789"})},
    ]
    for guess in guesses:
        sent = {"network": "mixi", "key": away.state, "number": away.number, **guess}
        assert mallory.post("/links/return/", sent, bare=True).status == 410
    mallory.get(back(away.state), bare=True)
    assert mallory.submit("Continue", number=away.number).status == 410
    assert LinkAttempt.objects.get().returned_at is None
    assert not SocialAccount.objects.exists()


def test_before_anybody_came_back_the_number_opens_nothing(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    sent = {"network": "mixi", "key": away.state, "number": away.number, "proof": ""}
    assert phone.post("/links/return/", sent, bare=True).status == 410


def test_three_wrong_numbers_end_it_for_the_right_one_too(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    thief = other_phone()
    thief.get(away.agree(), bare=True)
    wrong = f"{(int(away.number) + 1) % 10000:04d}"
    for left in (2, 1):
        page = thief.submit("Continue", number=wrong)
        assert page.status == 403
        assert f"{left} tries left" in page
    came = what_came(thief)
    assert thief.submit("Continue", number=wrong).status == 410
    page = thief.post("/links/return/", {**came, "number": away.number}, bare=True)
    assert page.status == 410
    assert LinkAttempt.objects.get().sealed_result == ""


def test_the_number_is_good_once(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    phone.get(away.agree(), bare=True)
    came = {**what_came(phone), "number": away.number}
    phone.submit("Continue", number=away.number)
    assert other_phone().post("/links/return/", came, bare=True).status == 410
    assert phone.submit("Link").status == 200


def test_what_came_back_cannot_come_back_again_after_the_link(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    address = away.agree()
    phone.get(address, bare=True)
    phone.submit("Continue", number=away.number)
    phone.submit("Link")
    assert other_phone().get(address, bare=True).status == 410


def test_ten_minutes_are_all_there_is(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    address = away.agree()
    LinkAttempt.objects.update(expires_at=F("expires_at") - timedelta(minutes=10, seconds=1))
    page = phone.get(address, bare=True)
    assert page.status == 410
    assert page.link("Start again")


def test_ten_minutes_after_the_return_the_confirm_page_is_over(sandbox, hanako):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    LinkAttempt.objects.update(expires_at=F("expires_at") - timedelta(minutes=10, seconds=1))
    assert phone.submit("Link").status == 410
    assert not SocialAccount.objects.exists()


def test_who_logged_out_meanwhile_is_not_let_in_by_the_number(sandbox, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone)
    phone.get("/logout/")
    phone.submit("Log out")
    phone.get(away.agree(), bare=True)
    assert phone.submit("Continue", number=away.number).status == 410


def test_another_model_of_phone_does_not_get_the_session(sandbox, hanako):
    away = leave_by_phone(log_in_phone(hanako))
    other = PhoneClient("Mozilla/5.0 (KAIOS; Nokia 8110)")
    other.get(away.agree(), bare=True)
    assert other.submit("Continue", number=away.number).status == 410


def test_with_cookies_the_state_of_another_session_is_not_even_exchanged(sandbox, hanako, taro):
    away = leave_by_computer(computer(hanako))
    address = away.agree("taro")
    for browser in (computer(taro), computer(hanako), FormClient(HTTP_USER_AGENT=COMPUTER)):
        response = browser.get(address)
        assert response.status_code == 410
        assert "not the browser that you started in" in read(response)
    assert LinkAttempt.objects.get().exchanged_at is None


def test_a_state_of_one_network_is_none_of_another_s(sandbox, hanako, settings):
    settings.NETWORKS = {"mixi": settings.NETWORKS["mixi"]}
    away = leave_by_phone(log_in_phone(hanako))
    LinkAttempt.objects.update(network="orkut")
    assert other_phone().get(away.agree(), bare=True).status == 410


def test_another_session_of_the_same_member_cannot_confirm(sandbox, hanako):
    phone = log_in_phone(hanako)
    come_back(phone, leave_by_phone(phone))
    second = log_in_phone(hanako)
    assert second.get("/links/confirm/mixi/").status == 410
    assert computer(hanako).post("/links/confirm/mixi/", {"link": "1"}).status_code == 410


def test_a_link_cannot_be_confirmed_before_the_number(sandbox, hanako):
    phone = log_in_phone(hanako)
    token = phone.token
    away = leave_by_phone(phone)
    other_phone().get(away.agree("taro"), bare=True)
    phone.token = token
    assert phone.get("/links/confirm/mixi/").status == 410


def test_another_site_cannot_press_link(sandbox, hanako):
    client = FormClient(enforce_csrf_checks=True, HTTP_USER_AGENT=COMPUTER)
    client.cookies = computer(hanako).cookies
    for path in ("/links/mixi/", "/links/confirm/mixi/"):
        assert client.post(path, {"link": "1"}).status_code == 403
    assert not LinkAttempt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_twenty_right_numbers_at_once_one_gets_the_session(sandbox):
    phone = log_in_phone(make_member("hanako"))
    away = leave_by_phone(phone)
    phone.get(away.agree(), bare=True)
    sent = {**what_came(phone), "number": away.number}

    def come(_number):
        client = FormClient(HTTP_USER_AGENT=phone.user_agent)
        return client.post("/links/return/", sent).status_code

    statuses = at_once(20, come)
    assert sorted(statuses) == [302] + [410] * 19


@pytest.mark.django_db(transaction=True)
def test_of_three_right_numbers_that_pass_the_count_at_once_one_counts(sandbox):
    """The count lets three through; the row itself lets one. Ten rows, as races are luck."""
    member = make_member("hanako")
    leaving = [LinkRedirect(f"https://mixi.example/{turn}", f"state{turn}") for turn in range(10)]
    for one in leaving:
        linking.start_link_attempt(one, by=member, network="mixi", session_key="key", number="4711")
        row = linking.get_link_attempt("mixi", one.key)
        linking.exchange_for_account(row, proof="came", refused=True, ask=lambda _stash: None)

    def come(key):
        try:
            linking.redeem_return_number(
                linking.get_link_attempt("mixi", key), key, "4711", proof="came"
            )
        except linking.LinkAttemptExpired:
            return 0
        return 1

    for one in leaving:
        assert sum(at_once(3, lambda _number, key=one.key: come(key))) == 1


@pytest.mark.django_db(transaction=True)
def test_of_ten_returns_at_once_one_exchanges_the_code(sandbox):
    phone = log_in_phone(make_member("hanako"))
    away = leave_by_phone(phone)
    address = away.agree().removeprefix("http://testserver")

    def come(_number):
        return FormClient(HTTP_USER_AGENT=phone.user_agent).get(address).status_code

    assert at_once(10, come) == [200] * 10
    phone.get(address, bare=True)
    assert "Link these two?" in phone.submit("Continue", number=away.number)
