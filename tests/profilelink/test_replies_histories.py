"""Any history between a notice mail and its late answer: a comment only where the page would take one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Audience, Block, Friendship, GuessCount, Member
from syndication.actions import comments, reply_addresses
from syndication.models import Comment, Post, ReplyAddress, SavedDraft
from tests.making import befriend, block, make_member, make_post
from tests.profilelink.mailed import mail, receive

pytestmark = pytest.mark.django_db

OWN = "hanako@example.com"
AUDIENCES = [Audience.EVERYONE, Audience.FRIENDS_OF_FRIENDS, Audience.FRIENDS, Audience.ONLY_ME]
COMMENTERS = ["readers", "friends", "nobody"]


class Story:
    """taro's post, hanako who may answer it by mail, and what each does meanwhile."""

    def __init__(self) -> None:
        for model in (Comment, SavedDraft, ReplyAddress, Post, Block, Friendship, GuessCount):
            model.objects.all().delete()
        Member.objects.all().delete()
        self.hanako = make_member("hanako", answers_by_mail=True)
        self.taro = make_member("taro")
        befriend(self.hanako, self.taro)
        self.post = make_post(author=self.taro, audience=Audience.FRIENDS)
        self.addresses = [self.address()]

    def address(self) -> str:
        made = reply_addresses.make_reply_address(
            self.hanako, self.post, mailed_to=OWN, frame_lines=["x", "y", "z"]
        )
        earlier = timezone.now() - timedelta(hours=1)
        ReplyAddress.objects.filter(used_at=None).update(created_at=earlier)
        return made

    def happens(self, event: tuple[str, int]) -> None:
        what, number = event
        getattr(self, f"on_{what}")(number)

    def on_audience(self, number: int) -> None:
        Post.objects.update(audience=AUDIENCES[number])

    def on_commenters(self, number: int) -> None:
        Member.objects.filter(pk=self.taro.pk).update(commenters=COMMENTERS[number % 3])

    def on_block(self, number: int) -> None:
        Block.objects.all().delete()
        pair = [self.hanako, self.taro][:: 1 if number % 2 else -1]
        if number > 1:
            block(*pair)

    def on_friendship(self, number: int) -> None:
        Friendship.objects.all().delete()
        if number % 2:
            befriend(self.hanako, self.taro)

    def on_closing(self, number: int) -> None:
        comments.set_comments_closed(self.post, by=self.taro, is_closed=bool(number % 2))

    def on_setting(self, number: int) -> None:
        reply_addresses.set_reply_by_mail(by=self.hanako, is_on=bool(number % 2))

    def on_mail_address(self, number: int) -> None:
        EmailAddress.objects.filter(user=self.hanako).update(verified=bool(number % 2))

    def on_notice(self, number: int) -> None:
        self.addresses.append(self.address())

    def on_answer(self, number: int) -> None:
        """A mail comes for one of the addresses."""
        GuessCount.objects.all().delete()
        address = self.addresses[number % len(self.addresses)]
        had, drafts = Comment.objects.count(), SavedDraft.objects.count()
        may = reply_addresses.commentable_post(self.post, by=self.hanako) is not None
        unused = ReplyAddress.objects.filter(used_at=None).count()
        raw = mail(b"Message-ID: <%d@x>" % (had + number * 100), body=b"yes", sender=OWN)
        if address:
            receive(raw, address, sender=OWN)
        new = Comment.objects.count() - had
        assert new == unused - ReplyAddress.objects.filter(used_at=None).count()
        if not may:
            assert SavedDraft.objects.count() == drafts
        if new:
            assert may
            assert Comment.objects.visible_to(self.hanako).count() == Comment.objects.count()
            assert EmailAddress.objects.get(user=self.hanako).verified
            assert Member.objects.get(pk=self.hanako.pk).answers_by_mail


EVENTS = st.tuples(
    st.sampled_from(
        [
            *("audience", "commenters", "block", "friendship", "closing", "setting"),
            *("mail_address", "notice", "answer", "answer", "answer"),
        ]
    ),
    st.integers(0, 3),
)


@given(events=st.lists(EVENTS, max_size=12))
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_late_answer_is_a_comment_only_where_its_member_may_write_one_now(
    db: None, events: list[tuple[str, int]]
) -> None:
    story = Story()
    for event in [*events, ("answer", 0), ("answer", 1)]:
        story.happens(event)
    assert Post.objects.count() == 1
    assert not SavedDraft.objects.filter(is_answer=False).exists()
