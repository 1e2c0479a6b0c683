"""Read HTTP answers of any network: retry delays, error messages, excerpts fit for logs."""

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

MAX_WAIT = 24 * 3600.0  # seconds; whoever asks for more is asked again by then
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
MIN_MIDDLE_LENGTH = 8  # of a secret in Base64: less could be anything

# Begins where a name begins: tried anew at each of its characters, a header of 64 KB takes half a minute.
_PARAMETER = re.compile(
    r"""(?<![A-Za-z_-])([A-Za-z_-]+)\s*=\s*(?:'([^']*)'|"([^"]*)"|([^\s,'"]+))"""
)
# access_token=…, "refreshJwt": "…": the name, and what follows it.
_A_TOKEN = re.compile(
    r"""((?:token|jwt|secret)["']?\s*[:=]\s*["']?)[^"'&\s,;<>{}\[\]]{8,}""", re.IGNORECASE
)
_MARKUP = re.compile(r"<[a-zA-Z/!?][^<>]*>")
_HEX = re.compile(r"%[0-9A-F]{2}")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that Retry-After asks for, or else the rate limit's reset headers; None where
    neither can be read.

    A date is compared with the answer's own Date header, so that a wrong server clock does not matter;
    with `now` (seconds since the epoch) where it has none.
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), MAX_WAIT)
    until = _epoch(value)
    if until is None:
        return reset_after(headers, now)
    return _from_now(until, headers, now)


def reset_after(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds until the rate limit resets, where the headers say that it is used up; else
    None. The longest, where several are.

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
            return min(number, MAX_WAIT)
        return _from_now(number, headers, now)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    until = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return _from_now(until.timestamp(), headers, now)


def _from_now(until: float, headers: Mapping[str, str], now: float) -> float:
    """Return the seconds until then, by the server's clock where it states one."""
    sent = _epoch(headers.get("Date", ""))
    if sent is None or sent < EARLIEST_DATE:
        sent = now
    return min(max(until - sent, 0.0), MAX_WAIT)


def auth_challenge(headers: Mapping[str, str]) -> dict[str, str]:
    """Parse the parameters of WWW-Authenticate, in single quotes, double quotes or none."""
    found = _PARAMETER.findall(headers.get("WWW-Authenticate", ""))
    return {name.lower(): single or double or bare for name, single, double, bare in found}


def body_excerpt(response: Response, secrets: tuple[str, ...]) -> str:
    """Return the beginning of the body for the attempt log, on one line, with `secrets` redacted."""
    # Redacted before it is cut, or the cut could leave half a secret.
    return _CONTROLS.sub(" ", redact(response.text, secrets)[: EXCERPT_LENGTH * 2])[:EXCERPT_LENGTH]


def error_message(value: object, secrets: tuple[str, ...]) -> str:
    """Return a network's error message as one short line of plain text, "" where it is no text."""
    if not isinstance(value, str):
        return ""
    # Redacted again without the markup, which may have split a secret.
    plain = redact(html.unescape(_MARKUP.sub(" ", redact(value, secrets))), secrets)
    return _CONTROLS.sub(" ", plain).strip()[:ERROR_MESSAGE_LENGTH]


def redact(text: str, secrets: Iterable[str]) -> str:
    """Remove `secrets` from `text` in every encoding that an answer may use, and whatever it labels as a
    token, since a new one is not known yet."""
    for secret in filter(None, secrets):
        for spelling in _spellings(secret):
            text = text.replace(spelling, "[…]")
    return _A_TOKEN.sub(r"\1[…]", text)


def _spellings(secret: str) -> set[str]:
    """Return a secret plain and as encoded in an address, in JSON, in HTML and within Base64 (Basic, say)."""
    in_address = quote(secret, safe="")
    in_json = json.dumps(secret)[1:-1]
    spellings = {secret, in_address, in_json, in_json.replace("/", r"\/"), html.escape(secret)}
    spellings.add(_HEX.sub(lambda found: found[0].lower(), in_address))
    for before in range(3):  # where it may begin within a group of three bytes
        raw = b"\0" * before + secret.encode()
        middle = b64encode(raw[: len(raw) // 3 * 3]).decode()[(0, 2, 3)[before] :]
        if len(middle) >= MIN_MIDDLE_LENGTH:
            spellings |= {middle, middle.replace("+", "-").replace("/", "_")}
    return spellings


def _epoch(value: str) -> float | None:
    try:
        moment: datetime = parsedate_to_datetime(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
