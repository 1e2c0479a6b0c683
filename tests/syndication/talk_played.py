"""One history of talk, played twice: by the product's pages and actions, and in plain sets (talk_model)."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core import mail as outbox
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import friends, groups
from accounts.actions.notice_mail import claims
from accounts.models import Friendship, Group, GuessCount, Member, Membership
from syndication.actions import account_closure, comments, post_readers, posts, removal
from syndication.actions import reports as report_actions
from syndication.delivery.replies import reply_notices
from syndication.models import (
    Comment,
    CopyActivity,
    Delivery,
    FeedItem,
    Link,
    Post,
    RemoteReply,
    ReplyAddress,
    ReportCase,
)
from syndication.models.errors import NotNow
from syndication.queries.reports import find_reportable_comment, find_reportable_post
from tests.mailing import next_noon, send_mails
from tests.profilelink.mailed import mail, receive
from tests.syndication.feeds import add_copy, bring
from tests.syndication.talk_model import CHOSEN, GROUP, SaidComment, Village, WrittenPost

MOST_POSTS, MOST_CLOSED = 8, 1  # home's first page holds them all; somebody is left to be leaked to
NETWORK = "mastodon"
BETWEEN_MAILS = 20  # minutes: a post is mailed about once in ten
MOST_ITEMS = 2  # of each person: home's first page holds these, too
POST, SAID, ITEM, BACK = (re.compile(rf"{n}-(\d+)\.") for n in ("post", "said", "item", "back"))
UNSUBSCRIBE = re.compile(r"<http://testserver(\S+)>")


def numbers(pattern: re.Pattern[str], text: str) -> set[int]:
    return {int(number) for number in pattern.findall(text)}


def class_of(message: Any) -> str:
    """Of a mail that can be stopped: what came from networks stands with the likes."""
    is_of_likes = any(words in message.subject for words in ("Likes", "A reply"))
    return "likes" if is_of_likes else "people"


@dataclass
class Reply:
    """The address for an answer that a mail named."""

    address: str
    who: str
    post: int
    is_used: bool = False


@dataclass(repr=False)
class Played:
    members: dict[str, Member]
    staff: Member
    group: Group
    browsers: dict[str, Client]
    village: Village
    post_keys: dict[int, int] = field(default_factory=dict)
    comment_keys: dict[int, int] = field(default_factory=dict)
    item_keys: dict[int, int] = field(default_factory=dict)
    copies: dict[int, Delivery] = field(default_factory=dict)  # by post
    ways_out: list[tuple[str, str, str]] = field(default_factory=list)  # whose, class, address
    replies: list[Reply] = field(default_factory=list)
    mails_before: int = 0
    rounds: int = 0
    counter: Any = field(default_factory=lambda: itertools.count(1))

    def play(self, verb: str, *arguments: Any) -> None:
        GuessCount.objects.all().delete()  # a history is quicker than people
        getattr(self, f"on_{verb}")(*arguments)

    # People
    def on_befriend(self, one: str, other: str) -> None:
        v = self.village
        if one == other or {one, other} & v.gone or v.are_apart(one, other):
            return
        if v.are_friends(one, other):
            return
        friends.request_friendship(self.members[other], by=self.members[one])
        friends.accept_friend_request(self.members[one], by=self.members[other])
        v.friends.add(frozenset((one, other)))
        v.tell(one, ("friend_accepted", other), 0)

    def on_unfriend(self, one: str, other: str) -> None:
        if one != other:
            friends.end_friendship(self.members[other], by=self.members[one])
            self.village.end_friendship(one, other)

    def on_block(self, one: str, other: str) -> None:
        if one != other and not {one, other} & self.village.gone:
            friends.block_member(self.members[other], by=self.members[one])
            self.village.end_friendship(one, other)
            self.village.blocks.add((one, other))

    def on_unblock(self, one: str, other: str) -> None:
        friends.unblock_member(self.members[other], by=self.members[one])
        self.village.blocks.discard((one, other))

    def on_join(self, who: str) -> None:
        if who not in self.village.gone | self.village.in_group:
            Membership.objects.create(
                group=self.group, member=self.members[who], invited_by=self.group.owner
            )
            groups.accept_group_invitation(self.group, by=self.members[who])
            self.village.in_group.add(who)

    def on_leave(self, who: str) -> None:
        groups.leave_group(self.group, by=self.members[who])
        self.village.in_group.discard(who)

    def on_close(self, who: str) -> None:
        """The account is closed, and the worker finishes it."""
        if who in self.village.gone or len(self.village.gone) == MOST_CLOSED:
            return
        account_closure.close_account(by=self.members[who], takes_copies_back=False)
        account_closure.continue_closures(timezone.now())
        self.mails_before = len(outbox.outbox)  # the last one, to who left
        self.village.close(who)

    # Posts
    def on_write(self, who: str, audience: str, names: set[str]) -> None:
        v = self.village
        is_outside = audience == GROUP and who not in v.in_group
        if who in v.gone or is_outside or len(v.posts) == MOST_POSTS:
            return
        number = next(self.counter)
        draft = posts.NewPost(
            kind="status",
            text=f"post-{number}.",
            audience=audience,
            group=self.group if audience == GROUP else None,
            people=self.ticks(who, names) if audience == CHOSEN else frozenset(),
            form_key=str(number),
        )
        chosen = self.left_of(who, names) if audience == CHOSEN else set()
        try:
            with transaction.atomic():
                post = posts.create_post(draft, by=self.members[who])
        except post_readers.NobodyChosen:
            assert not chosen
            return
        v.posts[number] = WrittenPost(who, audience, chosen)
        self.post_keys[number] = post.pk
        v.tell_of_post(number)

    def ticks(self, who: str, names: set[str]) -> frozenset[int]:
        rows = Friendship.objects.filter(member=self.members[who], friend__username__in=names)
        return frozenset(rows.values_list("pk", flat=True))

    def left_of(self, who: str, names: set[str]) -> set[str]:
        return {name for name in names if self.village.are_friends(who, name)}

    def on_move(self, which: int, audience: str, names: set[str]) -> None:
        """Narrower, or wider where nobody answered yet."""
        v = self.village
        if (number := self.one_post(which)) is None:
            return
        post = v.posts[number]
        author = self.members[post.author]
        if audience == GROUP and post.author not in v.in_group:
            return
        people = self.ticks(post.author, names) if audience == CHOSEN else frozenset()
        chosen = self.left_of(post.author, names) if audience == CHOSEN else set()
        is_same = audience == CHOSEN == post.audience
        row, group = Post.objects.get(pk=self.post_keys[number]), self.group
        try:
            with transaction.atomic():
                posts.change_audience(row, audience, group, by=author, people=people)
        except posts.AudienceNotContained:
            assert is_same or not v.may_move(number, audience)
            return
        except post_readers.NobodyChosen:
            assert not chosen
            return
        assert is_same or v.may_move(number, audience)
        if not is_same:
            is_news = not v.is_contained(number, audience)
            post.was_chosen = post.was_chosen or CHOSEN in (post.audience, audience)
            post.audience, post.chosen = audience, chosen
            v.tell_of_post(number, is_news=is_news)

    def on_delete(self, which: int) -> None:
        if (number := self.one_post(which)) is not None:
            row = Post.objects.get(pk=self.post_keys[number])
            posts.delete_post(row, by=self.members[self.village.posts[number].author])
            self.village.delete_post(number)

    def on_close_comments(self, which: int, is_closed: bool) -> None:
        if (number := self.one_post(which)) is not None:
            row = Post.objects.get(pk=self.post_keys[number])
            by = self.members[self.village.posts[number].author]
            comments.set_comments_closed(row, by=by, is_closed=is_closed)
            self.village.posts[number].is_closed = is_closed

    def on_let_comment(self, who: str, friends_alone: bool) -> None:
        commenters = "friends" if friends_alone else "readers"
        Member.objects.filter(pk=self.members[who].pk).update(commenters=commenters)
        change = self.village.for_friends.add if friends_alone else self.village.for_friends.discard
        change(who)

    def one_post(self, which: int) -> int | None:
        """One of those that still stand."""
        standing = [n for n, post in self.village.posts.items() if not post.is_deleted]
        return standing[which % len(standing)] if standing else None

    # Comments and likes, which everybody tries on every post
    def on_comment(self, who: str, which: int) -> None:
        if (post := self.one_post(which)) is None:
            return
        number = next(self.counter)
        form = {"text": f"said-{number}.", "form_key": f"{number:032x}"}
        self.browsers[who].post(reverse("comment_new", args=[self.post_keys[post]]), form)
        self._has_said(number, who, post)

    def _has_said(self, number: int, who: str, post: int) -> bool:
        made = Comment.objects.filter(text=f"said-{number}.").first()
        assert (made is not None) is self.village.may_comment(who, post), (who, post)
        if made is None:
            return False
        assert (made.writer.username, made.post_id) == (who, self.post_keys[post])
        self.comment_keys[number] = made.pk
        self.village.comments[number] = SaidComment(post, who)
        self.village.tell_of_comment(number)
        return True

    def on_like(self, who: str, which: int, is_on: bool) -> None:
        if (post := self.one_post(which)) is None:
            return
        pressed = reverse("post_like", args=[self.post_keys[post]])
        self.browsers[who].post(pressed, {"like": str(int(is_on))})
        if self.village.is_in_audience(who, post) and who not in self.village.suspended:
            (self.village.like if is_on else self.village.unlike)(who, post)

    def on_delete_comment(self, which: int, by_author: bool) -> None:
        if (number := self.one_comment(which)) is not None:
            said = self.village.comments[number]
            author = self.village.posts[said.post].author
            who = author if by_author and author not in self.village.gone else said.writer
            comments.delete_comment(
                Comment.objects.get(pk=self.comment_keys[number]), by=self.members[who]
            )
            del self.village.comments[number]

    def one_comment(self, which: int) -> int | None:
        there = sorted(self.village.comments)
        return there[which % len(there)] if there else None

    # Staff
    def on_staff(self, command: str, is_post: bool, which: int) -> None:
        """A reader reports a post or a comment, and staff decide."""
        v = self.village
        number = self.one_post(which) if is_post else self.one_comment(which)
        if number is None:
            return
        owner = v.posts[number].author if is_post else v.comments[number].writer
        reads = v.reads_post if is_post else v.reads_comment
        readers = [who for who in v.people if who != owner and reads(who, number)]
        for reporter in readers[:1]:
            self._report(reporter, is_post, number)
        subject = (self.post_keys if is_post else self.comment_keys)[number]
        kind = "post" if is_post else "comment"
        case = ReportCase.objects.filter(kind=kind, subject=subject).first()
        if case is None:
            return
        waiting = case.reports.filter(settled_at=None, reporter__is_active=True)
        settled = [(one.reporter.username, one.pk) for one in waiting]
        try:
            decision = self._decide(command, case)
        except NotNow:
            return  # "show" of what is not hidden, or of what is gone
        for reporter, pk in settled:
            v.tell(reporter, ("report_settled", pk), 0)
        v.tell(owner, ("staff_decision", decision.pk), 0)
        if command in ("suspend", "restore"):
            (v.suspended.add if command == "suspend" else v.suspended.discard)(owner)
        else:
            self._is_decided(command, is_post, number)

    def _report(self, reporter: str, is_post: bool, number: int) -> None:
        member = self.members[reporter]
        if is_post:
            found = find_reportable_post(self.post_keys[number], member)
        else:
            found = find_reportable_comment(self.comment_keys[number], member)
        assert found is not None, (reporter, is_post, number)
        report_actions.report(found, "privacy", "", by=member)

    def _decide(self, command: str, case: ReportCase) -> Any:
        if command == "remove":
            return removal.remove(case, "x", by=self.staff, is_illegal=True)
        return removal.COMMANDS[command](case, "x", by=self.staff)

    def _is_decided(self, command: str, is_post: bool, number: int) -> None:
        v = self.village
        if command != "remove":
            row = v.posts[number] if is_post else v.comments[number]
            row.is_hidden = command == "hide"
        elif is_post:
            v.delete_post(number)
        else:
            del v.comments[number]

    # Networks
    def on_bring(self, who: str, by: str) -> None:
        """What the account of `by` wrote on a network comes to the home of `who`."""
        v = self.village
        owned = [owner for owner, _by in v.items.values() if owner == who]
        if who == by or {who, by} & v.gone or len(owned) == MOST_ITEMS:
            return
        number, link = next(self.counter), Link.objects.get(member=self.members[who])
        item = bring(link, f"{NETWORK}-{by}", f"i{number}", f"item-{number}.")
        FeedItem.objects.filter(pk=item.pk).update(author_name="somebody there")
        self.item_keys[number] = item.pk
        v.items[number] = (who, by)

    def on_answer_there(self, which: int, by: str) -> None:
        """The account of `by` answers the copy of a post."""
        v = self.village
        if (post := self.one_post(which)) is None or {by, v.posts[post].author} & v.gone:
            return
        link = Link.objects.get(member=self.members[v.posts[post].author])
        if post not in self.copies:
            row = Post.objects.get(pk=self.post_keys[post])
            Delivery.objects.filter(post=row, link=link).delete()  # as if it had gone
            self.copies[post] = copy = add_copy(row, link)
            CopyActivity.objects.create(delivery=copy, link=link, looked_at=timezone.now())
        number, copy = next(self.counter), self.copies[post]
        RemoteReply.objects.create(
            link=link, delivery=copy, remote_id=f"b{number}", author_uid=f"{NETWORK}-{by}",
            author_name="somebody there", text=f"back-{number}.", written_at=timezone.now(),
        )  # fmt: skip
        reply_notices.notify_of_replies(copy, link, [f"b{number}"])
        v.backs[number] = (post, by)
        if v.reads_back(link.member.username, number):
            v.tell(link.member.username, ("network_reply", post), post, is_new_again=True)

    # Notices and mail
    def on_clear(self, who: str) -> None:
        self.browsers[who].get(reverse("notice_list"))
        self.browsers[who].post(reverse("notice_clear"))
        Member.objects.filter(username=who).update(notices_seen_at=None)
        if who not in self.village.gone | self.village.suspended:
            self.village.clear_notices(who)

    def on_stop(self, which: int) -> None:
        """By the address that a mail names for its reader's mail program."""
        if self.ways_out:
            who, mail_class, address = self.ways_out[which % len(self.ways_out)]
            Client().post(address)
            self.village.ended_mails.add((who, mail_class))

    def on_mail_claimed(self, who: str) -> None:
        """A worker claims the next mail, and dies before it is handed over."""
        claims.claim_next_mail(self.members[who].pk, self._post_time())

    def _post_time(self) -> Any:
        return next_noon() + timedelta(minutes=BETWEEN_MAILS * self.rounds)

    def on_mail(self) -> list[Any]:
        """All that is due is handed over, whatever happened since it was told. Return the new mails."""
        for _twice in range(2):  # two of one post are ten minutes apart
            self.rounds += 1
            GuessCount.objects.all().delete()
            send_mails(minutes=BETWEEN_MAILS * self.rounds)
        new = outbox.outbox[self.mails_before :]
        self.mails_before = len(outbox.outbox)
        for message in new:
            self._keep_reply_address(message)
            if address := UNSUBSCRIBE.search(message.extra_headers.get("List-Unsubscribe", "")):
                who = message.to[0].partition("@")[0]
                self.ways_out.append((who, class_of(message), address[1]))
        return new

    def _keep_reply_address(self, message: Any) -> None:
        found = re.search(r"/posts/(\d+)/", message.body)
        if message.reply_to and found is not None:
            post = {pk: number for number, pk in self.post_keys.items()}[int(found[1])]
            who = message.to[0].partition("@")[0]
            self.replies.append(Reply(message.reply_to[0], who, post))

    def on_answer(self, which: int) -> None:
        """A late answer to one of the mails."""
        if not self.replies:
            return
        reply = self.replies[which % len(self.replies)]
        number = next(self.counter)
        earlier = timezone.now() - timedelta(hours=1)  # else it may be a program's
        ReplyAddress.objects.update(created_at=earlier)
        head = b"Message-ID: <%d@x>" % number
        raw = mail(head, body=b"said-%d." % number, sender=f"{reply.who}@example.com")
        receive(raw, reply.address, sender=f"{reply.who}@example.com")
        self.mails_before = len(outbox.outbox)  # the product's word about a draft is of one's own
        if reply.is_used:
            assert not Comment.objects.filter(text=f"said-{number}.").exists()
        else:
            reply.is_used = self._has_said(number, reply.who, reply.post)
