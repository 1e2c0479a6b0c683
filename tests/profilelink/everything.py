"""A member with everything, for whoever looks at every page."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Audience, FriendRequest, Group, Member, Membership
from syndication.actions import post_addresses
from syndication.models import (
    CopyActivity,
    Delivery,
    FeedItem,
    KeptPhoto,
    Link,
    NetworkFriend,
    Post,
    PostKind,
    RemoteLike,
    RemoteReply,
    ReportCase,
    SavedDraft,
    StaffDecision,
)
from tests.making import (
    befriend,
    make_chosen_post,
    make_comment,
    make_group,
    make_like,
    make_link,
    make_list,
    make_member,
    make_post,
)
from tests.noticing import make_notice
from tests.photographs import a_photo

LONG = "雪の停留所で待つ人を撮った写真を、部室の壁に並べてみました。" * 3


def make_hanako() -> Member:
    """A member with everything: friends, requests, groups, posts, a link with all it brings."""
    hanako = make_member(
        "hanako", display_name="山﨑 花子", about=LONG, birthday="1990-03-05", town="札幌市北区",
        websites="https://example.com/\nhttps://yuki.example.jp/diary",
    )  # fmt: skip
    for name in ("taro", "yuki", "kenji"):
        befriend(hanako, make_member(name, display_name=name))
    FriendRequest.objects.create(asker=make_member("momo"), asked=hanako)
    FriendRequest.objects.create(asker=hanako, asked=make_member("sora"))
    group = make_group(hanako, Member.objects.get(username="taro"))
    other = make_group(Member.objects.get(username="yuki"), name="Library")
    Membership.objects.create(group=other, member=hanako, invited_by=other.owner)
    people = Member.objects.filter(username__in=("taro", "yuki"))
    make_list(hanako, *people, name="写真部")
    make_chosen_post(hanako, *people, text=f"選 {LONG}")
    for number in range(12):
        author = hanako if number % 3 == 0 else Member.objects.get(username="taro")
        make_post(author=author, text=f"{number} {LONG}", audience=Audience.FRIENDS)
    make_post(author=hanako, text=f"合唱 {LONG}", audience=Audience.GROUP, group=group)
    make_post(author=hanako, kind=PostKind.NOTE, title="冬の停留所", text=LONG * 20)
    make_post(author=hanako, kind=PostKind.LINK, text="粉", url="https://example.com/flour")
    _talk(hanako)
    link = make_link(hanako, name="ザキ", profile_url="https://mixi.jp/show_friend.pl?uid=x")
    _bring(link)
    answer(link)
    make_notice(hanako, "parked", link=link)
    _tell(hanako, group)
    _mail(hanako)
    _staff(hanako)
    return hanako


def _talk(hanako: Member) -> None:
    """Comments and likes on a post of hanako's and on one of taro's, more than a page of them."""
    people = list(Member.objects.filter(username__in=("taro", "yuki", "kenji")).order_by("pk"))
    posts = Post.objects.filter(audience=Audience.FRIENDS).order_by("-pk")
    for post in (posts.by(hanako)[1], posts.by(people[0])[0]):
        for number in range(12):
            make_comment(post, people[number % 3], f"{number} {LONG}")
        make_like(post, people[1])
        make_comment(post, hanako, LONG * 5)
    note = Post.objects.get(kind=PostKind.NOTE)
    Post.objects.filter(pk=note.pk).update(comments_closed_at=timezone.now())
    make_comment(note, people[0])


def _tell(hanako: Member, group: Group) -> None:
    """Notices of people, of each kind."""
    taro, momo = (Member.objects.get(username=name) for name in ("taro", "momo"))
    own, others = hanako.posts.filter(group=None)[0], taro.posts.filter(group=None)[0]
    comment = make_comment(own, taro, LONG)
    after = make_comment(others, taro, "三脚を持って行きます")
    said = make_post(author=taro, text=LONG, audience=Audience.GROUP, group=group)
    liked = Post.objects.filter(author=hanako, likes__isnull=False).first() or own
    for code, about in {
        "friend_request": {"subject": momo.pk, "actor": momo},
        "friend_accepted": {"subject": taro.pk, "actor": taro},
        "group_joined": {"subject": group.pk, "actor": taro},
        "group_posts": {"subject": group.pk, "detail": said.pk},
        "comment": {"subject": own.pk, "detail": comment.pk, "actor": taro},
        "comment_after_mine": {"subject": others.pk, "detail": after.pk, "actor": taro},
        "liked": {"subject": liked.pk},
    }.items():
        make_notice(hanako, code, **about)


def _staff(hanako: Member) -> None:
    """A report of hanako's that was settled, and a warning to her; with their notices."""
    now, post = timezone.now(), Post.objects.filter(author__username="taro").first()
    case = ReportCase.objects.create(
        kind="post", subject=post.pk, audience=post.audience, outcome="hidden", settled_at=now
    )
    report = case.reports.create(reporter=hanako, reason="privacy", settled_at=now)
    warning = StaffDecision.objects.create(kind="warned", member=hanako, reason=LONG)
    make_notice(hanako, "report_settled", subject=report.pk)
    make_notice(hanako, "staff_decision", subject=warning.pk)


