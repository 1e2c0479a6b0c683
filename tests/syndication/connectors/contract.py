"""What every connector must do, as tests to inherit.

    class TestMixi(ConnectorContract):
        network = MixiOnTheSandbox

One half runs against the sandbox, which was written by others from the vendor's pages; the other
against a server that plays what no sandbox would. A subclass says only how its network is reached.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accounts.safe_http import SafeHttp
from syndication.connectors.base import App, Connector, Credentials, OutgoingPost, Photo, Receipt
from syndication.connectors.errors import (
    ConnectorError,
    NoVerdict,
    Rejected,
    TryLater,
    Unauthorized,
    Unreachable,
    Unsupported,
)
from syndication.connectors.text import UNITS
from tests.scripted_server import ScriptedServer, answer, dripping, playing, reset

PERMALINK = "http://testserver/posts/7/"
JPEG = b"\xff\xd8\xff\xe0 a picture \r\n--with\r\n\r\nodd bytes\x00\xff\xd9"
SECRETS = ("access-secret-1", "refresh-secret-2", "client-secret-3")
KINDS = ("status", "note", "photo", "link")
AUDIENCES = ("everyone", "friends_of_friends", "friends", "group", "only_me")


def a_post(kind: str, audience: str = "everyone", **changes: Any) -> OutgoingPost:
    """A post of that kind as the product would hand it over."""
    whole = OutgoingPost(
        kind=kind,
        text=f"{kind}: 今日はいい天気 & <b>😀</b>",
        title="日記のタイトル" if kind == "note" else "",
        url="https://example.org/a?b=c&d=%E3%81%82" if kind == "link" else "",
        permalink=PERMALINK if audience == "everyone" else "",
        photos=(Photo(JPEG, alt="a picture"),) if kind == "photo" else (),
        audience=audience,
    )
    return replace(whole, **changes)


READINGS: dict[str, Callable[[Connector], object]] = {
    "friends": lambda connector: list(connector.friends()),
    "feed": lambda connector: list(connector.feed()),
    "profile": lambda connector: connector.profile(),
    "look_up": lambda connector: list(
        connector.look_up(a_post("status"), since=0, idempotency_key="k")
    ),
}


class Impatient:
    """A SafeHttp that gives no request more than `seconds`, so that a test need not wait."""

    NotSent = SafeHttp.NotSent
    MaybeSent = SafeHttp.MaybeSent

    def __init__(self, http: SafeHttp, seconds: float) -> None:
        self._http = http
        self._seconds = seconds

    def request(self, method: str, url: str, *, deadline: float = 20.0, **content: Any) -> Any:
        deadline = min(deadline, self._seconds)
        return self._http.request(method, url, deadline=deadline, **content)


class Network:
    """How one network is reached in the tests. A subclass fills in what raises here."""

    connector_class: type[Connector]

    def __init__(self, sandbox: Any) -> None:
        self.sandbox = sandbox

    def app(self) -> App:
        """Our registration there, pointing at the sandbox."""
        raise NotImplementedError

    def credentials(self) -> Credentials:
        """Those of a member who has just consented to everything."""
        raise NotImplementedError

    def copies(self, kind: str) -> list[tuple[str, str]]:
        """Title and text of the copies there that are not deleted, oldest first."""
        raise NotImplementedError

    def friends(self, count: int) -> int:
        """Give the member `count` more friends; how many that makes."""
        raise NotImplementedError

    def expire(self) -> None:
        """Let time pass until the access token has run out."""
        raise NotImplementedError

    def revoke(self) -> None:
        """Take the access back, as the member would on the network's own page."""
        raise NotImplementedError

    def is_scripted(self, server: ScriptedServer) -> App:
        """A registration whose addresses are all at `server`."""
        raise NotImplementedError

    def http(self, *servers: ScriptedServer) -> SafeHttp:
        allowed = [server.authority for server in servers] or self.allowed()
        return SafeHttp(user_agent="ProfileLink/0 (+http://testserver)", allowed=allowed)

    def allowed(self) -> list[str]:
        return self.sandbox.environment()["ALLOWED_PRIVATE_HOSTS"].split(",")

    def connector(self, credentials: Credentials | None = None) -> Connector:
        """A connector that speaks to the sandbox."""
        return self.connector_class(
            credentials or self.credentials(), http=self.http(), app=self.app()
        )

    def scripted(self, server: ScriptedServer, *, seconds: float = 20.0) -> Connector:
        """A connector that speaks to `server`, with known secrets."""
        access, refresh, _ = SECRETS
        return self.connector_class(
            Credentials(access_token=access, refresh_token=refresh),
            http=Impatient(self.http(server), seconds),
            app=self.is_scripted(server),
        )


