"""Staff's pages: every one answers, and none tells what staff may not know."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.auth.models import Group as StaffGroup
from django.db.models import Model
from django.urls import reverse

from accounts.actions import account_closure
from accounts.models import Member, MemberSession
from profilelink.staff_groups import GROUPS
from syndication.models import Comment, Delivery, Like, Link, Post
from tests.accounts.admin.rows import OPEN_WORDS, SECRETS, address, make_staff
from tests.making import PASSWORD, make_post
from tests.phone import computer, session_key_of

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
OURS = [model for model in MODELS if model is not StaffGroup]  # that one is Django's own page


def pages_of(model: type[Model]) -> list[str]:
    rows = list(model._default_manager.all()[:3])
    pages = [address(model, "changelist"), address(model, "changelist") + "?q=PRIVATE"]
    for row in rows:
        pages += [address(model, page, row.pk) for page in ("change", "history")]
    return pages


def all_addresses() -> list[str]:
    """Also those that are refused: a refusal must not tell either."""
    found = [reverse("admin:index"), reverse("admin:password_change")]
    for model in MODELS:
        found += [*pages_of(model), address(model, "add")]
        found += [address(model, "delete", row.pk) for row in model._default_manager.all()[:3]]
    return found


# --- Every page answers ------------------------------------------------------------------------
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_page_of_every_model_answers_with_a_row(chief, model):
    assert model._default_manager.exists(), "tests.accounts.admin_rows makes no row of it"
    for page in pages_of(model):
        assert chief.get(page).status_code == 200, page


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_list_takes_more_than_fourteen_queries(
    chief, hanako, model, django_assert_max_num_queries
):
    with django_assert_max_num_queries(14):
        chief.get(address(model, "changelist"))


def test_lists_do_not_ask_once_for_each_row(chief, hanako, django_assert_max_num_queries):
    link = hanako.links.get()
    for number in range(20):
        post = make_post(author=hanako)
        Delivery.objects.create(
            post=post,
            link=link,
            operation="publish",
            sequence=1,
            audience="everyone",
            asked_at=post.created_at,
            due_at=post.created_at,
            idempotency_key=f"many-{number}",
        )
        MemberSession.objects.create(user=hanako, ip="192.0.2.7", session_key=f"{number}")
    for model in (Delivery, Post, MemberSession):
        with django_assert_max_num_queries(10):
            chief.get(address(model, "changelist"))


def test_a_page_begins_with_what_it_is_about_and_not_with_all_lists(chief, hanako):
    """In a text browser they were fifty lines before it. Today has them."""
    page = chief.get(address(Member, "change", hanako.pk)).content.decode()
    assert address(Post, "changelist") not in page
    assert address(Post, "changelist") in chief.get(reverse("admin:index")).content.decode()


def test_words_of_a_list_are_not_broken_into_columns_of_letters(chief):
    assert b"word-break: keep-all" in chief.get(address(Delivery, "changelist")).content


# --- What no page tells ------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["support", "moderator", "operator", "chief"])
def test_no_page_holds_a_secret_or_a_private_word(who, request):
    client = request.getfixturevalue(who)
    own_key = session_key_of(client)
    seen = b""
    for page in all_addresses():
        response = client.get(page)
        assert response.status_code in (200, 302, 403), page
        for secret in [*SECRETS, own_key]:
            if secret in page:
                continue  # whoever typed a ticket into the address knows it
            assert secret.encode() not in response.content, f"{secret} on {page} for {who}"
        seen += response.content
    if who not in (
        "operator",
        "moderator",
    ):  # so that the test would see the others if they were there
        assert OPEN_WORDS.encode() in seen


def test_a_post_that_is_narrowed_is_private_from_then_on(support):
    post = Post.objects.get(audience="everyone")
    delivery = Delivery.objects.get(post=post)
    page = address(Delivery, "change", delivery.pk)
    assert b"OPEN-ANSWER" in support.get(page).content
    Post.objects.filter(pk=post.pk).update(audience="only_me")
    assert b"OPEN-ANSWER" not in support.get(page).content
    assert OPEN_WORDS.encode() not in support.get(address(Post, "change", post.pk)).content


def test_searching_tells_nothing_about_what_people_wrote(chief):
    for words in ["PRIVATE-TEXT", "OPEN-WORDS", "PRIVATE-TITLE", "private-url"]:
        assert b"0 posts" in chief.get(address(Post, "changelist") + f"?q={words}").content


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_no_list_can_be_filtered_by_a_column_that_it_does_not_offer(rf, model):
    """Else a secret could be guessed character by character: `?text__startswith=a`, `=b` …"""
    offered = admin.site.get_model_admin(model).list_filter
    lookups = [
        f"{field.name}{how}"
        for field in model._meta.concrete_fields
        if field.name not in offered
        for how in ("", "__startswith", "__contains", "__gt")
    ]
    for name in offered:
        lookups += [f"{name}__contains", f"{name}__password__startswith", f"{name}__user__password"]
    model_admin = admin.site.get_model_admin(model)
    for lookup in lookups:
        assert not model_admin.lookup_allowed(lookup, "1", rf.get("/")), lookup


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        (Post, "text__startswith"),
        (Post, "author__password__startswith"),
        (Link, "sealed_credentials__startswith"),
        (Delivery, "post__text__contains"),
        (Member, "password__startswith"),
        (Member, "groups__user__password__startswith"),
        (MemberSession, "session_key__startswith"),
    ],
)
def test_guessing_by_the_address_of_a_list_is_refused(chief, model, lookup):
    assert chief.get(address(model, "changelist"), {lookup: "P"}).status_code == 400


def test_the_words_of_private_posts_are_not_even_read(rf, chief):
    model_admin = admin.site.get_model_admin(Post)
    request = rf.get("/")
    post = model_admin.get_queryset(request).get(audience="friends")
    assert {"text", "title", "url", "photo_alt"} <= post.get_deferred_fields()
    assert post.open_text is None


# --- Who may do what ----------------------------------------------------------------------------
def at_the_door(client):
    """Where a browser without session is led from the admin.

    Step by step: Django's client takes the way over the probe and back for a loop.
    """
    place = "/admin/"
    while (answer := client.get(place)).status_code == 302:
        place = answer["Location"]
    assert answer.status_code == 200
    return place


def test_staff_come_in_by_the_members_door_and_not_by_djangos_form(hanako):
    make_staff("support", "Support")
    client = computer()
    assert at_the_door(client).startswith("/login/?next=")
    answer = client.post(
        "/admin/login/?next=/admin/", {"username": "support", "password": PASSWORD}
    )
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")
    assert client.get("/admin/").status_code == 302


def test_support_logs_in_and_is_brought_to_admin(hanako):
    make_staff("support", "Support")
    client = computer()
    at_the_door(client)
    given = {"login": "support", "password": PASSWORD, "next": "/admin/"}
    answer = client.post(reverse("account_login"), given, follow=True)
    assert answer.redirect_chain[-1][0] == "/admin/"
    assert "Deliveries" in answer.content.decode()


def test_members_are_no_staff(hanako):
    client = computer(Member.objects.get(username="taro"))
    assert client.get("/admin/", follow=True).status_code in (403, 404)


def test_the_groups_are_made_with_all_their_rights_and_no_more(db):
    for name, rights in GROUPS.items():
        group = StaffGroup.objects.get(name=name)
        held = {
            f"{label}.{codename}"
            for label, codename in group.permissions.values_list(
                "content_type__app_label", "codename"
            )
        }
        assert held == set(rights)


READABLE = {
    "support": {
        *("accounts.Member", "accounts.PhoneLogin", "accounts.Phone", "accounts.DeviceLogin"),
        *("accounts.MemberSession", "syndication.Post", "syndication.Link"),
        *("syndication.Comment", "syndication.Like"),
        *("syndication.Delivery", "accounts.Notice", "syndication.PostAddress"),
    },
    "operator": {
        *("syndication.NetworkSwitch", "syndication.HostHealth", "syndication.Heartbeat"),
        "syndication.ImportPause",
        *("syndication.Link", "syndication.Delivery", "accounts.ServerRegistration"),
        *("accounts.SitePage", "accounts.Announcement"),
    },
    "moderator": {
        *("syndication.ReportCase", "syndication.StaffDecision", "syndication.RetentionHold"),
    },
}


@pytest.mark.parametrize("who", READABLE)
def test_each_group_reads_its_lists_and_no_others(who, request):
    client = request.getfixturevalue(who)
    read = {
        model._meta.label
        for model in MODELS
        if client.get(address(model, "changelist")).status_code == 200
    }
    assert read == READABLE[who]


@pytest.mark.parametrize("who", ["support", "moderator", "operator", "chief"])
def test_nothing_is_deleted_here_but_comments_and_likes(who, request):
    client = request.getfixturevalue(who)
    for model in set(OURS) - {Comment, Like}:
        for row in model._default_manager.all()[:2]:
            assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
            assert model._default_manager.filter(pk=row.pk).exists()


def test_support_deletes_comments_and_likes_and_the_log_says_who(support, operator):
    one, other = Comment.objects.order_by("pk")
    page = support.get(address(Comment, "changelist")).content
    assert b"OPEN-COMMENT" in page
    for model in (Comment, Like):
        row = model._default_manager.first()
        delete = address(model, "delete", row.pk)
        assert operator.post(delete, {"post": "yes"}).status_code == 403
        assert support.post(delete, {"post": "yes"}).status_code == 302
        assert not model._default_manager.filter(pk=row.pk).exists()
    assert LogEntry.objects.filter(user__username="support", action_flag=DELETION).count() == 2
    many = {"action": "delete_selected", "_selected_action": [other.pk], "post": "yes"}
    assert support.post(address(Comment, "changelist"), many).status_code == 302
    assert not Comment.objects.exists()


def test_support_changes_no_field(support, hanako):
    for model in (Member, Delivery, Post):
        row = model._default_manager.first()
        answer = support.post(address(model, "change", row.pk), {"is_superuser": "on"})
        assert answer.status_code == 403
    assert not Member.objects.filter(is_superuser=True).exists()


def test_a_superuser_ends_an_account_and_cannot_set_a_password(chief, hanako):
    page = address(Member, "change", hanako.pk)
    answer = chief.post(page, {"is_staff": "on", "password": "x", "about": "y"})
    assert answer.status_code == 302
    hanako.refresh_from_db()
    assert (hanako.is_active, hanako.is_staff) == (False, True)
    assert (hanako.password, hanako.about) == ("PASSWORD-HASH", "PRIVATE-ABOUT")


def test_whom_staff_let_in_again_loses_nothing_when_shut_out_later(chief, hanako):
    account_closure.begin_account_closure(by=hanako, takes_copies_back=True)
    page = address(Member, "change", hanako.pk)
    for presses in ({"is_active": "on"}, {}):
        assert chief.post(page, presses).status_code == 302
    hanako.refresh_from_db()
    assert (hanako.is_active, hanako.closing_at) == (False, None)


def test_who_is_closed_is_let_in_by_nobody(chief, hanako):
    account_closure.begin_account_closure(by=hanako, takes_copies_back=True)
    account_closure.erase_member(hanako)
    chief.post(address(Member, "change", hanako.pk), {"is_active": "on", "is_staff": "on"})
    hanako.refresh_from_db()
    assert (hanako.is_active, hanako.is_staff) == (False, False)


def test_the_pages_of_other_packages_that_show_secrets_are_gone():
    labels = {model._meta.app_label for model in MODELS}
    assert labels == {"accounts", "syndication", "urlsession", "auth"}
