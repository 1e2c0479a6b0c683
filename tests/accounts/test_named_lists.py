"""Lists of friends: their names, presses that repeat or collide, and the page that ticks friends."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.actions import named_lists
from accounts.models import Friendship, Member, NamedList
from syndication.models import Post
from tests.accounts.test_finding import TYPED_NAMES
from tests.making import befriend, make_group, make_list, make_member
from tests.page import Page
from tests.phone import computer, log_in_phone
from tests.racing import at_once

pytestmark = pytest.mark.django_db

SAME = ["家族 \u200b", "家\x07族", "家族\u3000\u200b"]
TAKEN = "You have a list of this name. Choose another name."


@pytest.fixture
def hanako() -> Member:
    member = make_member("hanako")
    befriend(member, make_member("taro"))
    return member


@pytest.mark.parametrize("typed", SAME)
def test_a_name_that_is_stored_as_another_ones_is_taken(hanako: Member, typed: str) -> None:
    make_list(hanako, name="家族")
    other = make_list(hanako, name="友")
    client = computer(hanako)
    tick = Friendship.objects.get(member=hanako).pk
    new = {"name": typed, "tick": tick, "at": "1", "done": "1"}
    assert TAKEN in client.post(reverse("named_list_new"), new).content.decode()
    rename = client.post(reverse("named_list_rename", args=[other.pk]), {"name": typed})
    assert TAKEN in rename.content.decode()
    post = {"kind": "status", "text": "相談", "form_key": "a" * 32, "audience": "chosen"}
    people = {**post, "tick": tick, "at": "1", "done": "1", "list_name": typed}
    assert TAKEN in client.post(reverse("post_people"), people).content.decode()
    sent = {**post, "people": tick, "send": "1", "list_name": typed}
    told = client.post(reverse("post_new"), sent, follow=True).content.decode()
    assert "No list was made of the readers" in told
    assert Post.objects.count() == 1
    assert set(NamedList.objects.values_list("name", flat=True)) == {"家族", "友"}


@pytest.mark.parametrize("typed", ["\x07", "\u3000\u200b", " \x07 "])
def test_a_name_of_which_nothing_can_be_seen_is_none(hanako: Member, typed: str) -> None:
    with pytest.raises(named_lists.ListNameMissing):
        named_lists.create_list(typed, (), by=hanako)
    kept = make_list(hanako, name="友")
    with pytest.raises(named_lists.ListNameMissing):
        named_lists.rename_list(kept, typed, by=hanako)
    tick = Friendship.objects.get(member=hanako).pk
    post = {"kind": "status", "text": "相談", "form_key": "a" * 32, "audience": "chosen"}
    sent = {**post, "people": tick, "send": "1", "list_name": typed}
    assert computer(hanako).post(reverse("post_new"), sent).status_code == 302
    phone = log_in_phone(hanako)
    phone.get(reverse("named_list_new"))
    assert "This field is required." in phone.submit("Make the list", name=typed)
    assert NamedList.objects.get().name == "友"


def test_a_list_may_keep_its_name(hanako: Member) -> None:
    kept = make_list(hanako, name="家族")
    path = reverse("named_list_rename", args=[kept.pk])
    assert computer(hanako).post(path, {"name": " 家族\u200b"}).status_code == 302


# --- Presses that repeat or collide --------------------------------------------------------------
def new_list(member: Member, name: str) -> dict[str, str]:
    """What the form sends: a name, and the first friend ticked."""
    tick = str(Friendship.objects.filter(member=member).order_by("pk")[0].pk)
    return {"name": name, "tick": tick, "at": "1", "done": "1"}


def test_a_slow_second_press_leads_to_the_list_of_the_first(hanako: Member) -> None:
    client, path = computer(hanako), reverse("named_list_new")
    answers = [client.post(path, new_list(hanako, "家族")) for _ in range(2)]
    kept = NamedList.objects.get()
    detail = reverse("named_list_detail", args=[kept.pk])
    assert [answer.status_code for answer in answers] == [302, 302]
    assert all(answer["Location"].endswith(detail) for answer in answers)
    other = {**new_list(hanako, "家族"), "tick": ""}  # other people: another list
    assert TAKEN in client.post(path, other).content.decode()


def test_two_lists_at_once_where_one_fits(transactional_db: None) -> None:
    hanako = make_member("hanako")
    befriend(hanako, make_member("taro"))
    for number in range(named_lists.MAX_LISTS - 1):
        make_list(hanako, name=f"{number}")
    clients = [computer(hanako) for _ in range(2)]

    def press(number: int) -> int:
        fields = new_list(hanako, f"new {number}")
        return clients[number].post(reverse("named_list_new"), fields).status_code

    assert sorted(at_once(2, press)) == [200, 302]
    assert NamedList.objects.count() == named_lists.MAX_LISTS


def test_a_list_is_deleted_and_changed_at_once(transactional_db: None) -> None:
    hanako = make_member("hanako")
    befriend(hanako, make_member("taro"))
    kept = make_list(hanako, name="家族")
    people = list(Friendship.objects.filter(member=hanako).values_list("pk", flat=True))

    def press(number: int) -> None:
        if number:
            named_lists.delete_list(kept, by=hanako)
        else:
            named_lists.change_list(kept, people, by=hanako)

    at_once(2, press)
    assert not NamedList.objects.exists()


# --- The page that ticks friends -----------------------------------------------------------------
def picked(member: Member, typed: str) -> list[str]:
    """The names that the page offers for these characters."""
    path = reverse("named_list_new")
    answer = computer(member).post(path, {"letters": typed, "at": "1", "find": "1"})
    page = Page(answer.content.decode(), status=answer.status_code, path=path)
    return [
        field.label.strip()
        for each in page.forms
        for field in each.controls
        if field.name == "tick"
    ]


@pytest.mark.parametrize(("name", "typed"), TYPED_NAMES)
def test_friends_are_offered_as_their_names_are_typed(
    hanako: Member, name: str, typed: str
) -> None:
    befriend(hanako, make_member("somebody", display_name=name))
    assert picked(hanako, typed) == [f"1 {name}"]


def test_a_name_that_is_not_shown_offers_nobody(hanako: Member) -> None:
    befriend(hanako, make_member("x1", display_name="ハルカ", display_name_audience="only_me"))
    assert picked(hanako, "はる") == []
    assert picked(hanako, "＠X1") == ["1 x1"]
    assert picked(hanako, "・・") == []


def test_a_page_behind_the_last_one_is_the_last(hanako: Member) -> None:
    for number in range(11):
        befriend(hanako, make_member(f"f{number:02}", email=""))
    phone = log_in_phone(hanako)
    phone.get(reverse("named_list_new"))
    phone.submit("More names")
    Friendship.objects.filter(friend__username__in=["f09", "f10", "taro"]).delete()
    page = phone.submit("Find")
    assert "f00" in page
    assert "You have no friends here yet" not in page


@pytest.mark.parametrize(
    ("name", "typed"),
    [("髙橋 雪", "高橋 雪"), ("ハルカ", "はるか"), ("John", "ＪＯＨＮ"), ("", "ＭＡＴＥ")],
)
def test_a_friend_is_invited_by_the_name_as_it_is_typed(
    hanako: Member, name: str, typed: str
) -> None:
    mate = make_member("mate", display_name=name)
    befriend(hanako, mate)
    group = make_group(hanako)
    computer(hanako).post(reverse("group_invite", args=[group.pk]), {"name": typed})
    invited = group.memberships.invited().values_list("member__username", flat=True)
    assert list(invited) == (["mate"] if name else [])
