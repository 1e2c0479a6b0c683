"""The permission page, for computers, touch phones and feature phones, with and without cookies."""

import re

import pytest
import requests

from tests.syndication.sandbox.conftest import PASSWORD, answer_of

ALWAYS = "今後、このサービスに対して常に同意する"
PAGES = [("/connect_authorize.pl", "utf-8"), ("/m/connect_authorize.pl", "cp932")]


@pytest.mark.parametrize(("path", "encoding"), PAGES)
def test_consent_works_without_cookies(caller, path, encoding):
    page = caller.ask(path)
    reply = caller.press(page, encoding=encoding, name="hanako", password=PASSWORD)
    assert "Set-Cookie" not in page.headers
    assert "Set-Cookie" not in reply.headers
    assert reply.headers["Location"].startswith("http://testserver/accounts/mixi/login/callback/?")
    assert re.fullmatch("[0-9a-f]{40}", answer_of(reply)["code"])
    assert answer_of(reply)["state"] == "Zk3"


@pytest.mark.parametrize(("path", "encoding"), PAGES)
def test_refusing_leads_back_with_the_error_and_the_state(caller, path, encoding):
    reply = caller.press(caller.ask(path), "deny", encoding)
    assert answer_of(reply) == {"error": "access_denied", "state": "Zk3"}


@pytest.mark.parametrize(("path", "encoding"), PAGES)
def test_the_page_names_the_scopes_in_words_and_the_box_to_tick(caller, path, encoding):
    text = caller.ask(path, scope="r_profile w_voice").content.decode(encoding)
    assert "利用同意" in text
    assert "つぶやきの投稿" in text
    assert "日記の投稿" not in text
    assert ALWAYS in text


def test_the_feature_phones_page_is_shift_jis(caller):
    page = caller.ask("/m/connect_authorize.pl")
    assert page.headers["Content-Type"] == "text/html; charset=Shift_JIS"
    assert "XHTML Mobile" in page.content.decode("cp932")
    assert "利用同意".encode("cp932") in page.content


def test_a_feature_phone_may_type_japanese(caller):
    page = caller.ask("/m/connect_authorize.pl")
    again = caller.press(page, encoding="cp932", name="花子", password="表")
    assert again.status_code == 200
    assert 'value="花子"' in again.content.decode("cp932")


@pytest.mark.parametrize("display", ["pc", "touch", "smartphone", "ios"])
def test_every_display_gets_a_page(caller, display):
    assert "post_key" in caller.ask(display=display).text


def test_a_wrong_password_shows_the_form_again_and_the_right_one_then_passes(caller):
    again = caller.press(caller.ask(), name="hanako", password="wrong")
    assert again.status_code == 200
    assert "正しくありません" in again.text
    assert 'value="hanako"' in again.text
    assert answer_of(caller.press(again, name="hanako", password=PASSWORD))["code"]


def test_the_form_works_once(caller):
    page = caller.ask()
    caller.press(page, name="hanako", password=PASSWORD)
    assert "有効期限" in caller.press(page, name="hanako", password=PASSWORD).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "somebody else"},
        {"scope": "r_profile w_everything"},
        {"scope": ""},
        {"response_type": "token"},
        {"scope": "r_profile openid"},
        {"server_state": "made up"},
    ],
)
def test_a_wrong_request_is_shown_and_not_sent_on(caller, wrong):
    page = caller.ask(**wrong)
    assert page.status_code == 200
    assert "エラー" in page.text
    assert "post_key" not in page.text


def test_a_redirect_uri_in_the_request_is_not_looked_at(caller):
    page = caller.ask(redirect_uri="http://evil.example/")
    reply = caller.press(page, name="hanako", password=PASSWORD)
    assert reply.headers["Location"].startswith("http://testserver/")


def test_a_session_at_mixi_needs_no_password(caller):
    browser = requests.Session()
    login = {"name": "hanako", "password": PASSWORD, "next_url": "/list_connect_service.pl"}
    reply = browser.post(f"{caller.root}/login.pl", data=login, allow_redirects=False)
    assert reply.headers["Location"] == f"{caller.root}/list_connect_service.pl"
    assert "Path=/mixi/;" in reply.headers["Set-Cookie"]
    page = browser.get(caller.ask().url)
    assert "ログイン中: ザキさん" in page.text
    assert 'name="password"' not in page.text
    key = re.search('post_key" value="([^"]+)', page.text)[1]
    form = {"post_key": key, "accept": "1"}
    reply = browser.post(f"{caller.root}/connect_authorize.pl", data=form, allow_redirects=False)
    assert answer_of(reply)["code"]


def test_login_does_not_lead_to_other_hosts(caller):
    login = {"name": "hanako", "password": PASSWORD, "next_url": "//evil.example/"}
    reply = caller.post("/login.pl", **login)
    assert reply.headers["Location"] == f"{caller.root}/"


def test_with_login_first_a_browser_without_session_is_sent_to_the_login_page(caller, sandbox):
    sandbox.mixi.configure({"login_first": True})
    reply = caller.ask()
    assert reply.status_code == 302
    assert reply.headers["Location"].startswith(f"{caller.root}/login.pl?next_url=%2Fconnect_auth")
    assert "post_key" in caller.ask("/m/connect_authorize.pl").content.decode("cp932")


def test_the_success_page_of_services_without_a_site_is_there(caller):
    assert caller.get("/connect_authorize_success.html").status_code == 200
