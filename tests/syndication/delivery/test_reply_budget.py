"""What bringing replies back costs stays far below what networks allow: `python -m tests.reply_budget`."""

from __future__ import annotations

import random

import pytest

from tests import reply_budget

POSTS = 20


@pytest.mark.parametrize("days", [14, 1])
def test_a_link_of_a_busy_writer_stays_below_a_tenth_of_what_mastodon_allows(days):
    times = reply_budget.written(POSTS, days, random.Random(1))
    quiet = reply_budget.play_link("mastodon", times, is_busy=False)
    busy = reply_budget.play_link("mastodon", times, is_busy=True)
    assert 0 < quiet.total < busy.total < 400
    assert busy.peak < reply_budget.PUBLISHED["mastodon"].requests / 5
    assert quiet.likes == 0


def test_listings_are_shared_by_the_copies_of_a_link():
    """20 posts of one day, a week later: not 20 listings a day."""
    alone = reply_budget.play_link(
        "mastodon", [reply_budget.NOW - reply_budget.DAY * 7], is_busy=False
    )
    times = [reply_budget.NOW - reply_budget.DAY * (7 + n / 20) for n in range(POSTS)]
    together = reply_budget.play_link("mastodon", times, is_busy=False)
    assert alone.listings == 1
    assert together.listings <= 5
