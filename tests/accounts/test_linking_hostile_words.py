"""What a network says of a member is not believed to be fit for a page, a row or an address."""

import json

import pytest
from allauth.socialaccount.models import SocialAccount

from accounts.crypto.dpop import base64url
from accounts.providers.base import credentials_of, name_with_server
from accounts.providers.bluesky.app_password import session_by_password
from accounts.providers.bluesky.identity import Identity
from accounts.providers.mastodon import provider as mastodon
from accounts.providers.misskey import provider as misskey
from accounts.providers.servers import Server
from tests.accounts.away import leave_by_phone
from tests.making import make_member
from tests.phone import log_in_phone
from tests.scripted_server import answer, playing

pytestmark = pytest.mark.django_db

JSON = {"Content-Type": "application/json"}
TOKEN = {"access_token": "one", "refresh_token": "two", "expires_in": 900, "scope": "r_profile"}


def linked(settings, profile, *, token=None, profile_text=None, name="hanako"):
    """The pages that a member sees when mixi says `profile` of them: to confirm, and after."""
    phone = log_in_phone(make_member(name))
    away = leave_by_phone(phone)
    texts = (token or json.dumps(TOKEN), profile_text or json.dumps({"entry": profile}))
    script = (answer(one, headers=JSON) for one in texts)
    with playing(*script) as server:
        addresses = {"token_url": f"{server.url}/2/token", "api_url": f"{server.url}/2"}
        settings.NETWORKS = {"mixi": {**settings.NETWORKS["mixi"], **addresses}}
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        phone.get(f"/accounts/mixi/login/callback/?code=c&state={away.state}", bare=True)
        page = phone.submit("Continue", number=away.number)
    return phone, page


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("half \ud83d an emoji", "half  an emoji"),
        ("ends\x00 and \x1b[2J rings\x07", "ends and [2J rings"),
        ("turned \u202eround", "turned round"),
        ("family 👨\u200d👩\u200d👧", "family 👨\u200d👩\u200d👧"),
        ("x" * 5_000, "x" * 100),
        ("\x00", "u1"),
        (None, "u1"),
    ],
)
def test_a_name_is_shown_without_what_no_page_can_hold(settings, said, shown):
    phone, page = linked(settings, {"id": "u1", "displayName": said})
    assert page.status == 200
    assert f"<b>{shown}</b>" in page.html
    assert phone.submit("Link").status == 200
    assert SocialAccount.objects.get().extra_data["name"] == shown


@pytest.mark.parametrize("uid", ["", "../@me", "a b", "x" * 5_000, "\ud83d", {"a": 1}])
def test_an_id_that_is_none_is_no_clear_answer(settings, uid):
    _phone, page = linked(settings, {"id": uid, "displayName": "ザキ"})
    assert "no clear answer" in page
    assert not SocialAccount.objects.exists()


NUMBERS = ["1e400", "1e300", "-1e300", "1" + "0" * 400, "NaN", '"Infinity"', "[]", '"x"']


@pytest.mark.parametrize("number", NUMBERS)
def test_a_time_that_no_calendar_holds_breaks_no_page(settings, number):
    """`expires_in`, as a server says it: the account is linked, or there was no clear answer."""
    token = json.dumps(TOKEN).replace("900", number)
    phone, page = linked(settings, {"id": "u1", "displayName": "ザキ"}, token=token)
    assert page.status == 200
    assert "no clear answer" in page or phone.submit("Link").status == 200


@pytest.mark.parametrize("number", NUMBERS)
def test_an_app_password_opens_no_error_page_whatever_time_its_session_ends_at(settings, number):
    """An error page would be mailed to the staff, with what was typed."""
    claims = '{"exp":' + number + "}"
    token = f"x.{base64url(claims.encode())}.x"
    session = {"did": "did:plc:" + "a" * 24, "accessJwt": token, "refreshJwt": "r"}
    with playing(answer(json.dumps(session), headers=JSON)) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority]
        identity = Identity(session["did"], "hanako.test", server.authority)
        found = session_by_password(identity, "app-password")
    assert 0 <= credentials_of(found)["expires_in"] <= 7200


DEEP = "[" * 100_000


def test_an_answer_nested_beyond_reason_is_no_clear_answer(settings):
    _phone, page = linked(settings, {"id": "u1"}, token=DEEP)
    assert "no clear answer" in page
    _phone, page = linked(settings, {}, token=json.dumps(TOKEN), profile_text=DEEP, name="taro")
    assert "no clear answer" in page


@pytest.mark.parametrize("network", ["mastodon", "misskey", "gnusocial", "bluesky"])
def test_a_server_whose_answer_is_nested_beyond_reason_is_none(settings, network):
    with playing(answer(DEEP, headers=JSON)) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [other.authority]
        phone = log_in_phone(make_member("hanako"))
        phone.get(f"/links/{network}/")
        page = phone.submit("Go to", server=other.authority)
    assert page.status == 409
    assert other.authority in page


LONG = "@hanako@mstdn.jp " + "x" * 200
EVIL = {"id": "1", "acct": "evil", "username": "evil", "display_name": LONG, "name": LONG}


@pytest.mark.parametrize("network", ["mastodon", "misskey"])
def test_a_name_of_any_length_leaves_the_account_and_its_server_to_be_seen(settings, network):
    """Else a server could show somebody else's account as the member's own on another one."""
    with playing(answer(json.dumps(EVIL), headers=JSON)) as other:
        settings.ALLOWED_PRIVATE_HOSTS = [other.authority]
        server = Server(other.authority)
        if network == "mastodon":
            account = mastodon._account(server, {"access_token": "token"})
        else:
            account = misskey._account(server, EVIL, {"access_token": "token"})
    assert account.name.endswith(f" @evil@{other.authority}")
    assert len(account.name) == 100


def test_of_a_long_account_the_end_is_seen_which_says_whose_server_it_is():
    name = name_with_server("ザキ", "x" * 100, f"{'a.' * 40}evil.example")
    assert len(name) == 100
    assert name.endswith(".evil.example")
