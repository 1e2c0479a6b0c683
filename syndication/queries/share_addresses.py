"""Sharing by hand: where a member takes the address of a page that everybody may read.

For networks to which nothing can be posted from here. Each is an address of the network's own, opened by
the member, who writes and sends there; nothing is told to a network before that. As their pages say:

- LINE: developers.line.biz/en/docs/line-social-plugins/install-guide/using-line-share-buttons ("custom icons")
- X: developer.x.com/en/docs/x-for-websites/tweet-button/guides/web-intent
- Facebook: its share dialog (developers.facebook.com/docs/sharing) needs an app of the site's; the older
  sharer.php takes the address alone, is in no page of theirs any more, and works as of 2026
- Hatena Bookmark: no page of theirs was found; the address is the one that its buttons on other sites open
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy

_NETWORKS = (
    ("LINE", "https://social-plugins.line.me/lineit/share", "url", "text"),
    ("Facebook", "https://www.facebook.com/sharer/sharer.php", "u", ""),
    ("X", "https://twitter.com/intent/tweet", "url", "text"),
    (gettext_lazy("Hatena Bookmark"), "https://b.hatena.ne.jp/add?mode=confirm", "url", "title"),
)


def share_addresses(address: str, words: str) -> list[tuple[str, str]]:
    """Name and address of each network; both `address` and `words` are for everybody."""
    return [
        (str(name), _with_query(base, {url: address, **({text: words} if text else {})}))
        for name, base, url, text in _NETWORKS
    ]


def _with_query(base: str, fields: dict[str, str]) -> str:
    return f"{base}{'&' if '?' in base else '?'}{urlencode(fields, quote_via=quote)}"
