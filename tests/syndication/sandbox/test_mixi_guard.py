"""What an API request must carry, what it is told otherwise, and the limit for each minute."""

import pytest
import requests

SELF = "/2/people/@me/@self"


@pytest.mark.parametrize("scheme", ["OAuth", "Bearer"])
def test_both_schemes_work_and_errors_echo_the_one_used(hanako, scheme):
    hanako.scheme = scheme
    assert hanako.get(SELF).status_code == 200
    hanako.access = "0" * 40
    header = f"{scheme} error='invalid_token',realm='api.mixi-platform.com'"
    assert hanako.get(SELF).headers["WWW-Authenticate"] == header


@pytest.mark.parametrize(("name", "scheme"), [("oauth_token", "OAuth"), ("access_token", "Bearer")])
def test_the_token_may_stand_in_the_query(hanako, name, scheme):
    address = hanako.root + SELF
    assert requests.get(address, params={name: hanako.access}).status_code == 200
    wrong = requests.get(address, params={name: "wrong"})
    assert wrong.headers["WWW-Authenticate"].startswith(f"{scheme} error='invalid_token'")


def test_access_token_in_the_query_is_for_reading_alone(hanako):
    address = f"{hanako.root}/2/voice/statuses?access_token={hanako.access}"
    assert requests.post(address, data={"status": "x"}).status_code == 400


@pytest.mark.parametrize("header", [{}, {"Authorization": "Basic abc"}, {"Authorization": "OAuth"}])
def test_no_token_is_a_malformed_request(caller, header):
    reply = requests.get(caller.root + SELF, headers=header)
    assert reply.status_code == 400
    assert "error='invalid_request'" in reply.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", SELF, "r_profile"),
        ("GET", "/2/groups/@me", "r_profile"),
        ("POST", "/2/voice/statuses/update", "w_voice"),
        ("DELETE", "/2/voice/statuses/x-1", "w_voice"),
        ("GET", "/2/voice/statuses/@me/user_timeline", "r_voice"),
        ("GET", "/2/voice/statuses/friends_timeline", "r_voice"),
        ("POST", "/2/voice/replies/create/x-1", "w_voice"),
        ("GET", "/2/voice/favorites/show/x-1", "r_voice"),
        ("POST", "/2/diary/articles/@me/@self", "w_diary"),
        ("GET", "/2/diary/articles/@me/@self/1", "r_diary"),
        ("POST", "/2/photo/mediaItems/@me/@self/@default", "w_photo"),
        ("GET", "/2/photo/albums/@me/@self", "r_photo"),
        ("POST", "/2/share", "w_share"),
        ("GET", "/2/updates/@me/@friends", "r_updates"),
    ],
)
def test_a_scope_that_was_not_granted_is_named(caller, method, path, scope):
    caller.login(scope="r_checkin")
    reply = caller.request(method, path)
    header = f"OAuth error='insufficient_scope',scope='{scope}',realm='api.mixi-platform.com'"
    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (403, header)


def test_an_unknown_address_is_404_in_mixis_words(hanako):
    reply = hanako.get("/2/nothing/here")
    assert (reply.status_code, reply.json()) == (404, {"error": "unknown error. code:404"})


def test_the_61st_request_in_a_minute_is_503_without_any_hint(hanako, taro, sandbox):
    assert all(hanako.get(SELF).status_code == 200 for _ in range(60))
    reply = hanako.get(SELF)
    assert (reply.status_code, reply.reason) == (503, "Service Temporarily Unavailable")
    assert "Retry-After" not in reply.headers
    assert taro.get(SELF).status_code == 200
    sandbox.clock.advance(61)
    assert hanako.get(SELF).status_code == 200


def test_the_limit_can_be_set(hanako, sandbox):
    settings = {"network": "mixi", "rate_limit": 2}
    assert requests.post(f"{sandbox.url}/_settings", json=settings).json() == {"ok": True}
    assert [hanako.get(SELF).status_code for _ in range(3)] == [200, 200, 503]


def test_every_answer_names_the_spec(hanako):
    for path in (SELF, "/2/nothing", "/2/voice/statuses/x-1"):
        assert hanako.get(path).headers["X-MIXI-GRAPH-API-SPEC"] == "131072"
