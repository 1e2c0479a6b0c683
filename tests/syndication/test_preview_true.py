"""What the page before sending says is what the engine then does: for every reason, and for every wait."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Member
from syndication.actions import posts
from syndication.actions.posts import NewPost
from syndication.connectors import CONNECTORS, reasons
from syndication.connectors.base import Limits, SubjectKind
from syndication.connectors.compose import TextComposer
from syndication.delivery import attempt, availability, circuit_breaker, eligibility, planning
from syndication.models import (
    Allowance,
    Delivery,
    DeliveryState,
    HostHealth,
    KeptPhoto,
    Link,
    LinkState,
    NetworkSwitch,
    Post,
)
from syndication.models.errors import NotNow
from syndication.models.reason_texts import sentence
from syndication.queries.preview_groups import group_previews
from tests.making import allow, make_link, make_member
from tests.phone import log_in_phone
from tests.photographs import a_photo
from tests.syndication.actions.test_photos import uploaded
from tests.syndication.slate import KEY, SlateConnector, on_slate

pytestmark = pytest.mark.django_db

S = DeliveryState


@pytest.fixture
def hanako() -> Member:
    return make_member("hanako")


class NarrowSlate(SlateConnector):
    """It takes statuses alone, and photos without their pictures."""

    limits: ClassVar[Mapping[SubjectKind, Limits]] = {
        "status": Limits(text=300, photos=0),
        "photo": Limits(text=300, photos=0),
    }

    @classmethod
    def preview(cls, post: Any) -> Any:
        return TextComposer(cls.limits, cls.audiences).preview(post)


@dataclass(frozen=True)
class Case:
    """A draft, and the link to which it does not go."""

    network: str = "mixi"
    kind: str = "status"
    audience: str = "everyone"
    opted_in: bool = True
    link: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=lambda: {"text": "おはよう"})
    photos: int = 0


APPROVED = {"follows_approved": True}
CASES: dict[str, Case] = {
    eligibility.STAYS_HERE: Case(audience="only_me"),
    eligibility.NO_SUCH_KIND: Case(network=KEY, kind="note", words={"title": "a", "text": "b"}),
    eligibility.ONLY_FOR_EVERYONE: Case(audience="friends"),
    eligibility.NOT_FOR_FRIENDS_OF_FRIENDS: Case(network="mastodon", audience="friends_of_friends"),
    eligibility.FOLLOWERS_NOT_APPROVED: Case(network="mastodon", audience="friends"),
    eligibility.NOT_ALLOWED_THERE: Case(link={"scopes": "r_profile"}),
    eligibility.TURNED_OFF: Case(opted_in=False),
    eligibility.NOT_OPTED_IN: Case(network="mastodon", audience="friends", opted_in=False, link=APPROVED),
    reasons.TEXT_TOO_LONG: Case(network="mastodon", audience="friends", link=APPROVED, words={"text": "雪" * 501}),
    reasons.NAMES_SOMEBODY: Case(network="mastodon", audience="friends", link=APPROVED, words={"text": "@taro@m.example へ"}),
    reasons.READ_AS_COMMAND: Case(network="gnusocial", words={"text": "stop"}),
    reasons.NOTHING_TO_SEND: Case(network=KEY, kind="photo", photos=1, words={}, link={"never_permalink": True}),
    reasons.NO_PHOTOS_AT_ALL: Case(network=KEY, kind="photo", audience="friends", photos=1),
    reasons.PHOTOS_TOO_MANY: Case(kind="photo", audience="friends", photos=2),
    reasons.ADDRESS_TOO_LONG: Case(network="mastodon", kind="link", audience="friends", link=APPROVED, words={"url": f"https://a.example/{'a' * 700}"}),
}  # fmt: skip
# Refusals that no form can make, or that other rules answer before: by what.
NOT_OF_A_DRAFT = {
    "NOT_TO_THESE_READERS": "eligibility answers no_such_readers first",
    "ADDRESS_MISSING": "the form asks for it",
    "PHOTO_MISSING": "the form asks for it",
    "TITLE_TOO_LONG": "mixi takes what the form takes",
    "PHOTO_FITS_NOWHERE": "what was uploaded is a JPEG that fits",
    "CANNOT_DELETE": "of deletes",
    "CANNOT_READ_BACK": "of looking",
    "TARGET_GONE": "of answers",
    "TARGET_CLOSED": "of answers",
}


@pytest.fixture
def narrow_slate(slate: Any) -> Any:
    CONNECTORS[KEY] = NarrowSlate
    return slate


def draft_of(case: Case, member: Member) -> NewPost:
    if case.photos:
        log_in_phone(member)
    photos = [
        KeptPhoto.objects.create(member=member, key=secrets.token_hex(8), photo=uploaded(a_photo()))
        for _ in range(case.photos)
    ]
    return NewPost(
        kind=case.kind,
        audience=case.audience,
        form_key=secrets.token_hex(16),
        photo=photos[0] if photos else None,
        more_photos=tuple(photos[1:]),
        **case.words,
    )


def link_of(case: Case, member: Member) -> Link:
    host = "m.example" if case.network in ("mastodon", "gnusocial") else ""
    link = make_link(member, case.network, host=host, **case.link)
    allow(link, case.kind, case.audience, is_on=case.opted_in)
    return link


@pytest.mark.parametrize("reason", CASES)
def test_what_does_not_go_does_not_go_for_the_reason_that_was_said(
    narrow_slate: Any, hanako: Member, reason: str
) -> None:
    case = CASES[reason]
    link, draft = link_of(case, hanako), draft_of(case, hanako)
    foreseen = posts.preview_post(draft, by=hanako)
    [staying] = group_previews(foreseen, draft.audience).staying
    assert (staying.reason, foreseen[0].goes) == (reason, False)
    assert sentence(reason) != reason
    post = posts.create_post(draft, by=hanako)
    rows = [(row.state, row.reason) for row in Delivery.objects.filter(post=post)]
    assert rows in ([], [(S.SKIPPED, reason)])
    assert eligibility.pre_send_check(post, link, post.audience) == reason
    with pytest.raises(NotNow) as no:
        planning.send_copy(post, link, by=hanako)
    assert no.value.reason == reason


def test_every_refusal_of_a_post_has_its_case() -> None:
    """Read from the code: what check_eligibility returns, and what composing a text raises."""
    app = Path(eligibility.__file__).parents[1]
    raised = {
        name
        for file in (app / "connectors").rglob("*.py")
        for call in re.findall(
            r"(?:Unsupported|_without)\([^()]*(?:\(\)[^()]*)*\)", file.read_text()
        )
        for name in re.findall(r"reasons\.([A-Z_]+)\)", call)
    }
    own = re.findall(r"return ([A-Z_]+)$", Path(eligibility.__file__).read_text(), re.MULTILINE)
    decided = {str(getattr(eligibility, name)) for name in own} & set(CASES)
    assert {"TEXT_TOO_LONG", "NO_PHOTOS_AT_ALL", "READ_AS_COMMAND"} < raised
    assert len(decided) >= 5
    known = {code.upper() for code in CASES} | set(NOT_OF_A_DRAFT)
    assert raised - known == set()


@pytest.mark.parametrize(
    ("change", "press"),
    [
        ({"opted_in": False}, "Change what goes to mixi"),
        ({"link": {"scopes": "r_profile"}}, "Link mixi again"),
    ],
)
def test_the_press_that_changes_it_stands_beside_the_reason_and_loses_nothing(
    hanako: Member, change: dict[str, Any], press: str
) -> None:
    case = Case(**change)
    link_of(case, hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    page = phone.submit("Preview", text="駅で待つ", audience=case.audience)
    assert "Not sent: mixi" in page
    assert phone.follow(press).status == 200
    page = phone.get(reverse("post_new"))
    assert "駅で待つ" in page.form("Preview", {"text"}).fields["text"]


def test_words_that_wait_under_write_can_be_thrown_away(hanako: Member) -> None:
    """Or the next post would begin with the words and the audience of one that was given up."""
    link_of(Case(opted_in=False), hanako)
    phone = log_in_phone(hanako)
    page = phone.get(reverse("post_new"))
    assert "You wrote this before" not in page
    phone.submit("Preview", text="駅で待つ", audience="everyone")
    page = phone.get(reverse("post_new"))
    assert "You wrote this before and have not sent it." in page
    assert page.form("Preview", {"audience"}).fields["audience"] == ["everyone"]
    page = phone.submit("Delete it and start over")
    assert "駅で待つ" not in page.html
    assert "You wrote this before" not in page
    assert page.form("Preview", {"audience"}).fields["audience"] == [hanako.posts_by_me]
    assert "駅で待つ" not in phone.get(reverse("post_new")).html


def test_everyone_is_offered_only_where_a_post_to_everyone_goes(hanako: Member) -> None:
    """And goes there, once chosen: by this post alone, not by widening all later ones."""
    make_link(hanako)
    allow(make_link(hanako, "twitter"), "status", "everyone", is_on=False)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    page = phone.submit("Preview", text="駅で待つ", audience="friends")
    assert "Not sent: mixi, Twitter/X" in page
    assert "To send this one to mixi, press Change and choose Everyone." in page
    assert not [each for each in page.links if "Posts by me" in each.text]
    phone.submit("Change")
    page = phone.submit("Preview", audience="everyone")
    assert "press Change and choose Everyone" not in page
    phone.submit("Send")
    assert [row.link.network for row in Delivery.objects.all()] == ["mixi"]
    hanako.refresh_from_db()
    assert hanako.posts_by_me == Audience.FRIENDS


def test_everyone_is_not_offered_where_such_a_post_would_not_go(hanako: Member) -> None:
    link_of(Case(network="gnusocial"), hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    page = phone.submit("Preview", text="stop", audience="friends")  # a command there
    assert "Not sent: GNU social" in page
    assert "choose Everyone" not in page


@pytest.mark.parametrize("length", [170, 400, 700])
def test_a_cut_copy_says_where_it_stops(hanako: Member, length: int) -> None:
    """Beside a text that stands above as far as it fits on the page."""
    make_link(hanako)
    text = "".join(chr(0x4E00 + number) for number in range(length))
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    page = phone.submit("Preview", text=text, audience="everyone")
    assert text[: 450 if length <= 450 else 14] in page.text
    assert (f"({length} characters)" in page) == (length > 450)
    shown = re.search(r"…(\S+)… http\S+ Without: (\S+)…", page.text)
    assert shown is not None, page.text
    assert shown[1] + shown[2] in text
    assert len(shown[1]) == 20 - 1
    assert len(shown[2]) == 10


def test_a_page_without_such_a_press_keeps_nothing(hanako: Member) -> None:
    make_link(hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    assert "waits under" not in phone.submit("Preview", text="駅で待つ", audience="everyone")
    assert "駅で待つ" not in phone.get(reverse("post_new")).html


# --- What goes later ------------------------------------------------------------------------------
def paused(link: Link) -> None:
    NetworkSwitch.objects.create(network=link.network, is_paused=True, reason="Until noon.")


def resting(link: Link) -> None:
    until = timezone.now() + timedelta(minutes=20)
    host = circuit_breaker.host_of(link)
    HostHealth.objects.create(host=host, failures=5, open_until=until)


def limited(link: Link) -> None:
    now = timezone.now()
    until = {"since": now, "rest_until": now + timedelta(minutes=20)}
    Allowance.objects.create(
        key=f"{link.network}/{link.pk}", network=link.network, link=link, **until
    )


def network_limited(link: Link) -> None:
    now = timezone.now()
    until = {"since": now, "rest_until": now + timedelta(minutes=20)}
    Allowance.objects.create(key=link.network, network=link.network, **until)


def parked(link: Link) -> None:
    Link.objects.update(state=LinkState.PARKED)


@pytest.mark.parametrize(
    ("hold", "words"),
    [
        (paused, "Slate is paused by the staff: posts wait and are sent later. Until noon."),
        (resting, "Slate does not answer at the moment"),
        (limited, "Slate is over its limit until"),
        (network_limited, "Slate is over its limit until"),
        (parked, "Slate waits until you link the account again."),
        (None, ""),
    ],
)
def test_what_waits_is_said_to_wait_and_waits(
    slate: Any, hanako: Member, hold: Callable[[Link], None] | None, words: str
) -> None:
    link = on_slate(hanako)
    if hold is not None:
        hold(link)
    phone = log_in_phone(hanako)
    page = phone.get(reverse("link_detail", args=[KEY, link.pk]))
    if hold is not parked:
        assert words in page
    phone.get(reverse("post_new"))
    page = phone.submit("Preview", text="駅で待つ", audience="everyone")
    assert words in page
    said = ("paused by the staff", "at the moment", "over its limit", "waits until")
    assert any(words in page for words in said) == (hold is not None)
    phone.submit("Send")
    attempt.drain_due()
    arrived = Delivery.objects.get(post=Post.objects.get()).state == S.SENT
    assert arrived == (hold is None)
    assert len(slate.entries) == (hold is None)


def test_what_is_over_holds_nothing(hanako: Member) -> None:
    link = make_link(hanako)
    resting(link)
    limited(link)
    NetworkSwitch.objects.create(network="mixi", is_paused=False, reason="Until noon.")
    later = timezone.now() + timedelta(hours=1)
    row = availability.with_availability(Link.objects.all(), later).get()
    assert not row.is_held_back
    row = availability.with_availability(Link.objects.all(), timezone.now()).get()
    assert row.is_held_back


def test_a_link_of_another_host_or_network_holds_nothing(hanako: Member) -> None:
    other = make_link(hanako, "mastodon", host="other.example")
    for hold in (paused, resting, limited, network_limited):
        hold(other)
    link = make_link(hanako)
    rows = availability.with_availability(Link.objects.all(), timezone.now())
    assert not rows.get(pk=link.pk).is_held_back
    assert rows.get(pk=other.pk).is_held_back


def test_a_post_that_stays_here_is_said_once_for_all_links(hanako: Member) -> None:
    for key in ("mixi", "twitter", "orkut"):
        make_link(hanako, key)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    page = phone.submit("Preview", text="駅で待つ", audience=Audience.ONLY_ME)
    assert (
        page.text.count("A post for chosen people, for a group or for you alone is never sent") == 1
    )
    assert "Not sent: mixi, Orkut, Twitter/X" in page


# --- What was shown is what goes -------------------------------------------------------------------
def linked_meanwhile(member: Member) -> None:
    make_link(member, "mastodon", host="m.example")


def turned_on_meanwhile(member: Member) -> None:
    allow(Link.objects.get(network="orkut"), "status", "everyone")


def turned_off_meanwhile(member: Member) -> None:
    allow(Link.objects.get(network="mixi"), "status", "everyone", is_on=False)


def ended_meanwhile(member: Member) -> None:
    Link.objects.filter(network="mixi").update(state=LinkState.ENDED)


CHANGED = "Your settings changed since that page was shown. Nothing is sent yet"


@pytest.mark.parametrize(
    ("meanwhile", "going"),
    [
        (linked_meanwhile, {"mixi", "twitter", "mastodon"}),
        (turned_on_meanwhile, {"mixi", "twitter", "orkut"}),
        (turned_off_meanwhile, {"twitter"}),
        (ended_meanwhile, {"twitter"}),
    ],
)
def test_what_changed_since_the_preview_brings_it_again_with_the_words(
    hanako: Member, meanwhile: Callable[[Member], None], going: set[str]
) -> None:
    """On another device, say: no press sends to a network that its page did not name."""
    for network in ("mixi", "twitter"):
        make_link(hanako, network)
    allow(make_link(hanako, "orkut"), "status", "everyone", is_on=False)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    phone.submit("Preview", text="駅で待つ", audience="everyone")
    meanwhile(hanako)
    page = phone.submit("Send")
    assert CHANGED in page
    assert "駅で待つ" in page
    assert not Post.objects.exists()
    assert not Delivery.objects.exists()
    phone.submit("Send")
    assert Post.objects.get().text == "駅で待つ"
    assert {row.link.network for row in Delivery.objects.all()} == going


def test_followers_who_are_approved_since_the_preview_bring_it_again(hanako: Member) -> None:
    link = make_link(hanako, "mastodon", host="m.example")
    allow(link, "status", "friends")
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    phone.submit("Preview", text="駅で待つ", audience="friends")
    Link.objects.update(follows_approved=True)
    page = phone.submit("Send")
    assert CHANGED in page
    assert not Post.objects.exists()
    assert "Not sent" not in page


def test_what_was_left_out_is_no_change_and_stays_left_out(hanako: Member) -> None:
    mixi, twitter = make_link(hanako), make_link(hanako, "twitter")
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    phone.submit("Preview", text="駅で待つ", audience="everyone")
    linked_meanwhile(hanako)
    page = phone.submit("Send", left_out=str(mixi.pk))
    assert CHANGED in page
    assert page.form("Send", set()).fields["left_out"] == [str(mixi.pk)]
    phone.submit("Send")
    assert {row.link.network for row in Delivery.objects.all()} == {twitter.network, "mastodon"}


def test_a_post_that_goes_nowhere_is_bound_to_that(hanako: Member) -> None:
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    page = phone.submit("Preview", text="駅で待つ", audience="everyone")
    assert "No network is linked" in page
    linked_meanwhile(hanako)
    assert CHANGED in phone.submit("Send")
    assert not Post.objects.exists()


def test_two_presses_of_one_preview_make_one_post_whatever_changed_between(hanako: Member) -> None:
    make_link(hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("post_new"))
    page = phone.submit("Preview", text="駅で待つ", audience="everyone")
    fields = page.form("Send", set()).fields | {"send": ["Send"]}
    phone.post(reverse("post_new"), fields)
    linked_meanwhile(hanako)
    assert "it was not sent twice" in phone.post(reverse("post_new"), fields)
    assert Delivery.objects.get().link.network == "mixi"
