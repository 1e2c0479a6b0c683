"""An address with a session in it, reached from another site."""

from urllib.parse import urlsplit

import pytest

from accounts.urlsession.backend import ENTRY_TICKET, SessionStore
from accounts.urlsession.models import Session
from accounts.urlsession.tokens import hash_token
from tests.form_client import FormClient
from tests.phone import FLIP_PHONE, log_in_phone, session_key_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urlsession.urls")]

FROM_ELSEWHERE = {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_REFERER": "https://other.example/"}
REFUSED = [
    {"HTTP_REFERER": "https://other.example/page"},
    {"HTTP_REFERER": "HTTP://testserver.other.example/"},
    {"HTTP_REFERER": "http://testserver@other.example/"},
    {"HTTP_REFERER": "http://testserver:8001/"},
    {"HTTP_SEC_FETCH_SITE": "cross-site"},
    {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_REFERER": "http://testserver/"},
]
SERVED = [
    {},
    {"HTTP_REFERER": "android-app://com.google.android.gm/"},
    {"HTTP_REFERER": "http://testserver/note/", "HTTP_SEC_FETCH_SITE": "same-origin"},
    {"HTTP_REFERER": "https://profile.example/login/"},
    {"HTTP_REFERER": "https://profile.example:443/login/"},
    {"HTTP_SEC_FETCH_SITE": "none"},
]


def follow(client, path):
    """As Chromium follows a link of another site: the headers stay the same at each redirect."""
    hops = []
    response = client.get(path, **FROM_ELSEWHERE)
    while response.status_code == 302:
        client.cookies.clear()
        hops.append(response["Location"])
        assert len(hops) < 8
        response = client.get(hops[-1], **FROM_ELSEWHERE)
    return response, hops


def visitor():
    return FormClient(HTTP_USER_AGENT=FLIP_PHONE)


@pytest.mark.parametrize("headers", REFUSED)
def test_a_link_of_another_site_into_a_live_token_is_refused(hanako, headers):
    phone = log_in_phone(hanako)
    response = phone._client.get(f"{phone.base}/mine/", **headers)
    page = response.content.decode()
    assert response.status_code == 403
    assert "A link on another site led to an address" in page
    assert phone.token not in page + str(response.headers)
    assert "hanako" not in page
    assert not response.cookies
    assert "MINE hanako" in phone.get("/mine/")


@pytest.mark.parametrize("headers", SERVED)
def test_bookmarks_mail_apps_and_own_pages_are_served(hanako, settings, headers):
    settings.PUBLIC_URL = "https://profile.example"
    phone = log_in_phone(hanako)
    assert "MINE hanako" in phone.get("/mine/", **headers)


def test_a_dead_address_is_refused_alike():
    response = visitor().get(f"/s/{'A' * 22}/mine/", **FROM_ELSEWHERE)
    assert response.status_code == 403
    assert Session.objects.count() == 0


@pytest.mark.parametrize(("path", "words"), [("/note/", "LOGIN"), ("/m/", "HOME")])
def test_a_link_of_another_site_to_the_site_ends_at_the_page(path, words):
    client = visitor()
    response, hops = follow(client, path)
    assert words in response.content.decode()
    assert hops[-1].startswith("/s/")
    assert client.get(hops[-1], **FROM_ELSEWHERE).status_code == 403
    assert client.get(hops[-1]).status_code == 200


def test_the_ticket_goes_on_through_redirects_and_a_new_token():
    client = visitor()
    prefix = "/".join(client.get("/m/", **FROM_ELSEWHERE)["Location"].split("/")[:3])
    response, hops = follow(client, f"{prefix}/rotate/")
    assert response.status_code == 200
    assert len(hops) == 2
    assert hops[-1].endswith("/login/?next=/mine/")


def test_a_ticket_lasts_a_minute():
    client = visitor()
    address = client.get("/m/", **FROM_ELSEWHERE)["Location"]
    store = SessionStore(hash_token(urlsplit(address).path.split("/")[2]))
    store[ENTRY_TICKET] -= 61
    store.save()
    assert client.get(address, **FROM_ELSEWHERE).status_code == 403


def test_no_ticket_is_given_where_nobody_came_from_elsewhere(hanako):
    visitor().get("/m/")
    assert ENTRY_TICKET not in Session.objects.get().get_decoded()
    phone = log_in_phone(hanako)
    phone._client.get(f"{phone.base}/go/?to=/mine/")
    assert ENTRY_TICKET not in SessionStore(session_key_of(phone))
