"""Bringing friends and what they wrote: repeated, broken off, refused; nothing is lost or doubled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from syndication.connectors import parsing
from syndication.connectors.base import Credentials, Friend, FriendPage, RemoteFeedItem, Terms
from syndication.connectors.responses import retry_after
from syndication.connectors.values import Attachment
from syndication.delivery import credentials, feed_imports, import_schedule, imports
from syndication.models import Allowance, HostHealth, Link, LinkImport, LinkState, NetworkSwitch
from syndication.sandbox.mixi.rows import Status
from tests.making import make_member
from tests.phone import log_in_phone
from tests.scripted_server import answer, playing
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.delivering import planned, tried
from tests.syndication.importing import import_feed, import_friends
from tests.syndication.networks import linked_on

pytestmark = pytest.mark.django_db

FRIENDS = "GET /2/people/@me/@friends"
TIMELINE = "GET /2/voice/"


def fresh(link):
    return Link.objects.get(pk=link.pk)


class Endless:
    """A connector whose friend list names the same page for ever."""

    def __init__(self, page):
        self.page = page

    def friend_pages(self, start):
        while True:
            yield self.page

    def terms(self):
        return Terms()

    def profile(self):
        return Friend("somebody else", "")


def limit(sandbox, requests):
    """So many requests a minute; mixi's own 429 after that."""
    sandbox.mixi.state.settings.change({"rate_limit": requests})


def taken(later=timedelta()):
    """The imports that would run now, or later."""
    return import_schedule.lease_due_imports(timezone.now() + later, most=8, owner="me")


def rested():
    Allowance.objects.update(rest_until=timezone.now() - timedelta(seconds=1))


def test_a_list_broken_off_by_a_429_goes_on_where_it_stopped(sandbox, link):
    """Two requests at a time: from the beginning again, nobody behind page 2 would ever come."""
    sandbox.mixi.add_friends("hanako", 250)
    Link.objects.update(profile_read_at=timezone.now())  # so the account itself is not asked
    whole = len(sandbox.mixi.account("hanako").friends)
    limit(sandbox, 2)
    import_friends(link.pk)
    brought = link.friends.count()
    assert 0 < brought < whole
    assert (fresh(link).pulled_at, fresh(link).pull_progress) == (None, brought)
    for page in (f"/links/mixi/{link.pk}/", f"/links/mixi/{link.pk}/friends/"):
        assert f"{brought} so far; the rest follows" in log_in_phone(link.member).get(page).text
    sandbox.clock.advance(seconds=61)
    rested()
    import_friends(link.pk)
    assert link.friends.count() == whole
    assert fresh(link).pulled_at is not None


def test_a_killed_worker_s_list_goes_on_where_it_stopped_and_nobody_is_dropped(sandbox, link):
    sandbox.mixi.add_friends("hanako", 250)
    import_friends(link.pk)
    whole = link.friends.count()
    limit(sandbox, 2)
    sandbox.clock.advance(seconds=61)
    link.imports.update(due_at=timezone.now())
    import_friends(link.pk)
    assert link.friends.count() == whole  # those behind page 2, too
    killed = {"lease_owner": "killed", "lease_until": timezone.now() + timedelta(minutes=2)}
    link.imports.filter(kind="friends").update(due_at=timezone.now(), **killed)
    sandbox.clock.advance(seconds=61)
    rested()
    [link_import] = taken(later=timedelta(minutes=3))
    assert link_import.cursor
    imports.run_link_import(link_import)
    assert link.friends.count() == whole
    assert fresh(link).pull_progress == 0
    assert link.imports.get(kind="friends").started_at is None


def test_a_page_that_the_network_does_not_know_any_more_is_not_asked_for_again(link, settings):
    row = import_schedule.get_or_create_link_import(link, "friends")
    LinkImport.objects.update(cursor="200", started_at=timezone.now())
    no = answer("", "400 Bad Request", {"WWW-Authenticate": "OAuth error='invalid_request'"})
    with playing(no) as server:
        there = settings.NETWORKS["mixi"] | {"api_url": f"{server.url}/2"}
        settings.NETWORKS = {**settings.NETWORKS, "mixi": there}
        settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, server.authority]
        import_friends(link.pk)
    row.refresh_from_db()
    assert (row.cursor, row.started_at, row.failures) == ("", None, 1)


