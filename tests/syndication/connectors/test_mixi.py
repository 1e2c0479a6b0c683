"""mixi: the contract against the sandbox, and the wire against the vendor's transcripts."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from accounts.safe_http import SafeHttp
from syndication.connectors.base import App, Credentials, OutgoingPost, Photo, Receipt
from syndication.connectors.errors import NoVerdict, Rejected, TryLater, Unauthorized, Unsupported
from syndication.connectors.mixi import Mixi
from tests.scripted_server import ScriptedServer, answer, playing
from tests.syndication.connectors.contract import (
    JPEG,
    PERMALINK,
    ConnectorContract,
    Network,
    a_post,
)
from tests.syndication.sandbox.conftest import Caller
from tests.syndication.transcripts import Exchange, complete, load

ACCESS = "2199f67266d20a5d00dcb4fda135570957df205f"
REFRESH = "a6065549ec8e7be1b0505c31142ff200a7de8869"
CLIENT = "cf60e9095216f4ca5bd6"
SECRET = "0123456789abcdef0123456789abcdef01234567"


class MixiOnTheSandbox(Network):
    connector_class = Mixi

    def app(self) -> App:
        return App(
            client_id=self.sandbox.mixi.state.client.id,
            client_secret=self.sandbox.mixi.state.client.secret,
            api_url=self.sandbox.root("mixi") + "/2",
            token_url=self.sandbox.root("mixi") + "/2/token",
        )

    def credentials(self, **consent: str) -> Credentials:
        caller = Caller(self.sandbox).login("hanako", **consent)
        return Credentials(access_token=caller.access, refresh_token=caller.refresh)

    def copies(self, kind: str) -> list[tuple[str, str]]:
        received: dict[str, list[dict[str, Any]]] = self.sandbox.mixi.received()
        shelf = {"note": "diaries", "photo": "photos"}.get(kind, "statuses")
        there = [each for each in received[shelf] if not each.get("deleted")]
        if kind == "note":
            return [(each["title"], each["body"]) for each in there]
        return [("", each["title" if kind == "photo" else "text"]) for each in there]

    def friends(self, count: int) -> int:
        before = len(list(self.connector().friends()))
        self.sandbox.mixi.add_friends("hanako", count)
        return before + count

    def expire(self) -> None:
        self.sandbox.clock.advance(901)

    def revoke(self) -> None:
        self.sandbox.mixi.revoke("hanako")

    def is_scripted(self, server: ScriptedServer) -> App:
        return App("client", "client-secret-3", f"{server.url}/2", f"{server.url}/2/token")


class TestMixi(ConnectorContract):
    network = MixiOnTheSandbox

    def test_a_token_without_the_scope_is_parked_with_its_name(self, net):
        connector = net.connector(net.credentials(scope="r_profile r_voice"))
        with pytest.raises(Unauthorized) as refusal:
            connector.publish(a_post("status"), idempotency_key="k")
        assert (refusal.value.scope, refusal.value.expired) == ("w_voice", False)

    def test_friends_pictures_are_those_that_everyone_may_see(self):
        with playing(answer('{"entry":[]}')) as server:
            list(_connector(server).friends())
        assert b"thumbnailPrivacy=everyone" in server.received[0]

    def test_a_photo_for_friends_goes_into_one_album_of_theirs(self, net):
        connector = net.connector()
        first = connector.publish(a_post("photo", "friends"), idempotency_key="k")
        second = connector.publish(a_post("photo", "friends"), idempotency_key="l")
        public = connector.publish(a_post("photo"), idempotency_key="m")
        album, again = (receipt.remote_id.partition("/")[0] for receipt in (first, second))
        assert album == again != "photo:@default"
        assert public.remote_id.startswith("photo:@default/")

    def test_an_album_that_the_member_opened_to_everyone_is_used_no_more(self):
        albums = (
            '{"entry":[{"id":"a1","title":"Profile Link","privacy":{"visibility":"everyone"}}]}'
        )
        script = answer(albums), answer('{"id":"a2"}'), answer('{"id":"p1"}')
        with playing(answer('{"entry":[]}'), *script[1:]) as server:
            _connector(server).publish(a_post("photo", "friends"), idempotency_key="k")
        with playing(script[0], answer('{"entry":[]}'), *script[1:]) as server:
            receipt = _connector(server).publish(a_post("photo", "friends"), idempotency_key="k")
        assert receipt.remote_id == "photo:a2/p1"
        made = server.received[2]
        assert made.endswith(b"title=Profile+Link&description=&visibility=friends")

    def test_an_album_whose_making_got_no_answer_is_simply_tried_again(self):
        with (
            playing(answer('{"entry":[]}'), answer("", "500 x")) as server,
            pytest.raises(TryLater),
        ):
            _connector(server).publish(a_post("photo", "friends"), idempotency_key="k")

    def test_a_note_keeps_its_readers_and_its_photos(self, net):
        photos = tuple(Photo(JPEG + bytes([number])) for number in range(3))
        net.connector().publish(a_post("note", "friends", photos=photos), idempotency_key="k")
        [diary] = net.sandbox.mixi.received()["diaries"]
        assert diary["visibility"] == "friends"
        assert len(diary["photos"]) == 3

    def test_a_fourth_photo_is_named_and_the_copy_shows_where_it_is(self, net):
        post = a_post("note", photos=(Photo(JPEG),) * 4)
        shown = Mixi.preview(post)
        assert (shown.photos, len(shown.dropped)) == (3, 1)
        assert shown.text.endswith(PERMALINK)
        with pytest.raises(Unsupported):
            Mixi.preview(a_post("note", "friends", photos=(Photo(JPEG),) * 4))

    def test_a_photo_that_mixi_does_not_take_is_not_sent(self):
        with pytest.raises(Unsupported):
            Mixi.preview(a_post("photo", photos=(Photo(b"GIF89a", content_type="image/gif"),)))

    def test_a_note_without_a_title_is_called_by_its_first_line(self):
        shown = Mixi.preview(a_post("note", title="", text="一行目\n二行目"))
        assert (shown.title, shown.text, shown.is_cut) == ("一行目", "一行目\n二行目", False)
        long = Mixi.preview(a_post("note", "friends", title="", text="花" * 200))
        assert (len(long.title), long.text, long.is_cut) == (100, "花" * 200, False)

    def test_a_title_that_is_too_long_is_cut_only_where_the_permalink_may_stand(self):
        shown = Mixi.preview(a_post("note", title="花" * 101))
        assert shown.title == "花" * 99 + "…"
        assert shown.is_cut
        assert shown.text.endswith(PERMALINK)
        with pytest.raises(Unsupported):
            Mixi.preview(a_post("note", "friends", title="花" * 101))

    def test_an_address_is_never_cut(self):
        address = "https://example.org/" + "a" * 100
        shown = Mixi.preview(a_post("link", url=address, text="花" * 100, permalink="http://t/1"))
        assert shown.text.endswith(f"… {address} http://t/1")
        assert len(shown.text) <= 150

    def test_an_address_that_cannot_fit_gives_way_to_the_permalink(self):
        shown = Mixi.preview(a_post("link", url="https://example.org/" + "a" * 200))
        assert shown.text.endswith(PERMALINK)
        assert "example.org" not in shown.text.replace(PERMALINK, "").split("link:")[-1]
        assert shown.dropped

    def test_a_copy_is_found_by_its_permalink_whatever_became_of_the_words(self):
        timeline = [
            {
                "id": "u-20110215234404",
                "created_at": "Tue Feb 15 14:44:04 +0000 2011",
                "text": f"花[e:731] {PERMALINK}",
                "user": {"id": "u"},
            }
        ]
        with playing(answer(json.dumps(timeline))) as server:
            found = _connector(server).look_up(
                a_post("status", text="花😀", always_permalink=True), since=0, idempotency_key="k"
            )
            assert [entry.remote_id for entry in found] == ["voice:u-20110215234404"]

    def test_pictograms_of_phones_can_be_read(self):
        timeline = [
            {
                "id": "u-20110215234404",
                "created_at": "Tue Feb 15 14:44:04 +0000 2011",
                "text": "晴れ[i:1]きらきら[i:150][e:731]",
                "user": {"id": "u", "screen_name": "花[i:80]子", "url": "javascript:alert(1)"},
            },
            {"id": "../..", "created_at": "never", "user": 5},
            None,
        ]
        with playing(answer(json.dumps(timeline))) as server:
            [item] = _connector(server).feed(since="voice:u-1")
        assert item.text == "晴れ☀きらきら✨〓"
        assert (item.author.name, item.author.profile_url) == ("花♥子", "")
        assert b"since_id=u-1 " in server.received[0]

    def test_no_delete_of_a_diary_is_even_tried(self):
        with playing(answer()) as server, pytest.raises(Unsupported):
            _connector(server).retract(Receipt("diary:1"))
        assert server.received == []


# The vendor's transcripts, networks.md Appendix A


def _connector(server: ScriptedServer) -> Mixi:
    return Mixi(
        Credentials(ACCESS, refresh_token=REFRESH, scopes=("r_profile",), uid="u"),
        http=SafeHttp(user_agent="ProfileLink/0", allowed=[server.authority]),
        app=App(CLIENT, SECRET, f"{server.url}/2", f"{server.url}/2/token"),
        clock=lambda: 1_000_000.0,
    )


def _play(exchange: Exchange, case: int = 0, body: str | None = None) -> bytes:
    """The answer of a transcript as bytes; `body` where the transcript shows none."""
    shown = exchange.answers[case]
    return answer(
        body if body is not None else (shown.body or ""),
        f"{shown.statuses[0]} x",
        dict(shown.headers),
    )


def _assert_wrote(raw: bytes, exchange: Exchange, **more: str) -> None:
    """The request on the wire is the transcript's, byte for byte; `…` filled in."""
    full = {"2199f672…": ACCESS, "client_secret=…": f"client_secret={SECRET}"}
    full |= {"<expired>": ACCESS, "<new>": "new"} | more
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
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
        fresh = _connector(server).refresh()
    _assert_wrote(server.received[0], exchange)
    assert (fresh.access_token, fresh.refresh_token, fresh.uid) == ("…", "…", "u")
    assert fresh.expires_at == 1_000_900.0
    assert fresh.scopes == ("r_profile", "w_diary", "w_voice")