def _mail(hanako: Member) -> None:
    """A secret address, a mail that waits, and a draft that was kept."""
    post_addresses.enable_post_by_mail(by=hanako)
    photo = ContentFile(a_photo(), name="photo.jpg")
    kept = SavedDraft.objects.create(
        member=hanako, form_key="e" * 32, kept_kind=PostKind.NOTE, title="書きかけ", text=LONG
    )
    mailed = SavedDraft.objects.create(
        member=hanako,
        form_key="d" * 32,
        is_mailed=True,
        sender="hanako@docomo.ne.jp",
        title="冬の停留所",
        text=LONG * 20,
        photo=photo,
    )
    for draft, place in ((mailed, 2), (kept, 1), (kept, 2), (kept, 3)):
        KeptPhoto.objects.create(
            member=hanako,
            key=f"photo-{draft.pk}-{place}",
            photo=ContentFile(a_photo(), name="photo.jpg"),
            draft=draft,
            place=place,
        )


def answer(link: Link) -> None:
    """A copy of a note, with more than a page of replies, and people who like it."""
    now = timezone.now()
    note = Post.objects.get(author=link.member, kind=PostKind.NOTE)
    copy = Delivery.objects.create(
        post=note, link=link, operation="publish", sequence=1, state="sent", sent_at=now,
        audience=note.audience, asked_at=now, remote_id="copy", idempotency_key="answered",
    )  # fmt: skip
    CopyActivity.objects.create(delivery=copy, link=link, replies=12, likes=12, looked_at=now)
    for number in range(12):
        RemoteReply.objects.create(
            link=link, delivery=copy, remote_id=f"a{number}", author_uid=f"u{number}",
            author_name=f"友だち{number}", text=f"{number} {LONG}" * 12, written_at=now,
            url=f"https://mixi.jp/view_voice.pl?id={number}",
        )  # fmt: skip
        RemoteLike.objects.create(delivery=copy, uid=f"u{number}", name=f"友だち{number}")
    for code in ("network_reply", "network_likes"):
        make_notice(link.member, code, subject=copy.pk)


def _offer_profile(link: Link, now: datetime) -> None:
    """What the network says of the account, and what hanako's fields held before an import."""
    Link.objects.filter(pk=link.pk).update(
        display_name="ザキ", profile_read_at=now,
        picture_url="https://profile.img.mixi.jp/photo/user/ezkjdy9s8rwsc_908263351.jpg",
    )  # fmt: skip
    Member.objects.filter(pk=link.member_id).update(
        display_name_before="花", display_name_before_at=now, picture_before_at=now
    )


def _bring(link: Link) -> None:
    now = timezone.now()
    link.hidden_accounts.create(uid="u99", name="山﨑 太郎")
    _offer_profile(link, now)
    NetworkFriend.objects.bulk_create(
        NetworkFriend(link=link, uid=f"u{n}", name=f"友だち{n}", seen_at=now) for n in range(30)
    )
    FeedItem.objects.bulk_create(
        FeedItem(
            link=link,
            remote_id=f"r{n}",
            author_uid=f"u{n}",
            author_name=f"友だち{n}",
            text=LONG,
            written_at=now - timedelta(minutes=n),
        )
        for n in range(12)
    )
