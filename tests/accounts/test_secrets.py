"""No token of a network, code, state, number or client secret stands anywhere at rest or in a log."""

import logging
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings as product
from django.contrib import admin
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.crypto import encryption
from accounts.models import LinkAttempt
from accounts.signals import account_linked
from accounts.urlsession.logmask import mask_secrets
from accounts.urlsession.models import Session
from syndication.actions import links
from syndication.delivery import token_revocation
from syndication.delivery.credentials import credentials_of_link
from syndication.models import Link, Revocation
from tests.accounts.away import come_back, leave_by_computer, leave_by_phone
from tests.making import make_link, make_member
from tests.phone import PhoneClient, computer, log_in_phone
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.networks import linked_on

pytestmark = pytest.mark.django_db

NEW = Fernet.generate_key().decode()


def everything_stored():
    """Every row of every table as text, session data decoded."""
    texts = [str(row.get_decoded()) for row in Session.objects.all()]
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            texts += [f"{model.__name__}: {row}" for row in cursor.fetchall()]
    return "\n".join(texts)


def logged(caplog):
    """What the product logged; urllib3 is the test's own browser at mixi."""
    return "\n".join(
        f"{record.getMessage()} {record.exc_text or ''}"
        for record in caplog.records
        if not record.name.startswith("urllib3")
    )


@pytest.fixture
def told():
    """The credentials of each link, as the app above hears them."""
    heard = []

    def listen(sender, credentials, **_):
        heard.append(credentials)

    account_linked.connect(listen)
    yield heard
    account_linked.disconnect(listen)


@pytest.mark.parametrize("lane", ["token", "cookie"])
def test_after_linking_nothing_secret_stands_anywhere(sandbox, told, caplog, lane):
    hanako = make_member("hanako")
    caplog.set_level(logging.DEBUG)
    if lane == "token":
        phone = log_in_phone(hanako)
        away = leave_by_phone(phone)
        come_back(phone, away)
        between = everything_stored()
        phone.submit("Link", take_name="on", take_picture="on")
        pages = phone.page.html
    else:
        client = computer(hanako)
        away = leave_by_computer(client)
        client.get(away.agree(), follow=True)
        between = everything_stored()
        pages = client.post("/links/confirm/mixi/", {"link": "1"}, follow=True).content.decode()
    [credentials] = told
    secrets = {
        credentials["access_token"],
        credentials["refresh_token"],
        away.state,
        away.code,
        product.NETWORKS["mixi"]["client_secret"],
    }
    assert len(secrets) == 5
    mails = "".join(f"{message.subject}{message.body}" for message in mail.outbox)
    places = {
        "database before the confirm": between,
        "database": everything_stored(),
        "log": logged(caplog),
        "mail": mails,
        "page": pages,
    }
    for place, text in places.items():
        found = [secret for secret in secrets if secret in text]
        assert not found, f"{place} holds {found}"
    if lane == "token":
        assert f"'{away.number}'" not in between
        assert phone.token not in everything_stored()


def test_while_a_member_is_away_no_number_stands_anywhere(sandbox):
    phone = log_in_phone(make_member("hanako"))
    away = leave_by_phone(phone)
    stored = everything_stored()
    row = LinkAttempt.objects.get()
    assert row.number_mac
    assert f"'{away.number}'" not in stored
    assert away.state not in f"{row.__dict__}"


def test_a_failed_exchange_logs_no_code_and_no_secret(sandbox, caplog):
    caplog.set_level(logging.DEBUG)
    phone = log_in_phone(make_member("hanako"))
    away = leave_by_phone(phone)
    sandbox.faults.add("mixi", "500_before", match="POST /2/token")
    phone.get(away.agree(), bare=True)
    for secret in (away.code, product.NETWORKS["mixi"]["client_secret"]):
        assert secret not in logged(caplog)
        assert secret not in everything_stored()


