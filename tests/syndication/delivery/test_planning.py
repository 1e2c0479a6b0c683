"""What follows for the networks when posts are written, narrowed, deleted; and the presses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Audience, Notice
from syndication.actions import commands
from syndication.connectors import CONNECTORS
from syndication.delivery import eligibility, planning, reauthorization
from syndication.delivery.eligibility import outgoing_post
from syndication.models import Delivery, DeliveryOperation, DeliveryState, Link, LinkState
from syndication.models.errors import NotNow, NotYours
from tests.making import allow, make_group, make_link, make_member, make_post
from tests.noticing import the_notice
from tests.syndication.delivering import Moving, linked, narrow, planned, remove, texts, tried

pytestmark = pytest.mark.django_db

S = DeliveryState
_NOW = timezone.now()
HELD = {"first_sent_at": _NOW, "lease_until": _NOW + timedelta(seconds=120), "lease_owner": "a"}


@pytest.fixture
def hanako():
    return make_member("hanako")


@pytest.fixture
def link(hanako):
    return make_link(hanako, scopes="r_profile r_voice w_voice w_diary w_photo")


def states(post):
    return [(d.operation, d.state) for d in Delivery.objects.filter(post=post).order_by("sequence")]


def foreseen(post, audience=None):
    """What the page would say of the same post before sending."""
    link = Link.objects.get()
    draft = outgoing_post(post, link, audience or post.audience)
    [only] = planning.preview_deliveries(post.author, draft, audience or post.audience)
    return only


def test_a_post_for_everyone_has_one_delivery_for_each_link(hanako, link):
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    planning.plan_deliveries(post)
    assert states(post) == [("publish", "waiting")]


@pytest.mark.parametrize("audience", ["friends_of_friends", "friends", "only_me"])
@pytest.mark.parametrize("kind", ["status", "note", "photo", "link"])
def test_a_narrower_post_goes_nowhere_by_itself(hanako, link, audience, kind):
    post = make_post(author=hanako, kind=kind, audience=audience, url="http://example.com/")
    planning.plan_deliveries(post)
    assert states(post) == []


def test_a_group_post_goes_nowhere_even_with_every_box_ticked(hanako, link):
    post = make_post(author=hanako, audience=Audience.GROUP, group=make_group(hanako))
    allow(link, "status", Audience.GROUP)
    planning.plan_deliveries(post)
    assert states(post) == []


def test_a_note_for_friends_goes_where_the_member_opted_in(hanako, link):
    allow(link, "note", Audience.FRIENDS)
    post = make_post(author=hanako, kind="note", title="日記", audience=Audience.FRIENDS)
    planning.plan_deliveries(post)
    assert states(post) == [("publish", "waiting")]
    assert "not only your friends here" in foreseen(post).readers


def test_what_the_network_cannot_hold_is_skipped_with_words(hanako, link):
    """The box is ticked, but a Voice has no readers of its own."""
    allow(link, "status", Audience.FRIENDS)
    post = make_post(author=hanako, audience=Audience.FRIENDS)
    planning.plan_deliveries(post)
    [delivery] = Delivery.objects.all()
    assert (delivery.state, delivery.reason) == (S.SKIPPED, eligibility.ONLY_FOR_EVERYONE)


def test_a_kind_that_was_turned_off_has_no_row_and_a_reason(hanako, link):
    allow(link, "status", Audience.EVERYONE, is_on=False)
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    assert states(post) == []
    assert foreseen(post).reason == eligibility.TURNED_OFF


def test_a_scope_that_is_missing_is_said_beforehand(hanako, link):
    Link.objects.update(scopes="r_profile w_voice")
    post = make_post(author=hanako, kind="note", title="日記")
    planning.plan_deliveries(post)
    assert states(post) == [("publish", "skipped")]
    assert not foreseen(post).goes


def test_a_parked_link_keeps_the_post_until_it_is_back(hanako, link):
    Link.objects.update(state=LinkState.PARKED)
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    assert states(post) == [("publish", "parked")]
    reauthorization.resume_link(link)
    assert states(post) == [("publish", "waiting")]


def test_what_is_foreseen_is_what_is_planned(hanako, link):
    """The page and the engine ask the same question, for every kind and audience."""
    allow(link, "note", Audience.FRIENDS)
    allow(link, "status", Audience.FRIENDS)
    allow(link, "photo", Audience.EVERYONE, is_on=False)
    for kind in ("status", "note", "photo", "link"):
        for audience in ("everyone", "friends_of_friends", "friends", "only_me"):
            post = make_post(
                author=hanako,
                kind=kind,
                audience=audience,
                title="題",
                url="http://example.com/" if kind == "link" else "",
            )
            planning.plan_deliveries(post)
            goes = Delivery.objects.filter(post=post, state=S.WAITING).exists()
            assert foreseen(post).goes == goes, (kind, audience)


def test_what_is_foreseen_reads_as_it_will_there(hanako, link):
    post = make_post(author=hanako, text="あ" * 200)
    assert foreseen(post).preview.is_cut
    assert "http://testserver/posts/" in foreseen(post).preview.text
    assert foreseen(post).readers == "everyone on mixi"


def test_a_narrower_copy_carries_no_address(hanako, link):
    Link.objects.update(always_permalink=True)
    allow(link, "note", Audience.FRIENDS)
    post = make_post(author=hanako, kind="note", title="日記", audience=Audience.FRIENDS)
    assert "http" not in foreseen(post).preview.text


@pytest.mark.parametrize("always", [True, False])
def test_a_short_public_copy_carries_the_address_where_the_member_asked_for_it(
    hanako, link, always
):
    Link.objects.update(always_permalink=always)
    post = make_post(author=hanako, text="海")
    sent = CONNECTORS["mixi"].preview(outgoing_post(post, Link.objects.get(), "everyone"))
    for shown in (foreseen(post).preview, sent):
        assert ("http://testserver/posts/" in shown.text) is always


def test_looking_ahead_takes_as_many_questions_for_five_links_as_for_one(
    hanako, link, django_assert_max_num_queries
):
    for number in range(4):
        make_link(hanako, uid=f"other-{number}")
    draft = outgoing_post(make_post(author=hanako), link, "everyone")
    with django_assert_max_num_queries(2):
        assert len(planning.preview_deliveries(hanako, draft, "everyone")) == 5


def test_narrowing_cancels_what_has_not_left(hanako, link):
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    narrow(post)
    assert states(post) == [("publish", "cancelled")]


def test_narrowing_takes_back_what_is_out(sandbox):
    link = linked(sandbox)
    publish = tried(planned(link))
    assert texts(sandbox) == ["おはよう"]
    narrow(publish.post)
    narrow(publish.post)
    assert states(publish.post) == [("publish", "sent"), ("delete", "waiting")]
    tried(Delivery.objects.get(operation="delete"))
    assert texts(sandbox) == []


@pytest.mark.parametrize("state", [S.SENDING, S.UNCONFIRMED])
def test_what_is_in_flight_is_taken_back_too(hanako, link, state):
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    Delivery.objects.update(state=state, **HELD)
    remove(post)
    assert states(post) == [("publish", state), ("delete", "waiting")]


def test_widening_sends_nothing_by_itself(hanako, link):
    post = make_post(author=hanako, audience=Audience.FRIENDS)
    planning.plan_deliveries(post)
    narrow(post, Audience.EVERYONE)
    assert states(post) == []


def test_a_copy_for_friends_stays_when_the_post_is_opened(hanako, link):
    allow(link, "note", Audience.FRIENDS)
    post = make_post(author=hanako, kind="note", title="日記", audience=Audience.FRIENDS)
    planning.plan_deliveries(post)
    narrow(post, Audience.EVERYONE)
    assert states(post) == [("publish", "waiting")]


def test_what_cannot_be_deleted_there_is_told(hanako, link):
    """mixi's diary offers no way to delete."""
    post = make_post(author=hanako, kind="note", title="日記")
    planning.plan_deliveries(post)
    Delivery.objects.update(
        state=S.SENT, sent_at=timezone.now(), remote_id="diary:1", remote_url="http://mixi.jp/1"
    )
    remove(post)
    assert states(post) == [("publish", "sent"), ("delete", "skipped")]
    assert "http://mixi.jp/1" in the_notice().in_words


