"""mixi's wire against the vendor's transcripts byte for byte."""

from __future__ import annotations

import re

import pytest

from syndication.connectors.base import OutgoingPost, Photo, Receipt
from syndication.connectors.errors import OutcomeUnknown, Rejected, TryLater, Unauthorized
from syndication.connectors.mixi import Mixi
from tests.scripted_server import answer, playing
from tests.syndication.connectors.mixi import ACCESS, SECRET, played_by
from tests.syndication.connectors.network import JPEG
from tests.syndication.transcripts import Exchange, complete, load


def _play(exchange: Exchange, case: int = 0, body: str | None = None) -> bytes:
    """The answer of a transcript as bytes; `body` where the transcript shows none."""
    shown = exchange.answers[case]
    return answer(
        body if body is not None else (shown.body or ""),
        f"{shown.statuses[0]} x",
        dict(shown.headers),
    )


def _assert_wrote(raw: bytes, exchange: Exchange, **more: str) -> None:
    """The request on the wire is the transcript's, byte for byte; `…` filled in.

    But for the account itself, of which we ask for the public picture.
    """
    full = {"2199f672…": ACCESS, "client_secret=…": f"client_secret={SECRET}"}
    full |= {"<expired>": ACCESS, "<new>": "new"} | more
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    if exchange.request.target.endswith("/@self"):
        first = first.replace("?thumbnailPrivacy=everyone", "")
    assert first == f"{exchange.request.method} {exchange.request.target} HTTP/1.1"
    for name, value in exchange.request.headers.items():
        if name != "Host":
            assert f"{name}: {complete(value, full)}" in lines
    # A transcript's last line end is not kept; after a closing boundary it means nothing.
    assert (
        body.removesuffix(b"\r\n") == complete(exchange.request.wire_body().decode(), full).encode()
    )


def test_a3_refresh_as_captured():
    [exchange] = load("mixi", "a3")
    with playing(_play(exchange)) as server:
        fresh = played_by(server).refresh()
    _assert_wrote(server.received[0], exchange)
    assert (fresh.access_token, fresh.refresh_token, fresh.uid) == ("…", "…", "u")
    assert fresh.expires_at == 1_000_900.0
    assert fresh.scopes == ("r_profile", "w_diary", "w_voice")


def test_a3_a_dead_refresh_token_as_captured():
    [exchange] = load("mixi", "a3")
    with playing(_play(exchange, 1)) as server, pytest.raises(Unauthorized) as refusal:
        played_by(server).refresh()
    assert not refusal.value.expired


def test_a4_friends_as_captured():
    [exchange] = load("mixi", "a4")
    with playing(_play(exchange)) as server:
        [friend] = played_by(server).friends()
    _assert_wrote(server.received[0], exchange)
    assert (friend.uid, friend.name) == ("ezkjdy9s8rwsc", "ザキ")
    assert friend.profile_url == "http://mixi.jp/show_friend.pl?uid=ezkjdy9s8rwsc"
    assert friend.picture_url.endswith("ezkjdy9s8rwsc_908263351.jpg")


def test_a5_an_expired_token_as_captured():
    first, _refresh, second = load("mixi", "a5")
    with playing(_play(first)) as server, pytest.raises(Unauthorized) as refusal:
        played_by(server).profile()
    _assert_wrote(server.received[0], first)
    assert refusal.value.expired
    person = '{"entry":{"id":"6syksi5ctrp","displayName":"もも"},"startIndex":0,"totalResults":1}'
    with playing(_play(second, body=person)) as server:
        assert played_by(server).profile().name == "もも"
    _assert_wrote(server.received[0], second, **{"<new>": ACCESS})


def test_a6_a_missing_scope_as_captured():
    [exchange] = load("mixi", "a6")
    with playing(_play(exchange)) as server, pytest.raises(Unauthorized) as refusal:
        played_by(server).publish(OutgoingPost("status", text="投稿なう"), idempotency_key="k")
    _assert_wrote(server.received[0], exchange)
    assert (refusal.value.scope, refusal.value.status) == ("w_voice", 403)


@pytest.mark.parametrize("quote", ["'", '"', ""])
def test_the_error_of_the_access_is_read_in_any_quotes(quote):
    header = f"OAuth error={quote}expired_token{quote},realm={quote}api.mixi-platform.com{quote}"
    for status in ("401 x", "403 x", "400 x"):
        refused = answer("", status, {"WWW-Authenticate": header})
        with playing(refused) as server, pytest.raises(Unauthorized) as refusal:
            played_by(server).profile()
        assert refusal.value.expired


