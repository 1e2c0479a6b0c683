"""The contract of replies and likes: sent from here, and read back.

A network inherits it as soon as one of `limits["reply"]`, `brings_replies` and `can_like` says so; what it
cannot do is skipped. Network (tests.syndication.connectors.network) says how a friend answers there.
"""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from syndication.connectors.base import (
    Connector,
    Friend,
    OutgoingPost,
    PostActivity,
    Receipt,
    ReceivedReply,
)
from syndication.connectors.errors import (
    ConnectorError,
    OutcomeUnknown,
    ResponseTooLarge,
    TargetGone,
    TryLater,
    Unsupported,
)
from tests.scripted_server import answer, playing
from tests.syndication.connectors.network import (
    SECRETS,
    Impatient,
    Network,
    a_post,
    a_reply,
    told_by,
)

# From the fewest readers to the most. "inherited" is as many as the parent's, "" is not known.
WIDTHS = ("direct", "followers", "unlisted", "public")
MAX_KEPT = 1000  # replies of one thread, in memory
HIDDEN = "\u202e\u200b\u3164"  # what no name may bring
WITHOUT_ANSWER = ["500_before", "500_after", "drop_after", "bad_json", "slow"]
WALLS = [(200, "200 OK"), (403, "403 Forbidden"), (404, "404 Not Found")]


