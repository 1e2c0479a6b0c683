"""A backlog, filled by SQL in seconds: `python -m tests.bench queue --only backlog`.

For each size: so many due rows, on as many links; beside them 5,000 rows of one link that rests, half of
them older and half newer than all others. Said is how many deliveries a second arrive (of the first
thousand, without the first fifty), and how long a new row takes that lies in the middle of them in time,
on a link of its own, and for which no hint is given.

The rows are filled in before the worker starts. All links stand for the same few accounts of the
sandbox.

Figures of 29 November 2026, 2 processors, load 14 to 19 by others (deliveries a second; seconds of the
row in the middle):

    engine               1,000         30,000        300,000
    postgresql+redis     35.7  1.05    63.7  1.21    29.4  3.00
    sqlite+orm           46.4  1.32                  54.2  1.29
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.bench.queue import Bench

SIZES = (1_000, 30_000, 300_000)
RESTING = 5_000
MEASURED = slice(50, 950)  # of the arrivals, in their order
WITHIN = 5.0  # seconds for the row in the middle
GOAL = 0.8  # of what arrives with the smallest backlog


def measure_backlog(bench: Bench, size: int) -> dict[str, Any]:
    """Deliveries a second with `size` due, and the seconds of a row in the middle."""
    name = f"deep{size}"
    bench.order("backlog", size, name)
    bench.order("resting", RESTING)
    with bench.working():
        arrived = sorted(bench.until_arrived(f"{name} ", MEASURED.stop).values())[MEASURED]
        middle = bench.order("middle", "middle")
        came = bench.until_arrived("middle", 1, patience=60)
    took = [came[text] - at for text, at in middle.items() if text in came]
    return {
        "due": size,
        "a_second": round((len(arrived) - 1) / (arrived[-1] - arrived[0]), 1),
        "middle": round(took[0], 2) if took else None,
    }


def figures_table(found: list[dict[str, Any]]) -> str:
    """The figures as text, with each as a part of the first."""
    lines = [f"{'due':>9}{'a second':>10}{'of the first':>14}{'middle, s':>11}"]
    for each in found:
        part = each["a_second"] / found[0]["a_second"]
        lines.append(f"{each['due']:>9}{each['a_second']:>10}{part:>14.2f}{each['middle']!s:>11}")
    return "\n".join(lines)


def meets_goals(found: list[dict[str, Any]]) -> bool:
    """Whether the goals hold."""
    if not found:
        return True
    least = GOAL * found[0]["a_second"]
    quick = all(each["middle"] is not None and each["middle"] <= WITHIN for each in found)
    return quick and all(each["a_second"] >= least for each in found)
