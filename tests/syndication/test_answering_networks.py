"""On every network that takes answers: from the pulled post to the sent answer and back, by a phone.

A phone without cookies, the product's own import, its worker, and the network's own count.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Member
from accounts.models.guess_count import GuessCount
from syndication.connectors import CONNECTORS
from syndication.delivery import attempt
from syndication.models import CopyActivity, Delivery, FeedItem, Interaction, Link, RemoteReply
from tests.making import make_member
from tests.phone import PhoneClient, log_in_phone
from tests.syndication.connectors.network import Network
from tests.syndication.delivering import Moving, planned, tried
from tests.syndication.importing import import_feed, import_replies
from tests.syndication.networks import ON_THE_SANDBOX, linked_on

pytestmark = pytest.mark.django_db

TEXT = "きれいですね"
ANSWERABLE = sorted(key for key in ON_THE_SANDBOX if CONNECTORS[key].can_reply())
BRINGING = sorted(key for key in ANSWERABLE if CONNECTORS[key].brings_replies)


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


@pytest.fixture
def phone(hanako) -> PhoneClient:
    return log_in_phone(hanako)


@pytest.fixture
def net(request: pytest.FixtureRequest, sandbox) -> Network:
    return ON_THE_SANDBOX[request.param](sandbox)


@pytest.fixture
def link(net, hanako) -> Link:
    return linked_on(net, hanako)


def worked(now: Moving) -> None:
    """The worker, until nothing is due at once."""
    for _ in range(3):
        attempt.drain_due(now=now)
        Link.objects.filter(sending_by="").update(sending_until=None)


def sent_from(phone: PhoneClient, address: str, net: Network, now: Moving) -> Delivery:
    """Answer what stands at `address`, see it on its way, then sent."""
    GuessCount.objects.all().delete()
    phone.get(address)
    phone.follow("1 Reply")
    assert TEXT in phone.submit("Preview", text=TEXT)
    page = phone.submit("Send")
    assert "goes in a moment" in page
    worked(now)
    assert "arrived" in phone.get(page.path)
    return Delivery.objects.filter(interaction__isnull=False).latest("pk")


def taken_back(phone: PhoneClient, delivery: Delivery, now: Moving) -> None:
    phone.get(reverse("interaction_detail", args=[delivery.interaction_id]))
    phone.follow("5 Take it back")
    page = phone.submit("Take it back")
    worked(now)
    assert "deleted" in phone.get(page.path)


@pytest.mark.parametrize("net", ANSWERABLE, indirect=True)
def test_a_friends_post_is_answered_and_the_answer_taken_back(net, link, phone, sandbox):
    now = Moving(sandbox)
    target = net.a_friends_post(text="夕焼けです")
    import_feed(link.pk)
    item = FeedItem.objects.get(text__contains="夕焼けです")
    assert (item.target_id or item.remote_id) == target
    delivery = sent_from(phone, reverse("feed_item", args=[item.pk]), net, now)
    assert net.parent_of(delivery.remote_id) == target
    assert not net.reply_row(delivery.remote_id)["deleted"]
    taken_back(phone, delivery, now)
    assert net.reply_row(delivery.remote_id)["deleted"]
    assert not Interaction.objects.filter(deleted_at=None).exists()


@pytest.mark.parametrize("net", BRINGING, indirect=True)
def test_an_answer_that_came_back_is_answered_in_its_thread(net, link, phone, sandbox):
    now = Moving(sandbox)
    copy = tried(planned(link, "おはよう"), now)
    answer = net.answer(copy.remote_id, "おはよう、花子さん")
    CopyActivity.objects.update(due_at=now())
    import_replies(link.pk)
    reply = RemoteReply.objects.get()
    assert reply.remote_id == answer
    delivery = sent_from(phone, reverse("remote_reply", args=[reply.pk]), net, now)
    assert net.parent_of(delivery.remote_id) in (answer, copy.remote_id)  # mixi has flat threads
    taken_back(phone, delivery, now)


@pytest.mark.parametrize("net", ANSWERABLE, indirect=True)
def test_the_page_says_in_words_who_reads_the_answer(net, link, phone):
    for word, visibility in net.visibilities.items():
        text = f"だれが読む {word}"
        net.a_friends_post(word, text=text)
        import_feed(link.pk)
        item = FeedItem.objects.filter(text__contains=text).first()
        if item is None:
            continue
        phone.get(reverse("feed_item_answer", args=[item.pk]))
        is_for_one = CONNECTORS[link.network].reply_visibility(visibility) == "direct"
        assert ("Readers: only" in phone.page) is is_for_one, word
