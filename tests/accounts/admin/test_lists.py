"""Admin's lists: what a list, a filter and a search read does not grow with the table, and what they find."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from accounts.admin.windows import ROWS
from accounts.models import Friendship, Member, MemberSession, Notice
from syndication.models import Comment, Delivery, Link, Post
from tests.accounts.admin.rows import address
from tests.filling import analysed, before, copies
from tests.making import make_link, make_member, make_post
from tests.reading import reading

pytestmark = pytest.mark.django_db

GROWING = [
    *("accounts.DeviceLogin", "accounts.FriendRequest", "accounts.Friendship", "accounts.Group"),
    *("accounts.Invitation", "accounts.Member", "accounts.MemberSession", "accounts.Notice"),
    *("accounts.Phone", "accounts.PhoneLogin", "syndication.Comment", "syndication.CopyActivity"),
    *("syndication.Delivery", "syndication.Like", "syndication.Link", "syndication.Post"),
    *("syndication.PostAddress", "syndication.StaffDecision"),
]


def test_every_table_that_grows_with_the_members_has_a_window() -> None:
    windowed = {
        model._meta.label
        for model, model_admin in admin.site._registry.items()
        if getattr(model_admin, "has_window", False)
    }
    assert windowed == set(GROWING)


def choices(client: Client, page: str) -> list[str]:
    """What the filters beside the list lead to."""
    changelist = client.get(page).context["cl"]
    found = [
        choice["query_string"]
        for spec in changelist.filter_specs
        for choice in spec.choices(changelist)
    ]
    return sorted({page + query for query in found})


def grow(model: type[Model], count: int, strangers: range) -> None:
    """`count` rows more of the table, of as many members."""
    row: Any = model._default_manager.order_by("pk")[0]
    word = f"'{model._default_manager.count()}x' || n"
    who = f"{strangers[0]} + n % {len(strangers)}"
    columns = {
        Member: {"username": word, "email": "''"},
        Post: {"form_key": word, "author_id": who},
        Notice: {"key": word, "member_id": who},
        Friendship: {"member_id": who, "friend_id": f"{strangers[0]} + (n + 1) % {len(strangers)}"},
        MemberSession: {"session_key": word, "user_id": who},
        Delivery: {
            "sequence": f"{model._default_manager.count() + 1} + n",
            "idempotency_key": word,
        },
        Link: {"uid": word, "member_id": who, "account_id": "NULL"},
        Comment: {"writer_id": who, "form_key": word},
    }[model]
    copies(row, count, **columns)


@pytest.mark.parametrize(
    "model",
    [Member, Post, Notice, MemberSession, Delivery, Link, Comment],
    ids=lambda one: one.__name__,
)
def test_no_list_filter_or_search_reads_more_where_the_table_is_larger(
    chief: Client, model: type[Model]
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip(
            "SQLite guesses that a time is rarer than a window of keys, and reads by the time"
        )
    make_member("late", email="")
    strangers = copies(Member.objects.get(username="late"), 2000, username="'z' || n", email="''")
    if model is Delivery:
        Delivery.objects.update(state="cancelled")
    page = address(model, "changelist")
    read: list[dict[str, int]] = []
    for more in (1, 3):
        grow(model, more * (ROWS + 1000), strangers)
        analysed(Member, model)
        pages = [page, *choices(chief, page), f"{page}?q=hanako", f"{page}?q=z1999", f"{page}?q=7"]
        read.append({one: rows_of(chief, one) for one in pages})
    window = 2 * ROWS + 1000  # once for the page, once to count it
    grown = {
        one: (read[0][one], read[1][one])
        for one in read[0]
        if read[1].get(one, 0) > max(1.5 * read[0][one], window if "q=" not in one else 300)
    }
    assert not grown
    assert len(read[1]) > 4


def rows_of(client: Client, page: str) -> int:
    with reading() as found:
        assert client.get(page).status_code == 200
    return found.rows


# --- What is found --------------------------------------------------------------------------------
def listed(client: Client, model: type[Model], query: str) -> list[int]:
    changelist = client.get(address(model, "changelist") + query).context["cl"]
    return [row.pk for row in changelist.result_list]


def test_a_list_shows_the_newest_rows_and_leads_to_those_before(chief: Client) -> None:
    hanako = Member.objects.get(username="hanako")
    first = make_post(author=hanako, text="first")
    posts = copies(
        first, ROWS, form_key="'x' || n", created_at=before(timezone.now(), f"{ROWS} - n")
    )
    assert listed(chief, Post, "")[0] == posts[-1]
    page = chief.get(address(Post, "changelist")).content.decode()
    assert f"{ROWS} posts" in page
    assert first.pk in listed(chief, Post, "?older=1")
    assert posts[-1] not in listed(chief, Post, "?older=1")
    for nonsense in ("-1", "x", "99999999999", "１"):
        assert chief.get(address(Post, "changelist"), {"older": nonsense}).status_code == 200


def test_what_an_index_finds_is_found_however_old(chief: Client) -> None:
    old = Delivery.objects.get(post__audience="everyone")
    assert old.state == "failed"
    copies(
        old, ROWS, sequence="n + 2", idempotency_key="'x' || n", state="'cancelled'", reason="''"
    )
    assert old.pk not in listed(chief, Delivery, "")
    assert old.pk in listed(chief, Delivery, "?state__exact=failed")
    copies(make_member("late", email=""), ROWS, username="'z' || n", email="''")
    assert Member.objects.get(username="chief").pk in listed(chief, Member, "?is_staff__exact=1")


@pytest.mark.parametrize("query", ["hanako", "@Hanako", "hana", " hanako "])
def test_members_and_what_is_theirs_are_found_by_how_the_name_begins(
    chief: Client, query: str
) -> None:
    hanako = Member.objects.get(username="hanako")
    assert listed(chief, Member, f"?q={query}") == [hanako.pk]
    for model, path in (
        (Post, "author"),
        (Link, "member"),
        (Delivery, "link__member"),
        (Comment, "writer"),
        (Friendship, "member"),
    ):
        own = set(model._default_manager.filter(**{path: hanako}).values_list("pk", flat=True))
        assert own
        assert set(listed(chief, model, f"?q={query}")) == own


def test_members_are_found_by_their_whole_address_and_rows_by_their_number(chief: Client) -> None:
    hanako = Member.objects.get(username="hanako")
    assert listed(chief, Member, "?q=hanako@example.com") == [hanako.pk]
    assert listed(chief, Member, "?q=example.com") == []
    comment = Comment.objects.order_by("pk")[0]
    assert comment.pk in listed(chief, Comment, f"?q={comment.post_id}")


def test_networks_are_filtered_by_the_settings(chief: Client) -> None:
    make_link(Member.objects.get(username="taro"), "mastodon", uid="there/1")
    for model in (Link, Delivery):
        page = chief.get(address(model, "changelist")).content.decode()
        assert "?on_network=bluesky" in page  # of which there is no row
    [link] = listed(chief, Link, "?on_network=mastodon")
    assert Link.objects.get(pk=link).network == "mastodon"
    assert listed(chief, Delivery, "?on_network=mastodon") == []


def test_no_address_sorts_a_list_otherwise(chief: Client) -> None:
    assert listed(chief, Post, "?o=2") == listed(chief, Post, "")
