"""Notices of links, of deliveries that ended without arriving, and of mails that wait as drafts.

Notice.subject is the link (0 for the mails), Notice.detail the post, or the interaction for codes that
begin with its kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.functional import Promise

from accounts.models import MailClass, Member, Notice, NoticeKind, NoticeTopic
from syndication.connectors import CONNECTORS
from syndication.models.delivery import Delivery
from syndication.models.delivery_states import DeliveryOperation
from syndication.models.interaction import Interaction
from syndication.models.link import Link
from syndication.models.link_notice_texts import SUBJECTS, notice_text
from syndication.models.post import Post

Target = tuple[str, tuple[Any, ...]]

LINK_CODES = tuple(code for code in SUBJECTS if code != "mail_drafts_expire")
INTERACTION_CODES = tuple(code for code in LINK_CODES if code.startswith(("reply_", "like_")))


def _is_own_link(member: Member) -> Q:
    return Q(Exists(Link.objects.filter(pk=OuterRef("subject"), member=member)))


def _link_and_post(member: Member) -> Mapping[str, Any]:
    link = Link.objects.filter(pk=OuterRef("subject"), member=member)
    post = Post.objects.filter(pk=OuterRef("detail"), author=member)
    copy = Delivery.objects.filter(
        post=OuterRef("detail"), link=OuterRef("subject"), operation=DeliveryOperation.PUBLISH
    )
    return {
        "link_network": Subquery(link.values("network")),
        "link_name": Subquery(link.values("name")),
        "link_account": Subquery(link.values("account")),
        "post_at": Subquery(post.values("created_at")),
        "copy_url": Subquery(copy.order_by("-sequence").values("remote_url")[:1]),
    }


def _link_and_interaction(member: Member) -> Mapping[str, Any]:
    link = Link.objects.filter(pk=OuterRef("subject"), member=member)
    interaction = Interaction.objects.filter(pk=OuterRef("detail"), link=OuterRef("subject"))
    sent = Delivery.objects.filter(
        interaction=OuterRef("detail"), operation=DeliveryOperation.PUBLISH
    )
    return {
        "link_network": Subquery(link.values("network")),
        "link_name": Subquery(link.values("name")),
        "link_account": Subquery(link.values("account")),
        "answered_name": Subquery(interaction.values("target_author_name")),
        "copy_url": Subquery(sent.order_by("-sequence").values("remote_url")[:1]),
    }


def _text(notice: Notice) -> str:
    of_link: Any = notice  # with the columns of its topic
    network = CONNECTORS.get(of_link.link_network)
    said = {
        "network": network.name if network else of_link.link_network,
        "name": of_link.link_name,
        "day": getattr(of_link, "post_at", None),
        "who": getattr(of_link, "answered_name", None) or "",
        "address": of_link.copy_url or "",
        **notice.params,
    }
    return notice_text(notice.code, said)


def _repair_page(notice: Notice) -> Target:
    """Where the account is linked again, filled in; the link's own page where it has no account left."""
    of_link: Any = notice  # with the columns of its topic
    if of_link.link_account is None:
        return "link_detail", (of_link.link_network, notice.subject)
    return "link_again", (of_link.link_network, of_link.link_account)


def _post_page(notice: Notice) -> Target:
    """Where the copies of the post are listed; those of all posts where more than one is meant."""
    if notice.detail and notice.params.get("count", 1) == 1:
        return "post_deliveries", (notice.detail,)
    return "delivery_list", ()


def _interaction_page(notice: Notice) -> Target:
    if notice.detail and notice.params.get("count", 1) == 1:
        return "interaction_detail", (notice.detail,)
    return "interaction_list", ()


def _own_mails(member: Member) -> Q:
    return Q(subject=0)


LINK = NoticeTopic(readable=_is_own_link, columns=_link_and_post)
INTERACTION = NoticeTopic(readable=_is_own_link, columns=_link_and_interaction)
MAILS = NoticeTopic(readable=_own_mails)
_TARGETS = {"parked": _repair_page, "scope": _repair_page}


def _link_kind(code: str, subject: Promise | str) -> NoticeKind:
    is_of_interaction = code in INTERACTION_CODES
    page = _interaction_page if is_of_interaction else _post_page
    return NoticeKind(
        code=code,
        topic=INTERACTION if is_of_interaction else LINK,
        text=_text,
        target=_TARGETS.get(code, page),
        mail_subject=subject,
        mail_class=MailClass.TROUBLE,
    )


KINDS = (
    *(_link_kind(code, SUBJECTS[code]) for code in LINK_CODES),
    NoticeKind(
        code="mail_drafts_expire",
        topic=MAILS,
        text=lambda notice: notice_text(notice.code, {}),
        target=lambda notice: ("draft_list", ()),
        mail_subject=SUBJECTS["mail_drafts_expire"],
        mail_class=MailClass.TROUBLE,
    ),
)