class RepliesContract:
    """What must hold for replies and likes. Needs the fixtures `net` and `connector`."""

    @pytest.fixture
    def replying(self, connector) -> Connector:
        if not connector.can_reply():
            pytest.skip("nothing there can be answered from here")
        return connector

    @pytest.fixture
    def bringing(self, connector) -> Connector:
        if not connector.brings_replies:
            pytest.skip("it brings no replies")
        return connector

    @pytest.fixture
    def liking(self, connector) -> Connector:
        if not connector.can_like:
            pytest.skip("nothing there can be liked from here")
        return connector

    # What is answered or liked

    def test_a_post_of_the_feed_can_be_named_as_what_is_answered(self, net, connector):
        net.a_friends_post()
        items = [each for each in connector.feed() if each.target_id != "none"]
        assert items
        for item in items:
            target = connector.read_target(item.target_id or item.remote_id)
            assert target.remote_id == (item.target_id or item.remote_id)
            assert (target.author.uid, target.visibility) == (item.author.uid, item.visibility)

    def test_a_target_names_its_author_as_a_mention_does(self, net, connector):
        target = connector.read_target(net.a_friends_post())
        server = net.sandbox.root(connector.key).partition("://")[2]
        assert target.author.handle == net.friend_handle.format(server=server)
        assert target.author.name

    def test_a_target_says_who_reads_it(self, net, connector):
        for word, visibility in net.visibilities.items():
            assert connector.read_target(net.a_friends_post(word)).visibility == visibility

    def test_a_target_that_is_gone_is_said_to_be(self, net, connector):
        remote_id = net.a_friends_post()
        net.remove(remote_id)
        with pytest.raises(TargetGone):
            connector.read_target(remote_id)

    @pytest.mark.parametrize(("status", "line"), WALLS)
    def test_a_wall_says_nothing_about_a_target(self, net, connector, status, line):
        remote_id = net.a_friends_post()
        net.sandbox.faults.add(connector.key, "page", status=status, times=9)
        with pytest.raises(TryLater):
            connector.read_target(remote_id)
        with playing(answer("<html>One moment</html>", line)) as server, pytest.raises(TryLater):
            net.scripted(server).read_target(net.target_id)

    def test_an_id_is_quoted_into_the_request(self, net):
        with playing(answer("<html>One moment</html>", "404 x")) as server:
            connector = net.scripted(server)
            for ask in (connector.read_target, connector.replies):
                given = net.odd_id if ask == connector.read_target else PostActivity(net.odd_id)
                told_by(lambda ask=ask, given=given: list(ask(given)))
        lines = [each.partition(b"\r\n")[0] for each in server.received]
        assert not [each for each in lines if net.odd_id.encode() in each]
        assert not lines or any(net.is_odd_id_quoted in each for each in server.received)

    # Replies from here

    def test_what_replies_need_is_said_beforehand(self, replying):
        assert "reply" in replying.can_delete
        assert replying.audiences["reply"] == frozenset({"everyone"})
        assert "reply" not in replying.kinds()
        with pytest.raises(Unsupported):
            replying.preview(OutgoingPost("reply", text="いいね"))

    def test_a_reply_stands_in_the_thread_as_the_preview_said(self, net, replying):
        target = replying.read_target(net.a_friends_post())
        reply = a_reply(target)
        receipt = replying.publish(reply, idempotency_key="k")
        assert net.parent_of(receipt.remote_id) == target.remote_id
        assert receipt.parent_id in ("", target.remote_id)
        assert not receipt.is_stray
        assert net.reply_row(receipt.remote_id)["text"] == replying.preview(reply).text

    def test_a_reply_is_never_cut(self, replying, net):
        long = a_reply(replying.read_target(net.a_friends_post()), "花" * 20_000)
        with pytest.raises(Unsupported):
            replying.preview(long)

    def test_a_reply_is_deleted_and_deleting_it_again_is_no_error(self, net, replying):
        target = replying.read_target(net.a_friends_post())
        receipt = replying.publish(a_reply(target), idempotency_key="k")
        for _ in range(2):
            replying.retract(Receipt(receipt.remote_id))
            assert net.reply_row(receipt.remote_id)["deleted"]

    def test_a_reply_is_found_again_by_looking_with_what_it_answers(self, net, replying):
        if "reply" not in replying.can_reconcile:
            pytest.skip("its replies cannot be looked up")
        target, now = replying.read_target(net.a_friends_post()), time.time()
        reply = a_reply(target)
        absent = replying.look_up(reply, since=now, idempotency_key="k")
        assert (absent.exact, absent.alike) == ((), ())
        receipt = replying.publish(reply, idempotency_key="k")
        seen = replying.look_up(reply, since=now, idempotency_key="k")
        [found] = seen.exact or seen.alike
        assert (found.remote_id, found.parent_id) == (receipt.remote_id, target.remote_id)

    def test_a_reply_to_what_is_gone_is_refused_and_nothing_is_posted(self, net, replying):
        target = replying.read_target(net.a_friends_post())
        net.remove(target.remote_id)
        with pytest.raises(TargetGone):
            replying.publish(a_reply(target), idempotency_key="k")
        assert not [each for each in net.copies("reply") if "いいですね" in each[1]]

    def test_a_reply_that_went_elsewhere_is_a_stray(self, net, replying):
        if not net.drops_parents:
            pytest.skip("no server there drops a parent")
        net.there.configure(net.drops_parents)
        target = replying.read_target(net.a_friends_post())
        net.remove(target.remote_id)
        receipt = replying.publish(a_reply(target), idempotency_key="k")
        assert receipt.remote_id
        assert (receipt.parent_id, receipt.is_stray) == ("", True)

    @pytest.mark.parametrize("shown", ["", *WIDTHS])
    def test_a_reply_never_has_more_readers_than_its_parent_or_than_was_shown(
        self, net, replying, shown
    ):
        for word, visibility in net.visibilities.items():
            target = replying.read_target(net.a_friends_post(word))
            given = replying.reply_visibility(target.visibility)
            assert_within(given, visibility)
            reply = a_reply(target, f"はい {word} {shown}", visibility=shown)
            receipt = replying.publish(reply, idempotency_key=f"{word} {shown}")
            assert_within(net.readers_of(receipt.remote_id), visibility)
            if shown:
                assert_within(net.readers_of(receipt.remote_id), shown)

    def test_what_answers_something_of_unknown_readers_goes_to_the_fewest(self, replying):
        assert replying.reply_visibility("") in ("direct", "inherited")
        assert replying.reply_visibility("followers") in ("direct", "inherited")

    @pytest.mark.parametrize("kind", WITHOUT_ANSWER)
    def test_a_reply_without_a_clear_answer_has_no_verdict(self, net, replying, kind):
        target, there = replying.read_target(net.a_friends_post()), impatient(net)
        net.sandbox.faults.add(replying.key, kind, times=1, seconds=1)
        with pytest.raises(OutcomeUnknown):
            there.publish(a_reply(target), idempotency_key="k")

    @pytest.mark.parametrize(("status", "line"), WALLS)
    def test_a_wall_says_nothing_about_a_reply(self, net, replying, status, line):
        plays = net.replying(answer("<html>One moment</html>", line))
        with playing(*plays) as server, pytest.raises((OutcomeUnknown, TryLater)):
            net.scripted(server).publish(a_reply(net.a_target()), idempotency_key="k")

    # Likes from here

    def test_a_like_is_there_once_however_often_it_is_said(self, net, liking):
        target = liking.read_target(net.a_friends_post())
        for _ in range(2):
            receipt = liking.like(target, idempotency_key="k")
            assert net.likes_of(target.remote_id) == ["hanako"]
            assert receipt.remote_id != target.remote_id

    def test_a_like_is_taken_back_and_taking_it_back_again_is_no_error(self, net, liking):
        target = liking.read_target(net.a_friends_post())
        receipt = liking.like(target, idempotency_key="k")
        for _ in range(2):
            liking.unlike(target.remote_id, Receipt(receipt.remote_id))
            assert net.likes_of(target.remote_id) == []
        liking.like(target, idempotency_key="l")
        liking.unlike(target.remote_id, Receipt(""))  # its answer was lost
        assert net.likes_of(target.remote_id) == []

    def test_what_is_gone_takes_no_like_and_has_none_to_take_back(self, net, liking):
        target = liking.read_target(net.a_friends_post())
        receipt = liking.like(target, idempotency_key="k")
        net.remove(target.remote_id)
        liking.unlike(target.remote_id, receipt)
        with pytest.raises(TargetGone):
            liking.like(target, idempotency_key="l")

    @pytest.mark.parametrize("kind", WITHOUT_ANSWER)
    def test_a_like_without_a_clear_answer_has_no_verdict(self, net, liking, kind):
        target, there = liking.read_target(net.a_friends_post()), impatient(net)
        net.sandbox.faults.add(liking.key, kind, times=1, seconds=1)
        with pytest.raises((OutcomeUnknown, TryLater)):
            there.like(target, idempotency_key="k")

    @pytest.mark.parametrize(("status", "line"), WALLS)
    def test_a_wall_says_nothing_about_a_like(self, net, liking, status, line):
        for press in (
            lambda connector: connector.like(net.a_target(), idempotency_key="k"),
            lambda connector: connector.unlike(net.target_id, Receipt("")),
        ):
            plays = net.liking(answer("<html>One moment</html>", line))
            with playing(*plays) as server, pytest.raises((OutcomeUnknown, TryLater)):
                press(net.scripted(server))

    # What comes back

    def test_an_answer_of_a_friend_comes_back_with_its_count(self, net, bringing):
        now = time.time() - 1
        own = bringing.publish(a_post("status"), idempotency_key="k").remote_id
        reply = net.answer(own, "いいね")
        [post] = [each for each in bringing.own_activity(since=now) if each.remote_id == own]
        assert post.replies == (1 if bringing.counts_replies else None)
        [back] = bringing.replies(post)
        assert (back.remote_id, back.parent_id) == (reply, own)
        assert "いいね" in back.text
        assert back.author.name
        assert back.created_at >= now
        assert bringing.read_target(reply).visibility == back.visibility

    def test_only_direct_answers_come_back_and_the_members_own_among_them(self, net, bringing):
        own = bringing.publish(a_post("status"), idempotency_key="k").remote_id
        first = net.answer(own, "一")
        net.answer(first, "二")  # to the answer
        mine = []
        if bringing.can_reply():
            target = replace(bringing.read_target(own), visibility="public")
            mine = [bringing.publish(a_reply(target), idempotency_key="l").remote_id]
        post = next(each for each in bringing.own_activity(since=0) if each.remote_id == own)
        found = list(bringing.replies(post))
        assert sorted(each.remote_id for each in found) == sorted([first, *mine])
        assert all(isinstance(each, ReceivedReply) for each in found)

    def test_replies_from_here_are_among_ones_own_posts(self, net, bringing):
        if "reply" not in bringing.brings_replies or not bringing.can_reply():
            pytest.skip("its own replies bring none")
        target = bringing.read_target(net.a_friends_post())
        mine = bringing.publish(a_reply(target), idempotency_key="k").remote_id
        back = net.answer(mine, "そうですね")
        post = next(each for each in bringing.own_activity(since=0) if each.remote_id == mine)
        assert [each.remote_id for each in bringing.replies(post)] == [back]

    def test_only_what_was_written_since_then_is_listed_newest_first(self, net, bringing):
        ids = []
        for number in range(3):
            post = a_post("status", text=f"その{number}")
            ids.append(bringing.publish(post, idempotency_key=f"k{number}").remote_id)
            net.sandbox.clock.advance(60)
        middle = time.time() + 30
        assert [each.remote_id for each in bringing.own_activity(since=0)][:3] == ids[::-1]
        assert [each.remote_id for each in bringing.own_activity(since=middle)] == ids[:0:-1]

    def test_an_answer_that_was_deleted_does_not_come_back(self, net, bringing):
        own = bringing.publish(a_post("status"), idempotency_key="k").remote_id
        net.remove(net.answer(own, "いいね"))
        post = next(each for each in bringing.own_activity(since=0) if each.remote_id == own)
        assert list(bringing.replies(post)) == []
        assert post.replies in (0, None)

    def test_who_likes_a_post_comes_back(self, net, connector):
        if not connector.brings_likes:
            pytest.skip("it brings no likes")
        own = connector.publish(a_post("status"), idempotency_key="k").remote_id
        net.like(own)
        post = next(each for each in connector.own_activity(since=0) if each.remote_id == own)
        assert post.likes in (1, None)
        [friend] = connector.likes(post)
        assert friend.uid == connector.read_target(net.a_friends_post()).author.uid

    def test_a_name_that_hides_letters_comes_back_without_them(self, net, bringing):
        own = bringing.publish(a_post("status"), idempotency_key="k").remote_id
        net.rename_friend(f"も{HIDDEN}も\n")
        net.answer(own, "a\x00b\u2028c")
        post = next(each for each in bringing.own_activity(since=0) if each.remote_id == own)
        [back] = bringing.replies(post)
        assert back.author.name == "もも"
        assert not {"\x00", "\u2028"} & set(back.text)

    def test_ten_thousand_replies_fill_no_memory(self, net, bringing):
        plays = net.thread_of(10_000)
        if not plays:
            pytest.skip("its threads are read by pages")
        with playing(*plays) as server:
            found, is_whole = what_is_read(net.scripted(server), PostActivity(net.target_id))
        assert len(found) <= MAX_KEPT
        assert not is_whole

    @pytest.mark.parametrize("line", ["403 Forbidden", "404 Not Found", "501 Not Implemented"])
    def test_a_post_that_is_said_to_be_gone_is_not_said_to_have_no_answers(
        self, net, bringing, line
    ):
        """It comes in passing, and nobody deletes by it what is stored."""
        post = PostActivity(net.target_id, thread=net.target_id)
        reads = [bringing_replies, bringing_likes] if bringing.brings_likes else [bringing_replies]
        for read in reads:
            no = answer(net.refusal_body.replace("{words}", "no"), line)
            with playing(no) as server, pytest.raises(ConnectorError):
                read(net.scripted(server), post)

    @pytest.mark.parametrize(("status", "line"), WALLS)
    def test_a_wall_says_nothing_about_what_came_back(self, net, bringing, status, line):
        post = PostActivity(net.target_id, thread=net.target_id)
        reads = [lambda there: list(there.replies(post)), lambda there: there_own(there)]
        if bringing.brings_likes:
            reads.append(lambda there: list(there.likes(post)))
        for read in reads:
            wall = answer("<html>One moment</html>", line)
            with playing(wall) as server, pytest.raises(TryLater):
                read(net.scripted(server))

    # Errors

    @pytest.mark.parametrize("status", ["200 OK", "400 x", "401 x", "403 x", "404 x", "500 x"])
    def test_no_error_of_replies_and_likes_holds_a_secret(self, net, connector, status):
        echo = f'{{"error":"{" ".join(SECRETS)}","error_description":"{" ".join(SECRETS)}"}}'
        target, post = net.a_target(), PostActivity(net.target_id, thread=net.target_id)
        acts = [
            lambda there: there.read_target(net.target_id),
            lambda there: there_own(there),
            lambda there: list(there.replies(post)),
            lambda there: there.like(target, idempotency_key="k"),
            lambda there: there.unlike(net.target_id, Receipt("")),
            lambda there: there.publish(a_reply(target), idempotency_key="k"),
        ]
        for act in acts:
            with playing(answer(echo, status)) as server:
                told = told_or_unable(act, net.scripted(server))
            assert not [secret for secret in SECRETS if secret in told]


