"""Two workers, a killed one, and presses and deletions in the middle of an import of replies."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import Notice
from syndication.actions import posts, remote_replies
from syndication.models import CopyActivity, Delivery, Link, LinkImport, RemoteLike, RemoteReply
from tests.dying import MAX_STATEMENTS, is_killed
from tests.making import make_member
from tests.racing import at_once
from tests.syndication.answered import AnsweredSlate, answered, bring_back, due
from tests.syndication.delivering import planned, tried
from tests.syndication.importing import import_replies
from tests.syndication.slate import on_slate

__all__ = ["answered"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def link(answered: AnsweredSlate) -> Link:
    return on_slate(make_member("hanako"))


@pytest.fixture
def copy(link: Link) -> Delivery:
    return tried(planned(link))


def test_of_two_workers_one_imports_a_link(answered, link, copy):
    answered.reply("1", "taro", "やあ")
    due(link)
    at_once(2, lambda _number: import_replies(link.pk))
    assert len(answered.asked("own")) == 1
    assert RemoteReply.objects.count() == 1
    assert Notice.objects.count() == 1


def killed_and_repeated(link: Link, at: int) -> bool:
    """Whether the import came to its statement `at` and died there; then another worker repeats it."""
    CopyActivity.objects.update(step=0)  # more looks than the schedule has
    due(link)
    was_killed = is_killed(lambda: import_replies(link.pk), at=at)
    LinkImport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    bring_back(link)
    return was_killed


def test_a_worker_killed_at_any_statement_loses_and_doubles_nothing(answered, link, copy):
    texts = []
    for at in range(1, 2 * MAX_STATEMENTS):
        texts.append(f"{at}")
        answered.reply("1", "taro", f"{at}")
        answered.like("1", f"p{at}")
        was_killed = killed_and_repeated(link, at)
        assert sorted(RemoteReply.objects.values_list("text", flat=True)) == sorted(texts)
        assert RemoteLike.objects.count() == len(texts)
        assert CopyActivity.objects.get().replies == len(texts)
        if not was_killed:
            break
    assert 15 < at < 2 * MAX_STATEMENTS - 1
    assert set(Notice.objects.values_list("code", flat=True)) == {"network_reply", "network_likes"}


class Held:
    """An import whose next request of the network waits for the end of the block."""

    def __init__(self, answered: AnsweredSlate, link: Link) -> None:
        self._holding = answered.holding("GET")
        self._thread = Thread(target=self._run, args=(link.pk,))

    def _run(self, pk: int) -> None:
        import_replies(pk)
        connections.close_all()

    def __enter__(self) -> None:
        held = self._holding.__enter__()
        self._thread.start()
        assert held.came_in.wait(10)

    def __exit__(self, *error: object) -> None:
        self._holding.__exit__(None, None, None)
        self._thread.join(30)


@pytest.mark.parametrize("press", ["stop link", "stop post", "delete post"])
def test_what_is_stopped_while_it_is_read_is_not_stored(answered, link, copy, press):
    answered.reply("1", "taro", "やあ")
    due(link)
    with Held(answered, link):
        if press == "stop link":
            remote_replies.stop_replies_of_link(link, by=link.member)
        elif press == "stop post":
            remote_replies.stop_replies_of_post(copy.post, by=link.member)
        else:
            posts.delete_post(copy.post, by=link.member)
    assert not RemoteReply.objects.exists()
    assert not CopyActivity.objects.exists()
    assert not Notice.objects.exists()


def test_a_reply_deleted_while_it_is_read_is_gone_at_the_next_look_at_the_latest(
    answered, link, copy
):
    """The listing counted it; the thread no longer has it."""
    ident = answered.reply("1", "taro", "やあ")
    due(link)
    with Held(answered, link):
        del answered.said[ident]
    assert not RemoteReply.objects.exists()
    bring_back(link, later=timedelta(days=4))
    assert CopyActivity.objects.get().replies == 0


def test_a_worker_whose_lease_was_taken_over_stores_nothing(answered, link, copy):
    ident = answered.reply("1", "taro", "やあ")
    due(link)
    with Held(answered, link):
        LinkImport.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        answered.said[ident] = answered.said[ident].__class__(
            **{**vars(answered.said[ident]), "text": "なおした"}
        )
        bring_back(link)
        step = CopyActivity.objects.get().step
    assert RemoteReply.objects.get().text == "なおした"
    assert CopyActivity.objects.get().step == step
