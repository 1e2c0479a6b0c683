"""Hidden accounts: people on a network whose posts a member does not want to see here."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from accounts.models import Member
from syndication.models import FeedItem, HiddenAccount, Link, RemoteReply
from syndication.models.errors import NotYours

MAX_HIDDEN = 200  # of one link


class TooManyHidden(Exception):
    """As many accounts of the link as possible are hidden."""


@transaction.atomic
def hide_account(item: FeedItem | RemoteReply, *, by: Member) -> None:
    """Hide the account that wrote `item`: what it wrote and boosted, and what it will, also as replies
    to the member's copies. Idempotent.

    Raises NotYours and TooManyHidden.
    """
    link = _locked_link(item.link_id, by)
    hidden = link.hidden_accounts
    if not hidden.filter(uid=item.author_uid).exists():
        if hidden.count() >= MAX_HIDDEN:
            raise TooManyHidden
        hidden.create(uid=item.author_uid, name=item.author_name)
    _set_hidden(link, item.author_uid, is_hidden=True)


@transaction.atomic
def show_account(hidden: HiddenAccount, *, by: Member) -> None:
    """Show the account's posts again, those that came meanwhile, too. Raises NotYours."""
    link = _locked_link(hidden.link_id, by)
    hidden.delete()
    _set_hidden(link, hidden.uid, is_hidden=False)


def _set_hidden(link: Link, uid: str, *, is_hidden: bool) -> None:
    items = link.feed.filter(Q(author_uid=uid) | Q(sharer_uid=uid))
    if not is_hidden:  # what another hidden account boosted stays hidden
        left = link.hidden_accounts.values("uid")
        items = items.exclude(author_uid__in=left).exclude(sharer_uid__in=left)
    items.update(is_hidden=is_hidden)
    link.remote_replies.filter(author_uid=uid).update(is_hidden=is_hidden)


def _locked_link(pk: int, by: Member) -> Link:
    """The link, locked: an import that runs meanwhile sees what is hidden (delivery.feed_imports)."""
    link = Link.objects.select_for_update(no_key=True).get(pk=pk)
    if link.member_id != by.pk:
        raise NotYours(link)
    return link
