"""Orkut, X, Mastodon and Misskey: the connector reads the dossier's transcripts A12 to A15."""

from __future__ import annotations

import json

import pytest

from syndication.connectors.errors import OutcomeUnknown, Rejected, TryLater, Unauthorized
from tests.scripted_server import answer, playing
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.misskey import MisskeyOnTheSandbox
from tests.syndication.connectors.network import Network, a_post
from tests.syndication.connectors.orkut import OrkutOnTheSandbox
from tests.syndication.connectors.twitter import TwitterOnTheSandbox
from tests.syndication.transcripts import load

FILLED = {
    "twitter": {'"id":"…"': '"id":"1445880548472328192"'},
    "mastodon": {'"id":"…"': '"id":"116"', '"…"…}': '"x"}'},
    "misskey": {"{…}": '{"id":"a1"}'},
}
CASES: list[tuple[type[Network], str, str, str, type[Exception] | None]] = [
    (TwitterOnTheSandbox, "twitter", "a13", "", None),
    (TwitterOnTheSandbox, "twitter", "a13", "too many", TryLater),
    (TwitterOnTheSandbox, "twitter", "a13", "duplicate", Rejected),
    (TwitterOnTheSandbox, "twitter", "a13", "no token", Unauthorized),
    (MastodonOnTheSandbox, "mastodon", "a14", "", None),
    (MastodonOnTheSandbox, "mastodon", "a14", "blank", Rejected),
    (MastodonOnTheSandbox, "mastodon", "a14", "revoked", Unauthorized),
    (MastodonOnTheSandbox, "mastodon", "a14", "too many", TryLater),
    (MastodonOnTheSandbox, "mastodon", "a14", "another scope", Unauthorized),
    (MisskeyOnTheSandbox, "misskey", "a15", "", None),
    (MisskeyOnTheSandbox, "misskey", "a15", "nothing in it", Rejected),
    (MisskeyOnTheSandbox, "misskey", "a15", "too many", TryLater),
    (OrkutOnTheSandbox, "orkut", "a12", "", OutcomeUnknown),  # what has no id is looked for at once
    (OrkutOnTheSandbox, "orkut", "a12", "requiresCaptcha", TryLater),
    (OrkutOnTheSandbox, "orkut", "a12", "apiLimitExceeded", TryLater),
]


@pytest.mark.parametrize(("net", "network", "name", "case", "error"), CASES)
def test_each_answer_means_what_it_means(sandbox, net, network, name, case, error):
    exchange = load(network, name)[-1]
    [shown] = [each for each in exchange.answers if each.when == case]
    body = shown.body or ""
    for short, full in FILLED.get(network, {}).items():
        body = body.replace(short, full)
    body = body.replace("0-a.c", "activities.create")  # the client chooses the id
    plays = [answer(body, f"{shown.statuses[0]} x")]
    if case == "duplicate":
        plays.append(answer('{"meta":{"result_count":0}}'))  # no twin of a moment ago
    with playing(*plays) as server:
        connector = net(sandbox).scripted(server)
        if error is None:
            assert connector.publish(a_post("status"), idempotency_key="k").remote_id
        else:
            with pytest.raises(error):
                connector.publish(a_post("status"), idempotency_key="k")
    head, _, sent = server.received[0].partition(b"\r\n\r\n")
    assert head.startswith(f"{exchange.request.method} {exchange.request.target}".encode())
    told, ours = json.loads(exchange.request.body), json.loads(sent)
    if network == "orkut":
        [told], [ours] = told, ours
        assert told["method"] == ours["method"]
        assert told["params"].keys() == ours["params"].keys()
    else:
        # The token goes in the Authorization header, as the newer servers want it.
        assert told.keys() - {"i"} <= ours.keys()
