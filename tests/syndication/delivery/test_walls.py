"""A page of HTML where the network should have answered: nothing is refused, parked, deleted or lost."""

from __future__ import annotations

import pytest

from syndication.models import Delivery, DeliveryOperation, DeliveryState, LinkState
from tests.making import make_member
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.connectors.mixi import MixiOnTheSandbox
from tests.syndication.delivering import Moving, planned, remove, settled, tried
from tests.syndication.networks import linked_on

pytestmark = pytest.mark.django_db

NETWORKS = [MastodonOnTheSandbox, MixiOnTheSandbox]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("kind", ["page", "page_after"])
@pytest.mark.parametrize("status", [200, 403, 404])
def test_a_post_behind_a_wall_arrives_once(sandbox, network, kind, status):
    net = network(sandbox)
    link = linked_on(net, make_member("hanako"))
    now = Moving(sandbox)
    sandbox.faults.add(link.network, kind, times=3, status=status)
    delivery = settled(tried(planned(link, "ゆうやけ"), now), now)
    link.refresh_from_db()
    assert (link.state, delivery.state) == (LinkState.ACTIVE, DeliveryState.SENT)
    assert net.copies("status") == [("", "ゆうやけ")]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("status", [200, 404])
def test_a_delete_behind_a_wall_is_not_done_until_it_is(sandbox, network, status):
    net = network(sandbox)
    now = Moving(sandbox)
    link = linked_on(net, make_member("hanako"))
    delivery = tried(planned(link, "ひみつ"), now)
    remove(delivery.post)
    sandbox.faults.add(link.network, "page", status=status)
    gone = tried(Delivery.objects.get(post=delivery.post, operation=DeliveryOperation.DELETE), now)
    assert gone.state in (DeliveryState.UNCONFIRMED, DeliveryState.WAITING)
    assert net.copies("status") == [("", "ひみつ")]
    gone = settled(gone, now)
    assert gone.state == DeliveryState.SENT
    assert net.copies("status") == []