def test_a3_a_dead_refresh_token_as_captured():
    [exchange] = load("mixi", "a3")
    with playing(_play(exchange, 1)) as server, pytest.raises(Unauthorized) as refusal:
        _connector(server).refresh()
    assert not refusal.value.expired


def test_a4_friends_as_captured():
    [exchange] = load("mixi", "a4")
    with playing(_play(exchange)) as server:
        [friend] = _connector(server).friends()
    _assert_wrote(server.received[0], exchange)
    assert (friend.uid, friend.name) == ("ezkjdy9s8rwsc", "ザキ")
    assert friend.profile_url == "http://mixi.jp/show_friend.pl?uid=ezkjdy9s8rwsc"
    assert friend.picture_url.endswith("ezkjdy9s8rwsc_908263351.jpg")


def test_a5_an_expired_token_as_captured():
    first, _refresh, second = load("mixi", "a5")
    with playing(_play(first)) as server, pytest.raises(Unauthorized) as refusal:
        _connector(server).profile()
    _assert_wrote(server.received[0], first)
    assert refusal.value.expired
    person = '{"entry":{"id":"6syksi5ctrp","displayName":"もも"},"startIndex":0,"totalResults":1}'
    with playing(_play(second, body=person)) as server:
        assert _connector(server).profile().name == "もも"
    _assert_wrote(server.received[0], second, **{"<new>": ACCESS})


