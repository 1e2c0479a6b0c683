"""The server itself: faults, control, and how it speaks HTTP."""

from __future__ import annotations

import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import pytest
import requests

from syndication.sandbox.mixi.state import CLIENT_ID
from syndication.sandbox.network import DEFAULT_PASSWORD
from tests.sandbox_server import make_sandbox

SELF = "/2/people/@me/@self"
POST = "/2/voice/statuses/update"


def order(sandbox, **fields):
    """A fault, as a test from outside orders it."""
    return requests.post(f"{sandbox.url}/_faults", json={"network": "mixi", **fields})


@pytest.mark.parametrize(
    ("kind", "status", "is_done"),
    [
        ("500_before", 500, False),
        ("503", 503, False),
        ("429", 429, False),
        ("500_after", 500, True),
    ],
)
def test_a_fault_answers_for_the_network_once(hanako, sandbox, kind, status, is_done):
    assert order(sandbox, kind=kind, match=POST).json() == {"ok": True}
    assert hanako.post(POST, status="x").status_code == status
    assert bool(sandbox.mixi.statuses) is is_done
    assert hanako.post(POST, status="y").status_code == 200


def test_a_fault_strikes_as_often_as_ordered_and_only_where_it_matches(hanako, sandbox):
    order(sandbox, kind="500_before", match="POST /2/voice", times=2)
    assert hanako.get("/2/voice/statuses/@me/user_timeline").status_code == 200
    assert hanako.get(SELF).status_code == 200
    assert [hanako.post(POST, status="x").status_code for _ in range(3)] == [500, 500, 200]


@pytest.mark.parametrize("match", [POST, "/mixi/2/voice", "POST /mixi/2/voice", "POST /2", ""])
def test_a_match_may_name_method_and_path_with_or_without_the_network(hanako, sandbox, match):
    order(sandbox, kind="500_before", match=match)
    assert hanako.post(POST, status="x").status_code == 500


def test_faults_strike_in_the_order_given(hanako, sandbox):
    orders = [{"kind": "500_before"}, {"network": "mixi", "kind": "503"}]
    requests.post(f"{sandbox.url}/_faults", json={"faults": orders})
    assert [hanako.get(SELF).status_code for _ in range(3)] == [500, 503, 200]


def test_a_fault_of_another_network_does_not_strike(hanako, sandbox):
    order(sandbox, network="orkut", kind="500_before")
    assert hanako.get(SELF).status_code == 200


def test_pages_for_people_and_control_are_spared(caller, sandbox):
    order(sandbox, kind="500_before", times=9)
    assert caller.ask().status_code == 200
    assert caller.get("/").status_code == 200
    assert caller.get("/_received").status_code == 200


def test_the_token_endpoint_can_be_struck(hanako, sandbox):
    order(sandbox, kind="500_before", match="/2/token")
    assert hanako.renew().status_code == 500
    assert hanako.renew().status_code == 200


def test_429_says_when_to_come_back_in_seconds_or_as_a_date(hanako, sandbox):
    order(sandbox, kind="429", seconds=7)
    assert hanako.get(SELF).headers["Retry-After"] == "7"
    order(sandbox, kind="429", seconds=120, retry_after="date")
    at = parsedate_to_datetime(hanako.get(SELF).headers["Retry-After"])
    assert 110 < at.timestamp() - time.time() <= 120


def test_503_says_when_to_come_back_only_if_ordered(hanako, sandbox):
    order(sandbox, kind="503")
    assert "Retry-After" not in hanako.get(SELF).headers
    order(sandbox, kind="503", seconds=5)
    assert hanako.get(SELF).headers["Retry-After"] == "5"


def test_drop_after_does_it_and_says_nothing(hanako, sandbox):
    order(sandbox, kind="drop_after")
    with pytest.raises(requests.ConnectionError):
        hanako.post(POST, status="done")
    assert [each.text for each in sandbox.mixi.statuses] == ["done"]


