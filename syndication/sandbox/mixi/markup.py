"""mixi's own pages: for computers and touch phones in UTF-8, for feature phones in Shift_JIS.

One body for both; the frame differs. Feature phones of 2010 read XHTML Mobile Profile sent as
text/html, and know no style sheets in the head.
"""

from __future__ import annotations

from html import escape

from syndication.sandbox.html import page
from syndication.sandbox.http import Reply

KEITAI_ENCODING = "cp932"  # Shift_JIS as phones mean it


def touch_or_pc(title: str, body: str) -> Reply:
    """A page for computers and touch phones."""
    return page(f"mixi（サンドボックス） {title}", body)


def keitai(title: str, body: str) -> Reply:
    """A page for feature phones. What Shift_JIS has no bytes for becomes a reference."""
    content = (
        '<?xml version="1.0" encoding="Shift_JIS"?>'
        '<!DOCTYPE html PUBLIC "-//WAPFORUM//DTD XHTML Mobile 1.0//EN" '
        '"http://www.wapforum.org/DTD/xhtml-mobile10.dtd">'
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="ja"><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS" />'
        f"<title>mixi {escape(title)}</title></head><body>"
        f'<div style="background:#c9622e;color:#ffffff">{escape(title)}</div>{body}</body></html>'
    )
    body_bytes = content.encode(KEITAI_ENCODING, "xmlcharrefreplace")
    return Reply(200, body_bytes, (("Content-Type", "text/html; charset=Shift_JIS"),))


def hidden(**fields: str) -> str:
    """Hidden fields of a form."""
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}" />'
        for name, value in fields.items()
    )


def submit(name: str, words: str) -> str:
    """A button that sends its form."""
    return (
        f'<input type="submit" class="cpSubmitBtn02" name="{escape(name)}" '
        f'value="{escape(words)}" />'
    )


def login_fields(name: str = "") -> str:
    """Name and password; the name is kept when a try went wrong."""
    return (
        '<p><label for="name">ログイン名</label><br /><input type="text" id="name" name="name" istyle="3" '
        f'value="{escape(name)}" /></p>'
        '<p><label for="password">パスワード</label><br /><input type="password" id="password" name="password" istyle="3" /></p>'
    )