def test_what_stays_on_an_ended_link_is_told(hanako, link):
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    Delivery.objects.update(state=S.SENT, sent_at=timezone.now(), remote_id="voice:1")
    Link.objects.update(state=LinkState.ENDED)
    remove(post)
    assert states(post)[-1] == ("delete", "skipped")
    assert Notice.objects.count() == 1


def test_a_press_sends_the_narrower_copy(sandbox):
    link = linked(sandbox)
    allow(link, "photo", Audience.FRIENDS)
    publish = tried(planned(link))
    with pytest.raises(NotNow):
        planning.send_copy(publish.post, link, by=link.member)  # one is there
    allow(link, "status", Audience.FRIENDS)
    narrow(publish.post)
    with pytest.raises(NotNow):
        planning.send_copy(publish.post, link, by=link.member)  # a Voice cannot hold it
    narrow(publish.post, Audience.EVERYONE)
    copy = planning.send_copy(publish.post, link, by=link.member)
    assert (copy.sequence, copy.is_manual) == (3, True)
    assert tried(copy).tries == 0  # the delete comes first
    tried(Delivery.objects.get(operation=DeliveryOperation.DELETE))
    assert tried(copy).state == S.SENT
    assert texts(sandbox) == ["おはよう"]


def test_a_press_of_somebody_else_is_refused(hanako, link):
    taro = make_member("taro")
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    Delivery.objects.update(state=S.FAILED)
    delivery = Delivery.objects.get()
    for press in (commands.retry_delivery, commands.dismiss_delivery):
        with pytest.raises(NotYours):
            press(delivery, by=taro)
    with pytest.raises(NotYours):
        planning.send_copy(post, link, by=taro)


