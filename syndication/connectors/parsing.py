"""What a network sends, taken as what it should be, or as nothing. Nothing here raises.

For the fields that networks have alike; what one of them writes in its own way is read beside its
connector.
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
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # nothing of the web is older
CLOCK_TOLERANCE = timedelta(minutes=5)  # that a server's clock may be wrong by
LONGEST_LIFE = timedelta(days=365_000)  # of an access; some servers say a century
_DATE_OF_2010 = "%a %b %d %H:%M:%S %z %Y"  # Tue Feb 15 14:44:04 +0000 2011


def parse_text(value: object) -> str:
    """JSON may bring halves of emoji and controls, which neither a page nor a row can hold."""
    return clean(value) if isinstance(value, str) else ""


def parse_line(value: object) -> str:
    """One line of somebody's words, a name above all: "" where nothing of it can be seen."""
    return " ".join(visible_line(parse_text(value)).split())


def valid_id(value: object) -> str:
    """An id of a server's own making, "" for anything else.

    Opaque: snac's have dots in them, other makes' are addresses of 200 characters. It is quoted wherever
    it becomes a part of a path (`api.part`); dots in a row, which quoting leaves, are in no id. Old
    Pleroma and Pixelfed write numbers, which count as their digits.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < HIGHEST_ID:
        return str(value)
    return value if isinstance(value, str) and _IDENT.fullmatch(value) else ""


def id_in_uid(uid: str) -> str:
    """The id in a uid `<host>/<id>`, where that may hold slashes, too."""
    return valid_id(uid.rpartition("://")[2].partition("/")[2])


def valid_url(value: object) -> str:
    """A web address in ASCII, "" for anything else."""
    found = as_uri(parse_text(value))
    return found if _ADDRESS.fullmatch(found) else ""


def parse_time(value: object) -> float | None:
    """A time as ISO 8601 has it, in seconds since the epoch; UTC where it names no zone.

    A day without a time is none: reading back would take it for a moment before the request left.
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
    """A time as Twitter's API wrote it in 2010, and all that were made like it."""
    try:
        return datetime.strptime(parse_text(value), _DATE_OF_2010).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def clamp_written_at(seconds: float, now: datetime) -> datetime | None:
    """When something was written, by a server's clock in seconds since the epoch.

    A moment that is still to come is `now`, and one before the web is unknown: None.
    """
    if seconds > (now + CLOCK_TOLERANCE).timestamp():
        return now
    return datetime.fromtimestamp(seconds, tz=UTC) if seconds >= EARLIEST.timestamp() else None


def parse_expiry(seconds: float | None, now: datetime) -> datetime | None:
    """When an access ends, by a server's word; None where it does not end or nobody can tell."""
    if seconds is None or not EARLIEST.timestamp() <= seconds < (now + LONGEST_LIFE).timestamp():
        return None
    return datetime.fromtimestamp(seconds, tz=UTC)


def object_at(entry: Any, name: str) -> dict[str, Any]:
    """Return the JSON object under `name`, an empty one where there is none."""
    found = entry.get(name) if isinstance(entry, dict) else None
    return found if isinstance(found, dict) else {}


def value_at(entry: object, name: str) -> object:
    """Return what stands under `name`, None where `entry` is no JSON object."""
    return entry.get(name) if isinstance(entry, dict) else None
