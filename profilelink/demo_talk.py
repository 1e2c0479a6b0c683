"""What the demo's members say to each other: comments, likes, a group, and the notices of these.

Everything is dated back. Two posts alone are new, and go to mixi as any post does.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.actions import groups
from accounts.models import Audience, Member, Notice
from syndication.actions import likes, posts, talk_notices
from syndication.models import Comment, Post, PostKind
from syndication.models.talk_notices import COMMENT, COMMENT_AFTER_MINE

GROUP_NAME = "日曜パンの会"
# author, hours ago, text
GROUP_POSTS = [
    ("taro", 22, "今度の日曜は山食を焼きます。型を持っている人いますか？"),
    ("hanako", 18, "先週のベーグル、焼きたてがいちばんきれいに撮れました"),
]
# the post's first letters, and who said what, hours ago
TALK = [
    ("土曜の集まり", [
        ("hanako", 29, "行きます！カメラも持っていきますね"),
        ("taro", 28, "了解。いつもの窓ぎわの席をとっておく"),
        ("yuki", 3, "わたしも行けそうです。少し遅れます"),
    ]),
    ("部室の暗幕", [
        ("taro", 25, "おつかれさま！ 何年ぶり？"),
        ("hanako", 24, "たぶん三年ぶりです…"),
    ]),
    ("雪まつりの準備", [("taro", 5, "もうそんな季節か。今年は一緒に撮りに行こう")]),
    ("図書館に寄贈された", [("taro", 7, "「無事に着きました」、いいなあ。旅先から出したくなる")]),
    ("今度の日曜は", [
        ("yuki", 21, "一斤の型ならうちにあります"),
        ("hanako", 20, "写真係、やります"),
        ("taro", 19, "二人ともありがとう！ 九時に集合で"),
    ]),
    ("先週のベーグル", [("yuki", 6, "おいしそう。断面も見たいです")]),
]  # fmt: skip
# the post's first letters, and who likes it
LIKES = [
    ("今朝の豊平川", ("hanako", "yuki")),
    ("部室の暗幕", ("taro",)),
    ("雪まつりの準備", ("taro",)),
    ("先週のベーグル", ("taro", "yuki")),
]
# Written once their authors are linked: Hanako, who is on mixi, too, finds each once on home.
COPIED = {
    "taro": "夜の豊平川も静かでよかった。明日は自転車で通勤します",
    "yuki": "返却台に手袋の忘れもの。片方だけ、毛糸の青です",
}


def create_demo_talk(members: Mapping[str, Member]) -> None:
    """Create a group with posts, comments and likes, and tell who is told of them."""
    now = timezone.now()
    _create_group(members, now)
    said = [
        (hours, beginning, name, text)
        for beginning, comments in TALK
        for name, hours, text in comments
    ]
    for hours, beginning, name, text in sorted(said, reverse=True):
        _comment(_post(beginning), members[name], text, now - timedelta(hours=hours))
    for beginning, names in LIKES:
        for name in names:
            likes.like_post(_post(beginning), by=members[name])


def send_demo_copy(member: Member) -> Post:
    """Write the member's new post, of which each link gets a copy. Once, however often called."""
    draft = posts.NewPost(
        kind=PostKind.STATUS,
        audience=Audience.EVERYONE,
        form_key=f"demo-{member.pk}",
        text=COPIED[member.username],
    )
    return posts.create_post(draft, by=member)


def _create_group(members: Mapping[str, Member], now: datetime) -> None:
    """Taro's, with all three in it."""
    taro = members["taro"]
    group = groups.create_group(GROUP_NAME, by=taro)
    for name in ("hanako", "yuki"):
        groups.invite_to_group(group, members[name], by=taro)
        groups.accept_group_invitation(group, by=members[name])
    for name, hours, text in GROUP_POSTS:
        post = Post.objects.create(
            author=members[name],
            kind=PostKind.STATUS,
            audience=Audience.GROUP,
            group=group,
            text=text,
            form_key=secrets.token_hex(16),
        )
        talk_notices.notify_of_group_post(post)
        Post.objects.filter(pk=post.pk).update(created_at=now - timedelta(hours=hours))


def _comment(post: Post, writer: Member, text: str, at: datetime) -> None:
    """As comments.create_comment does, without its pace and at a time gone by."""
    comment = Comment.objects.create(
        post=post, writer=writer, text=text, form_key=secrets.token_hex(16)
    )
    talk_notices.notify_of_comment(comment, post)
    Comment.objects.filter(pk=comment.pk).update(created_at=at)
    told = Notice.objects.filter(code__in=(COMMENT, COMMENT_AFTER_MINE), detail=comment.pk)
    told.update(created_at=at)


def _post(beginning: str) -> Post:
    return Post.objects.get(text__startswith=beginning)
