"""The box on the home page: one press sends, as long as all that its button said still holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Member
from syndication.actions import posts
from syndication.actions.posts import Draft
from syndication.delivery import planning
from syndication.delivery.planning import DeliveryPreview
from syndication.models import Delivery, DeliveryKind, DeliveryState, Link, LinkState, Post


class PreviewNeeded(Exception):
    """The post was not sent. `reason` says in the member's language why they should look first."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def send_status(draft: Draft, *, by: Member, named: frozenset[int]) -> Post:
    """Create the post, with copies on the links of the keys `named` and no others.

    Raises PreviewNeeded where the settings differ from what the button said, or where a copy would
    be cut or held back; and quotas.QuotaUsedUp.
    """
    settings = planning.links_by_settings(by, draft.kind, draft.audience)
    if draft.audience != by.posts_by_me or {link.pk for link in settings} != named:
        raise PreviewNeeded(_changed())
    held = [one for one in posts.preview_post(draft, by=by) if _is_held_back(one)]
    if held:
        raise PreviewNeeded(_not_whole(held))
    others = Link.objects.of(by).exclude(pk__in=named).values_list("pk", flat=True)
    post = posts.create_post(replace(draft, left_out=frozenset(others)), by=by)
    if _planned_links(post) != named:  # a setting changed in the same moment
        raise PreviewNeeded(_changed())
    return post


def _is_held_back(one: DeliveryPreview) -> bool:
    """Whether a copy that the member expects goes not at all, not now, or not whole."""
    if not one.goes or one.preview is None:
        return one.is_expected
    is_whole = not (one.preview.is_cut or one.preview.dropped)
    return one.link.state != LinkState.ACTIVE or not is_whole


def _planned_links(post: Post) -> set[int]:
    copies = Delivery.objects.filter(post=post, kind=DeliveryKind.PUBLISH)
    return set(copies.exclude(state=DeliveryState.SKIPPED).values_list("link_id", flat=True))


def _changed() -> str:
    return _(
        "Your settings changed since that page was shown. Nothing is sent yet: see where it goes."
    )


def _not_whole(held: Iterable[DeliveryPreview]) -> str:
    names = dict.fromkeys(one.link.network_name for one in held)
    words = _("%(networks)s would not get all of it. Nothing is sent yet: see how it reads.")
    return words % {"networks": pgettext("list", ", ").join(names)}
