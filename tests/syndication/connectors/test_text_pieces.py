"""What is never cut: characters as readers take them, addresses, mentions, tags, shortcodes."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syndication.connectors.text import atoms, graphemes, spans

# The rules of Unicode's annex 29, table 1b, each by a case of its kind; | is where a break is.
RULES = {
    "GB3": ["\r\n", "\r|\r", "\n|\r"],
    "GB4": ["\n|\u0301", "\r|a", "\u200b|\u0301"],
    "GB5": ["a|\n", "a|\r\n", "a|\u200b"],
    "GB6": ["\u1100\u1100", "\u1100\u1161", "\u1100가", "\u1100각"],
    "GB7": ["가\u1161", "\u1161\u1161", "가\u11a8", "\u1161\u11a8"],
    "GB8": ["각\u11a8", "\u11a8\u11a8", "각|\u1161", "\u11a8|가", "가|각"],
    "GB9": ["a\u0301", "か\u3099", "ｶﾞ", "a\u200d|b", "a\u0301\u0302|b", "❤\ufe0f", "1\ufe0f\u20e3"],
    "GB9a": ["\u0e01\u0e33", "\u0915\u093e", "\u0915\u0903"],
    "GB9b": ["\u0600a", "\u0600\u0600花", "\u0600|\n", "a|\u0600"],
    "GB9c": ["\u0915\u094d\u0924", "\u0915\u094d\u200d\u0924", "\u0915|\u0924"],
    "GB11": [
        "👨\u200d👩\u200d👧\u200d👦",
        "👁\ufe0f\u200d🗨\ufe0f",
        "👩🏽\u200d💻",
        "👩\u200d\u200d|👩",
        "👩|👩",
        "a\u200d|👩",
    ],
    "GB12": ["🇯🇵", "🇯🇵|🇺🇸", "🇯🇵|🇺", "🇯|a"],
    "GB13": ["a|🇯🇵|🇺🇸|b", "a|🇯🇵\u200d|🇺🇸"],
    "GB999": ["a|b", "花|見", "ア|ー"],
}
CASES = [(rule, case) for rule, cases in RULES.items() for case in cases]
WRITTEN = st.text(
    st.sampled_from(
        "aあ花 \n\u3099\u0301👨\u200d👩🏽🇯❤\ufe0f@:/.#＃-_()?!ｶﾞ1\u20e3가\u0600\u0915\u094d"
    )
    | st.characters()
)
WHOLES = [
    "https://example.com/a?b=c",
    "www.example.co.jp",
    "@hanako@mastodon.example",
    "@hanako.bsky.social",
    "#花見",
    ":blobcat:",
    "hanako@example.com",
    "👨\u200d👩\u200d👧",
]


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_characters_are_those_that_readers_take_for_one(rule, case):
    assert list(graphemes(case.replace("|", ""))) == case.split("|")


@given(WRITTEN)
@example("")
def test_nothing_is_lost_between_the_pieces(text):
    assert "".join(graphemes(text)) == text
    assert "".join(atoms(text)) == text


@given(st.lists(WRITTEN | st.sampled_from(WHOLES)).map(" ".join))
def test_pieces_end_where_characters_end_and_hold_every_span(text):
    ends = _ends(graphemes(text))
    cuts = _ends(atoms(text))
    assert cuts <= ends
    for span in spans(text):
        assert text[span.start : span.end] == span.text
        assert not [cut for cut in cuts if span.start < cut < span.end]


@given(st.lists(WRITTEN | st.sampled_from(WHOLES)).map(" ".join))
def test_spans_come_in_order_and_are_counted_in_bytes_too(text):
    end = 0
    for span in spans(text):
        assert end <= span.start < span.end
        end = span.end
        content = text.encode(errors="surrogatepass")
        assert content[span.byte_start : span.byte_end] == span.text.encode()


def _ends(pieces) -> set[int]:
    ends, at = set(), 0
    for piece in pieces:
        at += len(piece)
        ends.add(at)
    return ends


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # Addresses
        ("見て https://example.com/a ね", ["https://example.com/a"]),
        ("https://example.com/aです", ["https://example.com/a"]),
        ("「https://example.com/」", ["https://example.com/"]),
        ("https://example.com/a。", ["https://example.com/a"]),
        ("https://example.com/a.", ["https://example.com/a"]),
        ("https://example.com/a, b", ["https://example.com/a"]),
        ("(https://example.com/a)", ["https://example.com/a"]),
        ("https://example.com/a_(b)", ["https://example.com/a_(b)"]),
        ("(https://example.com/a_(b))", ["https://example.com/a_(b)"]),
        ("https://example.com/?q=1&r=%E3%81%82#d", ["https://example.com/?q=1&r=%E3%81%82#d"]),
        ("<https://example.com>", ["https://example.com"]),
        (
            "https://example.com\nhttps://example.org",
            ["https://example.com", "https://example.org"],
        ),
        ("http://localhost:8000/posts/7/.", ["http://localhost:8000/posts/7/"]),
        ("(http://127.0.0.1/a)", ["http://127.0.0.1/a"]),
        ("https://例え.jp/a", ["https://例え.jp/a"]),
        ("example.com www.example.co.jp/a", ["example.com", "www.example.co.jp/a"]),
        ("readme.txt 3.14 v1.2 え.え http:// ://a", []),
        # Mentions
        ("@hanako さん", ["@hanako"]),
        ("@hanakoさん", ["@hanako"]),
        ("@hanako@mastodon.example.", ["@hanako@mastodon.example"]),
        ("@hanako.bsky.social!", ["@hanako.bsky.social"]),
        ("(@hanako)", ["@hanako"]),
        ("＠hanako", ["＠hanako"]),
        ("@ @@ a@ @花", []),
        ("hanako@example.com", ["hanako@example.com"]),
        ("hanako.y@example.com", ["hanako.y@example.com"]),
        # Tags
        ("#花見 #花見！", ["#花見", "#花見"]),
        ("＃花見", ["＃花見"]),
        ("#ラーメン二郎", ["#ラーメン二郎"]),
        ("#か\u3099", ["#か\u3099"]),
        ("#2026年", ["#2026年"]),
        ("花見#花見 &#39; a/#b #1 # ##", []),
        ("#️⃣ #⃣ #️⃣花", []),
        # Shortcodes
        (":blobcat: :blob_cat_2: :+1:", [":blobcat:", ":blob_cat_2:", ":+1:"]),
        ("12:30:45 a:b:c :あ: ::", []),
        # Not endless
        ("#" + "花" * 500, []),
        ("@" + "a" * 500, []),
    ],
)
def test_what_is_found_in_a_text(text, found):
    assert [span.text for span in spans(text)] == found


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("example.com", "address", "https://example.com"),
        ("http://example.com", "address", "http://example.com"),
        ("@hanako.bsky.social", "mention", "hanako.bsky.social"),
        ("#花見", "tag", "花見"),
        (":blobcat:", "shortcode", "blobcat"),
        ("hanako@example.com", "mail", "hanako@example.com"),
    ],
)
def test_what_a_piece_names(text, kind, value):
    [span] = spans(text)
    assert (span.kind, span.value) == (kind, value)


@pytest.mark.parametrize("word", ["a.comma", "3.14", "Node.js", "a.co@", "a.co+b", "v1.2.3-rc"])
def test_a_word_with_dots_is_whole_as_its_beginning_may_be_an_address(word):
    assert word in list(atoms(f"花 {word} 見"))


def test_networks_link_only_hosts_that_there_are():
    told = {span.text: span.is_linked for span in spans("http://a.jp http://a.invalid http://b")}
    assert told == {"http://a.jp": True, "http://a.invalid": False, "http://b": False}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        # The example of https://docs.bsky.app/blog/create-post, with the places that it gives
        (
            "✨ example mentioning @atproto.com to share the URL 👨\u200d❤\ufe0f\u200d👨 "
            "https://en.wikipedia.org/wiki/CBOR.",
            [(23, 35), (74, 108)],
        ),
        ("花 #花見 です", [(4, 11)]),
        ("🇯🇵 example.com", [(9, 20)]),
    ],
)
def test_facets_are_counted_in_bytes(text, places):
    assert [(span.byte_start, span.byte_end) for span in spans(text)] == places


@pytest.mark.parametrize(
    "run", ["a.", "(", "@a", "#", ":a", "http://", "a@", "-.", "http://a.jp/(", "👨\u200d", "é"]
)
def test_no_text_is_too_odd_to_be_taken_apart(run):
    assert "".join(atoms(run * 3_000)) == run * 3_000
