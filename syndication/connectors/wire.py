"""What HTTP says to every client alike: how long to wait, why it refuses, what may be logged."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from syndication.connectors.base import Response

LONGEST_WAIT = 24 * 3600.0  # seconds; whoever asks for more is asked again by then
# X counts a window of minutes, and the day of one account and of the whole site besides.
RATE_LIMITS = (
    "X-RateLimit-",
    "X-Rate-Limit-",
    "RateLimit-",
    "X-User-Limit-24hour-",
    "X-App-Limit-24hour-",
)
EARLIEST_EPOCH = 1e9  # a smaller number is a number of seconds, not a time
EARLIEST_DATE = 631_152_000.0  # 1990: a clock that says less was never set
EXCERPT_LENGTH = 400
ERROR_MESSAGE_LENGTH = 160
SHORTEST_MIDDLE = 8  # of a secret in Base64: less could be anything

_PARAMETER = re.compile(r"""([A-Za-z_-]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^\s,'"]+))""")
# access_token=…, "refreshJwt": "…": the name, and what follows it.
_A_TOKEN = re.compile(
    r"""((?:token|jwt|secret)["']?\s*[:=]\s*["']?)[^"'&\s,;<>{}\[\]]{8,}""", re.IGNORECASE
)
_MARKUP = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_HEX = re.compile(r"%[0-9A-F]{2}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that Retry-After asks for, or else the reset headers where nothing is left; None
    where neither asks for anything that can be read.

    A date is held against the answer's own Date, so that a server whose clock is wrong is
    understood all the same; against `now` (seconds since the epoch) where it has none.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), LONGEST_WAIT)
    until = _epoch(value)
    if until is None:
        return reset_after(headers, now)
    return _from_now(until, headers, now)


def reset_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds until more may be asked, where the headers say that nothing is left; else None. The
    longest, where several limits are used up.

    The reset is written as seconds since the epoch (X), as ISO 8601 (Mastodon) or as a number of
    seconds (RateLimit-Reset of the IETF's draft).
    """
    used_up = [each for each in RATE_LIMITS if headers.get(f"{each}Remaining", "").strip() == "0"]
    resets = [_reset(headers.get(f"{each}Reset", "").strip(), headers, now) for each in used_up]
    return max((each for each in resets if each is not None), default=None)


def _reset(value: str, headers: Mapping[str, str], now: float) -> float | None:
    if re.fullmatch(r"[0-9]{1,11}(\.[0-9]+)?", value):
        number = float(value)
        if number < EARLIEST_EPOCH:
            return min(number, LONGEST_WAIT)
        return _from_now(number, headers, now)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    until = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _from_now(until.timestamp(), headers, now)


def _from_now(until: float, headers: Mapping[str, str], now: float) -> float:
    """By the other side's clock, where it tells the time."""
    sent = _epoch(headers.get("Date", ""))
    if sent is None or sent < EARLIEST_DATE:
        sent = now
    return min(max(until - sent, 0.0), LONGEST_WAIT)


def auth_challenge(headers: Mapping[str, str]) -> dict[str, str]:
    """The parameters of WWW-Authenticate, in single quotes, double quotes or none."""
    found = _PARAMETER.findall(headers.get("WWW-Authenticate", ""))
    return {name.lower(): single or double or bare for name, single, double, bare in found}


def body_excerpt(response: Response, secrets: tuple[str, ...]) -> str:
    """The beginning of the body for the attempt log, on one line, with `secrets` struck out."""
    # Struck out before it is cut, or the cut could leave half a secret standing.
    return _CONTROLS.sub(" ", redact(response.text, secrets)[: EXCERPT_LENGTH * 2])[:EXCERPT_LENGTH]


def error_message(value: object, secrets: tuple[str, ...]) -> str:
    """A network's own words, fit to be shown: one short line of plain text, nothing where it is none."""
    if not isinstance(value, str):
        return ""
    # Struck out again behind the markup, which may have broken a secret up.
    plain = redact(html.unescape(_MARKUP.sub(" ", redact(value, secrets))), secrets)
    return _CONTROLS.sub(" ", plain).strip()[:ERROR_MESSAGE_LENGTH]


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` without `secrets`, however an answer spells what it was sent; and without what it calls
    a token, since a new one is a secret that nobody knows yet."""
    for secret in filter(None, secrets):
        for spelling in _spellings(secret):
            text = text.replace(spelling, "[…]")
    return _A_TOKEN.sub(r"\1[…]", text)


def _spellings(secret: str) -> set[str]:
    """Plain, as in an address, in JSON, in HTML, and within something in Base64 (Basic, say)."""
    in_address = quote(secret, safe="")
    in_json = json.dumps(secret)[1:-1]
    spellings = {secret, in_address, in_json, in_json.replace("/", r"\/"), html.escape(secret)}
    spellings.add(_HEX.sub(lambda found: found[0].lower(), in_address))
    for before in range(3):  # where it may begin within a group of three bytes
        raw = b"\0" * before + secret.encode()
        middle = b64encode(raw[: len(raw) // 3 * 3]).decode()[(0, 2, 3)[before] :]
        if len(middle) >= SHORTEST_MIDDLE:
            spellings |= {middle, middle.replace("+", "-").replace("/", "_")}
    return spellings


def _epoch(value: str) -> float | None:
    try:
        moment: datetime = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
