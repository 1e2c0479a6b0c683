"""Harnesses of text: HTML as words, what addresses, mentions and counts make of it, what is shown of it."""

from __future__ import annotations

from accounts.text_sanitizing import replace_private_letters
from accounts.visible_text import visible_line, visible_text
from profilelink.phone.carriers import Carrier
from profilelink.phone.decoding import decode_cp932, decode_text
from profilelink.phone.encoding import encode_text
from syndication.connectors import text as connectors_text
from syndication.models.feed_text import feed_item_text
from syndication.queries.excerpts import cut_to_line, split_into_pages
from tests.fuzz.letters import as_text, is_clean, is_unicode, is_whole

MAX_GROWTH = 40  # quotation marks and list marks before each line


def html(data: bytes) -> None:
    """HTML of a mail, of a friend's post or of a page that a member linked."""
    source = as_text(data)
    shown = connectors_text.text_of_html(source)
    assert len(shown) <= 1000 + MAX_GROWTH * len(source)
    assert "\0" not in shown
    if is_unicode(source):
        assert is_unicode(shown), ascii(shown[:200])
        assert is_unicode(connectors_text.title_of_html(source))
    cleaned = connectors_text.clean(shown)
    assert is_clean(cleaned), ascii(cleaned[:200])
    assert connectors_text.clean(cleaned) == cleaned


def text(data: bytes) -> None:
    """A post on its way to a network and back."""
    source = as_text(data)
    cleaned = connectors_text.clean(source)
    assert is_clean(cleaned)
    assert connectors_text.clean(cleaned) == cleaned
    for each in (cleaned,) if is_unicode(source) else (source, cleaned):
        _spans_are_pieces_of(each)
        assert "".join(connectors_text.atoms(each)) == each
        assert "".join(connectors_text.graphemes(each)) == each
        connectors_text.comparable_core(each)
        connectors_text.may_be_rewritten(each)
        connectors_text.names_somebody(each)
    spelt = connectors_text.with_uris(cleaned)
    assert connectors_text.with_uris(spelt) == spelt
    connectors_text.codec_for_label(source[:100])
    # One way of counting for each input: a cut counts a dozen times.
    counts = [*connectors_text.UNITS.values(), connectors_text.strict_count(30)]
    count = counts[len(data) % len(counts)]
    assert count(connectors_text.cut(cleaned[:2000], 140, count)) <= 140
    fitted = connectors_text.fit(cleaned[:2000], 140, cut_tail="http://a.example/1", count=count)
    assert count(fitted.text) <= 140
    _is_paged(cleaned)


def shown(data: bytes) -> None:
    """Names, words of friends, and characters of old phones."""
    source = as_text(data)
    line = visible_line(source)
    assert is_clean(line), ascii(line[:200])
    assert "\n" not in line
    assert visible_line(line) == line
    once = visible_text(source)
    assert visible_text(once) == once
    assert is_whole(replace_private_letters(line))
    assert replace_private_letters(replace_private_letters(once)) == replace_private_letters(once)
    assert feed_item_text(source, [("link", source), ("passed_on", source)])
    for carrier in Carrier:
        sent = encode_text(once, carrier)
        sent.decode("cp932")
        came = decode_text(sent, carrier)
        assert is_whole(came), ascii(came[:200])
        assert is_whole(decode_cp932(data, carrier))
        again = encode_text(came, carrier)
        assert encode_text(decode_text(again, carrier), carrier) == again, (
            "it changes with each time it is edited"
        )


def _spans_are_pieces_of(source: str) -> None:
    at = 0
    for span in connectors_text.spans(source):
        assert at <= span.start < span.end <= len(source)
        assert source[span.start : span.end] == span.text
        assert span.byte_end - span.byte_start == len(span.text.encode(errors="surrogatepass"))
        at = span.end
        connectors_text.as_uri(span.text)


def _is_paged(source: str) -> None:
    cut = split_into_pages(source, 100)
    assert all(len(page) <= 100 for page in cut)
    assert "".join(cut).replace("\n", "") == source.replace("\n", "")
    short, is_cut = cut_to_line(source, 60)
    assert len(short) <= 60
    assert is_cut or short == " ".join(source.split())