def test_refuse_resets_and_does_nothing(hanako, sandbox):
    order(sandbox, kind="refuse")
    with pytest.raises(requests.ConnectionError):
        hanako.post(POST, status="not done")
    assert sandbox.mixi.statuses == []
    order(sandbox, kind="refuse")
    with socket.create_connection(("127.0.0.1", sandbox.ports[""]), timeout=5) as connection:
        connection.sendall(b"GET /mixi/2/people/@me/@self HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)
    assert hanako.get(SELF).status_code == 200


def test_slow_does_it_and_answers_late(hanako, sandbox):
    order(sandbox, kind="slow", seconds=0.3)
    begun = time.monotonic()
    assert hanako.post(POST, status="done").status_code == 200
    assert time.monotonic() - begun > 0.3
    assert len(sandbox.mixi.statuses) == 1


def test_a_caller_that_gives_up_on_slow_finds_it_done(hanako, sandbox):
    order(sandbox, kind="slow", seconds=5)
    headers = {"Authorization": f"OAuth {hanako.access}"}
    with pytest.raises(requests.ReadTimeout):
        requests.post(hanako.root + POST, data={"status": "x"}, headers=headers, timeout=0.2)
    assert len(sandbox.mixi.statuses) == 1


def test_slow_before_waits_and_then_does_it(hanako, sandbox):
    order(sandbox, kind="slow_before", seconds=0.3)
    begun = time.monotonic()
    assert hanako.get(SELF).status_code == 200
    assert time.monotonic() - begun > 0.3


def test_drip_answers_byte_by_byte(hanako, sandbox):
    order(sandbox, kind="drip", seconds=0.3)
    begun = time.monotonic()
    assert hanako.get(SELF).json()["entry"]["id"]
    assert time.monotonic() - begun > 0.2


def test_bad_json_does_it_and_answers_half(hanako, sandbox):
    order(sandbox, kind="bad_json")
    reply = hanako.post(POST, status="done")
    assert reply.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.content.decode("utf-8", "replace"))
    assert len(sandbox.mixi.statuses) == 1


def test_huge_is_tens_of_megabytes(hanako, sandbox):
    order(sandbox, kind="huge")
    headers = {"Authorization": f"OAuth {hanako.access}"}
    with requests.get(hanako.root + SELF, headers=headers, stream=True) as reply:
        assert int(reply.headers["Content-Length"]) > 30_000_000


def test_redirect_goes_where_ordered(hanako, sandbox):
    order(sandbox, kind="redirect", location="http://169.254.169.254/")
    reply = hanako.get(SELF)
    assert (reply.status_code, reply.headers["Location"]) == (302, "http://169.254.169.254/")


@pytest.mark.parametrize(
    ("kind", "error"), [("expired", "expired_token"), ("401", "invalid_token")]
)
def test_token_errors_are_told_in_the_networks_words(hanako, sandbox, kind, error):
    order(sandbox, kind=kind)
    hanako.scheme = "Bearer"
    reply = hanako.get(SELF)
    header = f"Bearer error='{error}',realm='api.mixi-platform.com'"
    assert (reply.status_code, reply.headers["WWW-Authenticate"]) == (401, header)
    assert hanako.get(SELF).status_code == 200


@pytest.mark.parametrize("wrong", [{"kind": "explode"}, {}, {"kind": "429", "colour": "red"}])
def test_a_wrong_order_is_400_and_told_why(sandbox, wrong):
    reply = order(sandbox, **wrong)
    assert reply.status_code == 400
    assert reply.json()["error"]


def test_reset_brings_back_the_seeded_state(hanako, sandbox):
    order(sandbox, kind="500_before", times=5)
    sandbox.clock.advance(10)
    sandbox.mixi.configure({"rate_limit": 1})
    hanako.request("POST", "/2/nothing")
    assert requests.post(f"{sandbox.url}/_reset").json() == {"ok": True}
    assert hanako.get(SELF).status_code == 401
    assert sandbox.mixi.state.settings.rate_limit == 60
    assert abs(sandbox.clock.now().timestamp() - time.time()) < 5