def test_a6_a_missing_scope_as_captured():
    [exchange] = load("mixi", "a6")
    with playing(_play(exchange)) as server, pytest.raises(Unauthorized) as refusal:
        _connector(server).publish(OutgoingPost("status", "投稿なう"), idempotency_key="k")
    _assert_wrote(server.received[0], exchange)
    assert (refusal.value.scope, refusal.value.status) == ("w_voice", 403)


@pytest.mark.parametrize("quote", ["'", '"', ""])
def test_the_error_of_the_access_is_read_in_any_quotes(quote):
    header = f"OAuth error={quote}expired_token{quote},realm={quote}api.mixi-platform.com{quote}"
    for status in ("401 x", "403 x", "400 x"):
        refused = answer("", status, {"WWW-Authenticate": header})
        with playing(refused) as server, pytest.raises(Unauthorized) as refusal:
            _connector(server).profile()
        assert refusal.value.expired


def test_a7_posting_and_deleting_a_voice_as_captured():
    post, delete = load("mixi", "a7")
    with playing(_play(post), _play(delete), _play(delete, 1)) as server:
        connector = _connector(server)
        receipt = connector.publish(OutgoingPost("status", "投稿なう"), idempotency_key="k")
        connector.retract(receipt)
        connector.retract(receipt)
    _assert_wrote(server.received[0], post)
    _assert_wrote(server.received[1], delete)
    assert receipt.remote_id == "voice:8nhyg46freg7m-20110215234404"
    assert receipt.url == "http://mixi.jp/show_friend.pl?uid=8nhyg46freg7m"


