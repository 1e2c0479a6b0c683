"""Bound sends: send to the links that the page named (the preview, or the box on home) and to no others.

Settings change between a page and its press, mostly on another device. Compared are the deliveries that
were made, in the transaction that made them: a check beforehand would leave a moment between.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from syndication.models import Delivery, DeliveryOperation, DeliveryState, Post


class PreviewNeeded(Exception):
    """The post was not sent. `sentence` says in the member's language why they should look first."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class SettingsChanged(PreviewNeeded):
    """The post would go to other links than the page named."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Your settings changed since that page was shown. Nothing is sent yet: "
                "see where it goes."
            )
        )


def require_named_links(post: Post, named: frozenset[int]) -> None:
    """Raise SettingsChanged where a new post's deliveries are not those to the links of the keys `named`."""
    copies = Delivery.objects.filter(post=post, operation=DeliveryOperation.PUBLISH)
    planned = copies.exclude(state=DeliveryState.SKIPPED).values_list("link_id", flat=True)
    if set(planned) != named:
        raise SettingsChanged