@pytest.mark.parametrize("state", [S.FAILED, S.EXPIRED])
def test_retry_starts_over(hanako, link, state):
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    Delivery.objects.update(state=state, tries=9, due_at=None)
    delivery = Delivery.objects.get()
    commands.retry_delivery(delivery, by=hanako)
    assert (delivery.state, delivery.tries, delivery.is_manual) == (S.WAITING, 0, True)
    assert delivery.due_at is not None


def test_a_retry_of_what_may_not_go_any_more_is_refused_with_words(hanako, link):
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    Delivery.objects.update(state=S.FAILED)
    type(post).objects.update(audience="friends")
    with pytest.raises(NotNow, match=eligibility.TAKEN_BACK):
        commands.retry_delivery(Delivery.objects.get(), by=hanako)


@pytest.mark.parametrize("state", [S.SENT, S.SENDING, S.CANCELLED, S.WAITING, S.SKIPPED])
def test_what_is_not_over_is_not_retried(hanako, link, state):
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    Delivery.objects.update(state=state, sent_at=timezone.now(), **HELD)
    with pytest.raises(NotNow):
        commands.retry_delivery(Delivery.objects.get(), by=hanako)


def test_dismissing_lets_it_be(hanako, link):
    post = make_post(author=hanako)
    planning.plan_deliveries(post)
    Delivery.objects.update(state=S.FAILED)
    commands.dismiss_delivery(Delivery.objects.get(), by=hanako)
    assert states(post) == [("publish", "cancelled")]


def in_doubt_for_good(link, sandbox):
    """A note without an answer, after the time in which it could still arrive."""
    now = Moving(sandbox)
    delivery = tried(planned(link, kind="note", title="日記"), now)
    now.advance(seconds=61)
    return tried(delivery, now)


def test_the_member_says_that_it_is_there(sandbox):
    link = linked(sandbox)
    sandbox.faults.add("mixi", "drop_after", match="/2/diary")
    delivery = in_doubt_for_good(link, sandbox)
    assert Notice.objects.exists()
    commands.confirm_copy_exists(delivery, by=link.member)
    assert not Notice.objects.exists()
    assert delivery.state == S.SENT
    assert delivery.sent_at is not None
    assert len(sandbox.mixi.diaries) == 1


def test_the_member_says_that_it_is_not_there(sandbox):
    link = linked(sandbox)
    sandbox.faults.add("mixi", "500_before", match="/2/diary")
    delivery = in_doubt_for_good(link, sandbox)
    assert (delivery.state, delivery.due_at) == (S.UNCONFIRMED, None)
    commands.resend_delivery(delivery, by=link.member)
    assert tried(delivery).state == S.SENT
    assert len(sandbox.mixi.diaries) == 1


def test_what_is_in_doubt_on_an_ended_link_is_the_members_to_tell(sandbox):
    link = linked(sandbox)
    sandbox.faults.add("mixi", "drop_after", match="POST /2/voice")
    in_doubt, waiting = tried(planned(link, "一")), planned(link, "二")
    planning.cancel_link_deliveries(link)
    Link.objects.update(state=LinkState.ENDED)
    waiting.refresh_from_db()
    in_doubt = Delivery.objects.get(pk=in_doubt.pk)
    assert (waiting.state, in_doubt.state) == (S.CANCELLED, S.UNCONFIRMED)
    assert commands.available_commands(in_doubt) == ("there", "dismiss")
    with pytest.raises(NotNow):
        commands.resend_delivery(in_doubt, by=link.member)
    commands.dismiss_delivery(in_doubt, by=link.member)
