"""The README's table of networks, made from the connectors.

`python -m tests.profilelink.networks_table` writes it into the README; a test compares the two.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- networks -->", "<!-- /networks -->"
HEAD = [
    *("network", "text", "photos", "for fewer readers", "delete", "change", "looked up again"),
    *("answers come back", "likes come back", "answer", "like"),
]
KINDS = ("status", "note", "photo", "link")


def table() -> str:
    """The table, in Markdown."""
    from syndication.connectors import CONNECTORS  # noqa: PLC0415 - needs the settings

    lines = [HEAD, ["---"] * len(HEAD)]
    for connector in CONNECTORS.values():
        texts = {limits.text: limits.unit for limits in connector.limits.values()}
        narrower = [kind for kind in KINDS if len(connector.audiences[kind]) > 1]
        readers = "followers" if connector.followers_read else "friends there"
        year = f" (closed in {connector.closed_in})" if connector.closed_in else ""
        lines.append(
            [
                connector.name + year,
                ", ".join(f"{text:,}" for text in sorted(texts)) + _unit(set(texts.values())),
                ", ".join(_photos(connector)),
                f"{_kinds(narrower)}: {readers}" if narrower else "–",
                _kinds(connector.can_delete),
                _kinds(connector.can_edit),
                _kinds(connector.can_reconcile),
                _kinds(connector.brings_replies),
                _kinds(connector.brings_likes),
                _yes(connector.can_reply()),
                _yes(connector.can_like),
            ]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _kinds(kinds: object) -> str:
    """Which of the four kinds, `all` where it is all."""
    found = [kind for kind in KINDS if kind in kinds]  # type: ignore[operator]
    return "all" if len(found) == len(KINDS) else ", ".join(found) or "–"


def _yes(can: object) -> str:
    return "yes" if can else "–"


def _unit(units: set[str]) -> str:
    return "" if units == {"characters"} else f" ({', '.join(sorted(units))})"


def _photos(connector: object) -> list[str]:
    limits = connector.limits  # type: ignore[attr-defined]
    return sorted({str(each.photos) for each in limits.values() if each.photos})


def written() -> str:
    """The table as it stands in the README."""
    return README.read_text().partition(BEGIN)[2].partition(END)[0].strip()


def write() -> None:
    """Put the table into the README."""
    before, _, rest = README.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    write()
    sys.stdout.write(table() + "\n")