def test_a_list_without_end_is_given_up_and_drops_nobody(link):
    page = FriendPage((Friend("u", "U"),), "again")
    link.friends.create(uid="old", name="Old", seen_at=timezone.now())
    row = import_schedule.get_or_create_link_import(link, "friends")
    assert import_schedule.lease_link_import(row, timezone.now(), "me")
    due_at = imports._import_friend_pages(row, Endless(page))
    assert due_at > timezone.now() + timedelta(hours=12)
    assert set(link.friends.values_list("uid", flat=True)) == {"old", "u"}


def test_a_network_that_asks_for_time_is_not_asked_before(sandbox, link):
    sandbox.faults.add("mixi", "429", match=FRIENDS, seconds=120)
    import_friends(link.pk)
    assert taken() == []
    import_friends(link.pk)
    import_feed(link.pk)
    assert not link.friends.exists()
    rested()
    import_friends(link.pk)
    assert link.friends.exists()


@pytest.mark.parametrize("kind", ["500_before", "503", "bad_json", "drop_after"])
def test_no_trouble_of_the_network_takes_a_friend_away_or_parks_the_link(sandbox, link, kind):
    import_friends(link.pk)
    before = set(link.friends.values_list("uid", flat=True))
    assert before
    sandbox.faults.add("mixi", kind, match=FRIENDS)
    import_friends(link.pk)
    assert set(link.friends.values_list("uid", flat=True)) == before
    assert fresh(link).state == LinkState.ACTIVE


def test_who_is_no_longer_a_friend_goes_once_the_list_is_whole(sandbox, link):
    import_friends(link.pk)
    gone = sandbox.mixi.account("taro")
    hanako = sandbox.mixi.account("hanako")
    hanako.friends.discard(gone.id)
    gone.friends.discard(hanako.id)
    assert link.friends.filter(uid=gone.id).exists()
    import_friends(link.pk)
    assert not link.friends.filter(uid=gone.id).exists()


def test_an_access_that_expired_is_renewed_and_one_that_is_over_parks_the_link(sandbox, link):
    sandbox.faults.add("mixi", "expired", match=FRIENDS)
    import_friends(link.pk)
    assert link.friends.exists()
    sandbox.mixi.revoke("hanako")
    import_friends(link.pk)
    assert fresh(link).state == LinkState.PARKED
    assert link.friends.exists()


def test_what_friends_wrote_comes_once(sandbox, link):
    import_feed(link.pk)
    first = list(link.feed.values_list("remote_id", flat=True))
    assert first
    Link.objects.update(fed_cursor="")
    import_feed(link.pk)
    assert sorted(link.feed.values_list("remote_id", flat=True)) == sorted(first)


def test_the_member_s_own_copies_do_not_come_back(sandbox):
    """Mastodon's home timeline holds one's own, too."""
    link = linked_on(MastodonOnTheSandbox(sandbox), make_member("hanako"))
    assert tried(planned(link, "自分の")).remote_id
    import_feed(link.pk)
    assert link.feed.exists()
    assert not link.feed.filter(text__contains="自分の").exists()


def test_what_friends_wrote_is_fetched_again_after_a_lost_answer(sandbox, link):
    sandbox.faults.add("mixi", "drop_after", match=TIMELINE)
    import_feed(link.pk)
    assert not link.feed.exists()
    assert fresh(link).fed_at is None
    import_feed(link.pk)
    assert link.feed.exists()


def test_a_network_that_staff_paused_is_not_asked(sandbox, link):
    NetworkSwitch.objects.create(network="mixi", is_paused=True)
    import_schedule.request_imports(link, timezone.now())
    import_friends(link.pk)
    assert taken() == []
    assert not link.friends.exists()


def test_a_host_that_is_away_is_left_alone_after_five_failures(sandbox, link, settings):
    away = settings.NETWORKS["mixi"] | {"api_url": "http://127.0.0.1:9/2"}
    settings.NETWORKS = {**settings.NETWORKS, "mixi": away}
    settings.ALLOWED_PRIVATE_HOSTS = [*settings.ALLOWED_PRIVATE_HOSTS, "127.0.0.1:9"]
    for _ in range(8):
        import_friends(link.pk)
    health = HostHealth.objects.get(host="127.0.0.1:9")
    assert health.failures == 5
    assert health.open_until > timezone.now()
    assert taken(later=timedelta(minutes=1)) == []


