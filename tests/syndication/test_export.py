"""The page "Your data", and what its press answers."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.actions import phones
from accounts.models import Member
from syndication.models import Post
from tests.making import PASSWORD, make_member, make_post
from tests.phone import PhoneClient, computer, log_in_phone
from tests.syndication.exporting import EXPORT, Got, after_password, export_of, make_everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanako() -> Member:
    return make_everything("hanako")


def test_the_account_page_leads_to_it(hanako: Member) -> None:
    phone = log_in_phone(hanako)
    phone.get(reverse("security"))
    page = phone.follow("Your data")
    assert "phone may not open it" in page
    assert "Posts: 6 · Photos: 2" in page


def test_a_visitor_is_asked_to_log_in(db: None) -> None:
    phone = PhoneClient()
    assert "/login/" in phone.get(EXPORT).path


def test_a_press_on_a_computer_answers_a_zip_with_name_and_day(hanako: Member) -> None:
    response = after_password(hanako).post(EXPORT)
    assert response["Content-Type"] == "application/zip"
    name = f"profile-link-hanako-{timezone.localtime():%Y-%m-%d}.zip"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert "no-store" in response["Cache-Control"]
    assert response.streaming
    assert not response.has_header("Content-Length")
    assert "README.txt" in Got(response.getvalue()).names


def test_the_same_under_a_token_without_any_cookie(hanako: Member) -> None:
    phone = log_in_phone(hanako)
    phone.get(EXPORT)
    assert "asked for first" in phone.page
    phone.submit("Get the file")
    assert "account/confirm" in phone.page.path
    page = phone.submit("Continue", password=PASSWORD)
    assert page.path.endswith(EXPORT)
    assert "asked for first" not in page
    answer = phone.submit("Get the file").response
    assert "no-store" in answer["Cache-Control"]
    got = Got(answer.getvalue())
    assert got.json("member.json")["member"][0]["username"] == "hanako"
    assert phone.token.encode() not in got.all_bytes


def test_a_session_without_the_password_gets_no_file(hanako: Member) -> None:
    """By QR or device: nothing was typed; a PIN is no password."""
    assert computer(hanako).post(EXPORT).url.startswith(reverse("account_reauthenticate"))
    _phone, code = phones.create_bookmark(by=hanako, device="x", pin="8306", session_key="")
    phone = PhoneClient()
    phone.get(reverse("pin_enter", args=[code]))
    phone.submit("Log in", pin="8306")
    phone.get(EXPORT)
    assert "account/confirm" in phone.submit("Get the file").path


def test_without_the_form_s_secret_nothing_is_answered(hanako: Member) -> None:
    browser = after_password(hanako)
    browser.handler.enforce_csrf_checks = True
    assert browser.post(EXPORT).status_code == 403


def test_a_second_press_within_a_minute_is_told_to_wait(hanako: Member) -> None:
    browser = after_password(hanako)
    browser.post(EXPORT).getvalue()
    again = browser.post(EXPORT)
    assert again.status_code == 429
    assert "Wait a minute, then press again" in again.content.decode()
    after_password(make_member("taro")).post(EXPORT).getvalue()  # another's turn is another's
    cache.clear()  # a minute later
    assert browser.post(EXPORT).status_code == 200


def test_a_press_without_password_does_not_use_up_the_turn(hanako: Member) -> None:
    browser = computer(hanako)
    browser.post(EXPORT)
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert browser.post(EXPORT).status_code == 200


def test_posts_carry_their_deliveries_and_these_their_attempts(hanako: Member) -> None:
    got = export_of(hanako)
    posts = got.json("posts.json")["posts"]
    assert [post["text"] for post in posts] == [
        "hanako-photo", "hanako-secret", "hanako-in-group", "hanako-link", "hanako-note-text",
        "hanako-chosen", "",
    ]  # fmt: skip
    photo, _secret, in_group, _link, note, chosen, deleted = posts
    [delivery] = photo["deliveries"]
    assert (delivery["state"], delivery["reason"]) == ("sent", "hanako-reason")
    assert delivery["copy_address"] == "https://hanako.example/copy"
    assert (delivery["network"], delivery["link_name"]) == ("mixi", "hanako-account")
    assert [one["number"] for one in delivery["attempts"]] == [1, 2]
    assert delivery["attempts"][0]["http_status"] == 200
    assert delivery["attempts"][0]["network_words"] == "hanako-words"
    assert got.zip.read(photo["photo"])[:3] == b"\xff\xd8\xff"
    assert photo["address"] == f"http://testserver/posts/{photo['id']}/"
    assert (in_group["audience"], in_group["group_name"]) == ("group", "hanako-group")
    assert note["version"] == 2
    assert chosen["chosen_people"] == [{"name": "hanako_friend"}]
    assert deleted["deleted_at"]
    assert deleted["address"] == ""


def test_links_people_and_devices_are_in_it(hanako: Member) -> None:
    got = export_of(hanako)
    [link] = got.json("links.json")["links"]
    assert (link["name"], link["uid"], link["state"]) == ("hanako-account", "mixi-hanako", "active")
    assert {(toggle["kind"], toggle["is_on"]) for toggle in link["toggles"]} == {
        ("status", True), ("note", True), ("photo", True), ("link", True),
    }  # fmt: skip
    assert got.json("links.json")["network_friends"][0]["name"] == "hanako-pulled"
    friends = got.json("friends.json")
    named = {key: [row.get("name") for row in rows] for key, rows in friends.items()}
    assert named == {
        "friends": ["hanako_friend"], "asked_by_me": ["hanako_asked"],
        "asking_me": ["hanako_asking"], "blocks": ["hanako_blocked"], "invitations": [None],
        "lists": ["hanako-list"], "declined": ["hanako_refused"],
    }  # fmt: skip
    assert friends["invitations"][0]["used_by_name"] == "hanako_friend"
    groups = got.json("groups.json")
    assert {row["name"] for row in groups["groups"]} == {"hanako-group", "hanako-other-group"}
    assert {row["name"] for row in groups["owned"]} == {"hanako-group", "hanako-closed"}
    assert got.json("mail.json")["drafts"][0]["title"] == "hanako-mail-title"
    devices = got.json("devices.json")
    assert devices["phones"][0]["device"] == "hanako-phone"
    assert devices["phone_logins"][0]["device"] == "hanako-opener"
    assert devices["sessions"][0]["device"] == "w3m"


def test_times_say_their_zone_and_the_member_s_addresses_are_there(hanako: Member) -> None:
    [member] = export_of(hanako).json("member.json")["member"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+09:00", member["joined_at"])
    [address] = member["mail_addresses"]
    assert address == {"email": "hanako@example.com", "verified": True, "primary": True}
    assert member["about_audience"] == "friends"
    assert member["posts_by_me"] == "friends"
    assert member["picture"] in export_of_again(hanako).names


def export_of_again(member: Member) -> Got:
    cache.clear()
    return export_of(member)


def test_words_of_any_kind_arrive_as_they_were_written(db: None) -> None:
    words = '絵文字🎏 \u2028\u0085 "quoted" \\ \x0b <b>&amp;\nline'
    hanako = make_member("hanako")
    make_post(author=hanako, text=words)
    got = export_of(hanako)
    assert got.json("posts.json")["posts"][0]["text"] == words
    assert "絵文字🎏" in got.text("posts.json")


def test_who_has_nothing_gets_a_whole_file_all_the_same(db: None) -> None:
    got = export_of(make_member("new"))
    assert got.json("posts.json") == {"posts": []}
    assert "MISSING.txt" not in got.names


@pytest.mark.parametrize(("language", "said"), [("en", "It is theirs"), ("ja", "ほかの人が")])
def test_the_readme_speaks_the_member_s_language_and_names_every_file(
    hanako: Member, language: str, said: str
) -> None:
    got = export_of(hanako, HTTP_ACCEPT_LANGUAGE=language)
    text = got.text("README.txt")
    assert said in text
    assert "hanako" in text
    for name in got.names[1:]:
        assert name.partition("/")[0] in text, name
    assert "&" not in text


def test_the_page_costs_few_queries_whatever_there_is(
    hanako: Member, django_assert_max_num_queries
) -> None:
    phone = log_in_phone(hanako)
    phone.get(EXPORT)
    with django_assert_max_num_queries(6):
        page = phone.get(EXPORT)
    assert len(page.html.encode()) <= 5_000
    assert Post.objects.count() > 4
