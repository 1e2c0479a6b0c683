"""Linking Bluesky: a handle or a server is typed; by its own permission page or an app password."""

from __future__ import annotations

import json
import re

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import override_settings

from accounts.crypto import dpop, encryption
from accounts.models import LinkAttempt, ServerRegistration
from accounts.providers.bluesky.app_password import session_by_password
from accounts.providers.bluesky.identity import Identity
from syndication.models import Delivery, DeliveryOperation, DeliveryState, Link
from syndication.sandbox.bluesky import clients
from syndication.sandbox.bluesky.values import did_of
from syndication.sandbox.network import DEFAULT_PASSWORD
from tests.accounts.away import (
    OUR_DOCUMENT,
    come_back,
    leave_by_computer,
    leave_by_phone,
    let_bluesky_know_us,
    read,
)
from tests.making import make_member
from tests.phone import computer, log_in_phone
from tests.sandbox_server import make_sandbox
from tests.scripted_server import answer, playing
from tests.syndication.delivering import planned, remove, tried
from tests.syndication.importing import import_friends

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def bluesky(sandbox):
    let_bluesky_know_us(sandbox)
    return sandbox.bluesky


def by_password(phone, name="hanako.test", password=DEFAULT_PASSWORD):
    phone.get("/links/bluesky/")
    return phone.submit("Next", server=name, password=password)


# By its own page


@pytest.mark.parametrize("typed", ["hanako.test", " @Hanako.TEST "])
def test_a_phone_without_cookies_links_the_handle_that_it_types(bluesky, hanako, typed):
    phone = log_in_phone(hanako)
    page = come_back(phone, leave_by_phone(phone, "bluesky", server=typed))
    assert "Bluesky account ザキ @hanako.test → Profile Link member hanako" in page
    phone.submit("Link")
    account = SocialAccount.objects.get()
    assert (account.provider, account.uid) == ("bluesky", did_of("hanako"))
    assert account.extra_data["profile_url"].endswith("/profile/hanako.test")
    link = Link.objects.get()
    assert link.host == bluesky_host(account)
    kept = encryption.decrypt_json(link.sealed_credentials)
    assert kept["extra"]["dpop_key"]
    assert kept["extra"]["dpop_key"] not in link.sealed_credentials


def bluesky_host(account):
    return re.match(r"http://([^/]+)/", account.extra_data["profile_url"])[1]


def test_a_computer_names_the_server_and_chooses_the_account_there(sandbox, bluesky, hanako):
    client = computer(hanako)
    away = leave_by_computer(client, "bluesky", server=sandbox.root("bluesky"))
    page = read(client.get(away.agree("taro"), follow=True))
    assert "Bluesky account たろう @taro.test → Profile Link member hanako" in page
    client.post("/links/confirm/bluesky/", {"link": "Link"})
    assert SocialAccount.objects.get().uid == did_of("taro")


def test_who_types_one_handle_and_agrees_as_another_links_nothing(bluesky, hanako):
    phone = log_in_phone(hanako)
    page = come_back(phone, leave_by_phone(phone, "bluesky", server="hanako.test"), name="taro")
    assert "たろう" not in page
    assert not SocialAccount.objects.exists()


def test_a_server_that_gives_tokens_for_an_account_of_another_links_nothing(
    bluesky, hanako, settings
):
    """It says that it is hanako's, and hanako's document says otherwise."""
    with make_sandbox() as liar:
        liar.bluesky.state.clients.known.update(bluesky.state.clients.known)
        root = liar.root("bluesky")
        settings.ALLOWED_PRIVATE_HOSTS = [
            *settings.ALLOWED_PRIVATE_HOSTS,
            root.removeprefix("http://"),
        ]
        phone = log_in_phone(hanako)
        page = come_back(phone, leave_by_phone(phone, "bluesky", server=root))
        assert liar.bluesky.state.tokens.access  # it did give some
    assert "ザキ" not in page
    assert not SocialAccount.objects.exists()


