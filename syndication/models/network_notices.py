"""Notices of what came back from networks: replies to copies, and likes of them.

Notice.subject is the copy (a sent publish). A mail names the network and the person, never the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from accounts.models import MailClass, Member, NoticeKind, NoticeTopic
from accounts.models.people_notices import NAME_CUT
from syndication.connectors import CONNECTORS
from syndication.models.delivery import Delivery
from syndication.models.feed_text import feed_item_text
from syndication.models.remote_reply import RemoteLike, RemoteReply
from syndication.models.talk_notices import first_words, named_by

NETWORK_REPLY = "network_reply"
NETWORK_LIKES = "network_likes"

QUOTED = 60  # characters of a reply


def _replies(member: Member) -> QuerySet[RemoteReply]:
    return RemoteReply.objects.visible_to(member).filter(delivery=OuterRef("subject"))


def _likes(member: Member) -> QuerySet[RemoteLike]:
    return RemoteLike.objects.visible_to(member).filter(delivery=OuterRef("subject"))


def _copy_columns() -> Mapping[str, Any]:
    copy = Delivery.objects.filter(pk=OuterRef("subject"))
    return {
        "copy_network": Subquery(copy.values("link__network")),
        "copy_post": Subquery(copy.values("post")),
        "copy_interaction": Subquery(copy.values("interaction")),
    }


def _reply_columns(member: Member) -> Mapping[str, Any]:
    newest = _replies(member).exclude(author_uid="").order_by("-pk")
    return {
        **_copy_columns(),
        "reply_name": Subquery(newest.values("author_name")[:1]),
        "reply_text": Subquery(newest.values(start=Substr("text", 1, 2 * QUOTED))[:1]),
        "reply_attached": Subquery(newest.values("attached")[:1]),
    }


def _like_columns(member: Member) -> Mapping[str, Any]:
    newest = _likes(member).order_by("-pk")
    copy = Delivery.objects.filter(pk=OuterRef("subject"))  # of one's own post or answer
    return {
        **_copy_columns(),
        "liker_name": Subquery(newest.values("name")[:1]),
        "has_more_likers": Exists(newest[1:2]),
        "liked_words": Subquery(copy.values(start=first_words("post__", F("interaction__text")))),
    }


def _said(notice: Any, name: str) -> dict[str, str]:
    connector = CONNECTORS.get(notice.copy_network)
    return {
        "name": Truncator(name).chars(NAME_CUT),
        "network": connector.name if connector else notice.copy_network,
    }


def _replied(notice: Any) -> dict[str, str]:
    words = " ".join(feed_item_text(notice.reply_text, notice.reply_attached or []).split())
    return {**_said(notice, notice.reply_name), "text": Truncator(words).chars(QUOTED)}


def _liked_text(notice: Any) -> str:
    said = {**_said(notice, notice.liker_name), "text": named_by(notice.liked_words)}
    if not said["text"]:
        return _liked_mail(notice)
    if notice.has_more_likers:
        return _("%(name)s and others (%(network)s) like your post: %(text)s") % said
    return _("%(name)s (%(network)s) likes your post: %(text)s") % said


def _liked_mail(notice: Any) -> str:
    """Without the post's words, which stand in no mail."""
    said = _said(notice, notice.liker_name)
    if notice.has_more_likers:
        return _("%(name)s and others (%(network)s) like your post.") % said
    return _("%(name)s (%(network)s) likes your post.") % said


def _replies_page(notice: Any) -> tuple[str, tuple[Any, ...]]:
    if notice.copy_post is not None:
        return "post_replies", (notice.copy_post,)
    return "interaction_replies", (notice.copy_interaction,)


def _is_answered(member: Member) -> Q:
    # What is left of emptied ones is their address: there is nothing to tell.
    return Q(Exists(_replies(member).exclude(author_uid="")))


KINDS = (
    NoticeKind(
        code=NETWORK_REPLY,
        topic=NoticeTopic(readable=_is_answered, columns=_reply_columns),
        text=lambda notice: _("%(name)s (%(network)s) replied: %(text)s") % _replied(notice),
        mail_text=lambda notice: _("%(name)s (%(network)s) replied to you.") % _replied(notice),
        target=_replies_page,
        mail_subject=pgettext_lazy("subject", "A reply"),
        mail_class=MailClass.LIKES,
    ),
    NoticeKind(
        code=NETWORK_LIKES,
        topic=NoticeTopic(readable=lambda member: Q(Exists(_likes(member))), columns=_like_columns),
        text=_liked_text,
        mail_text=_liked_mail,
        target=_replies_page,
        mail_subject=pgettext_lazy("subject", "Likes"),
        mail_class=MailClass.LIKES,
    ),
)
