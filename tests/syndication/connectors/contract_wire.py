"""The contract's second part: against a server that plays what no sandbox would."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndication.connectors.base import Credentials, Receipt
from syndication.connectors.errors import (
    OutcomeUnknown,
    Rejected,
    TryLater,
    Unauthorized,
    Unreachable,
)
from tests.scripted_server import answer, dripping, playing, reset
from tests.syndication.connectors.network import READINGS, SECRETS, a_post, told_by

# What no server should answer to a write: from none of it can be told whether it was done.
UNCLEAR = [
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
]

# What comes from something in between: a wall against bots, a proxy, a log-in page, maintenance.
HTML = {"Content-Type": "text/html; charset=UTF-8"}
PAGE = "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
WALLS = [
    answer(PAGE, "403 Forbidden", {**HTML, "cf-mitigated": "challenge"}),
    answer(PAGE, "404 Not Found", HTML),
    answer(PAGE, "413 Request Entity Too Large", HTML),
    answer(PAGE, "200 OK", HTML),
    answer("", "302 Found", {"Location": "/login"}),
    answer(PAGE, "401 Unauthorized", {**HTML, "WWW-Authenticate": "Basic realm=x"}),
    answer("", "401 Unauthorized"),
    answer('{"message":"Forbidden"}', "403 Forbidden"),
]


class WireContract:
    """What must hold whatever a server answers. Needs the fixture `net`."""

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
        with playing(*net.publishing(slow_down)) as server, pytest.raises(TryLater) as delay:
            net.scripted(server).publish(a_post("status"), idempotency_key="k")
        assert delay.value.after == seconds
        assert delay.value.status == 429

    @pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "413 x", "422 x"])
    def test_a_definite_no_is_a_refusal_with_the_networks_words(self, net, status):
        words = net.refusal_body.replace("{words}", "本文が長すぎます")
        with (
            playing(*net.publishing(answer(words, status))) as server,
            pytest.raises(Rejected) as refusal,
        ):
            net.scripted(server).publish(a_post("status"), idempotency_key="k")
        assert refusal.value.message == "本文が長すぎます"
        assert refusal.value.status == int(status[:3])

    @pytest.mark.parametrize("wall", WALLS)
    def test_a_page_in_the_networks_place_decides_nothing(self, net, wall):
        acts = [
            lambda connector: connector.publish(a_post("status"), idempotency_key="k"),
            lambda connector: connector.publish(a_post("photo"), idempotency_key="k"),
            lambda connector: connector.retract(Receipt(net.receipt_id)),
            *READINGS.values(),
        ]
        if net.asks_terms:
            acts.append(lambda connector: connector.terms())
        if net.can_refresh:
            acts.append(lambda connector: connector.refresh())
        if net.connector_class.can_edit:
            words = a_post("status", text="other words")
            receipt = Receipt(net.receipt_id)
            acts.append(lambda connector: connector.amend(receipt, words, idempotency_key="l"))
        if net.connector_class.can_revoke:
            acts.append(lambda connector: connector.revoke())
        with playing(wall) as server:
            for act in acts:
                with pytest.raises((TryLater, OutcomeUnknown)):
                    act(net.scripted(server))

    @pytest.mark.parametrize("play", UNCLEAR)
    def test_whatever_a_write_is_answered_no_verdict_is_made_up(self, net, play):
        with playing(*net.publishing(play)) as server, pytest.raises(OutcomeUnknown):
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
        if net.can_refresh:
            with pytest.raises(Unreachable):
                connector.refresh()

    def test_a_redirect_takes_the_token_nowhere(self, net):
        with playing(answer()) as inside:
            moved = answer("", "307 Temporary Redirect", {"Location": inside.url})
            with playing(*net.publishing(moved)) as server, pytest.raises(OutcomeUnknown):
                net.scripted(server).publish(a_post("status"), idempotency_key="k")
            with playing(moved) as server:
                connector = net.scripted(server)
                with pytest.raises(TryLater):
                    list(connector.friends())
                if net.can_refresh:
                    with pytest.raises(TryLater):
                        connector.refresh()
        assert inside.received == []

    def test_a_next_page_on_another_origin_is_not_fetched(self, net):
        with playing(answer("[]")) as foreign:
            more = f"{foreign.url}/more"
            page = net.friend_page.replace("{next}", more).replace("{total}", "2")
            first = answer(page, headers={"Link": f'<{more}>; rel="next"'})
            with playing(first, answer(net.last_friend_page)) as server:
                list(net.scripted(server).friends())
        assert foreign.received == []

    def test_a_friend_list_without_end_ends_and_names_nobody_twice(self, net):
        page = net.friend_page.replace("{total}", "999999999").replace("{next}", "")
        with playing(answer(page)) as server:
            found = [friend.uid for friend in net.scripted(server).friends()]
        assert found == [net.friend_uid]
        assert len(server.received) < 100

    def test_of_a_page_too_large_to_be_read_fewer_entries_are_asked_for(self, net):
        page = net.friend_page.replace("{total}", "1").replace("{next}", "")
        with playing(answer(b"x" * 1_100_000), answer(page)) as server:
            found = [friend.uid for friend in net.scripted(server).friends()]
        assert found == [net.friend_uid]
        assert server.received[0] != server.received[1]

    # Refreshing

    @pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized"])
    def test_a_refresh_that_is_definitely_refused_ends_the_access(self, net, status):
        if not net.can_refresh:
            pytest.skip("nothing is refreshed there")
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
        if not net.can_refresh:
            pytest.skip("nothing is refreshed there")
        with playing(play) as server, pytest.raises(TryLater):
            net.scripted(server, seconds=0.5).refresh()

    # Secrets

    @pytest.mark.parametrize("status", ["200 OK", "400 x", "401 x", "403 x", "429 x", "500 x"])
    def test_no_error_holds_a_secret_even_where_the_server_repeats_it(self, net, status):
        echo = f'{{"error":"{" ".join(SECRETS)}","error_description":"{" ".join(SECRETS)}"}}'
        acts = [
            lambda connector: connector.publish(a_post("status"), idempotency_key="k"),
            lambda connector: list(connector.friends()),
            lambda connector: connector.retract(Receipt(net.receipt_id)),
        ]
        if net.can_refresh:
            acts.append(lambda connector: connector.refresh())
        for act in acts:
            with playing(*net.publishing(answer(echo, status))) as server:
                connector = net.scripted(server)
                told = told_by(lambda act=act, connector=connector: act(connector))
            assert not [secret for secret in SECRETS if secret in told]

    def test_new_tokens_are_not_told_where_the_rest_cannot_be_read(self, net):
        if not net.can_refresh:
            pytest.skip("nothing is refreshed there")
        with playing(answer('{"refresh_token":"brand-new","access_token":5}')) as server:
            assert "brand-new" not in told_by(net.scripted(server).refresh)

    def test_a_repr_tells_no_secret(self, net):
        connector = net.connector_class(
            Credentials("access-secret-1", refresh_token="refresh-secret-2"),
            http=net.http(),
            app=replace(net.app(), client_secret="client-secret-3"),
        )
        told = repr(connector) + repr(connector.credentials) + repr(connector.app)
        assert not any(secret in told for secret in SECRETS)