def test_a_code_from_another_issuer_is_not_taken_to_ours(bluesky, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "bluesky", server="hanako.test")
    back = re.sub(r"iss=[^&]+", "iss=https%3A%2F%2Fevil.example", away.agree())
    phone.get(back, bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "ザキ" not in page
    assert not bluesky.state.tokens.access


def test_on_this_machine_alone_the_rules_stand_in_the_client_id(bluesky, hanako, settings):
    settings.PUBLIC_URL = "http://localhost:8123"
    away = leave_by_computer(computer(hanako), "bluesky", server="hanako.test")
    assert "client_id=http%3A%2F%2Flocalhost%3Fredirect_uri" in away.address
    assert away.agree().startswith("http://127.0.0.1:8123/accounts/bluesky/login/callback/?")


def test_a_server_that_wants_a_newer_nonce_is_answered_with_it(sandbox, bluesky, hanako):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "bluesky", server="hanako.test")
    back = away.agree()
    sandbox.clock.advance(50)  # within the code's minute, often behind the turn of the nonce
    bluesky._proofs._secret = "another"
    phone.get(back, bare=True)
    assert "ザキ" in phone.submit("Continue", number=away.number)


# What is wrong with what was typed


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Type the name of your server"),
        ("hanako", "This is not the name of a server. Type it like this:"),
        ("これは違う", "This is not the name of a server. Type it like this:"),
        ("nobody.test", "No Bluesky account or server was found at nobody.test"),
        ("https://me:pw@bsky.social", "This is not the name of a server. Type it like this:"),
    ],
)
def test_the_member_hears_what_is_wrong_and_finds_it_typed(sandbox, hanako, typed, words):
    phone = log_in_phone(hanako)
    phone.get("/links/bluesky/")
    page = phone.submit("Go to", server=typed)
    assert page.status == 409
    assert words in page
    assert f'value="{typed}"' in page.html or not typed
    assert not LinkAttempt.objects.exists()
    assert not ServerRegistration.objects.exists()


def test_a_handle_that_its_account_does_not_call_itself_is_not_believed(
    sandbox, bluesky, hanako, settings
):
    did = did_of("hanako")
    with playing(answer(f'{{"did":"{did}"}}')) as liar:
        settings.NETWORKS["bluesky"]["api_url"] = liar.url
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, liar.authority]
        phone = log_in_phone(hanako)
        phone.get("/links/bluesky/")
        page = phone.submit("Go to", server="taro.test")
    assert "could not be verified. Check the name." in page
    assert not LinkAttempt.objects.exists()


def test_a_document_of_another_account_is_not_taken_for_it(sandbox, bluesky, hanako, settings):
    service = {
        "id": "#atproto_pds",
        "type": "AtprotoPersonalDataServer",
        "serviceEndpoint": sandbox.root("bluesky"),
    }
    names = ["at://hanako.test"]
    document = {"id": did_of("taro"), "alsoKnownAs": names, "service": [service]}
    with playing(answer(json.dumps(document))) as directory:
        settings.NETWORKS["bluesky"]["plc_url"] = directory.url
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, directory.authority]
        page = by_password(log_in_phone(hanako))
    assert page.status == 409
    assert not LinkAttempt.objects.exists()


@pytest.mark.parametrize(
    "described",
    [
        "{}",
        "[]",
        '{"resource":"{me}","authorization_servers":[]}',
        '{"resource":"https://other.example","authorization_servers":["{good}"]}',
        '{"resource":"{me}","authorization_servers":["{good}/path"]}',
        '{"resource":"{me}","authorization_servers":["{good}","{good}"]}',
    ],
)
def test_a_server_that_does_not_say_who_authorizes_for_it_is_told(
    sandbox, hanako, settings, described
):
    good = sandbox.root("bluesky")
    with playing(answer(described)) as server:
        play = described.replace("{me}", server.url).replace("{good}", good)
        server._script[:] = [answer(play)]
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, server.authority]
        phone = log_in_phone(hanako)
        phone.get("/links/bluesky/")
        page = phone.submit("Go to", server=server.authority)
    assert f"was found at {server.authority}" in page


def test_a_server_is_registered_with_once(bluesky, hanako):
    for member in (hanako, make_member("taro")):
        leave_by_phone(log_in_phone(member), "bluesky", server="hanako.test")
    assert ServerRegistration.objects.count() == 1


def test_a_code_that_the_server_refuses_links_nothing_and_is_logged(bluesky, hanako, caplog):
    phone = log_in_phone(hanako)
    away = leave_by_phone(phone, "bluesky", server="hanako.test")
    phone.get(away.agree().replace("code=", "code=x"), bare=True)
    page = phone.submit("Continue", number=away.number)
    assert "no clear answer" in page
    assert not SocialAccount.objects.exists()
    issuer = away.address.partition("/oauth/")[0]
    assert f"{issuer} refused us with 400 (invalid_grant: Invalid code)" in caplog.text


