"""What accounts tells us: an account was linked, an account is going."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.db.models.signals import pre_delete
from django.dispatch import receiver

from accounts.signals import account_linked
from syndication.actions import links
from syndication.models import Link, LinkState


@receiver(account_linked, sender=SocialAccount)
def account_was_linked(
    sender: type[SocialAccount], account: SocialAccount, credentials: dict[str, Any], **kwargs: Any
) -> None:
    links.take_in(account, credentials)


@receiver(pre_delete, sender=SocialAccount)
def account_is_going(sender: type[SocialAccount], instance: SocialAccount, **kwargs: Any) -> None:
    """Whoever removes the account (staff, a deleted member): nothing is sent there any more."""
    for link in Link.objects.filter(account=instance).exclude(state=LinkState.ENDED):
        links.end(link)