def test_the_access_log_masks_one_time_addresses_of_mails():
    make_member("hanako")
    phone = PhoneClient()
    phone.get("/password/reset/")
    phone.submit("Send", email="hanako@example.com")
    path = mail.outbox[0].body.split("http://testserver")[1].split()[0]
    key = path.strip("/").rpartition("/")[2].partition("-")[2]
    assert len(key) > 20
    assert key not in mask_secrets(f'"GET {path} HTTP/1.1" 302')
    confirm = "/mail/MQ:1xUsUY:3kQf_0pWc0xkYvW7m0dY-1aM3Jc/"
    assert mask_secrets(f'"GET {confirm} HTTP/1.1"') == '"GET /mail/***/ HTTP/1.1"'


def test_while_a_network_is_still_to_be_asked_nothing_secret_stands_anywhere(sandbox, caplog):
    """Its tokens and our registration outlive the link, sealed, until the network has answered."""
    caplog.set_level(logging.DEBUG)
    net = MastodonOnTheSandbox(sandbox)
    link = linked_on(net, make_member("hanako"))
    held, app = credentials_of_link(link), net.app()
    links.unlink(link, by=link.member)
    sandbox.faults.add("mastodon", "503")
    row = Revocation.objects.get()
    token_revocation.attempt_revocation(row.pk)
    assert Revocation.objects.get().tries == 1
    for secret in (held.access_token, app.client_secret):
        assert secret not in everything_stored()
        assert secret not in logged(caplog)
        assert secret not in f"{row!r} {row}"
    assert not admin.site.is_registered(Revocation)


# --- A new key ------------------------------------------------------------------------------------


def run():
    out = StringIO()
    call_command("reseal", stdout=out)
    return out.getvalue()


def seal_something(member):
    link = make_link(member, sealed_credentials=encryption.encrypt("credentials"))
    row = LinkAttempt.objects.create(
        state_hash="x",
        network="mixi",
        member=member,
        session_key="y",
        is_url_mode=True,
        sealed_stash=encryption.encrypt("stash"),
        sealed_result=encryption.encrypt("result"),
        expires_at=link.created_at,
    )
    Revocation.objects.create(
        network="mastodon",
        sealed_credentials=encryption.encrypt("tokens"),
        sealed_registration=encryption.encrypt("registration"),
        due_at=link.created_at,
        created_at=link.created_at,
    )
    Authenticator.objects.create(
        user=member, type="totp", data={"secret": encryption.encrypt("totp"), "used_mask": 3}
    )
    Authenticator.objects.create(
        user=member,
        type="recovery_codes",
        data={"migrated_codes": [encryption.encrypt("one"), encryption.encrypt("two")]},
    )
    return link, row


def test_with_a_new_key_first_everything_is_sealed_anew_and_the_old_key_can_go(settings):
    link, row = seal_something(make_member("hanako"))
    settings.TOKEN_KEYS = [NEW, *settings.TOKEN_KEYS]
    printed = run()
    assert "Link.sealed_credentials: 1 re-sealed" in printed
    assert "Authenticator.data: 2 re-sealed" in printed
    run()  # safe to repeat
    settings.TOKEN_KEYS = [NEW]
    link.refresh_from_db()
    row.refresh_from_db()
    assert encryption.decrypt(link.sealed_credentials) == "credentials"
    assert encryption.decrypt(row.sealed_stash) == "stash"
    assert encryption.decrypt(row.sealed_result) == "result"
    revocation = Revocation.objects.get()
    assert encryption.decrypt(revocation.sealed_credentials) == "tokens"
    assert encryption.decrypt(revocation.sealed_registration) == "registration"
    totp = Authenticator.objects.get(type="totp").data
    assert (encryption.decrypt(totp["secret"]), totp["used_mask"]) == ("totp", 3)
    codes = Authenticator.objects.get(type="recovery_codes").data["migrated_codes"]
    assert [encryption.decrypt(code) for code in codes] == ["one", "two"]


def test_what_no_key_opens_is_counted_and_left_alone(settings):
    link, _row = seal_something(make_member("hanako"))
    Link.objects.update(sealed_credentials="damaged")
    with pytest.raises(CommandError, match="1 secrets do not open"):
        run()
    link.refresh_from_db()
    assert link.sealed_credentials == "damaged"


def test_empty_places_are_no_secrets(settings):
    make_link(make_member("hanako"))
    settings.TOKEN_KEYS = [NEW]
    assert "0 that no key opens" in run()
