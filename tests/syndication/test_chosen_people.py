"""Posts for chosen people, over the pages of a phone without cookies."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import Member
from syndication.models import Post
from tests.making import befriend, make_member
from tests.phone import PhoneClient, log_in_phone

pytestmark = pytest.mark.django_db

FIVE = ("taro", "yuki", "kenji", "momo", "sora")


@pytest.fixture
def hanako() -> Member:
    member = make_member("hanako")
    for name in FIVE:
        befriend(member, make_member(name))
    return member


def member(name: str) -> Member:
    return Member.objects.get(username=name)


def tick(phone: PhoneClient, *names: str, button: str = "Next", **more: str) -> None:
    """Tick these friends on the page that is shown, and press."""
    assert phone.page is not None
    boxes = [one for form in phone.page.forms for one in form.controls if one.name == "tick"]
    values = {one.label.lstrip("0123456789 "): one.value for one in boxes}
    kept = [one.value for one in boxes if one.chosen]
    phone.submit(button, {"tick": [*kept, *(values[name] for name in names)], **more})


def write(phone: PhoneClient, text: str = "誕生日の相談", audience: str = "chosen") -> None:
    phone.get(reverse("post_new"))
    phone.submit("Preview", text=text, audience=audience)


def test_two_of_five_are_chosen_one_answers_and_is_taken_out(hanako: Member) -> None:
    phone = log_in_phone(hanako)
    write(phone)
    assert "Who may read it?" in phone.page
    tick(phone, "taro", "yuki")
    assert "2 people: taro, yuki" in phone.page
    phone.submit("Send")
    assert "Sent." in phone.page
    assert "2 people: taro, yuki" in phone.page
    post = Post.objects.get()
    address = reverse("post_detail", args=[post.pk])

    taro = log_in_phone(member("taro"))
    assert "誕生日の相談" in taro.get(reverse("home"))
    page = taro.get(address)
    assert "For chosen people" in page
    assert "yuki" not in page
    assert "people:" not in page
    taro.follow("Comment")
    assert "The people hanako chose read this." in taro.page
    taro.submit("Send", text="いいですね")
    assert taro.page.status == 200
    for name in ("kenji", "momo", "sora"):
        other = log_in_phone(member(name))
        assert other.get(address).status == 404
        assert "誕生日の相談" not in other.get(reverse("home"))
        assert "誕生日の相談" not in other.get(reverse("profile", args=["hanako"]))
    assert "いいですね" in log_in_phone(member("yuki")).get(address)

    phone.get(address)
    phone.follow("2 people: taro, yuki")
    phone.follow("taro")
    assert "cannot be added again" in phone.page
    phone.submit("Take out")
    assert "@taro can no longer see this post." in phone.page
    assert taro.get(address).status == 404
    assert taro.get(reverse("comment_new", args=[post.pk])).status == 404
    assert log_in_phone(member("yuki")).get(address).status == 200
    assert "1 person: yuki" in phone.get(address)
