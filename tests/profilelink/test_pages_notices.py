"""After every press a line says what was done; what cannot be undone is asked about first.

The forms of all pages are the list of what can be pressed: a new one fails here until it is said
what stands on the page after it. About 25 s.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urljoin

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccessRecovery, Audience, Group, Member, Membership, Notice
from syndication.delivery import planning
from syndication.models import (
    Comment,
    Delivery,
    DeliveryState,
    FeedItem,
    Link,
    NetworkFriend,
    Post,
    RemoteReply,
    SavedDraft,
)
from tests.making import PASSWORD, block, make_link, make_member, make_post
from tests.phone import PhoneClient, log_in_phone
from tests.photographs import a_photo
from tests.profilelink.album import Shown
from tests.profilelink.test_pages_keys import name_of
from tests.syndication.actions.test_several_photos import make_album

pytestmark = pytest.mark.django_db

# The answer is a page of its own that says it, or only a step on the way to one.
ANSWERS = {
    "account_close": "a page for who is logged out",
    "account_confirm_email": "tests/accounts/test_members.py: says so on the log-in page",
    "account_login": "home bears the member's name",
    "account_reauthenticate": "goes on to what was asked for",
    "account_reset_password": "a page: look at your mail",
    "account_reset_password_from_key": "a page: the password is changed",
    "address_confirm": "goes on to the page for a new password",
    "contact": "a page: the message came",
    "device_ask": "each step is a page",
    "export": "the file",
    "feed_item_answer": "tests/syndication/test_answering.py: a preview, then the answer's page",
    "feed_item_like": "tests/syndication/test_answering.py",
    "invitation_new": "a page with the invitation",
    "link_confirm": "tests/accounts/test_linking.py",
    "link_return": "a page that names both sides",
    "link_start": "a page before leaving",
    "mail_draft": "the page before sending",
    "mfa_activate_totp": "tests/accounts/test_members_two_step.py",
    "mfa_authenticate": "home bears the member's name",
    "mfa_deactivate_totp": "tests/accounts/test_members_two_step.py",
    "mfa_generate_recovery_codes": "a page with the codes",
    "mfa_reauthenticate": "goes on to what was asked for",
    "terms_agree": "goes on to what was asked for",
    "phone_answer": "tests/accounts/test_phone_login.py",
    "phone_bookmark": "a page with the bookmark",
    "phone_code": "a page with the number",
    "phone_login": "each step is a page",
    "pin_enter": "home bears the member's name",
    "staff_decision": "tests/syndication/test_moderation.py: an objection",
    "post_people": "a page: where it goes",
    "post_preview": "a page: where it goes",
    "remote_reply_answer": "tests/syndication/test_answering_networks.py: as feed_item_answer",
}


def own_post(hanako: Member) -> Post:
    return make_post(author=hanako, text="橋の上から見た川")


def delivery(hanako: Member, state: str) -> Delivery:
    post = own_post(hanako)
    planning.plan_deliveries(post)
    Delivery.objects.filter(post=post).update(state=state, due_at=None)
    return Delivery.objects.get(post=post)


def group(hanako: Member, *, own: bool) -> int:
    groups = Group.objects.all()
    return (groups.filter(owner=hanako) if own else groups.exclude(owner=hanako)).get().pk


def blocked(hanako: Member) -> str:
    block(hanako, Member.objects.get(username="momo"))
    return reverse("friend_unblock", args=["momo"])


def invited(hanako: Member) -> str:
    log = log_in_phone(hanako)
    log.get(reverse("invitation_new"))
    shown = log.submit("Create an invitation")
    found = re.search(r"(/i/[\w-]+)", shown.text)
    assert found
    return found[1]


def with_password(hanako: Member) -> PhoneClient:
    phone = log_in_phone(hanako)
    phone.get(reverse("account_reauthenticate"))
    phone.submit("Continue", password=PASSWORD)
    return phone


def two_addresses(hanako: Member) -> str:
    EmailAddress.objects.create(user=hanako, email="second@example.com", verified=True)
    return reverse("account_email")


def second_session(hanako: Member) -> str:
    for _each in range(2):
        other = PhoneClient()
        other.get("/m/")
        other.get(reverse("account_login"))
        other.submit("Log in", login="hanako", password=PASSWORD)
    return reverse("session_list")


def open_notice(hanako: Member) -> str:
    assert Notice.objects.filter(member=hanako).exists()
    return reverse("notice_list")


def stoppable_notice(hanako: Member) -> str:
    notice = Notice.objects.get(member=hanako, code="comment_after_mine")
    return reverse("notice_stop", args=[notice.pk])


def invited_friend(hanako: Member) -> str:
    own = group(hanako, own=True)
    kenji = Member.objects.get(username="kenji")
    Membership.objects.create(group_id=own, member=kenji, invited_by=hanako)
    return reverse("group_invited", args=[own])


def ticked_friend(hanako: Member) -> str:
    return reverse("group_invite", args=[group(hanako, own=True)]) + ticks("kenji")


def ticked_match(hanako: Member) -> str:
    """A friend on mixi who is here, ticked."""
    link = Link.objects.get(member=hanako)
    theirs = make_link(make_member("mate"), is_findable=True)
    NetworkFriend.objects.create(link=link, uid=theirs.uid, name="M", seen_at=timezone.now())
    return reverse("link_friends_ask", args=["mixi", link.pk]) + ticks("mate")


def ticks(name: str) -> str:
    return f"?tick={Member.objects.get(username=name).pk}&done=1"


def own_comment(hanako: Member) -> str:
    return reverse("comment_delete", args=[Comment.objects.filter(writer=hanako).latest("pk").pk])


def of_feed_item(hanako: Member) -> str:
    return reverse("feed_item_hide", args=[FeedItem.objects.latest("pk").pk])


def of_answer(hanako: Member) -> str:
    reply = RemoteReply.objects.filter(link__member=hanako).latest("pk")
    return reverse("remote_reply_hide", args=[reply.pk])


def stopped(hanako: Member) -> str:
    post = own_post(hanako)
    Post.objects.filter(pk=post.pk).update(is_without_replies=True)
    return reverse("post_replies_stop", args=[post.pk])


def sent_to_friends(hanako: Member) -> str:
    post = make_post(author=hanako, text="海")
    return reverse("post_send", args=[post.pk])


def two_photos(hanako: Member) -> str:
    return reverse("post_photos", args=[make_album(hanako, 2).pk])


def page(name: str, *args: Any) -> Callable[[Member], str]:
    return lambda hanako: reverse(name, args=args)


def of_link(name: str) -> Callable[[Member], str]:
    return lambda hanako: reverse(name, args=["mixi", Link.objects.get(member=hanako).pk])


def of_post(name: str) -> Callable[[Member], str]:
    return lambda hanako: reverse(name, args=[own_post(hanako).pk])


def of_friends_post(name: str) -> Callable[[Member], str]:
    friends = Post.objects.filter(author__username="taro", audience=Audience.FRIENDS)
    return lambda hanako: reverse(name, args=[friends.latest("pk").pk])


def reporting(where: Callable[[Member], str]) -> Callable[[Member], str]:
    """The second page of a report, where its reason was pressed."""
    return lambda hanako: f"{where(hanako)}?reason=spam"


def friends_comment(hanako: Member) -> str:
    theirs = Comment.objects.exclude(writer=hanako).filter(post__author=hanako)
    return reverse("comment_report", args=[theirs.latest("pk").pk])


def of_group(name: str, *more: str, own: bool = True) -> Callable[[Member], str]:
    return lambda hanako: reverse(name, args=[group(hanako, own=own), *more])


def of_list(name: str) -> Callable[[Member], str]:
    return lambda hanako: reverse(name, args=[hanako.named_lists.get().pk])


def chosen_reader(hanako: Member) -> str:
    post = Post.objects.by(hanako).get(audience=Audience.CHOSEN)
    return reverse("post_reader_remove", args=[post.pk, "taro"])


def of_delivery(state: str) -> Callable[[Member], str]:
    return lambda hanako: reverse("post_deliveries", args=[delivery(hanako, state).post_id])


def of_draft(name: str) -> Callable[[Member], str]:
    return lambda hanako: reverse(
        name, args=[SavedDraft.objects.get(is_mailed=name.startswith("mail")).pk]
    )


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", a_photo(), "image/jpeg")


# Route of the form: (the page where it stands, its button, what is typed).
def waiting_recovery(hanako: Member) -> str:
    """Staff were asked to take her second step off."""
    AccessRecovery.objects.create(member=hanako, kind="factor", asked_at=timezone.now())
    return reverse("recovery")


PRESSES: list[tuple[str, Callable[[Member], str], str, dict[str, Any]]] = [
    ("account_change_password", page("account_change_password"), "Change password",
     {"oldpassword": PASSWORD, "password1": "saba no miso", "password2": "saba no miso"}),
    ("account_email", page("account_email"), "Add", {"email": "new@example.com"}),
    ("account_email", two_addresses, "Make primary", {}),
    ("account_email", two_addresses, "Remove", {}),
    ("account_logout", page("account_logout"), "Log out", {}),
    ("account_signup", page("account_signup"), "Sign up",
     {"username": "newcomer", "email": "n@example.com", "password1": PASSWORD}),
    ("reply_by_mail", page("reply_by_mail"), "Turn on reply by email", {}),
    ("comment_delete", own_comment, "Delete", {}),
    ("comment_report", reporting(friends_comment), "Send the report", {"words": "宣伝です"}),
    ("comment_new", of_friends_post("comment_new"), "Send", {"text": "三脚を持って行きます"}),
    ("comments_of_delete", of_post("comments_of_delete"), "Delete all", {"name": "taro"}),
    ("delivery_command", of_delivery(DeliveryState.FAILED), "Try again", {}),
    ("delivery_command", of_delivery(DeliveryState.FAILED), "Dismiss", {}),
    ("delivery_command", of_delivery(DeliveryState.UNCONFIRMED), "It arrived", {}),
    ("delivery_command", of_delivery(DeliveryState.UNCONFIRMED), "Send it again", {}),
    ("feed_item_hide", of_feed_item, "Hide", {}),
    ("link_profile", of_link("link_profile"), "1 Use this name", {}),
    ("link_profile", of_link("link_profile"), "2 Back to “花”", {}),
    ("link_profile", of_link("link_profile"), "4 Back to no picture", {}),
    ("link_replies", of_link("link_replies"), "Stop replies", {}),
    ("post_replies_stop", of_post("post_replies_stop"), "Stop replies", {}),
    ("post_replies_stop", stopped, "Get replies again", {}),
    ("phone_lost", page("phone_lost"), "End it all", {}),
    ("recovery", waiting_recovery, "Stop it", {}),
    ("remote_reply_hide", of_answer, "Hide", {}),
    ("friend_answer", page("friend_list"), "Accept", {}),
    ("friend_answer", page("friend_list"), "Decline", {}),
    ("friend_answer", page("friend_list"), "Withdraw", {}),
    ("friend_ask", page("profile", "momo"), "Accept as a friend", {}),
    ("friend_block", page("friend_block", "taro"), "Block", {}),
    ("friend_remove", page("friend_remove", "taro"), "Remove", {}),
    ("friend_unblock", blocked, "Unblock", {}),
    ("group_accept", of_group("group_detail", own=False), "Join", {}),
    ("group_close", of_group("group_close"), "Close for good", {}),
    ("group_decline", of_group("group_detail", own=False), "Decline", {}),
    ("group_invite", of_group("group_invite"), "Invite", {"name": "kenji"}),
    ("group_invite", ticked_friend, "Invite", {}),
    ("group_invited", invited_friend, "Withdraw", {}),
    ("group_member", of_group("group_member", "taro"), "Remove from the group", {}),
    ("group_member", of_group("group_member", "taro"), "Hand the group over", {}),
    ("group_new", page("group_new"), "Create", {"name": "花見"}),
    ("language", page("language"), "OK", {"language": "en"}),
    ("link_detail", of_link("link_detail"), "Save", {}),
    ("link_end", of_link("link_end"), "Unlink", {}),
    ("link_friends_ask", ticked_match, "Send", {}),
    ("link_hidden", of_link("link_hidden"), "Show again", {}),
    ("link_pull", of_link("link_friends"), "Import the list again", {}),
    ("display", page("display"), "Save", {"pictures_on": "everywhere"}),
    ("draft_delete", of_draft("draft_delete"), "Delete the draft", {}),
    ("mail_draft_delete", of_draft("mail_draft_delete"), "Delete the email", {}),
    ("mail_end", page("mail_end"), "Turn it off", {}),
    ("mail_renew", page("mail_renew"), "Change the address", {}),
    ("mail_settings", page("mail_settings"), "3 Save", {}),
    ("named_list_delete", of_list("named_list_delete"), "1 Delete", {}),
    ("named_list_new", page("named_list_new"), "Make the list", {"name": "花見"}),
    ("named_list_people", of_list("named_list_people"), "Save", {}),
    ("named_list_rename", of_list("named_list_rename"), "Save", {"name": "花見"}),
    ("notice_clear", open_notice, "Clear all", {}),
    ("notice_stop", stoppable_notice, "Stop", {}),
    ("post_change", of_post("post_change"), "5 Close comments", {}),
    ("post_like", of_friends_post("post_detail"), "2 Like", {}),
    ("post_audience", of_post("post_audience"), "Next", {"audience": "only_me"}),
    ("post_delete", of_post("post_delete"), "Delete", {}),
    ("post_edit", of_post("post_edit"), "Save", {"text": "橋の下"}),
    ("post_new", page("post_new"), "Preview", {"text": "雪"}),
    ("post_photos", two_photos, "Move up", {}),
    ("post_reader_remove", chosen_reader, "Take out", {}),
    ("post_report", reporting(of_friends_post("post_report")), "Send the report", {"words": "宣伝です"}),
    ("post_send", sent_to_friends, "Send to mixi", {}),
    ("posts_by_me", page("posts_by_me"), "Change Posts by me to Everyone", {}),
    ("posts_by_me", page("posts_by_me"), "Save", {"audience": "only_me"}),
    ("privacy", page("privacy"), "Save", {}),
    ("profile_edit", page("profile_edit"), "Save", {"display_name": "花", "picture": photo}),
    ("profile_report", reporting(page("profile_report", "taro")), "Send the report", {"words": "宣伝です"}),
    ("session_list", second_session, "End", {}),
    ("session_list", second_session, "End all but this one", {}),
]  # fmt: skip
AGAIN = {
    "post_audience": "Change it",
    "post_new": "Send",
    "post_photos": "Save",
}  # the second press of two
BEHIND_PASSWORD = {"account_change_password", "account_email"}
# Nobody can take these back: a page of their own asks, and its first link goes back.
FOR_GOOD = {"post_delete", "comment_delete", "feed_item_hide", "group_close", "link_end", "friend_remove", "friend_block", "mail_end",
            "mail_renew", "mail_draft_delete", "draft_delete", "named_list_delete", "post_reader_remove"}  # fmt: skip


@pytest.mark.parametrize(
    ("route", "where", "button", "typed"), PRESSES, ids=[f"{one[0]} {one[2]}" for one in PRESSES]
)
def test_a_line_says_what_was_done(
    hanako: Member, route: str, where: Callable[[Member], str], button: str, typed: dict[str, Any]
) -> None:
    if route == "account_signup":
        phone = PhoneClient()
        phone.get("/m/")
    else:
        phone = with_password(hanako) if route in BEHIND_PASSWORD else log_in_phone(hanako)
    shown = phone.get(where(hanako))
    form = shown.form(button, set(typed))
    assert name_of(urljoin(shown.path, form.action or shown.path)) == _first_step(route)
    answer = phone.submit(button, {k: v() if callable(v) else v for k, v in typed.items()})
    if route in AGAIN:
        answer = phone.submit(AGAIN[route])
    said = re.findall(r'<p class="n" role="status">(.+?)</p>', answer.html)
    assert len(said) == 1, answer.text
    assert len(said[0]) <= 140


def test_every_form_of_every_page_is_among_them(albums: dict[str, list[Shown]]) -> None:
    routes = {
        name_of(urljoin(one.page.path, form.action or one.page.path))
        for one in albums["en"]
        for form in one.page.forms
        if form.method == "post"
    }
    more = {"group_leave", "invitation_withdraw", "invitation_open", "phone_list", "mail"}
    known = {route for route, *_rest in PRESSES} | set(ANSWERS) | more
    unknown = sorted(routes - known)
    assert not unknown, f"say in PRESSES or ANSWERS what stands on the page after {unknown}"


@pytest.mark.parametrize("route", sorted(FOR_GOOD))
def test_what_cannot_be_undone_is_asked_about_on_a_page_of_its_own(
    hanako: Member, route: str
) -> None:
    where = next(one[1] for one in PRESSES if one[0] == route)
    shown = log_in_phone(hanako).get(where(hanako))
    assert "?" in re.findall(r"<h1>(.*?)</h1>", shown.html)[0]
    [form] = shown.forms
    assert len(form.buttons) == 1
    assert [link for link in shown.links if link.accesskey == "*"], "a way back"


def test_the_member_s_name_stands_on_every_page_that_knows_them(
    albums: dict[str, list[Shown]],
) -> None:
    """But for errors and the way out, which know nobody."""
    mine = [one.page for one in albums["en"] if one.member and one.page.status < 400]
    pages = [one for one in mine if not one.path.startswith("/out/")]
    assert len(pages) > 100
    for one in pages:
        head = one.html.partition("<header>")[2].partition("</header>")[0]
        assert re.search(r'<a href="[^"]+">[^<]+</a>$', head), one.path


def _first_step(route: str) -> str:
    return "post_preview" if route == "post_new" else route
