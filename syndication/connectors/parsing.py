"""Parse fields of answers: the expected value, or an empty one. Nothing here raises.

For fields that networks share; the formats of a single network are parsed beside its connector.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.visible_text import visible_line
from syndication.connectors.text import as_uri, clean

_ADDRESS = re.compile(r"https?://[!-~]{1,490}")
_IDENT = re.compile(r"(?!\.$|.*\.\.)[!-~]{1,500}")
HIGHEST_ID = 10**40  # of ids that are numbers; those of 128 bits have 39 digits
HIGHEST_COUNT = 2**31 - 1
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # nothing of the web is older
CLOCK_TOLERANCE = timedelta(minutes=5)  # that a server's clock may be wrong by
MAX_LIFE = timedelta(days=365_000)  # of an access; some servers say a century
_DATE_OF_2010 = "%a %b %d %H:%M:%S %z %Y"  # Tue Feb 15 14:44:04 +0000 2011


def parse_text(value: object) -> str:
    """Return text without lone surrogates and controls, which no page or row can hold."""
    return clean(value) if isinstance(value, str) else ""


def parse_line(value: object) -> str:
    """Return one line of text, such as a name; "" where nothing of it is visible."""
    return " ".join(visible_line(parse_text(value)).split())


def valid_id(value: object) -> str:
    """Return `value` where it is a server's id, else "".

    Opaque: those of snac contain dots, other servers use addresses of 200 characters. It is quoted where
    it becomes part of a path (`api.quote_segment`); no id has two dots in a row, which quoting leaves.
    Old Pleroma and Pixelfed write numbers, which become strings of digits.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < HIGHEST_ID:
        return str(value)
    return value if isinstance(value, str) and _IDENT.fullmatch(value) else ""


def valid_count(value: object) -> int | None:
    """Return a number of replies or likes that a row can hold; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return None
    return min(value, HIGHEST_COUNT)


def id_in_uid(uid: str) -> str:
    """Return the id of a uid `<host>/<id>`; the id itself may contain slashes."""
    return valid_id(uid.rpartition("://")[2].partition("/")[2])


def valid_url(value: object) -> str:
    """Return a web address in ASCII, "" for anything else."""
    found = as_uri(parse_text(value))
    return found if _ADDRESS.fullmatch(found) else ""


def parse_time(value: object) -> float | None:
    """Parse an ISO 8601 time into seconds since the epoch; UTC where it names no zone.

    A date without a time is refused: looking up would take it for a time before the request was sent.
    """
    said = parse_text(value).removesuffix(" UTC")  # as some forks of Mastodon write
    if len(said) <= len("2026-11-29"):
        return None
    try:
        at = datetime.fromisoformat(said)
        return at.astimezone(UTC).timestamp() if at.tzinfo else at.replace(tzinfo=UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def parse_2010_time(value: object) -> float | None:
    """Parse a time in the format of Twitter's API of 2010 and its successors."""
    try:
        return datetime.strptime(parse_text(value), _DATE_OF_2010).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def clamp_written_at(seconds: float, now: datetime) -> datetime | None:
    """Return the time of writing by a server's clock (seconds since the epoch).

    A time in the future becomes `now`, one before the web None.
    """
    if seconds > (now + CLOCK_TOLERANCE).timestamp():
        return now
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds >= EARLIEST.timestamp() else None


def parse_expiry(seconds: float | None, now: datetime) -> datetime | None:
    """Return when an access expires, as the server states; None where it does not expire or is unknown."""
    if seconds is None or not EARLIEST.timestamp() <= seconds < (now + MAX_LIFE).timestamp():
        return None
    return datetime.fromtimestamp(seconds, tz=UTC)


def object_at(entry: Any, name: str) -> dict[str, Any]:
    """Return the JSON object under `name`, an empty one where there is none."""
    found = entry.get(name) if isinstance(entry, dict) else None
    return found if isinstance(found, dict) else {}


def list_at(entry: Any, name: str) -> list[Any] | None:
    """The list under `name`; None where there is none."""
    found = entry.get(name) if isinstance(entry, dict) else None
    return found if isinstance(found, list) else None


def value_at(entry: object, name: str) -> object:
    """Return what stands under `name`, None where `entry` is no JSON object."""
    return entry.get(name) if isinstance(entry, dict) else None
