"""Addresses with letters of any script: whole, in ASCII where they leave, and none within a word."""

import time

import pytest

from syndication.connectors import CONNECTORS
from syndication.connectors.base import OutgoingPost
from syndication.connectors.bluesky.records import post_facets
from syndication.connectors.text import UNITS, as_uri, spans, with_uris


def linked(text: str) -> list[tuple[str, str]]:
    """What Bluesky links, cut out by its bytes, and where it leads."""
    found = post_facets(text, did_of=lambda handle: "")
    raw = text.encode()
    return [
        (
            raw[each["index"]["byteStart"] : each["index"]["byteEnd"]].decode(),
            each["features"][0]["uri"],
        )
        for each in found
    ]


@pytest.mark.parametrize(
    ("text", "typed", "uri"),
    [
        ("見て https://a.jp/wiki/日本 です", "https://a.jp/wiki/日本", "https://a.jp/wiki/%E6%97%A5%E6%9C%AC"),
        ("https://a.jp/日本。次", "https://a.jp/日本", "https://a.jp/%E6%97%A5%E6%9C%AC"),
        ("(http://a.org/Ру_с)", "http://a.org/Ру_с", "http://a.org/%D0%A0%D1%83_%D1%81"),
        ("http://a.org/Hatfield–McCoy", "http://a.org/Hatfield–McCoy", "http://a.org/Hatfield%E2%80%93McCoy"),
        ("https://a.fr/Café!", "https://a.fr/Café", "https://a.fr/Caf%C3%A9"),
        ("https://a.fr/l’été", "https://a.fr/l’été", "https://a.fr/l%E2%80%99%C3%A9t%C3%A9"),
        ("https://a.jp/?q=日本", "https://a.jp/?q=日本", "https://a.jp/?q=%E6%97%A5%E6%9C%AC"),
        ("https://a.jp/#見出し", "https://a.jp/#見出し", "https://a.jp/#%E8%A6%8B%E5%87%BA%E3%81%97"),
        ("https://例え.jp/パス", "https://例え.jp/パス", "https://xn--r8jz45g.jp/%E3%83%91%E3%82%B9"),
        ("http://✪df.ws/ejp", "http://✪df.ws/ejp", "http://xn--df-oiy.ws/ejp"),
        ("https://a.jp/x_(日本)", "https://a.jp/x_(日本)", "https://a.jp/x_(%E6%97%A5%E6%9C%AC)"),
        # A sentence that goes on without a space
        ("https://a.jp/aです", "https://a.jp/a", "https://a.jp/a"),
        ("https://a.jp/をご覧", "https://a.jp/", "https://a.jp/"),
        ("https://a.jpです", "https://a.jp", "https://a.jp"),
        # Without a scheme
        ("see example.com.", "example.com", "https://example.com"),
        ("example.com/パス", "example.com/パス", "https://example.com/%E3%83%91%E3%82%B9"),
        ("notion.so/a", "notion.so/a", "https://notion.so/a"),
    ],
)  # fmt: skip
def test_an_address_is_linked_whole_and_leads_to_its_uri(text: str, typed: str, uri: str):
    assert linked(text) == [(typed, uri)]
    assert with_uris(text) == text.replace(
        typed, uri.removeprefix("" if "://" in typed else "https://")
    )
    assert linked(with_uris(text))[0][1] == uri


@pytest.mark.parametrize(
    "text",
    [
        *("müller.de を見て", "ELPAÍS.com", "café.com", "日本語.jp", "✪df.ws", "example.comへ"),
        *(
            "website.com.jpg",
            "report.py を直した",
            "README.md",
            "v1.2.sh",
            "and.so on",
            "終わり.net",
        ),
    ],
)
def test_nothing_within_a_word_is_linked_or_changed(text: str):
    assert linked(text) == []
    assert with_uris(text) == text


def test_x_still_counts_what_it_links_within_a_word():
    assert UNITS["weighted"]("müller.de") == 2 + 23
    assert UNITS["weighted"]("website.com.jpg") == 23 + 4


@pytest.mark.parametrize(
    "address", ["https://a.jp/%E6%97%A5?a=b#c", "https://\u2488com/a", "https://a.\u2100.example/"]
)
def test_what_is_ascii_or_no_host_stays(address: str):
    assert as_uri(address) == address


@pytest.mark.parametrize("key", sorted(CONNECTORS))
def test_a_link_leaves_in_ascii(key: str):
    """X and Misskey end a link at the first other character."""
    connector = CONNECTORS[key]
    post = OutgoingPost("link", text="見て", url="https://ja.wikipedia.org/wiki/日本")
    text = connector.preview(post).text
    assert "https://ja.wikipedia.org/wiki/%E6%97%A5%E6%9C%AC" in text
    status = OutgoingPost("status", text="見て https://例え.jp/パス")
    wanted = (
        "https://例え.jp/パス" if key == "bluesky" else "https://xn--r8jz45g.jp/%E3%83%91%E3%82%B9"
    )
    assert connector.preview(status).text == f"見て {wanted}"


def test_a_cut_keeps_the_whole_address():
    text = "花" * 130 + " https://ja.wikipedia.org/wiki/日本"
    post = OutgoingPost("status", text=text, permalink="https://p.example/1/")
    shown = CONNECTORS["mixi"].preview(post)
    assert shown.is_cut
    assert len(shown.text) <= 150
    assert [span.text for span in spans(shown.text) if span.has_scheme] == ["https://p.example/1/"]


def test_schemes_without_end_take_no_longer_than_their_length() -> None:
    text = "http://" * 14_000
    begun = time.process_time()
    assert len(list(spans(text))) < 30
    assert time.process_time() - begun < 0.5


def test_an_address_behind_one_that_is_too_long_is_found() -> None:
    found = list(spans("http://a.example/" + "x" * 5000 + " http://b.com/"))
    assert [span.text for span in found] == ["http://b.com/"]