def assert_within(readers: str, most: str) -> None:
    """Not more readers than `most`; nobody knows of whom "" speaks, so that it holds nothing."""
    if "inherited" not in (readers, most) and readers:
        allowed = WIDTHS.index(most) if most in WIDTHS else 0
        assert WIDTHS.index(readers) <= allowed


def bringing_replies(there: Connector, post: PostActivity) -> list[ReceivedReply]:
    return list(there.replies(post))


def bringing_likes(there: Connector, post: PostActivity) -> list[Friend]:
    return list(there.likes(post))


def what_is_read(there: Connector, post: PostActivity) -> tuple[list[ReceivedReply], bool]:
    """The replies, and whether the thread was read to its end."""
    found: list[ReceivedReply] = []
    try:
        for reply in there.replies(post):
            found.append(reply)
    except ResponseTooLarge:
        return found, False
    return found, True


def there_own(there: Connector) -> list[PostActivity]:
    """Its own posts."""
    return list(there.own_activity(since=0))


def told_or_unable(act, there: Connector) -> str:
    """What an error of `act` tells; "" also where the network cannot do that."""
    try:
        return told_by(lambda: act(there))
    except NotImplementedError:
        return ""


def impatient(net: Network) -> Connector:
    """A connector to the sandbox that gives no request more than half a second."""
    http = Impatient(net.http(), 0.5)
    return net.connector_class(net.credentials(), http=http, app=net.app())
