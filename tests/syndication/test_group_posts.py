"""The posts of a group: read and written by who is in, and by nobody else."""

import pytest
from django.urls import reverse

from accounts.actions import friends
from syndication.models import Post
from tests.making import join, make_group, make_member, make_post
from tests.phone import computer, log_in_phone

pytestmark = pytest.mark.django_db


def test_members_read_and_write_and_who_is_only_invited_does_not():
    hanako, taro = make_member("hanako"), make_member("taro")
    group = make_group(hanako, name="合唱部")
    make_post(author=hanako, audience="group", group=group, text="木曜に練習")
    make_post(author=hanako, audience="friends", text="ひみつ")
    group.memberships.create(member=taro, invited_by=hanako)
    phone = log_in_phone(taro)
    assert phone.get(reverse("group_posts", args=[group.pk])).status == 404
    group.memberships.filter(member=taro).delete()
    join(group, taro)
    phone.get(reverse("group_detail", args=[group.pk]))
    page = phone.follow("1 Posts")
    assert "木曜に練習" in page
    assert "ひみつ" not in page
    phone.submit("Write to the group")
    assert phone.page.forms[-1].fields["audience"] == [f"group_{group.pk}"]


def test_a_post_that_left_the_group_is_not_shown_in_it():
    hanako, taro = make_member("hanako"), make_member("taro")
    group = make_group(hanako, taro)
    make_post(author=hanako, audience="only_me", group=group, text="ひみつ")
    make_post(author=hanako, audience="group", group=group, text="練習")
    friends.block_member(taro, by=hanako)
    assert "練習" in log_in_phone(hanako).get(reverse("group_posts", args=[group.pk]))
    page = log_in_phone(taro).get(reverse("group_posts", args=[group.pk]))
    assert "ひみつ" not in page
    assert "練習" not in page  # a block goes before a group


def test_the_page_takes_six_queries_however_many_wrote(django_assert_max_num_queries):
    hanako = make_member("hanako")
    group = make_group(hanako)
    for number in range(12):
        author = make_member(f"author{number}")
        join(group, author)
        make_post(author=author, audience="group", group=group)
    client = computer(hanako)
    client.get(reverse("group_posts", args=[group.pk]))
    with django_assert_max_num_queries(6):
        client.get(reverse("group_posts", args=[group.pk]))
    assert Post.objects.count() == 12
