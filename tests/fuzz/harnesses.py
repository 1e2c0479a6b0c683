"""The harnesses by name, and what each begins with: real mails, and what was found before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.fuzz import mails, texts, web
from tests.fuzz.limits import Harness

HERE = Path(__file__).parent

HARNESSES: dict[str, Harness] = {
    "lane": web.lane,
    "multipart": web.multipart,
    "mail": mails.mail,
    "html": texts.html,
    "text": texts.text,
    "shown": texts.shown,
}

_FORM = b'--a\r\nContent-Disposition: form-data; name="text"\r\n\r\n\x83v\xf8\x9f\r\n--a\r\n'
_FORM += b'Content-Disposition: form-data; name="photo"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n'
_FORM += b"Content-Transfer-Encoding: base64\r\n\r\n/9j/\r\n--a--\r\n"
_WORDS = (
    "花見 https://例え.jp/wiki/日本?q=桜 (@hanako@example.org) #花見 :blobcat: a.co 👨‍👩‍👧 〜 髙 ① "
    "&#128512; [晴れ] \ue63e \u202e\u3164 12:30:45 *bold* `x` > 1. | \\ &amp;amp; ＃a ＠b"
).encode()
_PAGE = b"<title>t</title><style>x</style><p>a <b>b<br><ul><li>c<ol start=3><li value=9>d</ol></ul>"
_PAGE += b"<blockquote><pre>\n e\n</pre><a href='https://a.example/long'>a.example/l...</a><!-- --><img alt=f>"
_SEEDS = {
    "lane": [
        b"\x00\na=%83%76&b=%F8%9F&c=\x1b$Gj\x0f",
        b"\x06charset=shift_jis\na=%26%23128512%3b&b=1",
        b"\x88\na=\xe3\x81\x82",
        b"\x05\na=%26%23xE63E%3b&b=%EE%98%BE",
        b"\x04boundary=a\n" + _FORM,
        b"\x08\n" + _FORM,
    ],
    "multipart": [b"\x00boundary=a\n" + _FORM, b"\x01\n" + _FORM, b"\x81\n" + _FORM],
    "html": [_PAGE, _WORDS],
    "text": [_WORDS],
    "shown": [_WORDS, b"\x83v\xf8\x9f\xf6\x40\x1b$Gj\x0f&#xE63E;"],
}


def seeds(name: str) -> Iterator[bytes]:
    """Small inputs that get far, to begin with."""
    yield from _SEEDS.get(name, [])
    for path in sorted((HERE / "corpus" / name).glob("*")):
        yield path.read_bytes()
    if name == "mail":
        for path in sorted((HERE.parent / "profilelink/mails").glob("*.eml")):
            yield path.read_bytes()[:6000]
