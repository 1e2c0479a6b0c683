"""An import that brings nothing new: most of them. What it costs, and what time alone changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from syndication.delivery import import_schedule, imports
from syndication.models import Link, LinkState
from tests.making import make_link, make_member, make_post
from tests.syndication.feeds import add_copy, bring
from tests.syndication.importing import import_feed

pytestmark = pytest.mark.django_db

# On SQLite each statement is one; PostgreSQL gets several at a time.
QUIET_STATEMENTS = {"sqlite": 6, "postgresql": 3}
CHOICE_STATEMENTS = {"sqlite": 9, "postgresql": 7}  # two of them are a savepoint's


@pytest.fixture
def link_import(sandbox, link):
    """The feed's import, leased, after one that brought all there is."""
    import_feed(link.pk)
    link.imports.filter(kind="feed").update(due_at=timezone.now())
    link.imports.exclude(kind="feed").update(due_at=None)
    [leased] = import_schedule.lease_due_imports(timezone.now(), most=8, owner="me")
    return leased


def test_it_takes_few_statements(link_import):
    with CaptureQueriesContext(connection) as run:
        imports.run_link_import(link_import)
    assert len(run) <= QUIET_STATEMENTS[connection.vendor], [each["sql"] for each in run]


def test_the_choice_of_eight_takes_few_statements_and_reads_no_more_links(sandbox, link):
    for number in range(20):
        other = make_link(make_member(f"other{number}"), "mixi", uid=str(number))
        import_schedule.request_imports(other, timezone.now())
    import_schedule.get_or_create_link_import(link, "feed")
    with CaptureQueriesContext(connection) as run:
        taken = import_schedule.lease_due_imports(timezone.now(), most=8, owner="me")
    assert len(taken) == 8
    assert len(run) <= CHOICE_STATEMENTS[connection.vendor], [each["sql"] for each in run]
    with CaptureQueriesContext(connection) as after:
        assert all(each.link.member_id and each.lease_owner == "me" for each in taken)
    assert not len(after)


def test_it_records_when_it_ran_and_is_due_later(link_import):
    Link.objects.filter(pk=link_import.link_id).update(fed_at=None)
    before = timezone.now()
    imports.run_link_import(link_import)
    link_import.refresh_from_db()
    assert Link.objects.get(pk=link_import.link_id).fed_at >= before
    assert link_import.due_at > before + timedelta(minutes=13)
    assert (link_import.lease_owner, link_import.lease_until) == ("", None)


def test_it_records_nothing_where_the_link_ended_meanwhile(link_import):
    Link.objects.filter(pk=link_import.link_id).update(
        fed_at=None, state=LinkState.ENDED, account=None
    )
    imports.run_link_import(link_import)
    assert Link.objects.get(pk=link_import.link_id).fed_at is None


def test_a_post_that_became_too_old_goes(link_import):
    old = link_import.link.feed.order_by("pk")[0]
    kept = link_import.link.feed.exclude(pk=old.pk).count()
    link_import.link.feed.filter(pk=old.pk).update(written_at=timezone.now() - timedelta(days=31))
    imports.run_link_import(link_import)
    assert not link_import.link.feed.filter(pk=old.pk).exists()
    assert link_import.link.feed.count() == kept


def test_a_copy_that_was_recorded_at_the_same_moment_is_marked(link_import):
    """Neither the import that brought it nor the record of its delivery saw the other."""
    taro = make_link(make_member("taro"), "mixi", uid="taro")
    item = bring(link_import.link, "taro", "voice:taro-1")
    copy = add_copy(make_post(author=taro.member), taro, remote_id="voice:taro-1")
    imports.run_link_import(link_import)
    item.refresh_from_db()
    assert (item.copy, item.writer) == (copy, taro.member)


def test_a_worker_whose_lease_went_to_another_settles_nothing(link_import):
    type(link_import).objects.filter(pk=link_import.pk).update(lease_owner="another")
    imports.run_link_import(link_import)
    link_import.refresh_from_db()
    assert link_import.lease_owner == "another"
