"""Hidden accounts: people on a network whose posts a member does not want to see here."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Member
from syndication.models import FeedItem, HiddenAccount, Link
from syndication.models.errors import NotYours

MOST_HIDDEN = 200  # of one link


class TooManyHidden(Exception):
    """As many accounts of the link as possible are hidden."""


@transaction.atomic
def hide_account(item: FeedItem, *, by: Member) -> None:
    """Hide the account that wrote `item`: what it wrote, and what it writes from now on. Idempotent.

    Raises NotYours and TooManyHidden.
    """
    link = _locked_link(item.link_id, by)
    hidden = link.hidden_accounts
    if not hidden.filter(uid=item.author_uid).exists():
        if hidden.count() >= MOST_HIDDEN:
            raise TooManyHidden
        hidden.create(uid=item.author_uid, name=item.author_name)
    link.feed.filter(author_uid=item.author_uid).update(is_hidden=True)


@transaction.atomic
def show_account(hidden: HiddenAccount, *, by: Member) -> None:
    """Show the account's posts again, those that came meanwhile, too. Raises NotYours."""
    link = _locked_link(hidden.link_id, by)
    hidden.delete()
    link.feed.filter(author_uid=hidden.uid).update(is_hidden=False)


def _locked_link(pk: int, by: Member) -> Link:
    """The link, locked: an import that runs meanwhile sees what is hidden (delivery.imports)."""
    link = Link.objects.select_for_update(no_key=True).get(pk=pk)
    if link.member_id != by.pk:
        raise NotYours(link)
    return link
