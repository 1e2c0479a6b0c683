"""Names of lists: compared as they are stored, whatever is typed around them."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.actions import named_lists
from accounts.models import Friendship, Member, NamedList
from syndication.models import Post
from tests.making import befriend, make_list, make_member
from tests.phone import computer, log_in_phone

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
    assert client.post(reverse("post_new"), sent).status_code == 302  # without the list
    assert Post.objects.count() == 1
    assert set(NamedList.objects.values_list("name", flat=True)) == {"家族", "友"}


@pytest.mark.parametrize("typed", ["\x07", "\u3000\u200b", " \x07 "])
def test_a_name_of_which_nothing_can_be_seen_is_none(hanako: Member, typed: str) -> None:
    with pytest.raises(named_lists.ListNameMissing):
        named_lists.create_list(typed, (), by=hanako)
    kept = make_list(hanako, name="友")
    with pytest.raises(named_lists.ListNameMissing):
        named_lists.rename_list(kept, typed, by=hanako)
    phone = log_in_phone(hanako)
    phone.get(reverse("named_list_new"))
    assert "This field is required." in phone.submit("Make the list", name=typed)
    assert NamedList.objects.get().name == "友"


def test_a_list_may_keep_its_name(hanako: Member) -> None:
    kept = make_list(hanako, name="家族")
    path = reverse("named_list_rename", args=[kept.pk])
    assert computer(hanako).post(path, {"name": " 家族\u200b"}).status_code == 302
