"""Notices of talk: comments, likes, and what was written in groups.

Notice.subject is the post, or the group; Notice.detail the comment, or the first of the posts. Who may
read what was said is decided by Comment, Like and Post.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, TextField, Value, When
from django.db.models.functions import Concat, Substr
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.models import Audience, MailClass, Member, Membership, Notice, NoticeKind, NoticeTopic
from accounts.models.audience import name_known_to
from accounts.models.people_notices import NAME_CUT, actor_of, group_columns, group_of
from syndication.models.comment import Comment, Like
from syndication.models.post import Post

COMMENT = "comment"
COMMENT_AFTER_MINE = "comment_after_mine"
LIKED = "liked"
GROUP_POSTS = "group_posts"
CHOSEN_POST = "chosen_post"

QUOTED = 60  # characters of a comment
NAMED_BY = 20  # characters of a post
_WORDS = ("title", "text", "url_title", "photo_alt", "url")  # as in Post.words


def _comment_is_readable(member: Member) -> Q:
    return Q(Exists(Comment.objects.visible_to(member).filter(pk=OuterRef("detail"))))


def _comment_columns(member: Member) -> Mapping[str, Any]:
    comment = Comment.objects.visible_to(member).filter(pk=OuterRef("detail"))
    return {"comment_text": Subquery(comment.values(start=Substr("text", 1, 2 * QUOTED)))}


def _likes_by_others(member: Member) -> Any:
    return Like.objects.visible_to(member).filter(post=OuterRef("subject")).exclude(member=member)


def _is_liked(member: Member) -> Q:
    return Q(Exists(_likes_by_others(member)))


def _like_columns(member: Member) -> Mapping[str, Any]:
    newest = _likes_by_others(member).order_by("-pk")
    named = newest.annotate(member_name=name_known_to(member, "member"))
    posts = Post.objects.filter(pk=OuterRef("subject"))  # which who reads its likes may read
    return {
        "liker_name": Subquery(named.values("member_name")[:1]),
        "has_more_likers": Exists(newest[1:2]),
        "liked_words": Subquery(posts.values(start=first_words())),
    }


def first_words(post: str = "", without: Any = None) -> Substr:
    """The beginning of `Post.words` of the post behind the path `post`; where it has no words, of
    `without` (a column), else ""."""
    said = [When(Q(**{f"{post}{name}__gt": ""}), then=F(f"{post}{name}")) for name in _WORDS]
    warning = Concat(Value("["), F(f"{post}warning"), Value("]"), output_field=TextField())
    warned = When(Q(**{f"{post}warning__gt": ""}), then=warning)
    words = Case(warned, *said, default=without or Value(""), output_field=TextField())
    return Substr(words, 1, 2 * NAMED_BY)


def named_by(words: str | None) -> str:
    """A post as a notice names it, "" where it has no words."""
    return Truncator(" ".join((words or "").split())).chars(NAMED_BY)


def _group_has_news(member: Member) -> Q:
    """A post of somebody else, from the first that the notice is about on."""
    joined = Membership.objects.joined().filter(member=member, group=OuterRef("subject"))
    posts = Post.objects.visible_to(member).filter(
        group=OuterRef("subject"), pk__gte=OuterRef("detail")
    )
    return Q(Exists(joined), Exists(posts.exclude(author=member)))


def _is_chosen(member: Member) -> Q:
    posts = Post.objects.visible_to(member).filter(audience=Audience.CHOSEN)
    return Q(Exists(posts.filter(pk=OuterRef("subject"))))


def _quoted(notice: Any) -> dict[str, str]:
    said = " ".join(notice.comment_text.split())
    return {"name": actor_of(notice), "text": Truncator(said).chars(QUOTED)}


def _liked_text(notice: Any) -> str:
    said = {**_liker(notice), "text": named_by(notice.liked_words)}
    if not said["text"]:
        return _liked_mail(notice)
    if notice.has_more_likers:
        return _("%(name)s and others like your post: %(text)s") % said
    return _("%(name)s likes your post: %(text)s") % said


def _liked_mail(notice: Any) -> str:
    """Without the post's words: a mail passes through others' hands."""
    if notice.has_more_likers:
        return _("%(name)s and others like your post.") % _liker(notice)
    return _("%(name)s likes your post.") % _liker(notice)


def _liker(notice: Any) -> dict[str, str]:
    return {"name": Truncator(notice.liker_name).chars(NAME_CUT)}


def _comment_page(notice: Notice) -> tuple[str, tuple[Any, ...]]:
    return "comment_detail", (notice.subject, notice.detail)


def _post_page(notice: Notice) -> tuple[str, tuple[Any, ...]]:
    return "post_detail", (notice.subject,)


_COMMENTS = NoticeTopic(readable=_comment_is_readable, columns=_comment_columns)

KINDS = (
    NoticeKind(
        code=COMMENT,
        topic=_COMMENTS,
        text=lambda notice: _("%(name)s commented on your post: %(text)s") % _quoted(notice),
        mail_text=lambda notice: _("%(name)s commented on your post.") % _quoted(notice),
        words=lambda notice: _quoted(notice)["text"],
        target=_comment_page,
        mail_subject=pgettext_lazy("subject", "A comment"),
        mail_class=MailClass.PEOPLE,
    ),
    NoticeKind(
        code=COMMENT_AFTER_MINE,
        topic=_COMMENTS,
        text=lambda notice: _("%(name)s also commented: %(text)s") % _quoted(notice),
        target=_comment_page,
        can_be_stopped=True,
    ),
    NoticeKind(
        code=LIKED,
        topic=NoticeTopic(readable=_is_liked, columns=_like_columns),
        text=_liked_text,
        mail_text=_liked_mail,
        target=_post_page,
        mail_subject=pgettext_lazy("subject", "Likes"),
        mail_class=MailClass.LIKES,
    ),
    NoticeKind(
        code=GROUP_POSTS,
        topic=NoticeTopic(readable=_group_has_news, columns=group_columns),
        text=lambda notice: _("New in the group %(group)s.") % {"group": group_of(notice)},
        target=lambda notice: ("group_posts", (notice.subject,)),
        mail_subject=pgettext_lazy("subject", "New in a group"),
        mail_class=MailClass.PEOPLE,
    ),
    NoticeKind(
        code=CHOSEN_POST,
        topic=NoticeTopic(readable=_is_chosen),
        text=lambda notice: (
            _("%(name)s wrote a post for chosen people, including you.")
            % {"name": actor_of(notice)}
        ),
        target=_post_page,
        mail_subject=pgettext_lazy("subject", "A post for you"),
        mail_class=MailClass.PEOPLE,
    ),
)
