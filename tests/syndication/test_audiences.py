"""Who sees what: six audiences, eleven people, and every page that shows posts."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.urls import reverse

from accounts.actions import friends
from accounts.models import Audience, Friendship, Member
from syndication.actions import photos, post_readers, posts
from syndication.models import Post, PostKind
from tests.making import befriend, block, make_group, make_member
from tests.phone import computer
from tests.photographs import a_photo

pytestmark = pytest.mark.django_db

PEOPLE = (
    "anonymous", "stranger", "friend", "friend_of_friend", "group_member", "blocked_friend",
    "blocking_friend", "author", "chosen", "unticked", "friended_again",
)  # fmt: skip
FRIENDS = {"friend", "chosen", "unticked", "friended_again"}
MAY_READ = {
    Audience.EVERYONE: {
        "anonymous", "stranger", *FRIENDS, "friend_of_friend", "group_member", "author",
    },
    Audience.FRIENDS_OF_FRIENDS: {*FRIENDS, "friend_of_friend", "author"},
    Audience.FRIENDS: {*FRIENDS, "author"},
    Audience.CHOSEN: {"chosen", "author"},
    Audience.GROUP: {"group_member", "author"},
    Audience.ONLY_ME: {"author"},
}  # fmt: skip
MATRIX = [(audience, person) for audience in Audience for person in PEOPLE]


@dataclass
class World:
    """Hanako, her photo, and one of each that could look at it."""

    post: Post
    people: dict[str, Member | None] = field(default_factory=dict)

    def browser(self, person: str) -> Client:
        member = self.people[person]
        return computer(member) if member else Client()


def world(audience: str) -> World:
    author = make_member("author")
    people: dict[str, Member | None] = {"anonymous": None, "author": author}
    for name in PEOPLE:
        if name not in people:
            people[name] = make_member(name)
    befriend(author, people["friend"])
    befriend(people["friend"], people["friend_of_friend"])
    for name in ("blocked_friend", "blocking_friend", "chosen", "unticked", "friended_again"):
        befriend(author, people[name])
    chosen = [people[name] for name in PEOPLE[5:] if name != "author"]
    ticks = Friendship.objects.filter(member=author, friend__in=chosen)
    group = make_group(author, people["group_member"], people["blocked_friend"])
    draft = posts.NewPost(
        kind=PostKind.PHOTO,
        text="the secret words",
        audience=audience,
        group=group if audience == Audience.GROUP else None,
        people=frozenset(ticks.values_list("pk", flat=True))
        if audience == "chosen"
        else frozenset(),
        form_key="f" * 32,
        photo=photos.keep_upload(a_photo(), by=author),
        more_photos=(photos.keep_upload(a_photo(), by=author),),
    )
    post = posts.create_post(draft, by=author)
    if audience == Audience.CHOSEN:
        post_readers.remove_reader(post, people["unticked"], by=author)
    block(author, people["blocked_friend"])
    block(people["blocking_friend"], author)
    friends.end_friendship(people["friended_again"], by=author)
    friends.create_friendship(people["friended_again"], author)
    return World(post, people)


@pytest.mark.parametrize(("audience", "person"), MATRIX)
def test_a_post_is_read_by_its_audience_and_nobody_else(audience: str, person: str):
    all_of_them = world(audience)
    browser, post = all_of_them.browser(person), all_of_them.post
    may_read = person in MAY_READ[audience]

    page = browser.get(reverse("post_detail", args=[post.pk]))
    assert (page.status_code == 200, "the secret words" in page.text) == (may_read, may_read)
    for name in ("post_photo", "post_photo_small"):
        for place in ([], [1], [2]):
            picture = browser.get(reverse(name, args=[post.pk, *place]))
            assert picture.status_code == (200 if may_read else 404)
    profile = browser.get(reverse("profile", args=["author"]))
    assert ("the secret words" in profile.text) is may_read
    home = browser.get(reverse("home"))
    assert ("the secret words" in home.text) is (may_read and person in {*FRIENDS, "author"})
    feed = browser.get(reverse("profile_feed", args=["author"]))
    assert ("the secret words" in feed.text) is (audience == Audience.EVERYONE)


@pytest.mark.parametrize("page", ["post_edit", "post_audience", "post_delete"])
def test_only_the_author_changes_a_post(page: str):
    everyone = world(Audience.EVERYONE)
    address = reverse(page, args=[everyone.post.pk])
    typed = {"text": "taken over", "audience": "everyone", "confirm": "1"}

    assert everyone.browser("friend").get(address).status_code == 404
    assert everyone.browser("friend").post(address, typed).status_code == 404

    everyone.post.refresh_from_db()
    assert everyone.post.text == "the secret words"
    assert everyone.post.deleted_at is None


def test_a_post_that_may_not_be_seen_answers_like_one_that_does_not_exist():
    hidden = world(Audience.FRIENDS)
    browser = hidden.browser("stranger")
    seen = browser.get(reverse("post_detail", args=[hidden.post.pk]))
    nowhere = browser.get(reverse("post_detail", args=[hidden.post.pk + 1000]))
    assert (seen.status_code, seen.content) == (nowhere.status_code, nowhere.content)


def test_an_invitation_to_a_group_is_not_enough_to_read_there():
    private = world(Audience.GROUP)
    stranger = private.people["stranger"]
    assert private.post.group is not None
    private.post.group.memberships.create(member=stranger)
    assert not Post.objects.visible_to(stranger).exists()


def test_the_posts_of_a_member_whom_staff_ended_are_gone():
    public = world(Audience.EVERYONE)
    Member.objects.filter(username="author").update(is_active=False)
    address = reverse("post_detail", args=[public.post.pk])
    assert Client().get(address).status_code == 404
    assert Client().get(reverse("profile", args=["author"])).status_code == 404


@pytest.mark.parametrize("name_audience", Audience.values)
def test_a_post_names_its_author_as_the_reader_may_know_them(name_audience: str):
    public = world(Audience.EVERYONE)
    Member.objects.filter(username="author").update(
        display_name="Hanako Yamada", display_name_audience=name_audience
    )
    address = reverse("post_detail", args=[public.post.pk])
    knows = {
        person
        for person in ("anonymous", "stranger", "friend", "friend_of_friend")
        if "Hanako Yamada" in public.browser(person).get(address).text
    }
    allowed = MAY_READ[Audience(name_audience)] & {
        "anonymous", "stranger", "friend", "friend_of_friend",
    }  # fmt: skip
    assert knows == allowed