def test_a7_too_long_a_voice_as_captured():
    post, _ = load("mixi", "a7")
    with playing(_play(post, 1)) as server, pytest.raises(Rejected) as refusal:
        _connector(server).publish(OutgoingPost("status", "投稿なう"), idempotency_key="k")
    assert refusal.value.words == "unknown error. code:400"


def test_a9_a_diary_with_photos_as_captured():
    """All but what is ours to choose: the readers, the boundary and the name of the file."""
    [exchange] = load("mixi", "a9")
    post = OutgoingPost(
        "note", "日記の本文", "日記のタイトル", photos=(Photo("…".encode()),), audience="friends"
    )
    for status in exchange.answer.statuses:
        with playing(answer(exchange.answer.body or "", f"{status} x")) as server:
            receipt = _connector(server).publish(post, idempotency_key="k")
        assert receipt.remote_id == "diary:1721036643"
    boundary = re.search(rb"boundary=(\w+)", server.received[0])[1].decode()
    _assert_wrote(
        server.received[0],
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
        _connector(server).publish(OutgoingPost("note", "本文", "題"), idempotency_key="k")


def test_a_diary_without_photos_is_the_same_json():
    with playing(answer('{"id":"1"}')) as server:
        _connector(server).publish(OutgoingPost("note", "日記の本文", "題"), idempotency_key="k")
    head, _, body = server.received[0].partition(b"\r\n\r\n")
    assert b"\r\nContent-Type: application/json" in head
    expected = (
        '{"title":"題","body":"日記の本文","privacy":{"visibility":"everyone","show_users":"0"}}'
    )
    assert body.decode() == expected


def test_a10_the_throttle_as_captured():
    [exchange] = load("mixi", "a10")
    with playing(_play(exchange)) as server, pytest.raises(TryLater) as delay:
        _connector(server).profile()
    _assert_wrote(server.received[0], exchange)
    assert delay.value.after == 60


def test_a11_an_access_taken_back_as_captured():
    api, refresh = load("mixi", "a11")
    with playing(_play(api), _play(refresh)) as server:
        for act, exchange in ((Mixi.profile, api), (Mixi.refresh, refresh)):
            with pytest.raises(Unauthorized) as refusal:
                act(_connector(server))
            assert not refusal.value.expired
            _assert_wrote(server.received[-1], exchange)


def test_a_single_friend_may_come_without_its_list():
    page = '{"entry":{"id":"a1","displayName":"A"},"totalResults":"1"}'
    with playing(answer(page)) as server:
        assert [friend.uid for friend in _connector(server).friends()] == ["a1"]


def test_a_retry_after_that_nobody_can_read_is_a_minute():
    refused = answer("", "429 x", {"Retry-After": "soon"})
    with playing(refused) as server, pytest.raises(TryLater) as delay:
        _connector(server).profile()
    assert delay.value.after == 60


def test_a_lost_answer_to_a_delete_has_no_verdict():
    with playing(answer("", "500 x")) as server, pytest.raises(NoVerdict):
        _connector(server).retract(Receipt("voice:a-1"))
