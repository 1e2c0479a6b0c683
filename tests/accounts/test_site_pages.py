"""The operator's pages, terms and announcements, by admin and on members' pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import invitations as invitations_actions
from accounts.actions import notices
from accounts.models import Announcement, Member, PageName, SitePage
from accounts.models.refusal import REQUESTS_OPEN_FOR
from accounts.models.site_text import text_blocks
from syndication.actions import drafts, reports
from syndication.delivery.feed_imports import FEED_KEPT
from syndication.worker import retention
from tests.accounts.admin.rows import make_staff
from tests.making import PASSWORD, make_member
from tests.phone import PhoneClient, computer, log_in_phone

pytestmark = pytest.mark.django_db

NAMES = ("site_about", "site_terms", "site_privacy")


def operator() -> Client:
    return computer(make_staff("operator", "Operators"))


def write(name: str, language: str, text: str) -> None:
    """As the operator does it in admin."""
    client = computer(
        Member.objects.filter(username="operator").first() or make_staff("operator", "Operators")
    )
    row = SitePage.objects.get(name=name, language=language)
    address = reverse("admin:accounts_sitepage_change", args=[row.pk])
    assert client.post(address, {"text": text}).status_code == 302


def visitor(language: str = "en") -> PhoneClient:
    phone = PhoneClient(HTTP_ACCEPT_LANGUAGE=language)
    phone.get("/m/")
    return phone


def sign_in(member: Member, next_page: str = "") -> PhoneClient:
    phone = visitor()
    phone.get(reverse("account_login") + (f"?next={next_page}" if next_page else ""))
    phone.submit("Log in", login=member.username, password=PASSWORD)
    return phone


# --- Pages ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("What is kept, and how long", "90 days")),
        ("ja", ("保存するものと期間", "90日")),
    ],
)
def test_starter_texts_say_what_is_kept_until_the_operator_writes(
    language: str, words: tuple[str, ...]
) -> None:
    phone = visitor(language)
    page = phone.get(reverse("site_privacy"))
    assert all(word in page.text for word in words)
    assert "札幌写真部" in page.text
    write("privacy-policy", language, "# Short\n\nNothing is kept.\n\n- a\n- b")
    page = phone.get(reverse("site_privacy"))
    assert words[0] not in page.text
    assert "<h2>Short</h2><p>Nothing is kept.</p><ul><li>a</li><li>b</li></ul>" in page.html


def test_a_line_that_goes_on_below_in_the_file_is_one_item() -> None:
    html = visitor("en").get(reverse("site_privacy")).html
    assert "settings. Until you close the account.</li>" in html


@pytest.mark.parametrize("language", ["en", "ja"])
def test_what_the_starter_says_is_what_the_code_keeps(language: str) -> None:
    phone = visitor(language)
    page = "".join(phone.get(reverse("site_privacy") + f"?page={n}").text for n in (1, 2))
    day = "日" if language == "ja" else " days"
    for kept in (
        notices.SEEN_KEPT,
        notices.UNSEEN_KEPT,
        drafts.KEPT,
        retention.USED_LOGINS_KEPT,
        retention.ATTEMPTS_KEPT,
        FEED_KEPT,
        invitations_actions.EXPIRED_KEPT,
        REQUESTS_OPEN_FOR,
    ):
        assert f"{kept.days}{day}" in page
    assert reports.KEPT_AFTER_SETTLING.days == 365
    assert ("1年" if language == "ja" else "a year") in page


def test_nobodys_html_reaches_a_page() -> None:
    write("about", "en", "<script>x</script>\n# <b>y</b>\n- <i>z</i>")
    html = visitor().get(reverse("site_about")).html
    assert "<script>" not in html
    assert "&lt;script&gt;x" in html
    assert "<h2>&lt;b&gt;y" in html
    assert "<li>&lt;i&gt;z" in html


def test_terms_are_not_there_until_they_are_written() -> None:
    phone = visitor()
    assert phone.get(reverse("site_terms")).status == 404
    assert "Terms of use" not in phone.get("/").text
    write("terms", "ja", "日本語の規約")
    page = phone.get(reverse("site_terms"))
    assert "日本語の規約" in page.text  # no English ones: better than none
    assert 'lang="ja"' in page.html
    assert "Terms of use" in phone.get("/").text


def test_the_front_page_and_account_lead_to_them() -> None:
    write("terms", "en", "Be kind.")
    hanako = make_member("hanako", terms_agreed_at=timezone.now())
    for phone, path in ((visitor(), "/"), (log_in_phone(hanako), reverse("security"))):
        for name in NAMES:
            page = phone.get(path)
            assert any(link.href.endswith(reverse(name)) for link in page.links), name
            assert phone.get(reverse(name)).status == 200


def test_a_page_needs_no_session() -> None:
    answer = Client().get(reverse("site_about"))
    assert answer.status_code == 200
    assert not answer.cookies


def test_a_long_text_is_parted_and_each_part_is_light() -> None:
    write("privacy-policy", "ja", "\n\n".join(f"# 見出し{n}\n\n{'あ' * 900}" for n in range(12)))
    phone = visitor("ja")
    seen, place = "", reverse("site_privacy")
    for number in range(1, 13):
        page = phone.get(f"{place}?page={number}")
        assert len(page.html.encode()) <= 9_000
        seen += page.html
    assert all(f"<h2>見出し{n}</h2>" in seen for n in range(12))
    assert seen.count("あ") == 12 * 900


def test_the_starter_texts_are_light_in_both_languages(
    django_assert_max_num_queries: Any,
) -> None:
    for language in ("en", "ja"):
        phone = visitor(language)
        for name in ("site_about", "site_privacy"):
            phone.get(reverse(name))
            with django_assert_max_num_queries(6):
                page = phone.get(reverse(name))
            assert len(page.html.encode()) <= 9_000


def test_contact_shows_the_operators_words_above_the_form() -> None:
    write("contact", "en", "By post: 1-2-3 Kita")
    assert "By post: 1-2-3 Kita" in visitor().get(reverse("contact")).text


def test_structure_is_read_from_lines() -> None:
    blocks = text_blocks("a\nb\n\n\n# H\nc\n- 1\n・2\n\r\n-x")
    assert [(block.kind, block.lines) for block in blocks] == [
        ("paragraph", ("a", "b")),
        ("heading", ("H",)),
        ("paragraph", ("c",)),
        ("list", ("1", "2")),
        ("paragraph", ("-x",)),
    ]


# --- Terms ----------------------------------------------------------------------------------------
def test_sign_up_asks_for_agreement_once_there_are_terms() -> None:
    typed = {"username": "mika", "email": "mika@example.jp", "password1": "long enough 99"}
    phone = visitor()
    phone.get(reverse("account_signup"))
    assert "terms" not in phone.page.text
    write("terms", "en", "Be kind.")
    phone.get(reverse("account_signup"))
    page = phone.submit("Sign up", typed)
    assert "To sign up, agree to the terms of use." in page.text
    assert 'value="mika"' in page.html
    assert 'value="mika@example.jp"' in page.html
    assert not Member.objects.filter(username="mika").exists()
    phone.submit("Sign up", password1="long enough 99", agrees="on")
    mika = Member.objects.get(username="mika")
    assert timezone.now() - mika.terms_agreed_at < timedelta(minutes=1)
    assert "I agree" not in [label for label, *_rest in _buttons(phone)]


def _buttons(phone: PhoneClient) -> list[tuple[str, str, str]]:
    return [button for form in phone.page.forms for button in form.buttons]


def test_a_member_is_asked_at_the_next_log_in_and_then_no_more() -> None:
    hanako = make_member("hanako")
    before = log_in_phone(hanako)
    write("terms", "en", "Be kind.")
    assert "Be kind." not in before.get("/").text  # not in the middle of a visit
    place = reverse("friend_list")
    phone = sign_in(hanako, place)
    assert "Be kind." in phone.page.text
    assert "Be kind." in phone.get("/groups/").text
    page = phone.submit("I agree")
    assert page.path.endswith("/groups/")
    assert phone.get(place).status == 200
    assert "Be kind." not in phone.page.text
    hanako.refresh_from_db()
    assert hanako.terms_agreed_at is not None
    assert "Be kind." not in sign_in(hanako).page.text


def test_asking_again_asks_those_who_agreed() -> None:
    hanako = make_member("hanako", terms_agreed_at=timezone.now())
    write("terms", "en", "Be kind.")
    assert "Be kind." not in sign_in(hanako).page.text
    client = computer(get_user_model().objects.get(username="operator"))
    row = SitePage.objects.get(name=PageName.TERMS, language="en")
    address = reverse("admin:accounts_sitepage_change", args=[row.pk])
    client.post(address, {"text": "Be kinder.", "asks_again": "on"})
    assert "Be kinder." in sign_in(hanako).page.text


def test_what_is_sent_before_agreeing_goes_through() -> None:
    """A form that stood open when the session ended is sent again from the log-in page."""
    hanako = make_member("hanako")
    write("terms", "en", "Be kind.")
    phone = sign_in(hanako)
    [token] = tokens(phone)
    typed = {"home_shows": "here", "pictures_on": "nowhere", "csrfmiddlewaretoken": token}
    phone.post(reverse("display"), typed)
    hanako.refresh_from_db()
    assert hanako.home_shows == "here"
    assert "Be kind." in phone.page.text


def tokens(phone: PhoneClient) -> set[str]:
    """What the forms of the page carry against forged ones."""
    name = "csrfmiddlewaretoken"
    return {form.fields[name][0] for form in phone.page.forms if name in form.fields}


def test_who_does_not_agree_can_still_leave_and_take_their_data() -> None:
    hanako = make_member("hanako")
    write("terms", "en", "Be kind.")
    phone = sign_in(hanako)
    for link in ("Your data", "Close the account", "Log out"):
        phone.get("/")
        assert "Be kind." in phone.page.text
        assert "Be kind." not in phone.follow(link).text


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example/", "javascript:x", ""])
def test_agreeing_leads_nowhere_else(place: str) -> None:
    hanako = make_member("hanako")
    write("terms", "en", "Be kind.")
    phone = sign_in(hanako)
    [token] = tokens(phone)
    phone.post(reverse("terms_agree"), {"next": place, "csrfmiddlewaretoken": token})
    assert re.fullmatch(r"(/s/[\w-]+)?/", phone.hops[-1])


# --- Announcements --------------------------------------------------------------------------------
def announce(client: Client, **given: Any) -> int:
    until = timezone.localtime() + timedelta(days=1)
    data = {
        "text_ja": "今夜は止まります",
        "text_en": "Down tonight",
        "until_0": f"{until:%Y-%m-%d}",
        "until_1": f"{until:%H:%M:%S}",
        **given,
    }
    return client.post(reverse("admin:accounts_announcement_add"), data).status_code


def test_an_announcement_stands_on_home_front_and_log_in_until_it_ends() -> None:
    client = operator()
    hanako = make_member("hanako")
    assert announce(client) == 302
    pages = [
        lambda language: log_in_phone(hanako, HTTP_ACCEPT_LANGUAGE=language).get("/"),
        lambda language: visitor(language).get("/"),
        lambda language: visitor(language).get(reverse("account_login")),
    ]
    for page in pages:
        assert "Down tonight" in page("en").text
        assert "今夜は止まります" in page("ja").text
    Announcement.objects.update(until=timezone.now())
    for page in pages:
        assert "Down tonight" not in page("en").text


def test_the_next_one_ends_the_one_before() -> None:
    client = operator()
    announce(client)
    announce(client, text_en="Up again")
    assert Announcement.objects.current().count() == 1
    assert "Up again" in visitor().get("/").text


def test_one_for_a_time_that_is_over_is_refused() -> None:
    client = operator()
    assert announce(client, until_0="2020-01-01") == 200
    assert not Announcement.objects.exists()


def test_home_keeps_its_queries(django_assert_max_num_queries: Any) -> None:
    announce(operator())
    phone = log_in_phone(make_member("hanako"))
    phone.get("/")
    with django_assert_max_num_queries(6):
        phone.get("/")


# --- Rights ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("group", "status"), [("Operators", 200), ("Support", 403), ("Moderators", 403)]
)
def test_operators_alone_write_them(group: str, status: int) -> None:
    client = computer(make_staff("osamu", group))
    row = SitePage.objects.get(name="about", language="en")
    change = reverse("admin:accounts_sitepage_change", args=[row.pk])
    for address in (change, reverse("admin:accounts_announcement_add")):
        assert client.get(address).status_code == status
    answer = client.post(change, {"text": "Mine now."})
    assert answer.status_code == (302 if status == 200 else 403)
    row.refresh_from_db()
    assert (row.text == "Mine now.") is (status == 200)


def test_admin_offers_the_starter_text() -> None:
    row = SitePage.objects.get(name="terms", language="ja")
    page = operator().get(reverse("admin:accounts_sitepage_change", args=[row.pk])).content.decode()
    assert "してはいけないこと" in page
