"""Bringing friends and what they wrote: repeated, broken off, refused; nothing is lost or doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from syndication.actions import pulls
from syndication.models import Allowance, HostHealth, Link, LinkState, NetworkSwitch
from tests.making import make_member
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.delivering import planned, tried
from tests.syndication.networks import linked_on

pytestmark = pytest.mark.django_db

FRIENDS = "GET /2/people/"
TIMELINE = "GET /2/voice/"


def fresh(link):
    return Link.objects.get(pk=link.pk)


def limit(sandbox, requests):
    """So many requests a minute; mixi's own 429 after that."""
    sandbox.mixi.state.settings.change({"rate_limit": requests})


def rested():
    Allowance.objects.update(rest_until=timezone.now() - timedelta(seconds=1))


def test_a_list_broken_off_by_a_429_keeps_what_it_brought_and_is_whole_the_next_time(sandbox, link):
    sandbox.mixi.add_friends("hanako", 250)
    whole = len(sandbox.mixi.account("hanako").friends)
    limit(sandbox, 2)
    pulls.pull_friends(link.pk)
    brought = link.friends.count()
    assert 0 < brought < whole
    assert (fresh(link).pulled_at, fresh(link).pull_progress) == (None, brought)
    limit(sandbox, 1000)
    rested()
    pulls.pull_friends(link.pk)
    assert link.friends.count() == whole
    assert fresh(link).pulled_at is not None


def test_a_network_that_asks_for_time_is_not_asked_before(sandbox, link):
    sandbox.faults.add("mixi", "429", match=FRIENDS, seconds=120)
    pulls.pull_friends(link.pk)
    assert link.pk not in pulls.due_for_friends(timezone.now())
    pulls.pull_friends(link.pk)
    pulls.pull_feed(link.pk)
    assert not link.friends.exists()
    rested()
    assert link.pk in pulls.due_for_friends(timezone.now())
    pulls.pull_friends(link.pk)
    assert link.friends.exists()


@pytest.mark.parametrize("kind", ["500_before", "503", "bad_json", "drop_after"])
def test_no_trouble_of_the_network_takes_a_friend_away_or_parks_the_link(sandbox, link, kind):
    pulls.pull_friends(link.pk)
    before = set(link.friends.values_list("uid", flat=True))
    assert before
    sandbox.faults.add("mixi", kind, match=FRIENDS)
    pulls.pull_friends(link.pk)
    assert set(link.friends.values_list("uid", flat=True)) == before
    assert fresh(link).state == LinkState.ACTIVE


def test_who_is_no_longer_a_friend_goes_once_the_list_is_whole(sandbox, link):
    pulls.pull_friends(link.pk)
    gone = sandbox.mixi.account("taro")
    hanako = sandbox.mixi.account("hanako")
    hanako.friends.discard(gone.id)
    gone.friends.discard(hanako.id)
    assert link.friends.filter(uid=gone.id).exists()
    pulls.pull_friends(link.pk)
    assert not link.friends.filter(uid=gone.id).exists()


def test_an_access_that_expired_is_renewed_and_one_that_is_over_parks_the_link(sandbox, link):
    sandbox.faults.add("mixi", "expired", match=FRIENDS)
    pulls.pull_friends(link.pk)
    assert link.friends.exists()
    sandbox.mixi.revoke("hanako")
    pulls.pull_friends(link.pk)
    assert fresh(link).state == LinkState.PARKED
    assert link.friends.exists()


def test_what_friends_wrote_comes_once(sandbox, link):
    pulls.pull_feed(link.pk)
    first = list(link.feed.values_list("remote_id", flat=True))
    assert first
    Link.objects.update(fed_cursor="")
    pulls.pull_feed(link.pk)
    assert sorted(link.feed.values_list("remote_id", flat=True)) == sorted(first)


def test_the_member_s_own_copies_do_not_come_back(sandbox):
    """Mastodon's home timeline holds one's own, too."""
    link = linked_on(MastodonOnTheSandbox(sandbox), make_member("hanako"))
    assert tried(planned(link, "自分の")).remote_id
    pulls.pull_feed(link.pk)
    assert link.feed.exists()
    assert not link.feed.filter(text__contains="自分の").exists()


def test_what_friends_wrote_is_fetched_again_after_a_lost_answer(sandbox, link):
    sandbox.faults.add("mixi", "drop_after", match=TIMELINE)
    pulls.pull_feed(link.pk)
    assert not link.feed.exists()
    assert fresh(link).fed_at is None
    pulls.pull_feed(link.pk)
    assert link.feed.exists()


def test_a_network_that_staff_paused_is_not_asked(sandbox, link):
    NetworkSwitch.objects.create(network="mixi", is_paused=True)
    pulls.pull_friends(link.pk)
    assert pulls.due_for_friends(timezone.now()) == []
    assert pulls.due_for_feed(timezone.now()) == []
    assert not link.friends.exists()


def test_a_host_that_is_away_is_left_alone_after_five_failures(sandbox, link, settings):
    away = settings.NETWORKS["mixi"] | {"api_url": "http://127.0.0.1:9/2"}
    settings.NETWORKS = {**settings.NETWORKS, "mixi": away}
    settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, "127.0.0.1:9"]
    for _ in range(8):
        pulls.pull_friends(link.pk)
    health = HostHealth.objects.get(host="127.0.0.1:9")
    assert health.failures == 5
    assert health.open_until > timezone.now()
    assert pulls.due_for_friends(timezone.now()) == []