def test_a7_posting_and_deleting_a_voice_as_captured():
    post, delete = load("mixi", "a7")
    with playing(_play(post), _play(delete), _play(delete, 1)) as server:
        connector = played_by(server)
        receipt = connector.publish(OutgoingPost("status", text="投稿なう"), idempotency_key="k")
        connector.retract(receipt)
        connector.retract(receipt)
    _assert_wrote(server.received[0], post)
    _assert_wrote(server.received[1], delete)
    assert receipt.remote_id == "voice:8nhyg46freg7m-20110215234404"
    assert receipt.url == "http://mixi.jp/show_friend.pl?uid=8nhyg46freg7m"


def test_a7_too_long_a_voice_as_captured():
    post, _ = load("mixi", "a7")
    with playing(_play(post, 1)) as server, pytest.raises(Rejected) as refusal:
        played_by(server).publish(OutgoingPost("status", text="投稿なう"), idempotency_key="k")
    assert refusal.value.message == "unknown error. code:400"


def test_a9_a_diary_with_photos_as_captured():
    """All but what is ours to choose: the readers, the boundary and the name of the file."""
    [exchange] = load("mixi", "a9")
    post = OutgoingPost(
        "note", text="日記の本文", title="日記のタイトル", photos=(Photo(JPEG),), audience="friends"
    )
    for status in exchange.answer.statuses:
        with playing(answer(exchange.answer.body or "", f"{status} x")) as server:
            receipt = played_by(server).publish(post, idempotency_key="k")
        assert receipt.remote_id == "diary:1721036643"
    boundary = re.search(rb"boundary=(\w+)", server.received[0])[1].decode()
    assert JPEG in server.received[0]
    _assert_wrote(
        server.received[0].replace(JPEG, "…".encode()),
        exchange,
        **{
            "boundary20110215": boundary,
            "添付画像1.jpg": "photo1.jpg",
            '"visibility":"group","group":"10"': '"visibility":"friends"',
        },
    )


def test_a9_too_long_a_title_as_captured():
    [exchange] = load("mixi", "a9")
    with playing(_play(exchange, 1)) as server, pytest.raises(Rejected):
        played_by(server).publish(
            OutgoingPost("note", text="本文", title="題"), idempotency_key="k"
        )


def test_a_diary_without_photos_is_the_same_json():
    with playing(answer('{"id":"1"}')) as server:
        played_by(server).publish(
            OutgoingPost("note", text="日記の本文", title="題"), idempotency_key="k"
        )
    head, _, body = server.received[0].partition(b"\r\n\r\n")
    assert b"\r\nContent-Type: application/json" in head
    expected = (
        '{"title":"題","body":"日記の本文","privacy":{"visibility":"everyone","show_users":"0"}}'
    )
    assert body.decode() == expected


def test_a10_the_throttle_as_captured():
    [exchange] = load("mixi", "a10")
    with playing(_play(exchange)) as server, pytest.raises(TryLater) as delay:
        played_by(server).profile()
    _assert_wrote(server.received[0], exchange)
    assert delay.value.after == 60


def test_a11_an_access_taken_back_as_captured():
    api, refresh = load("mixi", "a11")
    with playing(_play(api), _play(refresh)) as server:
        for act, exchange in ((Mixi.profile, api), (Mixi.refresh, refresh)):
            with pytest.raises(Unauthorized) as refusal:
                act(played_by(server))
            assert not refusal.value.expired
            _assert_wrote(server.received[-1], exchange)


def test_a_single_friend_may_come_without_its_list():
    page = '{"entry":{"id":"a1","displayName":"A"},"totalResults":"1"}'
    with playing(answer(page)) as server:
        assert [friend.uid for friend in played_by(server).friends()] == ["a1"]


def test_a_retry_after_that_nobody_can_read_is_a_minute():
    refused = answer("", "429 x", {"Retry-After": "soon"})
    with playing(refused) as server, pytest.raises(TryLater) as delay:
        played_by(server).profile()
    assert delay.value.after == 60


def test_a_lost_answer_to_a_delete_has_no_verdict():
    with playing(answer("", "500 x")) as server, pytest.raises(OutcomeUnknown):
        played_by(server).retract(Receipt("voice:a-1"))


def test_a_page_that_holds_less_than_it_says_is_gone_on_from_where_it_ended():
    page = '{"entry":[{"id":"a1"},{"id":"a2"}],"itemsPerPage":100,"totalResults":3}'
    last = '{"entry":[{"id":"a3"}],"itemsPerPage":100,"totalResults":3}'
    with playing(answer(page), answer(last)) as server:
        assert [friend.uid for friend in played_by(server).friends()] == ["a1", "a2", "a3"]
    assert b"startIndex=2&" in server.received[1]
