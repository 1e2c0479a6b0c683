"""HTML as text: a line for each block, and nothing that a reader would not see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndication.connectors.text import text_of_html, title_of_html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<p>買うもの</p><ul><li>卵</li><li>牛乳</li></ul><p>以上</p>", "買うもの\n\n- 卵\n- 牛乳\n\n以上"),
        ("<ol start=3><li><p>one</p></li><li>two</li></ol>", "3. one\n4. two"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n  - b\n- c"),
        ("<blockquote><p>いつ?</p><p>どこ?</p></blockquote><p>明日</p>", "> いつ?\n>\n> どこ?\n\n明日"),
        ("<blockquote>いつ?</blockquote>明日", "> いつ?\n明日"),
        ("<h1>お知らせ</h1><p>本文</p>", "お知らせ\n\n本文"),
        ("<pre>\n<code>a\n  b</code></pre><p>x</p>", "a\n  b\n\nx"),
        ("<div>一行目</div><div>二行目</div>", "一行目\n二行目"),
        ("<div>a<br></div><div><br></div><div>b</div>", "a\n\nb"),
        ("上<hr>下", "上\n----\n下"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a b\nc"),
        ('やった<img class="emoji" alt="🎉" src="x">', "やった🎉"),
        ('見て<img alt="IMG_1.JPG" src="cid:x">', "見て"),
        ("<ruby>漢字<rp>(</rp><rt>かんじ</rt><rp>)</rp></ruby>", "漢字(かんじ)"),
        ('<a href="https://a.example/long">a.example/lo…</a>!', "https://a.example/long!"),
        ('<a href="https://a.example/long">b.example/…</a>', "b.example/…"),
        ("a&nbsp;&amp;lt;b&gt; &copy &#39;q&#39;", "a &lt;b> © 'q'"),
        ("<!DOCTYPE html><?xml a='>'?>x<![if !IE]>y<!-- - -- > z", "'?>xy"),
        ("a<script>b</script><style>c</style><title>d</title>e", "ae"),
        ("<p>a <b>b </b> c", "a b c"),
        ("3 < 5 &gt;", "3 < 5 >"),
        ("&gt;", ">"),
        ("", ""),
    ],
)  # fmt: skip
def test_html_reads_as_a_browser_shows_it(html: str, text: str):
    assert text_of_html(html) == text


PIECES = st.sampled_from([*"<>/!-&;= \n\"'ax1", "</", "li>", "ol>", "br>", "pre>", "<blockquote>"])


@given(html=st.lists(PIECES, max_size=40).map("".join))
def test_any_html_is_text_without_loose_ends(html: str):
    text = text_of_html(html)
    assert not text.startswith("\n")
    assert not text.endswith("\n")
    assert "\n\n\n" not in text


def test_a_bomb_for_tree_builders_stays_small():
    """Unclosed elements that every paragraph opens anew: as a tree, 70 million nodes."""
    bold = "".join(f"<b a={number}>" for number in range(5000))
    assert len(text_of_html("<p>" + bold + "</p><p>x" * 14_000)) < 100_000


def test_a_title_holds_no_elements():
    assert title_of_html("<title>a &amp; <b>b</title><title>c</title>") == "a & <b>b"
    assert title_of_html("<p>no title") == ""