def test_what_turns_words_around_or_cannot_be_seen_is_not_stored(sandbox, link):
    """Whoever wrote it: names on one line, texts on theirs."""
    taro = sandbox.mixi.account("taro")
    taro.nickname = "た\u202eろう\u3164"
    said = Status(owner=taro.id, at=datetime.now(UTC), text="あ\u2066い\u200bう\nえ")
    sandbox.mixi.state.statuses[said.id] = said
    import_friends(link.pk)
    import_feed(link.pk)
    assert link.friends.get(uid=taro.id).name == "たろう"
    item = link.feed.get(author_uid=taro.id, text__endswith="え")
    assert (item.author_name, item.text) == ("たろう", "あいう\nえ")


FUTURE = ["9999-12-31T23:59:59Z", "2099-01-01T00:00:00Z"]


def items_at(*times):
    author = Friend("a", "A")
    return [
        RemoteFeedItem(str(n), author, f"text {n}", parsing.parse_time(at))
        for n, at in enumerate(times)
    ]


@pytest.mark.parametrize("time", [*FUTURE, "0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_is_the_moment_of_the_pull(link, time):
    began = timezone.now()
    feed_imports.store_feed_items(link, items_at(time, (began - timedelta(minutes=1)).isoformat()))
    assert began <= link.feed.get(remote_id="0").written_at <= timezone.now()
    assert log_in_phone(link.member).get("/").status == 200
    assert fresh(link).fed_cursor == "1"  # the last in the network's order


@pytest.mark.parametrize("time", FUTURE)
def test_a_time_stored_before_takes_no_page_with_it_and_is_put_right(link, time):
    feed_imports.store_feed_items(link, items_at("2026-11-29T00:00:00Z"))
    link.feed.update(written_at=time, created_at="2026-11-29T00:01:00Z")
    phone = log_in_phone(link.member, HTTP_ACCEPT_LANGUAGE="ja")
    assert phone.get("/").status == 200
    import_module("syndication.migrations.0010_feed_times").clamp(apps, None)
    assert link.feed.get().written_at.isoformat() == "2026-11-29T00:01:00+00:00"


@pytest.mark.parametrize("seconds", ["1e300", "NaN", "-1e300", "Infinity"])
def test_tokens_that_end_when_no_calendar_can_say_are_stored_all_the_same(link, seconds):
    """The network has forgotten those before them."""
    new = Credentials("new", refresh_token="newer", expires_at=float(seconds))
    credentials.store_credentials(link, new)
    assert fresh(link).expires_at is None
    assert credentials.credentials_of_link(fresh(link)).access_token == "new"


def test_a_server_whose_clock_was_never_set_is_not_left_alone_for_a_day():
    now = datetime(2026, 11, 29, tzinfo=UTC).timestamp()
    headers = {
        "Retry-After": "Sun, 29 Nov 2026 00:01:00 GMT",
        "Date": "Thu, 01 Jan 1970 00:00:09 GMT",
    }
    assert retry_after(headers, now) == 60


def test_one_s_own_posts_do_not_stand_before_what_friends_wrote(sandbox):
    """Mastodon: more than a page of one's own since the last import."""
    link = linked_on(MastodonOnTheSandbox(sandbox), make_member("hanako"))
    import_feed(link.pk)
    graph = sandbox.mastodon.state.graph
    for n in range(45):
        graph.write(graph.named("hanako").id, f"mine {n}")
    graph.write(graph.named("taro").id, "やっと")
    import_feed(link.pk)
    assert link.feed.filter(text="やっと").exists()


class Flood:
    """A connector of a server that has as many posts to show, each as long, as it likes."""

    def __init__(self, first):
        self.first = first

    def feed(self, since):
        friend = Friend(uid="u", name="友だち")
        for number in range(self.first, self.first + feed_imports.FEED_AT_ONCE):
            yield RemoteFeedItem(
                remote_id=f"p{number}",
                author=friend,
                text="長" * 11_000,
                created_at=timezone.now().timestamp() - 10_000 + number,
                url="",
                attached=(Attachment("photo", "写" * 2_000),) * 21,
            )


def test_a_server_that_floods_a_feed_fills_a_bounded_number_of_bounded_rows(link):
    link_import = import_schedule.get_or_create_link_import(link, "feed")
    for first in range(0, 1400, feed_imports.FEED_AT_ONCE):
        feed_imports.import_feed_items(link_import, Flood(first))
    assert link.feed.count() == 1000
    newest = link.feed.order_by("-written_at").first()
    assert newest.remote_id == "p1399"
    assert len(newest.text) == 10_000
    assert sum(len(said) for _kind, said in newest.attached) <= 30_000
