"""What comes back to copies: once, to their writer; by a schedule that falls off; nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Block, Member, Notice
from syndication.actions import hidden_accounts, links, posts, remote_replies
from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import Friend, PostActivity, ReceivedReply
from syndication.connectors.errors import Rejected, ResponseTooLarge
from syndication.delivery import import_schedule
from syndication.delivery.replies import schedule, storage
from syndication.models import (
    CopyActivity,
    Delivery,
    Link,
    LinkImport,
    LinkState,
    RemoteLike,
    RemoteReply,
)
from tests.making import make_link, make_member
from tests.noticing import texts_of
from tests.syndication.answered import (
    AnsweredSlate,
    AnsweredSlateConnector,
    UncountedSlateConnector,
    answered,
    bring_back,
    due,
)
from tests.syndication.delivering import narrow, planned, remove, tried
from tests.syndication.importing import import_replies
from tests.syndication.slate import KEY, on_slate

__all__ = ["answered"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(answered: AnsweredSlate) -> Link:
    return on_slate(make_member("hanako"))


@pytest.fixture
def copy(link: Link) -> Delivery:
    """A status that was sent, as entry 1."""
    return tried(planned(link))


def texts(link: Link) -> list[str]:
    return list(link.remote_replies.order_by("pk").values_list("text", flat=True))


def activity(copy: Delivery) -> CopyActivity:
    return CopyActivity.objects.get(delivery=copy)


def test_a_reply_comes_back_once_with_its_author_and_the_counts(answered, link, copy):
    answered.reply("1", "taro", "いいですね")
    answered.like("1", "taro", "yuki")
    for _ in range(3):
        bring_back(link)
    [reply] = RemoteReply.objects.all()
    assert (reply.author_name, reply.author_handle, reply.text) == (
        "Taro",
        "@taro@slate",
        "いいですね",
    )
    assert list(RemoteLike.objects.order_by("pk").values_list("name", flat=True)) == [
        "Taro",
        "Yuki",
    ]
    assert (activity(copy).replies, activity(copy).likes) == (1, 2)


def test_a_copy_is_looked_at_minutes_after_it_was_sent(link, copy):
    link_import = LinkImport.objects.get(link=link, kind="replies")
    wait = activity(copy).due_at - copy.sent_at
    assert wait == schedule.AGES[0] == timedelta(minutes=5)
    assert link_import.due_at == activity(copy).due_at


def test_a_link_without_due_copies_is_not_asked(answered, link, copy):
    LinkImport.objects.filter(kind="replies").update(due_at=timezone.now())
    import_replies(link.pk)
    assert answered.asked() == []
    assert LinkImport.objects.get(kind="replies").due_at == activity(copy).due_at


def test_one_listing_serves_all_copies_and_only_threads_that_moved_are_read(answered, link):
    for text in ("一", "二", "三"):
        tried(planned(link, text))
    bring_back(link, later=timedelta(days=5))
    assert answered.asked("replies") == []
    assert len(answered.asked("own")) == 2  # pages of two
    answered.reply("2", "taro", "やあ")
    answered.requests.clear()
    bring_back(link)
    assert answered.asked("replies") == ["/back/replies/2"]
    assert texts(link) == ["やあ"]


def test_young_copies_are_read_at_each_step_though_nothing_moved(answered, link, copy):
    """Mastodon counts no followers-only answer."""
    answered.counts = {"replies": 0}
    answered.reply("1", "taro", "こっそり", visibility="followers")
    bring_back(link)
    assert texts(link) == ["こっそり"]
    assert activity(copy).replies == 1
    bring_back(link, later=timedelta(days=4))
    assert answered.asked("replies") == ["/back/replies/1"]


def test_a_copy_that_is_in_no_listing_is_read_all_the_same(answered, link, copy):
    """snac lists public posts alone."""
    answered.unlisted.add("1")
    answered.reply("1", "taro", "やあ")
    bring_back(link)
    assert texts(link) == ["やあ"]


def test_where_nothing_is_counted_threads_are_read_for_three_days(answered, link, copy):
    CONNECTORS[KEY] = UncountedSlateConnector
    answered.has_counts = False
    answered.reply("1", "taro", "やあ")
    bring_back(link, later=timedelta(days=2, hours=1))
    assert (texts(link), activity(copy).replies) == (["やあ"], 1)
    assert activity(copy).due_at is None
    assert not RemoteLike.objects.exists()


def test_the_schedule_falls_off_and_ends_after_two_weeks(answered, link, copy):
    waits = []
    sent = copy.sent_at
    for _ in range(30):
        row = activity(copy)
        if row.due_at is None:
            break
        at = row.due_at
        waits.append(at - sent)
        CopyActivity.objects.update(**schedule.advance(row, at))
    assert waits == list(schedule.AGES)
    assert waits[-1] == timedelta(days=14)
    assert all(one <= two for one, two in zip(_gaps(waits), _gaps(waits)[1:], strict=False))


def _gaps(waits):
    return [later - sooner for sooner, later in zip(waits, waits[1:], strict=False)]


def test_steps_that_were_missed_are_not_made_up_for(answered, link, copy):
    bring_back(link, later=timedelta(days=6))
    assert activity(copy).due_at - Delivery.objects.get().sent_at == timedelta(days=7)


def test_an_edited_reply_follows_and_a_deleted_one_goes(answered, link, copy):
    first = answered.reply("1", "taro", "まちがい")
    second = answered.reply("1", "yuki", "消す")
    bring_back(link)
    answered.said[first] = answered.said[first].__class__(
        **{**vars(answered.said[first]), "text": "なおした"}
    )
    bring_back(link)
    assert sorted(texts(link)) == ["なおした", "消す"]
    del answered.said[second]
    bring_back(link)
    assert texts(link) == ["なおした"]
    assert activity(copy).replies == 1


@pytest.mark.parametrize("status", [500, 404, 429, 503])
def test_a_thread_that_cannot_be_read_deletes_nothing_and_comes_later(answered, link, copy, status):
    answered.reply("1", "taro", "一")
    bring_back(link)
    answered.reply("1", "yuki", "二")
    answered.break_thread("1", status)
    bring_back(link)
    assert texts(link) == ["一"]
    assert Link.objects.get().state == LinkState.ACTIVE
    answered.break_thread("1", 0)
    link.allowances.all().delete()
    bring_back(link, later=timedelta(days=4))  # no look of a young copy: the count brings it
    assert texts(link) == ["一", "二"]


def test_one_bad_thread_holds_up_no_other(answered, link):
    for text in ("一", "二"):
        tried(planned(link, text))
    answered.reply("1", "taro", "やあ")
    answered.break_thread("2", 500)
    bring_back(link)
    assert texts(link) == ["やあ"]


@pytest.mark.parametrize("status", [429, 503])
def test_a_thread_that_always_asks_for_time_holds_up_others_once(answered, link, status):
    for text in ("一", "二"):
        tried(planned(link, text))
    answered.reply("2", "taro", "やあ")
    answered.break_thread("1", status)
    due(link)
    first = CopyActivity.objects.get(delivery__remote_id="1")
    CopyActivity.objects.filter(pk=first.pk).update(due_at=first.due_at - timedelta(hours=1))
    for _ in range(2):
        link.allowances.all().delete()
        LinkImport.objects.update(due_at=timezone.now())
        import_replies(link.pk)
    assert texts(link) == ["やあ"]


def test_posts_that_are_said_to_be_gone_hold_up_no_other(answered, link):
    """However many: each keeps the answers that are stored, until their texts go by age."""
    for number in range(6):
        tried(planned(link, f"{number}"))
    answered.reply("1", "taro", "一へ")
    bring_back(link)
    answered.reply("6", "taro", "六へ")
    for number in range(1, 6):
        answered.unlisted.add(f"{number}")
        answered.break_thread(f"{number}", 404)
    bring_back(link)
    assert sorted(texts(link)) == ["一へ", "六へ"]
    assert not CopyActivity.objects.filter(due_at__lte=timezone.now()).exists()


class OddSlateConnector(AnsweredSlateConnector):
    """Thread 2 breaks the reading; likes are refused; of the rest it shows only the newest reply."""

    def replies(self, post: PostActivity) -> Iterator[ReceivedReply]:
        if post.remote_id == "2":
            raise TypeError("an int is not iterable")
        yield from list(super().replies(post))[-1:]
        raise ResponseTooLarge(reasons.UNREADABLE)

    def likes(self, post: PostActivity) -> Iterator[Friend]:
        raise Rejected(reasons.REFUSED, status=400)


def test_a_thread_that_breaks_the_reading_holds_up_no_other(answered, link, caplog):
    CONNECTORS[KEY] = OddSlateConnector
    for text in ("一", "二", "三"):
        tried(planned(link, text))
    for number in "123":
        answered.reply(number, "taro", f"{number}へ")
    bring_back(link)
    assert sorted(texts(link)) == ["1へ", "3へ"]
    assert "an int is not iterable" in caplog.text


def test_an_answer_that_a_cut_thread_leaves_out_stays(answered, link, copy):
    CONNECTORS[KEY] = OddSlateConnector
    for text in ("一", "二", "三"):
        answered.reply("1", "taro", text)
        bring_back(link)
    assert texts(link) == ["一", "二", "三"]
    assert activity(copy).replies == 3


def test_answers_are_kept_where_the_likes_cannot_be_read(answered, link, copy):
    CONNECTORS[KEY] = OddSlateConnector
    answered.reply("1", "taro", "やあ")
    answered.like("1", "yuki")
    bring_back(link)
    assert texts(link) == ["やあ"]


def test_what_a_listing_named_before_it_broke_off_is_read(answered, link):
    for text in ("一", "二", "三"):
        tried(planned(link, text))
    answered.reply("3", "taro", "三へ")
    answered.reply("1", "taro", "一へ")
    answered.break_thread("1", 0)
    answered.broken["1"] = 500  # the second page, and the thread of 1
    bring_back(link)
    assert texts(link) == ["三へ"]
    late = CopyActivity.objects.get(delivery__remote_id="1")
    assert late.due_at <= timezone.now()
    answered.broken.clear()
    bring_back(link)
    assert sorted(texts(link)) == ["一へ", "三へ"]


def test_own_replies_and_direct_messages_are_left_out(answered, link, copy):
    Link.objects.update(uid="hanako")
    sent = tried(planned(link, "わたしの返事"))
    answered.reply("1", "hanako", "自分で")
    answered.reply("1", "bot", "自分で、ここから", id=sent.remote_id)
    answered.reply("1", "taro", "ないしょ", visibility="direct")
    answered.reply("1", "taro", "よそへの返事", parent="1")
    answered.like("1", "hanako", "taro")
    bring_back(link)
    assert texts(link) == ["よそへの返事"]
    assert list(RemoteLike.objects.values_list("uid", flat=True)) == ["taro"]
    row = activity(copy)
    assert (row.replies, row.likes) == (2, 1)  # the direct one is in the network's count


def test_what_comes_from_outside_is_bounded(answered, link, copy, monkeypatch):
    long = "長" * 9000
    answered.reply("1", "taro\u202e" + "太" * 300, long, at=4_000_000_000.0)
    answered.reply("1", "yuki", "x", id="i" * 600)
    began = timezone.now()
    bring_back(link)
    [reply] = RemoteReply.objects.all()
    assert len(reply.text) == storage.MAX_TEXT_LENGTH
    assert len(reply.author_name) <= 100
    assert "\u202e" not in reply.author_name
    assert began <= reply.written_at <= timezone.now()


def test_a_flood_is_kept_up_to_a_bound_and_nothing_is_deleted_by_it(answered, link, copy):
    for number in range(storage.MAX_REPLIES + 5):
        answered.reply("1", "taro", f"{number}")
    answered.like("1", *(f"p{number}" for number in range(storage.MAX_LIKES + 5)))
    for _ in range(2):
        bring_back(link)
    assert link.remote_replies.count() == storage.MAX_REPLIES
    assert RemoteLike.objects.count() == storage.MAX_LIKES
    assert (activity(copy).replies, activity(copy).likes) == (505, 205)


# --- What it is told of, and what is hidden -------------------------------------------------------
def test_the_writer_is_told_by_name_network_and_first_letters(answered, link, copy):
    answered.reply("1", "taro", "いいですね\n行きます")
    answered.like("1", "yuki")
    bring_back(link)
    assert texts_of(link.member) == [
        "Yuki (Slate) likes your post: おはよう",
        "Taro (Slate) replied: いいですね 行きます",
    ]


def test_likes_are_told_together_and_anew_once_an_hour(answered, link, copy):
    answered.like("1", "yuki")
    bring_back(link)
    told = Notice.objects.get()
    answered.like("1", "taro")
    bring_back(link)
    again = Notice.objects.get()
    assert again.created_at == told.created_at
    assert again.again_at == told.created_at + timedelta(hours=1)
    assert texts_of(link.member) == ["Taro and others (Slate) like your post: おはよう"]


def test_a_reply_that_was_there_before_is_not_told_again(answered, link, copy):
    answered.reply("1", "taro", "やあ")
    bring_back(link)
    told = Notice.objects.get().created_at
    bring_back(link)
    assert Notice.objects.get().created_at == told


def test_hidden_accounts_and_blocked_members_are_neither_shown_nor_told(answered, link, copy):
    member, taro = link.member, make_member("taro")
    make_link(taro, KEY, uid="taro", is_findable=True)
    Block.objects.create(blocker=member, blocked=taro)
    link.hidden_accounts.create(uid="yuki", name="Yuki")
    for who in ("taro", "yuki"):
        answered.reply("1", who, "やあ")
        answered.like("1", who)
    bring_back(link)
    assert RemoteReply.objects.count() == 2
    assert not RemoteReply.objects.visible_to(member).exists()
    assert not RemoteLike.objects.visible_to(member).exists()
    assert texts_of(member) == []
    assert not Notice.objects.exists()
    hidden_accounts.show_account(link.hidden_accounts.get(), by=member)
    assert RemoteReply.objects.visible_to(member).get().author_uid == "yuki"
    hidden_accounts.hide_account(RemoteReply.objects.get(author_uid="yuki"), by=member)
    assert not RemoteReply.objects.visible_to(member).exists()


def test_nobody_else_sees_them(answered, link, copy):
    answered.reply("1", "taro", "やあ")
    answered.like("1", "taro")
    bring_back(link)
    other = make_member("other")
    assert not RemoteReply.objects.visible_to(other).exists()
    assert not RemoteLike.objects.visible_to(other).exists()


# --- Ends -----------------------------------------------------------------------------------------
def nothing_left(member: Member) -> bool:
    rows = (RemoteReply, RemoteLike, CopyActivity)
    return not any(model.objects.exists() for model in rows) and texts_of(member) == []


@pytest.mark.parametrize(
    "end", ["post deleted", "copy deleted", "narrowed", "unlinked", "stop link", "stop post"]
)
def test_it_goes_with_the_copy_the_link_and_the_press_that_stops_it(answered, link, copy, end):
    answered.reply("1", "taro", "やあ")
    answered.like("1", "yuki")
    bring_back(link)
    member, post = link.member, copy.post
    if end == "post deleted":
        posts.delete_post(post, by=member)
    elif end == "copy deleted":
        remove(post)
        tried(Delivery.objects.get(operation="delete"))
    elif end == "narrowed":
        narrow(post, "only_me")
        tried(Delivery.objects.get(operation="delete"))
    elif end == "unlinked":
        links.unlink(link, by=member)
    elif end == "stop link":
        remote_replies.stop_replies_of_link(link, by=member)
    else:
        remote_replies.stop_replies_of_post(post, by=member)
    assert nothing_left(member)
    LinkImport.objects.update(due_at=timezone.now())
    answered.requests.clear()
    import_replies(link.pk)
    assert nothing_left(member)
    assert answered.asked() == []


@pytest.mark.parametrize("of", ["link", "post"])
def test_what_was_stopped_comes_back_when_it_is_wanted_again(answered, link, copy, of):
    member = link.member
    answered.reply("1", "taro", "やあ")
    stop = getattr(remote_replies, f"stop_replies_of_{of}")
    resume = getattr(remote_replies, f"resume_replies_of_{of}")
    what = link if of == "link" else copy.post
    stop(what, by=member)
    later = tried(planned(link, "あと"))
    if of == "link":
        assert not CopyActivity.objects.exists()
    resume(what, by=member)
    bring_back(link)
    assert texts(link) == ["やあ"]
    assert CopyActivity.objects.filter(delivery__in=[copy, later]).count() == 2


def test_a_copy_found_deleted_on_the_network_takes_its_replies_along(answered, link, copy):
    answered.reply("1", "taro", "やあ")
    bring_back(link)
    answered.entries["1"].is_deleted = True
    posts.edit_post(copy.post, {"text": "べつの"}, by=link.member)
    tried(Delivery.objects.get(operation="edit"))
    assert Delivery.objects.get(pk=copy.pk).remote_deleted_at is not None
    assert nothing_left_but_the_notice(link.member)


def nothing_left_but_the_notice(member: Member) -> bool:
    return not RemoteReply.objects.exists() and not CopyActivity.objects.exists()


def test_texts_go_30_days_after_the_last_look_and_counts_and_addresses_stay(answered, link, copy):
    answered.reply("1", "taro", "やあ")
    answered.like("1", "yuki")
    bring_back(link)
    looked = activity(copy).looked_at
    assert storage.empty_old_texts(looked + timedelta(days=29)) == 0
    assert storage.empty_old_texts(looked + timedelta(days=31)) == 1
    assert storage.empty_old_texts(looked + timedelta(days=31)) == 0
    [reply] = RemoteReply.objects.all()
    assert (reply.text, reply.author_name, reply.url) == ("", "", "https://slate.example/r1")
    assert not RemoteLike.objects.exists()
    assert (activity(copy).replies, activity(copy).likes) == (1, 1)
    assert texts_of(link.member) == []


def test_a_parked_link_is_not_asked_and_goes_on_when_it_is_linked_again(answered, link, copy):
    Link.objects.update(state=LinkState.PARKED)
    bring_back(link)
    now = timezone.now()
    assert not import_schedule.lease_due_imports(now, most=8, owner="me")
    assert answered.asked() == []
    Link.objects.update(state=LinkState.ACTIVE)
    due(link)
    import_schedule.request_imports(link, now)
    answered.reply("1", "taro", "やあ")
    import_replies(link.pk)
    assert texts(link) == ["やあ"]


def test_a_kind_that_brings_nothing_back_is_not_watched(answered, link):
    CONNECTORS[KEY] = type("Deaf", (UncountedSlateConnector,), {"brings_replies": frozenset()})
    tried(planned(link))
    assert not CopyActivity.objects.exists()
    assert not LinkImport.objects.filter(kind="replies").exists()
