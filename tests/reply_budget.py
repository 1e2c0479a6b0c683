"""What bringing replies back costs: `python -m tests.reply_budget [--members 1000] [--posts 20]`.

Plays delivery.replies.schedule for a day on a clock of its own, without network and database, and counts
requests: one listing (by its pages), a thread for each look at a copy younger than three days, and, on a
busy day, likes and a moved thread at each look. Beside them stands what each network allows
(networks.md 11.7). Two days are played: `steady` (the posts are spread over the last two weeks) and `rush`
(all of them were written today).
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
if __name__ == "__main__":
    django.setup()

from syndication.connectors import CONNECTORS
from syndication.delivery.replies import schedule
from syndication.models import CopyActivity, Delivery, DeliveryOperation, Link, Post

NOW = datetime(2026, 11, 30, tzinfo=UTC)  # the end of the day that is counted
DAY = timedelta(days=1)
FIVE_MINUTES = 300
AWAKE = (7, 23)  # hours between which people write
SAMPLE = 100  # members that are played; the rest are like them


@dataclass(frozen=True)
class Published:
    """What a network allows: requests within seconds, of one account (`site` False) or of one address."""

    requests: int
    seconds: int
    is_of_site: bool
    page: int  # own posts on a page of a listing
    has_likes: bool = True


PUBLISHED = {
    "mastodon": Published(300, 300, False, 40),
    "misskey": Published(0, 0, False, 100),  # none for these readings
    "bluesky": Published(3000, 300, True, 100),
    "gnusocial": Published(0, 0, False, 20, has_likes=False),  # none by default
    "mixi": Published(0, 0, False, 100),  # by the minute, without a figure
}


@dataclass
class Spent:
    """Requests of one link in the day that is counted; `peak` is the most in five minutes."""

    listings: int = 0
    threads: int = 0
    likes: int = 0
    by_time: Counter[int] = field(default_factory=Counter)

    def add(self, at: datetime, listings: int, threads: int, likes: int) -> None:
        if at > NOW - DAY:
            self.listings += listings
            self.threads += threads
            self.likes += likes
            self.by_time[int(at.timestamp()) // FIVE_MINUTES] += listings + threads + likes

    @property
    def total(self) -> int:
        return self.listings + self.threads + self.likes

    @property
    def peak(self) -> int:
        return max(self.by_time.values(), default=0)


def written(posts: int, days: int, dice: random.Random) -> list[datetime]:
    """When a member wrote: `posts` of them in the last `days`, while awake."""
    first, last = AWAKE
    moments = [
        NOW - timedelta(days=dice.randrange(days) + 1, hours=-dice.uniform(first, last))
        for _ in range(posts)
    ]
    return sorted(moments)


def play_link(network: str, times: list[datetime], *, is_busy: bool) -> Spent:
    """Every import of one link until NOW."""
    link, spent = Link(network=network), Spent()
    waiting, watched = list(times), list[CopyActivity]()
    at = waiting[0] if waiting else NOW
    while at <= NOW:
        while waiting and waiting[0] <= at:
            watched.append(_sent(waiting.pop(0), link))
        watched = [each for each in watched if each.due_at is not None]
        _look(network, watched, at, spent, is_busy=is_busy)
        due = [each.due_at for each in watched if each.due_at is not None]
        coming = [*(max(one, at + schedule.SOONEST) for one in due), *waiting[:1]]
        at = min(coming, default=NOW + DAY)
    return spent


def _look(
    network: str, watched: list[CopyActivity], at: datetime, spent: Spent, *, is_busy: bool
) -> None:
    if not any(each.due_at is not None and each.due_at <= at for each in watched):
        return
    due = [each for each in watched if schedule.is_due(each, at)]
    young = sum(1 for each in due if schedule.is_young(each, at))
    oldest = min(schedule.sent_at(each.delivery, at) for each in due)
    listed = sum(1 for each in watched if schedule.sent_at(each.delivery, at) >= oldest)
    pages = -(-listed // PUBLISHED[network].page)
    counts = CONNECTORS[network].counts_replies
    threads = len(due) if is_busy and counts else young
    spent.add(at, pages, threads, len(due) if is_busy and PUBLISHED[network].has_likes else 0)
    for each in due:
        for name, value in schedule.advance(each, at).items():
            setattr(each, name, value)


def _sent(at: datetime, link: Link) -> CopyActivity:
    copy = Delivery(
        post=Post(kind="status"), link=link, operation=DeliveryOperation.PUBLISH, sent_at=at
    )
    copy.remote_id = "there"
    return schedule.first_activity(copy, link, at)


def play_site(network: str, *, posts: int, days: int, is_busy: bool) -> list[Spent]:
    """The links of SAMPLE members; the same dice each time."""
    dice = random.Random(11)
    times = [written(posts, days, dice) for _ in range(SAMPLE)]
    return [play_link(network, each, is_busy=is_busy) for each in times]


def rows(members: int, posts: int) -> Iterator[list[str]]:
    for day, days in (("steady", 14), ("rush", 1)):
        for is_busy in (False, True):
            for network, published in PUBLISHED.items():
                spent = play_site(network, posts=posts, days=days, is_busy=is_busy)
                yield _row(
                    network, published, f"{day}{', busy' if is_busy else ''}", spent, members
                )


def _row(
    network: str, published: Published, day: str, spent: list[Spent], members: int
) -> list[str]:
    mean = sum(each.total for each in spent) / len(spent)
    together: Counter[int] = Counter()
    for each in spent:
        together.update(each.by_time)
    site_peak = round(max(together.values(), default=0) * members / len(spent))
    peak = max(each.peak for each in spent)
    return [
        network, day,
        *(f"{sum(getattr(each, what) for each in spent) / len(spent):.1f}"
          for what in ("listings", "threads", "likes")),
        f"{mean:.0f}", f"{mean * members:,.0f}", str(peak), f"{site_peak:,}",
        _allowed(published, peak, site_peak),
    ]  # fmt: skip


def _allowed(published: Published, peak: int, site_peak: int) -> str:
    if not published.requests:
        return "none published"
    used = site_peak if published.is_of_site else peak
    whose = "the site" if published.is_of_site else "a link"
    share = 100 * used / published.requests
    return f"{published.requests:,} in {published.seconds // 60} min for {whose}: {share:.1f} %"


HEAD = [
    *("network", "day", "listings", "threads", "likes", "a link", "the site"),
    *("link, 5 min", "site, 5 min", "published, and the share of its peak"),
]


def main(arguments: list[str]) -> None:
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--members", type=int, default=1000)
    given.add_argument("--posts", type=int, default=20)
    chosen = given.parse_args(arguments)
    print(
        f"{chosen.members} members, {len(PUBLISHED)} links each, {chosen.posts} recent posts; a day"
    )
    table = [HEAD, *rows(chosen.members, chosen.posts)]
    widths = [max(len(row[place]) for row in table) for place in range(len(HEAD))]
    for row in table:
        print("  ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)))


if __name__ == "__main__":
    main(sys.argv[1:])
