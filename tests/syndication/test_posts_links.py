"""Titles of linked pages: fetched by the safe way out, and never missed where they cannot be had."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter
from typing import Any

import pytest
from django.urls import reverse

from syndication.actions import link_titles
from syndication.actions.link_titles import decode_page, fetch_title, parse_title
from syndication.models import Post
from tests.making import make_member
from tests.phone import log_in_phone
from tests.racing import at_once
from tests.scripted_server import answer, playing, silent

HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def reachable(settings: Any) -> Any:
    """Lets the titles be fetched from a server of the test's own."""

    def reach(server: Any) -> str:
        settings.ALLOWED_PRIVATE_PAGES = [server.authority]
        return f"{server.url}/page"

    return reach


def page(title: str) -> bytes:
    return answer(f"<html><head><title>{title}</title></head></html>", headers=HTML)


@pytest.mark.django_db
def test_the_title_of_the_page_is_shown_before_sending_and_kept(reachable):
    phone = log_in_phone(make_member("hanako"))
    with playing(page("小麦粉 &amp; <b>水</b>")) as server:
        phone.get(reverse("post_new") + "?kind=link")
        shown = phone.submit("Preview", url=reachable(server))
        assert "小麦粉 &" in shown
        phone.submit("Send")
        assert len(server.received) == 1
    # A <title> holds no elements: browsers show the characters of the tags.
    assert Post.objects.get().url_title == "小麦粉 & <b>水</b>"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "bad",
    [
        answer("nothing", "404 Not Found", HTML),
        answer("<title>a picture</title>", headers={"Content-Type": "image/png"}),
        answer(b"\xff\xfe\x00", headers=HTML),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
        b"garbage",
    ],
)
def test_a_title_that_cannot_be_had_is_no_error(bad: bytes, reachable):
    phone = log_in_phone(make_member("hanako"))
    with playing(bad) as server:
        phone.get(reverse("post_new") + "?kind=link")
        page = phone.submit("Preview", url=reachable(server), text="look")
    assert "Send it?" in page
    phone.submit("Send")
    assert Post.objects.get().url_title == ""


@pytest.mark.parametrize("is_network", [False, True])
def test_a_private_address_is_not_asked(is_network: bool, settings: Any):
    """Not even that of a private network: any member could read that machine's pages."""
    with playing(page("inside")) as server:
        settings.ALLOWED_PRIVATE_HOSTS = [server.authority] if is_network else []
        assert fetch_title(server.url) == ""
        assert server.received == []


def test_a_page_that_says_nothing_holds_up_nobody(reachable):
    with playing(silent(30)) as server:
        before = time.monotonic()
        assert fetch_title(reachable(server), deadline=0.3) == ""
        assert time.monotonic() - before < 10
    assert link_titles.DEADLINE <= 4


def test_a_charset_without_end_is_looked_for_in_one_pass(reachable):
    """Python holds its lock meanwhile: all threads of the web process stood still."""
    headers = {"Content-Type": "text/html; charset=" + " " * 60_000 + "?"}
    with playing(answer("<title>slow</title>", headers=headers)) as server:
        begun = time.process_time()
        assert fetch_title(reachable(server), deadline=3) == "slow"
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        ("<title>珈琲①</title>".encode("cp932"), "text/html; charset=Shift_JIS"),
        ('<meta charset="shift_jis"><title>珈琲①</title>'.encode("cp932"), "text/html"),
        ("<title>珈琲①</title>".encode(), "text/html"),
        ("<title>珈琲①</title>".encode(), "text/html; charset=no-such-thing"),
        ("<title>珈琲①</title>".encode(), "text/html; charset=hex"),
        ("<title>珈琲①</title>".encode(), "text/html; charset=idna"),
        ("<title>珈琲①</title>".encode(), "text/html; charset=undefined"),
        ("<title>珈琲①</title>".encode("euc_jis_2004"), "text/html; charset=EUC_JIS_2004"),
        ("<title>珈琲①</title>".encode("utf-16"), "text/html; charset=UTF-16"),
    ],
)
def test_titles_are_read_in_the_charset_of_the_page(raw: bytes, content_type: str):
    assert parse_title(decode_page(raw, content_type)) == "珈琲①"


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("<title>\n  two\n lines </title>", "two lines"),
        ("<title>first</title><svg><title>second</title></svg>", "first"),
        ("<p>no title", ""),
        ("<title>" + "x" * 500 + "</title>", "x" * 200),
        ("<" * 1000 + "<title>t</title>", "t"),
        ("", ""),
        ("<title>t</title><![<![if", "t"),
        ("<title>a\x00\x1b[2J\ud800b</title>", "a[2Jb"),
    ],
)
def test_only_the_first_title_counts(source: str, title: str):
    assert parse_title(source) == title


@pytest.mark.parametrize(
    ("raw", "charset"),
    [(rb"<title>\ud800</title>", "unicode_escape"), (b"<title>+2AA-</title>", "utf-7")],
)
def test_a_charset_that_gives_half_characters_is_not_read_by(raw: bytes, charset: str):
    title = parse_title(decode_page(raw, f"text/html; charset={charset}"))
    assert title.isascii()
    assert title


def test_a_charset_that_takes_long_holds_up_nobody():
    """Half a minute for one page, before."""
    before = time.process_time()
    decode_page(b"a-" + b"a" * (link_titles.MAX_BYTES - 2), "text/html; charset=punycode")
    assert time.process_time() - before < 5


def test_slow_pages_hold_two_threads_of_a_process_and_no_more(reachable):
    """Or a member with a slow page of their own, asked for often, would stop the site."""
    two_asked_and_six_did_not = threading.Barrier(8, timeout=10)

    def answer_late(connection: socket.socket) -> None:
        two_asked_and_six_did_not.wait()
        connection.sendall(page("slow"))

    with playing(answer_late) as server:
        address = reachable(server)

        def fetched(_number: int) -> str:
            title = fetch_title(address, deadline=30)
            if not title:
                two_asked_and_six_did_not.wait()
            return title

        titles = at_once(8, fetched)
    assert Counter(titles) == {"slow": 2, "": 6}
