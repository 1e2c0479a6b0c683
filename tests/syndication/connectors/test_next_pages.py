"""Lists of several pages: how the next page is named, going on in the middle, answers too large."""

from __future__ import annotations

import json

import pytest

from syndication.connectors import paging
from syndication.connectors.errors import ResponseTooLarge
from syndication.connectors.mastodon.reading import next_page
from tests.scripted_server import answer, playing
from tests.syndication.connectors.gnusocial import GnusocialOnTheSandbox
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox

A = json.dumps([{"id": "1", "acct": "a"}])
B = json.dumps([{"id": "2", "acct": "b"}])
NEXT = [
    '<http://m.example/api/v1/accounts/1/following?max_id=9>; rel="next"',
    '<https://m.example:443/api/v1/accounts/1/following?max_id=9>; rel="next"',
    "</api/v1/accounts/1/following?max_id=9>; rel=next",
    "<?max_id=9#top>; title=x; rel='next'",
    '<https://m.example/x?since_id=1>; rel="prev", <https://m.example/y?max_id=9>; rel="next"',
]


@pytest.mark.parametrize("link", NEXT)
def test_a_next_page_is_taken_for_its_query_on_our_own_origin(sandbox, link):
    net = MastodonOnTheSandbox(sandbox)
    with playing(answer(A, headers={"Link": link}), answer(B)) as server:
        assert [friend.name for friend in net.scripted(server).friends()] == ["a", "b"]
    path = server.received[0].split(b"?")[0]
    assert server.received[1].startswith(path + b"?")
    assert b"max_id=9&" in server.received[1]


@pytest.mark.parametrize(
    "header", ["", "<https://m.example/x?since_id=1>; rel=prev", "<x>", '<x?a=1>; rel="nextish"']
)
def test_what_names_no_next_page_ends_the_list(header):
    assert next_page(header) == ""


def test_as_many_are_asked_for_as_one_answer_holds():
    asked = []

    def ask(count):
        asked.append(count)
        if count > 10:
            raise ResponseTooLarge("too large")
        return count

    assert paging.with_fewer_entries(paging.halved_counts(40), ask) == 10
    assert asked == [40, 20, 10]


def test_forty_long_posts_come_a_few_at_a_time(sandbox):
    """More than a megabyte in one answer, which is not read."""
    status = {"account": {"id": "8", "acct": "a"}, "created_at": "2026-11-29T00:00:00Z"}
    page = json.dumps([{**status, "id": "5", "content": "x" * 1_100_000}])
    short = json.dumps([{**status, "id": "5", "content": "short"}])
    with playing(answer(page), answer(short)) as server:
        [item] = MastodonOnTheSandbox(sandbox).scripted(server).feed(since="4")
    assert item.text == "short"
    assert [b"limit=40" in server.received[0], b"limit=20" in server.received[1]] == [True, True]


def test_pages_with_numbers_keep_their_place_where_fewer_are_asked_for(sandbox):
    big = json.dumps([{"id": 1, "screen_name": "x" * 1_100_000}])
    pages = [json.dumps([{"id": n, "screen_name": f"u{n}"}]) for n in (1, 2)]
    plays = [answer(big), answer(pages[0]), answer(pages[1]), answer("[]")]
    with playing(*plays) as server:
        found = [
            friend.name for friend in GnusocialOnTheSandbox(sandbox).scripted(server).friends()
        ]
    assert found == ["u1", "u2"]
    assert b"count=50&page=1" in server.received[1]
    assert b"count=50&page=2" in server.received[2]