class ConnectorContract:
    """Inherit, and set `network`."""

    network: type[Network]

    @pytest.fixture
    def net(self, sandbox) -> Network:
        return self.network(sandbox)

    @pytest.fixture
    def connector(self, net) -> Connector:
        return net.connector()

    # Sending

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("audience", AUDIENCES)
    def test_a_copy_reads_as_the_preview_said_or_is_refused_beforehand(
        self, net, connector, kind, audience
    ):
        post = a_post(kind, audience)
        if audience in connector.audiences.get(kind, frozenset()):
            shown = connector.preview(post)
            receipt = connector.publish(post, idempotency_key="k")
            assert receipt.remote_id
            assert net.copies(kind) == [(shown.title, shown.text)]
            assert shown.photos == len(post.photos)
        else:
            with pytest.raises(Unsupported) as refusal:
                connector.preview(post)
            with pytest.raises(Unsupported):
                connector.publish(post, idempotency_key="k")
            assert refusal.value.reason
            assert net.copies(kind) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_text_that_is_too_long_is_cut_and_ends_in_the_permalink(self, net, connector, kind):
        post = a_post(kind, text="花" * (connector.limits[kind].text + 1))
        shown = connector.preview(post)
        connector.publish(post, idempotency_key="k")
        assert shown.is_cut
        assert shown.text.endswith(PERMALINK)
        assert "…" in shown.text
        assert post.url in shown.text
        limits = connector.limits[kind]
        assert UNITS[limits.unit](shown.text) <= limits.text
        assert net.copies(kind) == [(shown.title, shown.text)]

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_text_that_just_fits_goes_whole_and_without_permalink(self, connector, kind):
        post = a_post(kind, text="")
        room = connector.limits[kind].text - (len(post.url) + 1 if post.url else 0)
        post = replace(post, text="花" * room)
        shown = connector.preview(post)
        assert not shown.is_cut
        assert PERMALINK not in shown.text
        assert shown.text.startswith(post.text)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_permalink_goes_always_where_the_member_likes_it(self, net, connector, kind):
        post = a_post(kind, always_permalink=True)
        connector.publish(post, idempotency_key="k")
        [(_, text)] = net.copies(kind)
        assert text.endswith(PERMALINK)
        assert text.startswith(post.text)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_copy_for_fewer_readers_is_never_cut_and_carries_no_permalink(
        self, net, connector, kind
    ):
        for audience in connector.audiences[kind] - {"everyone"}:
            leaky = a_post(kind, audience, permalink=PERMALINK, always_permalink=True)
            assert PERMALINK not in connector.preview(leaky).text
            long = replace(leaky, text="花" * (connector.limits[kind].text + 1))
            with pytest.raises(Unsupported):
                connector.publish(long, idempotency_key="k")
        assert net.copies(kind) == []

    @pytest.mark.parametrize("kind", KINDS)
    def test_nothing_at_all_is_refused_beforehand(self, connector, kind):
        with pytest.raises(Unsupported):
            connector.preview(OutgoingPost(kind=kind, text=" \r\n ", permalink=PERMALINK))

    @pytest.mark.parametrize("kind", KINDS)
    def test_odd_characters_break_nothing(self, net, connector, kind):
        post = a_post(kind, text="a\x00b\ud83dc\r\nd\u2028e\x1b[0m")
        connector.publish(post, idempotency_key="k")
        [(_, text)] = net.copies(kind)
        assert text.startswith("abc\nd\ne[0m")

    # Deleting and reading back

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_copy_is_deleted_and_deleting_it_again_is_no_error(self, net, connector, kind):
        receipt = connector.publish(a_post(kind), idempotency_key="k")
        if kind not in connector.can_delete:
            with pytest.raises(Unsupported):
                connector.retract(receipt)
            assert len(net.copies(kind)) == 1
            return
        connector.retract(receipt)
        assert net.copies(kind) == []
        connector.retract(receipt)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_copy_is_found_again_by_looking(self, connector, kind):
        post, now = a_post(kind), time.time()
        receipt = connector.publish(post, idempotency_key="k")
        if kind not in connector.can_read_back:
            with pytest.raises(Unsupported):
                list(connector.look_up(post, since=now, idempotency_key="k"))
            return
        found = list(connector.look_up(post, since=now, idempotency_key="k"))
        assert [entry.remote_id for entry in found] == [receipt.remote_id]
        assert list(connector.look_up(post, since=now + 60, idempotency_key="k")) == []
        other = replace(post, text="something else")
        assert list(connector.look_up(other, since=now, idempotency_key="k")) == []

    def test_a_copy_for_fewer_readers_is_found_and_deleted_too(self, net, connector):
        for kind in connector.can_read_back & connector.can_delete:
            for audience in connector.audiences[kind] - {"everyone"}:
                post, now = a_post(kind, audience), time.time()
                receipt = connector.publish(post, idempotency_key="k")
                found = list(connector.look_up(post, since=now, idempotency_key="k"))
                assert [entry.remote_id for entry in found] == [receipt.remote_id]
                connector.retract(receipt)
                assert net.copies(kind) == []

    def test_two_equal_posts_are_two_copies(self, net, connector):
        posts = [a_post("status"), a_post("status")]
        first, second = [connector.publish(post, idempotency_key="k") for post in posts]
        assert first.remote_id != second.remote_id
        assert len(net.copies("status")) == 2

    # Reading

    def test_all_friends_come_over_several_pages(self, net, connector):
        count = net.friends(230)
        found = list(connector.friends())
        assert len(found) == count
        assert len({friend.uid for friend in found}) == count
        assert all(friend.name for friend in found)

    def test_the_profile_has_an_id_and_a_name(self, connector):
        profile = connector.profile()
        assert profile.uid
        assert profile.name

    def test_the_feed_goes_on_where_it_ended(self, connector):
        items = list(connector.feed())
        assert [item.created_at for item in items] == sorted(item.created_at for item in items)
        if items:
            middle = len(items) // 2
            after = list(connector.feed(since=items[middle].remote_id))
            assert [item.remote_id for item in after] == [
                item.remote_id for item in items[middle + 1 :]
            ]

    # The access

    def test_an_expired_token_asks_for_a_refresh_and_works_after_it(self, net):
        credentials = net.credentials()
        net.expire()
        with pytest.raises(Unauthorized) as refusal:
            net.connector(credentials).publish(a_post("status"), idempotency_key="k")
        assert refusal.value.expired
        fresh = net.connector(credentials).refresh()
        assert fresh.access_token != credentials.access_token
        net.connector(fresh).publish(a_post("status"), idempotency_key="k")
        assert len(net.copies("status")) == 1

    def test_an_access_that_was_taken_back_is_gone_for_good(self, net):
        connector = net.connector()
        net.revoke()
        with pytest.raises(Unauthorized) as refusal:
            connector.publish(a_post("status"), idempotency_key="k")
        assert not refusal.value.expired
        with pytest.raises(Unauthorized):
            connector.refresh()

    # A network in trouble

    @pytest.mark.parametrize("kind", ["500_before", "500_after", "drop_after", "bad_json", "slow"])
    def test_a_write_without_a_clear_answer_has_no_verdict(self, net, kind):
        connector = net.connector_class(
            net.credentials(), http=Impatient(net.http(), 0.5), app=net.app()
        )
        net.sandbox.faults.add(connector.key, kind, times=1, seconds=1)
        with pytest.raises(NoVerdict):
            connector.publish(a_post("status"), idempotency_key="k")

    @pytest.mark.parametrize("kind", ["500_before", "500_after", "drop_after", "bad_json", "slow"])
    def test_a_read_without_a_clear_answer_is_tried_later(self, net, kind):
        connector = net.connector_class(
            net.credentials(), http=Impatient(net.http(), 0.5), app=net.app()
        )
        net.sandbox.faults.add(connector.key, kind, times=1, seconds=1)
        with pytest.raises(TryLater):
            list(connector.friends())

    @pytest.mark.parametrize("kind", ["429", "503"])
    def test_a_network_that_asks_us_to_slow_down_is_tried_later(self, net, connector, kind):
        net.sandbox.faults.add(connector.key, kind, times=1, seconds=7)
        with pytest.raises(TryLater) as delay:
            connector.publish(a_post("status"), idempotency_key="k")
        assert delay.value.after
        assert net.copies("status") == []

    # A server that no sandbox would be

    @pytest.mark.parametrize(
        ("retry_after", "seconds"),
        [
            ({"Retry-After": "120"}, 120),
            (
                {
                    "Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT",
                    "Date": "Wed, 21 Oct 2015 07:28:00 GMT",
                },
                30,
            ),
            ({"Retry-After": "99999999999"}, 24 * 3600),
        ],
    )
    def test_retry_after_is_obeyed_as_seconds_and_as_a_date(self, net, retry_after, seconds):
        slow_down = answer("", "429 Too Many Requests", retry_after)
        with playing(slow_down) as server, pytest.raises(TryLater) as delay:
            net.scripted(server).publish(a_post("status"), idempotency_key="k")
        assert delay.value.after == seconds
        assert delay.value.status == 429

    @pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "413 x", "422 x"])
    def test_a_definite_no_is_a_refusal_with_the_networks_words(self, net, status):
        words = '{"error":"x","error_description":"本文が長すぎます"}'
        with playing(answer(words, status)) as server, pytest.raises(Rejected) as refusal:
            net.scripted(server).publish(a_post("status"), idempotency_key="k")
        assert refusal.value.words == "本文が長すぎます"
        assert refusal.value.status == int(status[:3])

    def test_a_bare_401_asks_for_a_refresh(self, net):
        with playing(answer("", "401 x")) as server, pytest.raises(Unauthorized) as refusal:
            net.scripted(server).publish(a_post("status"), idempotency_key="k")
        assert refusal.value.expired

    @pytest.mark.parametrize(
        "play",
        [
            reset,
            b"",
            answer("<html>"),
            answer("[]"),
            answer("{}"),
            answer("null"),
            answer('{"id":"../evil"}'),
            answer("[" * 200_000),
            answer(b"\xff\xfe"),
            answer("{}", "302 Found", {"Location": "/elsewhere"}),
            answer("", "204 No Content"),
            answer("", "408 Request Timeout"),
            answer("", "500 x"),
            answer("", "502 x"),
            answer("", "504 x"),
            answer(" " * 1_100_000 + "{}"),
            dripping(answer("x" * 500), every=0.05),
        ],
    )
    def test_whatever_a_write_is_answered_no_verdict_is_made_up(self, net, play):
        with playing(play) as server, pytest.raises(NoVerdict):
            net.scripted(server, seconds=0.5).publish(a_post("status"), idempotency_key="k")

    @pytest.mark.parametrize(
        "play",
        [
            reset,
            b"",
            answer("<html>"),
            answer('"x"'),
            answer("{}", "302 Found", {"Location": "/elsewhere"}),
            answer("", "500 x"),
            answer(" " * 1_100_000 + "{}"),
            dripping(answer("x" * 500), every=0.05),
        ],
    )
    @pytest.mark.parametrize("reading", READINGS)
    def test_whatever_a_read_is_answered_it_is_tried_later(self, net, reading, play):
        with playing(play) as server, pytest.raises(TryLater):
            READINGS[reading](net.scripted(server, seconds=0.5))

    def test_no_connection_means_that_nothing_was_sent(self, net):
        with playing(answer()) as server:
            connector = net.scripted(server)
        with pytest.raises(Unreachable):
            connector.publish(a_post("status"), idempotency_key="k")
        with pytest.raises(Unreachable):
            list(connector.friends())
        with pytest.raises(Unreachable):
            connector.refresh()

    def test_a_redirect_takes_the_token_nowhere(self, net):
        with playing(answer()) as inside:
            moved = answer("", "307 Temporary Redirect", {"Location": inside.url})
            with playing(moved) as server:
                connector = net.scripted(server)
                with pytest.raises(NoVerdict):
                    connector.publish(a_post("status"), idempotency_key="k")
                with pytest.raises(TryLater):
                    list(connector.friends())
                with pytest.raises(TryLater):
                    connector.refresh()
        assert inside.received == []

    def test_a_next_page_on_another_origin_is_not_fetched(self, net):
        with playing(answer("[]")) as foreign:
            page = (
                '{"entry":[{"id":"a1","displayName":"A"}],"totalResults":2,"startIndex":0,'
                f'"next":"{foreign.url}/more","nextLink":"{foreign.url}/more"}}'
            )
            link = {"Link": f'<{foreign.url}/more>; rel="next"'}
            with playing(answer(page, headers=link), answer('{"entry":[]}')) as server:
                list(net.scripted(server).friends())
        assert foreign.received == []

    def test_a_friend_list_without_end_ends(self, net):
        page = '{"entry":[{"id":"a1","displayName":"A"}],"totalResults":999999999}'
        with playing(answer(page)) as server:
            assert len(list(net.scripted(server).friends())) <= 1000

    # Refreshing

    @pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized"])
    def test_a_refresh_that_is_definitely_refused_ends_the_access(self, net, status):
        refused = answer('{"error":"invalid_grant"}', status)
        with playing(refused) as server, pytest.raises(Unauthorized) as refusal:
            net.scripted(server).refresh()
        assert not refusal.value.expired

    @pytest.mark.parametrize(
        "play",
        [
            answer("", "500 x"),
            answer("", "503 x"),
            answer("", "429 x"),
            answer('{"error":"invalid_client"}', "401 x"),
            answer('{"error":"invalid_request"}', "400 x"),
            answer("", "404 x"),
            answer("<html>"),
            answer("{}"),
            reset,
            dripping(answer("x" * 500), every=0.05),
        ],
    )
    def test_no_other_trouble_with_a_refresh_ends_the_access(self, net, play):
        with playing(play) as server, pytest.raises(TryLater):
            net.scripted(server, seconds=0.5).refresh()

    # Secrets

    @pytest.mark.parametrize("status", ["200 OK", "400 x", "401 x", "403 x", "429 x", "500 x"])
    def test_no_error_holds_a_secret_even_where_the_server_repeats_it(self, net, status):
        echo = f'{{"error":"{" ".join(SECRETS)}","error_description":"{" ".join(SECRETS)}"}}'
        with playing(answer(echo, status)) as server:
            connector = net.scripted(server)
            for act in (
                lambda: connector.publish(a_post("status"), idempotency_key="k"),
                lambda: list(connector.friends()),
                lambda: connector.retract(Receipt("voice:a1")),
                connector.refresh,
            ):
                told = _told(act)
                for secret in SECRETS:
                    assert secret not in told

    def test_new_tokens_are_not_told_where_the_rest_cannot_be_read(self, net):
        with playing(answer('{"refresh_token":"brand-new","access_token":5}')) as server:
            assert "brand-new" not in _told(net.scripted(server).refresh)

    def test_a_repr_tells_no_secret(self, net):
        connector = self.network.connector_class(
            Credentials("access-secret-1", refresh_token="refresh-secret-2"),
            http=net.http(),
            app=replace(net.app(), client_secret="client-secret-3"),
        )
        told = repr(connector) + repr(connector.credentials) + repr(connector.app)
        assert not any(secret in told for secret in SECRETS)


def _told(act) -> str:
    """Everything that an error of `act` tells, "" where there is none."""
    try:
        act()
    except ConnectorError as error:
        return f"{error!r} {error} {error.reason} {error.words} {error.excerpt}"
    return ""
