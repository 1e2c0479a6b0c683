"""What a network says of a member is not believed to be fit for a page, a row or an address."""

import json

import pytest
from allauth.socialaccount.models import SocialAccount

from tests.accounts.away import leave_by_phone
from tests.making import make_member
from tests.phone import log_in_phone
from tests.scripted_server import answer, playing

pytestmark = pytest.mark.django_db

JSON = {"Content-Type": "application/json"}
TOKEN = {"access_token": "one", "refresh_token": "two", "expires_in": 900, "scope": "r_profile"}


def linked(settings, profile):
    """The pages that a member sees when mixi says `profile` of them: to confirm, and after."""
    phone = log_in_phone(make_member("hanako"))
    away = leave_by_phone(phone)
    script = (answer(json.dumps(one), headers=JSON) for one in (TOKEN, {"entry": profile}))
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