# By an app password


def test_an_app_password_links_without_leaving(bluesky, hanako):
    phone = log_in_phone(hanako)
    page = by_password(phone)
    assert "Bluesky account ザキ @hanako.test → Profile Link member hanako" in page
    phone.submit("Link")
    assert SocialAccount.objects.get().uid == did_of("hanako")
    link = Link.objects.get()
    assert link.expires_at is not None
    assert link.host == bluesky_host(SocialAccount.objects.get())


@pytest.mark.parametrize(
    ("name", "password", "words"),
    [
        ("hanako.test", "wrong", "does not work for hanako.test"),
        ("nobody.test", "x", "No account is called nobody.test"),
        ("bsky social", "x", "No account is called bsky social"),
    ],
)
def test_the_password_door_says_what_is_wrong_and_keeps_the_name(
    bluesky, hanako, name, password, words
):
    page = by_password(log_in_phone(hanako), name, password)
    assert page.status == 409
    assert words in page
    assert f'value="{name}"' in page.html
    assert password not in page.html or password == "x"
    assert not LinkAttempt.objects.exists()


def test_the_main_password_is_not_taken_and_its_session_is_given_back(bluesky, hanako):
    page = by_password(log_in_phone(hanako), password=f"main-{DEFAULT_PASSWORD}")
    assert "This is your main password" in page
    [refresh] = bluesky.state.tokens.refresh.values()
    assert refresh.grant.is_revoked
    assert not LinkAttempt.objects.exists()


@pytest.mark.parametrize("ends", ["1e400", "9" * 400, "-5", '"soon"', "null", "NaN", "[]"])
def test_a_session_that_says_nonsense_of_its_end_is_taken_for_one_of_two_hours(ends):
    claims = dpop.base64url(f'{{"scope":"com.atproto.appPass","exp":{ends}}}'.encode())
    did = did_of("hanako")
    body = f'{{"did":"{did}","accessJwt":"x.{claims}.x","refreshJwt":"r"}}'
    with (
        playing(answer(body)) as server,
        override_settings(ALLOWED_PRIVATE_HOSTS=[server.authority]),
    ):
        opened = session_by_password(Identity(did, "hanako.test", server.authority), "p")
    assert 7190 < opened["expires_in"] <= 7200


# What it is for


def test_a_status_is_written_there_and_deleted_there_by_an_app_password(bluesky, hanako):
    phone = log_in_phone(hanako)
    by_password(phone)
    phone.submit("Link")
    link = Link.objects.get()
    import_friends(link.pk)
    assert link.friends.count() > 3
    delivery = tried(planned(link, "到着 😀 #旅"))
    assert delivery.state == DeliveryState.SENT
    assert "/profile/did:plc:" in delivery.remote_url
    [status] = bluesky.received()["statuses"]
    assert (status["text"], status["user"]) == ("到着 😀 #旅", "hanako")
    remove(delivery.post)
    tried(Delivery.objects.get(operation=DeliveryOperation.DELETE))
    [status] = bluesky.received()["statuses"]
    assert status["deleted"]


@pytest.mark.parametrize("door", ["its own page", "an app password"])
def test_a_token_that_ran_out_is_renewed_and_the_post_goes(sandbox, bluesky, hanako, door):
    phone = log_in_phone(hanako)
    if door == "its own page":
        come_back(phone, leave_by_phone(phone, "bluesky", server="hanako.test"))
    else:
        by_password(phone)
    phone.submit("Link")
    link = Link.objects.get()
    before = encryption.decrypt_json(link.sealed_credentials)
    sandbox.clock.advance(7201)
    delivery = tried(planned(link, "二時間後"))
    assert delivery.state == DeliveryState.SENT
    link.refresh_from_db()
    after = encryption.decrypt_json(link.sealed_credentials)
    assert after["access_token"] != before["access_token"]
    assert after["extra"] == before["extra"]


# Our document


def test_the_document_is_one_that_a_server_takes_and_holds_no_private_key(client, db):
    answered = client.get("/oauth/client-metadata.json")
    assert answered["Content-Type"] == "application/json"
    assert not answered.cookies
    document = answered.json()
    clients.check_client(OUR_DOCUMENT, document)
    assert document["redirect_uris"] == ["http://testserver/accounts/bluesky/login/callback/"]
    assert "d" not in document["jwks"]["keys"][0]
    assert client.get("/oauth/client-metadata.json").json() == document
