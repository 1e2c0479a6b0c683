"""A server that refuses a text by limits that we did not know: they are read again, once, and the
text is cut by them. And what the network said, which members read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Audience, Notice
from syndication.actions import posts
from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import Receipt
from syndication.connectors.errors import Rejected, TextRejected
from syndication.connectors.responses import ERROR_MESSAGE_LENGTH, error_message
from syndication.delivery import credentials, eligibility, server_limits, snapshots
from syndication.models import Delivery, DeliveryState, Link, ServerTraits
from tests.making import allow, make_link, make_member
from tests.phone import log_in_phone
from tests.syndication.connectors.mastodon import MastodonOnTheSandbox
from tests.syndication.delivering import Moving, planned, settled, tried
from tests.syndication.importing import import_friends
from tests.syndication.slate import KEY, LimitedSlateConnector, on_slate

pytestmark = pytest.mark.django_db

S = DeliveryState
TEXT = "a" * 150


@pytest.fixture
def link(slate):
    CONNECTORS[KEY] = LimitedSlateConnector
    slate.longest = slate.tells = 100
    return on_slate(make_member("hanako"), terms={"text": 200})


@pytest.fixture
def now(slate):
    return Moving(slate)


def test_a_refused_text_is_cut_by_the_limit_that_is_read_again(slate, link, now):
    delivery = tried(planned(link, TEXT), now)
    assert (delivery.state, delivery.reason) == (S.WAITING, server_limits.RECUT)
    assert tried(delivery, now).state == S.SENT
    assert slate.texts == ["a" * 100]
    assert slate.requests == ["POST /posts", "GET /limits", "POST /posts"]
    assert Link.objects.get().terms["text"] == 100
    assert not Notice.objects.exists()


def test_an_edit_too(slate, link, now):
    post = tried(planned(link, "short"), now).post
    [edit] = posts.edit_post(post, {"text": TEXT}, by=post.author) or ()
    tried(edit, now, times=2)
    assert (edit.state, slate.texts) == (S.SENT, ["a" * 100])


def test_what_is_never_cut_does_not_go_and_the_member_is_told(slate, link, now):
    allow(link, "status", Audience.FRIENDS)
    delivery = tried(planned(link, TEXT, audience=Audience.FRIENDS), now, times=2)
    assert (delivery.state, delivery.reason) == (S.CANCELLED, reasons.TEXT_TOO_LONG)
    assert Notice.objects.get().key == "undelivered text_too_long"


def test_a_server_whose_limits_did_not_change_has_said_no(slate, link, now):
    slate.tells = 200
    slate.says = "<p>Your text is <b>too long</b>.</p>"
    delivery = tried(planned(link, TEXT), now)
    assert (delivery.state, delivery.network_message) == (S.FAILED, "Your text is too long .")
    shown = log_in_phone(link.member).get(f"/posts/{delivery.post_id}/deliveries/")
    assert shown.text.count("Slate says: Your text is too long .") == 1
    assert shown.text.count("too long") == 1
    assert Notice.objects.get().key == "undelivered refused"


def test_a_server_that_says_another_limit_each_time_comes_to_an_end(slate, link, now):
    slate.longest = 1
    delivery = tried(planned(link, TEXT), now)
    assert delivery.state == S.WAITING
    slate.tells = 99
    assert tried(delivery, now).state == S.FAILED
    assert slate.requests.count("GET /limits") == 1


def test_limits_that_cannot_be_read_leave_the_refusal(slate, link, now):
    slate.fail("GET", "500_before")
    assert tried(planned(link, TEXT), now).state == S.FAILED
    assert Delivery.objects.get().reason == reasons.REFUSED


class PlainSlateConnector(LimitedSlateConnector):
    """As if the network said that a text is too long, and not only that it refuses it."""

    def publish(self, *args: Any, **kwargs: Any) -> Receipt:
        try:
            return super().publish(*args, **kwargs)
        except Rejected as no:
            raise TextRejected(no.reason, status=no.status) from no


def test_a_text_that_is_too_long_waits_for_limits_that_cannot_be_read_now(slate, link, now):
    CONNECTORS[KEY] = PlainSlateConnector
    slate.fail("GET", "429", seconds=300)
    delivery = tried(planned(link, TEXT), now)
    assert (delivery.state, delivery.reason) == (S.WAITING, reasons.REFUSED)
    assert now() + timedelta(seconds=290) < delivery.due_at < now() + timedelta(seconds=400)
    now.advance(seconds=400)
    assert tried(delivery, now, times=2).state == S.SENT
    assert slate.texts == ["a" * 100]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("<p>No &lt;b&gt; here</p>", "No <b> here"),
        ("1 < 2 and <3", "1 < 2 and <3"),
        ("two\nlines\x00\u2028here", "two lines here"),
        ("the to<b></b>ken s3cret-to-keep", "the to ken […]"),
        ("&#115;3cret-to-keep", "[…]"),
        ("x" * 500, "x" * ERROR_MESSAGE_LENGTH),
        (["no text"], ""),
    ],
)
def test_what_a_network_says_is_one_line_without_markup_or_secrets(answer, words):
    assert error_message(answer, ("s3cret-to-keep",)) == words


LONG_ADDRESS = "https://example.org/" + "a" * 300
FAMILY = "👨‍👩‍👧‍👦"


@pytest.mark.parametrize("text", [f"{LONG_ADDRESS} {'花' * 300}", FAMILY * 80])
def test_a_server_that_counts_otherwise_than_it_says_is_remembered(sandbox, text):
    """Takahē says 23 for an address and counts it whole, and code points instead of graphemes."""
    sandbox.mastodon.configure({"counts_whole": True})
    net = MastodonOnTheSandbox(sandbox)
    held = net.credentials()
    host = sandbox.root("mastodon").removeprefix("http://")
    link = make_link(make_member("hanako"), "mastodon", host=host, uid=held.uid)
    credentials.store_credentials(link, held)
    server_limits.store_terms(link, net.connector().terms())
    link.refresh_from_db()
    delivery = planned(link, text)
    before = eligibility.check_eligibility(
        eligibility.outgoing_post(delivery.post, link, Audience.EVERYONE), link
    )
    assert not before.preview.is_cut
    assert (tried(delivery).state, delivery.reason) == (S.WAITING, server_limits.RECUT)
    link.refresh_from_db()
    now_shown = eligibility.check_eligibility(
        eligibility.outgoing_post(delivery.post, link, Audience.EVERYONE), link
    )
    assert tried(delivery).state == S.SENT
    graph = sandbox.mastodon.state.graph
    [copy] = [post for post in graph.posts.values() if not post.is_seeded]
    assert (copy.text, len(copy.text) <= 500) == (now_shown.preview.text, True)
    neighbour = make_link(make_member("taro"), "mastodon", host=host, uid="other")
    assert server_limits.store_terms(neighbour, net.connector().terms()).counts_code_points
    elsewhere = make_link(make_member("yuki"), "mastodon", host="m.example", uid="other2")
    assert not server_limits.store_terms(elsewhere, net.connector().terms()).counts_code_points


def test_limits_that_cannot_be_read_at_the_moment_are_read_at_the_next_try(sandbox):
    held = MastodonOnTheSandbox(sandbox).credentials()
    host = sandbox.root("mastodon").removeprefix("http://")
    link = make_link(
        make_member("hanako"), "mastodon", host=host, uid=held.uid, terms={"text": 5000}
    )
    credentials.store_credentials(link, held)
    sandbox.faults.add("mastodon", "500_before", match="verify_credentials")
    now = Moving(sandbox)
    delivery = tried(planned(link, "花" * 900), now)
    assert (delivery.state, delivery.reason) == (S.WAITING, reasons.TOO_LONG_THERE)
    assert settled(delivery, now).state == S.SENT


@pytest.mark.parametrize("status", [500, 403])
def test_limits_that_nobody_can_read_hold_up_neither_friends_nor_posts(sandbox, status):
    """What was read before counts."""
    sandbox.mastodon.configure({"instance_v2_error": status, "instance_v1_error": status})
    held = MastodonOnTheSandbox(sandbox).credentials()
    host = sandbox.root("mastodon").removeprefix("http://")
    known = {"text": 100, "address": 23}
    link = make_link(make_member("hanako"), "mastodon", host=host, uid=held.uid, terms=known)
    credentials.store_credentials(link, held)
    import_friends(link.pk)
    assert link.friends.exists()
    assert tried(planned(link, "花" * 200)).state == S.SENT
    graph = sandbox.mastodon.state.graph
    [copy] = [post for post in graph.posts.values() if not post.is_seeded]
    assert len(copy.text) <= 100
    link.refresh_from_db()
    assert (link.state, link.terms) == ("active", known)


def test_a_text_that_code_points_do_not_make_shorter_is_refused(sandbox):
    """Nothing is learned of the server: it says too long of what is short by any count."""
    net = MastodonOnTheSandbox(sandbox)
    held = net.credentials()
    host = sandbox.root("mastodon").removeprefix("http://")
    link = make_link(make_member("hanako"), "mastodon", host=host, uid=held.uid)
    credentials.store_credentials(link, held)
    server_limits.store_terms(link, net.connector().terms())
    error = TextRejected(reasons.TOO_LONG_THERE, status=422)
    delivery = tried(planned(link, "花"))
    delivery.sent_as = snapshots.snapshot_of(
        eligibility.outgoing_post(delivery.post, Link.objects.get(), Audience.EVERYONE)
    )
    assert not server_limits.limits_have_changed(delivery, link, net.connector, error)
    assert not ServerTraits.objects.exists()


def test_mastodon_names_the_length_and_gets_a_shorter_text(sandbox):
    net = MastodonOnTheSandbox(sandbox)
    held = net.credentials()
    host = sandbox.root("mastodon").removeprefix("http://")
    member = make_member("hanako")
    link = make_link(member, "mastodon", host=host, uid=held.uid, terms={"text": 5000})
    credentials.store_credentials(link, held)
    delivery = tried(planned(link, "花" * 900))
    assert delivery.network_message.startswith("Validation failed: Text character limit of")
    assert delivery.attempts.get().reason == reasons.TOO_LONG_THERE
    assert tried(delivery).state == S.SENT
    graph = sandbox.mastodon.state.graph
    [copy] = [post for post in graph.posts.values() if not post.is_seeded]
    assert len(copy.text) <= 500