def test_time_can_be_moved_from_outside(hanako, sandbox):
    requests.post(f"{sandbox.url}/_time", json={"seconds": 901})
    assert hanako.get(SELF).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"network": "mixi", "colour": 1},
        {"network": "myspace"},
        {"network": "mixi", "rate_limit": "x"},
    ],
)
def test_a_wrong_setting_is_400(sandbox, wrong):
    assert requests.post(f"{sandbox.url}/_settings", json=wrong).status_code == 400


def test_received_has_the_fixed_shape_and_nothing_seeded(hanako, sandbox):
    empty = requests.get(f"{sandbox.url}/mixi/_received").json()
    assert (empty["statuses"], empty["diaries"], empty["photos"]) == ([], [], [])
    post = hanako.say("記録")
    hanako.delete(f"/2/voice/statuses/{post['id']}")
    diary = {"title": "題", "body": "本文", "privacy": {"visibility": "self"}}
    hanako.request("POST", "/2/diary/articles/@me/@self", json=diary)
    received = requests.get(f"{sandbox.url}/mixi/_received").json()
    status, entry = received["statuses"][0], received["diaries"][0]
    assert {"id", "user", "text", "created_at", "deleted", "photos"} <= set(status)
    assert (status["id"], status["user"], status["deleted"]) == (post["id"], "hanako", True)
    assert {"id", "user", "title", "body", "visibility", "deleted", "photos"} <= set(entry)
    assert (entry["visibility"], entry["deleted"]) == ("self", False)


def test_an_unknown_network_is_404(sandbox):
    assert requests.get(f"{sandbox.url}/myspace/_received").status_code == 404
    assert requests.post(f"{sandbox.url}/myspace/").status_code == 404


def test_one_connection_carries_many_requests_and_every_answer_its_length(sandbox):
    address = urlsplit(sandbox.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=5)
    for method, path in (("GET", "/"), ("POST", "/_reset"), ("GET", "/mixi/"), ("HEAD", "/mixi/")):
        connection.request(method, path)
        reply = connection.getresponse()
        assert reply.version == 11
        assert reply.getheader("Content-Length") is not None
        assert reply.getheader("Content-Type")
        content = reply.read()
        assert (content == b"") == (method == "HEAD")
    connection.close()


def test_a_body_without_length_is_411(sandbox):
    reply = requests.post(f"{sandbox.url}/mixi/2/token", data=iter([b"a", b"b"]))
    assert reply.status_code == 411


def test_twenty_callers_at_once_lose_nothing(hanako, sandbox):
    with ThreadPoolExecutor(20) as pool:
        ids = {each["id"] for each in pool.map(lambda number: hanako.say(str(number)), range(40))}
    assert len(ids) == len(sandbox.mixi.statuses) == 40


def test_stopping_frees_the_port_and_ends_open_connections():
    listening = make_sandbox()
    listening.start()
    address = ("127.0.0.1", listening.ports[""])
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(4) == b"HTTP"
        listening.stop()
        while connection.recv(65536):
            pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)


def test_the_environment_points_the_product_at_it(sandbox, settings):
    assert sandbox.environment()["MIXI_TOKEN_URL"] == f"{sandbox.url}/mixi/2/token"
    assert settings.NETWORKS["mixi"]["api_url"] == f"{sandbox.url}/mixi/2"
    assert settings.NETWORKS["mixi"]["client_id"] == CLIENT_ID
    doors = [sandbox.url, *(sandbox.root(key) for key in ("mastodon", "misskey", "bluesky"))]
    assert {door.removeprefix("http://") for door in doors} <= set(settings.ALLOWED_PRIVATE_HOSTS)


def test_an_address_with_line_breaks_begins_no_header_of_its_own(sandbox):
    """Cookies know no ports: one that is set here is the demo site's, too."""
    typed = {"name": "hanako", "password": DEFAULT_PASSWORD, "next_url": "/\r\nSet-Cookie: evil=1"}
    answer = requests.post(
        f"{sandbox.root('mixi')}/login.pl", data=typed, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 302
    assert "evil" not in answer.cookies
    assert "evil=1" in answer.headers["Location"]
