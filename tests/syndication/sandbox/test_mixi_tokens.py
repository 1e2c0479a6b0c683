"""Codes, tokens, their lives, and how a member takes consent back."""

import re

import pytest

from tests.syndication.sandbox.conftest import PASSWORD, Caller, answer_of

SELF = "/2/people/@me/@self"
HOUR = 3600
DAY = 24 * HOUR


def test_a_code_gives_four_keys_and_the_scopes_sorted(caller):
    reply = caller.exchange(caller.code(scope="w_voice r_profile"))
    body = reply.json()
    assert set(body) == {"refresh_token", "expires_in", "access_token", "scope"}
    assert body["expires_in"] == 900
    assert body["scope"] == "r_profile w_voice"
    assert re.fullmatch("[0-9a-f]{40}", body["access_token"])
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-MIXI-GRAPH-API-SPEC"] == "131072"


def test_a_code_works_once(caller):
    code = caller.code()
    assert caller.exchange(code).status_code == 200
    again = caller.exchange(code)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_grant")


@pytest.mark.parametrize(("age", "status"), [(179, 200), (181, 401)])
def test_a_code_lives_180_seconds(caller, sandbox, age, status):
    code = caller.code()
    sandbox.clock.advance(age)
    assert caller.exchange(code).status_code == status


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"redirect_uri": "http://testserver/elsewhere/"}, 401, "invalid_grant"),
        ({"redirect_uri": ""}, 400, "invalid_request"),
        ({"client_secret": "guessed"}, 401, "invalid_client"),
        ({"client_id": "guessed"}, 401, "invalid_client"),
        ({"code": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "invalid_request"),
    ],
)
def test_a_wrong_token_request_is_told_why(caller, wrong, status, error):
    reply = caller.exchange(caller.code(), **wrong)
    assert (reply.status_code, reply.json()["error"]) == (status, error)


def test_an_access_token_lives_900_seconds(hanako, sandbox):
    sandbox.clock.advance(899)
    assert hanako.get(SELF).status_code == 200
    sandbox.clock.advance(2)
    reply = hanako.get(SELF)
    assert (reply.status_code, reply.reason) == (401, "Authorization Required")
    header = "OAuth error='expired_token',realm='api.mixi-platform.com'"
    assert reply.headers["WWW-Authenticate"] == header


def test_refreshing_gives_a_new_pair_and_ends_the_old_refresh_token(hanako):
    new = hanako.renew().json()
    assert new["refresh_token"] != hanako.refresh
    assert new["access_token"] != hanako.access
    again = hanako.renew()
    assert (again.status_code, again.json()) == (401, {"error": "invalid_grant"})
    hanako.refresh, hanako.access = new["refresh_token"], new["access_token"]
    assert hanako.get(SELF).status_code == 200
    assert hanako.renew().status_code == 200


def test_with_grace_the_old_refresh_token_works_a_little_longer(hanako, sandbox):
    sandbox.mixi.configure({"refresh_grace": 60})
    assert hanako.renew().status_code == 200
    sandbox.clock.advance(59)
    assert hanako.renew().status_code == 200
    sandbox.clock.advance(2)
    assert hanako.renew().status_code == 401


@pytest.mark.parametrize(("always", "life"), [({}, 6 * HOUR), ({"always": "1"}, 90 * DAY)])
def test_a_refresh_token_lives_6_hours_or_90_days_with_the_box_ticked(
    caller, sandbox, always, life
):
    caller.login(**always)
    sandbox.clock.advance(life - 1)
    caller.refresh = caller.renew().json()["refresh_token"]
    sandbox.clock.advance(life + 1)
    assert caller.renew().json() == {"error": "invalid_grant"}


def test_a_clients_own_token_has_no_member_and_no_refresh_token(caller):
    body = caller.token(grant_type="client_credentials").json()
    assert set(body) == {"expires_in", "access_token", "scope"}
    caller.access = body["access_token"]
    assert caller.get(SELF).status_code == 403


def test_server_state_is_given_without_a_secret_and_openid_needs_it(caller, sandbox):
    state = caller.token(grant_type="server_state", client_secret="").json()["server_state"]
    page = caller.ask(scope="openid r_profile", server_state=state)
    code = answer_of(caller.press(page, name="hanako", password=PASSWORD))["code"]
    body = caller.exchange(code, server_state=state).json()
    assert body["token_type"] == "Bearer"
    sandbox.clock.advance(30 * 60)
    assert "エラー" in caller.ask(scope="openid r_profile", server_state=state).text


def test_a_server_state_of_another_request_is_refused(caller):
    state = caller.token(grant_type="server_state").json()["server_state"]
    page = caller.ask(server_state=state)
    code = answer_of(caller.press(page, name="hanako", password=PASSWORD))["code"]
    assert caller.exchange(code, server_state="another").status_code == 401


def test_a_server_state_is_for_known_clients(caller):
    assert caller.token(grant_type="server_state", client_id="guessed").status_code == 401


def _both_are_dead(member: Caller) -> bool:
    reply, renewed = member.get(SELF), member.renew()
    header = "OAuth error='invalid_token',realm='api.mixi-platform.com'"
    return (reply.status_code, reply.headers.get("WWW-Authenticate")) == (401, header) and (
        renewed.status_code,
        renewed.json(),
    ) == (401, {"error": "invalid_grant"})


def test_the_page_of_connected_services_takes_consent_back_without_cookies(hanako, taro):
    login = hanako.get("/list_connect_service.pl")
    assert "Profile Link" not in login.text
    page = hanako.press(login, "login", name="hanako", password=PASSWORD)
    assert "連携中のサービス" in page.text
    assert "Profile Link" in page.text
    assert "つぶやきの投稿" in page.text
    done = hanako.press(page, "revoke")
    assert "解除しました" in done.text
    assert "連携中のサービスはありません" in done.text
    assert _both_are_dead(hanako)
    assert taro.get(SELF).status_code == 200


def test_whoever_holds_a_refresh_token_may_revoke_it(hanako):
    query = {"client_id": hanako.client.id, "token": hanako.refresh, "display": "touch"}
    page = hanako.get("/2/authorize/revoke", **query)
    assert hanako.get(SELF).status_code == 200
    assert "解除しました" in hanako.press(page, "revoke").text
    assert _both_are_dead(hanako)


def test_a_made_up_token_revokes_nothing(hanako):
    form = {"client_id": hanako.client.id, "token": "0" * 40}
    assert "エラー" in hanako.post("/2/authorize/revoke", **form).text
    assert hanako.get(SELF).status_code == 200
