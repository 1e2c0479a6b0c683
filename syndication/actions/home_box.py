"""The box on the home page: send in one press while what its button said still holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Member
from syndication.actions import posts
from syndication.actions.bound_sends import PreviewNeeded, SettingsChanged
from syndication.actions.posts import NewPost
from syndication.delivery import eligibility
from syndication.delivery.planning import DeliveryPreview
from syndication.models import Link, LinkState, Post


@transaction.atomic
def send_status(new_post: NewPost, *, by: Member, named: frozenset[int]) -> Post:
    """Create the post, with copies on the links of the keys `named` and no others.

    Raises PreviewNeeded where the settings differ from what the button said, or where a copy would
    be cut or held back; and quotas.QuotaUsedUp.
    """
    settings = eligibility.links_by_settings(by, new_post.kind, new_post.audience)
    if new_post.audience != by.posts_by_me or {link.pk for link in settings} != named:
        raise SettingsChanged
    held = [one for one in posts.preview_post(new_post, by=by) if _is_held_back(one)]
    if held:
        raise PreviewNeeded(_held_back(held))
    others = Link.objects.of(by).exclude(pk__in=named).values_list("pk", flat=True)
    bound = replace(new_post, left_out=frozenset(others), named=named)
    return posts.create_post(bound, by=by)


def _is_held_back(one: DeliveryPreview) -> bool:
    """Whether a copy that the member expects is refused, delayed or cut."""
    if not one.goes or one.preview is None:
        return one.is_expected
    if one.names:  # the preview says what each becomes on the network
        return True
    is_whole = not (one.preview.is_cut or one.preview.dropped)
    return one.link.state != LinkState.ACTIVE or not is_whole


def _held_back(held: Iterable[DeliveryPreview]) -> str:
    """A sentence for each reason, with the networks that it holds for."""
    networks: dict[str, dict[str, None]] = {}
    for one in held:
        networks.setdefault(_sentence(one), {})[one.link.network_name] = None
    said = [
        words % {"networks": pgettext("list", ", ").join(names)}
        for words, names in networks.items()
    ]
    return " ".join([*said, _("Nothing is sent yet: see how it will look.")])


def _sentence(one: DeliveryPreview) -> str:
    if one.link.state == LinkState.PARKED:
        return _("%(networks)s waits until you link it again.")
    if not one.goes or one.preview is None:
        return _("%(networks)s does not take it: see the reason below.")
    if one.preview.is_cut or one.preview.dropped:
        return _("%(networks)s would not get all of it.")
    return _("You mention somebody: see how the name appears on %(networks)s.")
