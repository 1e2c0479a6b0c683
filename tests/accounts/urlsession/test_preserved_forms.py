"""Nothing typed is lost, and nothing is sent that was not pressed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from accounts.urlsession import preserved_forms
from accounts.urlsession.models import Session
from accounts.urlsession.preserved_forms import PreservedForm
from tests.form_client import FormClient
from tests.making import PASSWORD
from tests.phone import COMPUTER, PhoneClient, computer, log_in_phone

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urlsession.urls")]

TEXT = "桜が\n<b>咲いた</b> & more"


def phone_with_ended_session(member):
    """A phone that shows the note page while its session ends."""
    phone = log_in_phone(member)
    phone.get("/note/")
    Session.objects.all().delete()
    return phone


def test_a_late_form_is_answered_with_log_in_and_all_that_was_typed(hanako):
    phone = phone_with_ended_session(hanako)
    page = phone.submit("Send", text=TEXT)
    assert page.status == 200
    assert phone.hops == []
    form = page.form("Log in", {"login", "password", "text"})
    assert form.fields["text"][0].replace("\r\n", "\n") == TEXT
    assert "kept" in page.text
    assert page.response["Cache-Control"].startswith("no-store")


def test_of_a_form_as_many_fields_are_kept_as_fit_together():
    request = RequestFactory().get("/")
    request.session = {}
    fields = {"a": ["12345"], "b": ["12345"], "c": [""]}
    preserved_forms.preserve_form(request, PreservedForm("/note/", fields), room=8)
    assert preserved_forms.peek_preserved_form(request).fields == {"a": ["12345"], "c": [""]}


@pytest.mark.parametrize(
    "path", ["https://other.example/", "//other.example/x", "note/", "/s/x//o.example"]
)
def test_a_kept_path_of_another_site_is_not_taken(path):
    request = RequestFactory().post("/login/", {preserved_forms.PATH_FIELD: path})
    assert preserved_forms.form_from_post(request).path == "/login/"


def test_after_log_in_the_form_is_shown_filled_and_not_sent(hanako):
    phone = phone_with_ended_session(hanako)
    phone.submit("Send", text=TEXT)
    page = phone.submit("Log in", login="hanako", password=PASSWORD)
    assert page.path == f"{phone.base}/note/"
    assert page.forms[0].fields["text"] == [TEXT]
    assert "saved" not in page
    assert "saved" in phone.submit("Send")
    assert phone.get("/note/").forms[0].fields["text"] == [""]


def test_a_box_that_was_not_ticked_stays_so_although_the_form_would_tick_it(hanako):
    phone = phone_with_ended_session(hanako)
    phone.submit("Send", text="quiet", also_mixi=None)
    page = phone.submit("Log in", login="hanako", password=PASSWORD)
    assert page.forms[0].fields["text"] == ["quiet"]
    assert "also_mixi" not in page.forms[0].fields


def test_a_wrong_password_in_between_loses_nothing(hanako):
    phone = phone_with_ended_session(hanako)
    phone.submit("Send", text="kept")
    phone.submit("Log in", login="hanako", password="wrong")
    page = phone.submit("Log in", login="hanako", password=PASSWORD, next="/note/")
    assert page.forms[0].fields["text"] == ["kept"]


def test_a_second_time_out_on_the_log_in_page_loses_nothing(hanako):
    phone = phone_with_ended_session(hanako)
    phone.submit("Send", text="kept twice")
    Session.objects.all().delete()
    page = phone.submit("Log in", login="hanako", password=PASSWORD)
    assert page.forms[0].fields["text"] == ["kept twice"]
    page = phone.submit("Log in", login="hanako", password=PASSWORD)
    assert page.path == f"{phone.base}/note/"
    assert page.forms[0].fields["text"] == ["kept twice"]


def test_passwords_and_codes_are_not_kept(hanako):
    phone = phone_with_ended_session(hanako)
    secrets = {
        "password": "hunter2-a",
        "oldpassword": "hunter2-b",
        "code": "hunter2-c",
        "pin": "hunter2-d",
        "phone_pin": "hunter2-e",
        "csrfmiddlewaretoken": "hunter2-f",
    }
    page = phone.post("/note/", {**secrets, "text": "kept"})
    assert "hunter2" not in page.html
    assert "kept" in page.html
    assert not any("hunter2" in str(row.get_decoded()) for row in Session.objects.all())


def test_a_file_is_named_as_lost(hanako):
    phone = phone_with_ended_session(hanako)
    photo = SimpleUploadedFile("sakura.jpg", b"jpeg")
    page = phone.post("/note/", {"text": "with photo", "photo": photo})
    assert "sakura.jpg could not be kept" in page
    assert "with photo" in page.html


def test_a_computer_whose_cookie_died_stays_with_cookies(hanako):
    client = computer(hanako)
    client.get("/note/")
    Session.objects.all().delete()
    response = client.post("/note/", {"text": "typed"})
    assert response.status_code == 200
    assert "typed" in response.content.decode()
    assert "sessionid" in response.cookies
    response = client.post(
        "/login/", {"login": "hanako", "password": PASSWORD, "next": "/note/"}, follow=True
    )
    assert response.request["PATH_INFO"] == "/note/"
    assert "typed" in response.content.decode()


def test_a_form_without_cookie_or_token_is_kept_too(hanako):
    response = FormClient(HTTP_USER_AGENT=COMPUTER).post("/note/", {"text": "lost probe"})
    assert response.status_code == 200
    assert "lost probe" in response.content.decode()
    assert not response.cookies


def test_what_another_site_sent_is_not_given_back():
    for headers in (
        {"HTTP_ORIGIN": "https://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_REFERER": "https://evil.example/"},
    ):
        client = FormClient(enforce_csrf_checks=True, HTTP_USER_AGENT=COMPUTER)
        response = client.post("/note/", {"text": "planted"}, **headers)
        assert response.status_code == 403
        assert "planted" not in response.content.decode()
    assert Session.objects.count() == 0


def test_a_form_that_only_takes_posts_is_shown_with_a_button(hanako):
    phone = log_in_phone(hanako)
    phone.get("/note/")
    base = phone.base
    Session.objects.all().delete()
    phone.post(f"{base}/delete/", {"which": "the third"})
    page = phone.submit("Log in", login="hanako", password=PASSWORD)
    assert page.status == 200
    assert page.form("Send again", {"which"}).fields["which"] == ["the third"]
    assert "deleted" in phone.submit("Send again")


def test_a_view_that_knows_nothing_of_it_loses_nothing_either(hanako):
    phone = log_in_phone(hanako)
    phone.get("/toggles/")
    Session.objects.all().delete()
    phone.submit(kind="note")
    page = phone.submit("Log in", login="hanako", password=PASSWORD)
    assert page.form("Send again", {"kind"}).fields["kind"] == ["note"]
    assert "GOT note" in phone.submit("Send again")
    assert "TOGGLES" in phone.get("/toggles/")


def test_a_form_that_waits_can_be_given_up(hanako):
    phone = log_in_phone(hanako)
    phone.get("/toggles/")
    Session.objects.all().delete()
    phone.submit(kind="note")
    phone.submit("Log in", login="hanako", password=PASSWORD)
    assert "TOGGLES" in phone.follow("Do not send it")
    assert "TOGGLES" in phone.get("/toggles/")


def test_log_out_on_an_ended_session_just_goes_home(hanako):
    phone = log_in_phone(hanako)
    phone.get("/mine/")
    Session.objects.all().delete()
    page = phone.submit("Log out")
    assert "HOME" in page


def test_what_is_too_much_for_the_session_still_stands_in_the_page(hanako):
    phone = phone_with_ended_session(hanako)
    page = phone.post(
        "/note/", {"text": "x" * (preserved_forms.MAX_MEMBER_CHARACTERS + 1), "title": "small"}
    )
    assert "x" * (preserved_forms.MAX_MEMBER_CHARACTERS + 1) in page.html
    stored = Session.objects.get().get_decoded()[preserved_forms.SESSION_KEY]["fields"]
    assert stored == {"title": ["small"]}


def test_who_was_nobody_gets_a_tenth_of_the_room():
    """Each anonymous row could be filled with 200 KB by a POST under an invented token."""
    stranger = PhoneClient()
    stranger.token = "x" * 22
    page = stranger.post("/note/", {"text": "x" * 20_000, "title": "small"})
    assert "x" * 20_000 in page.html
    stored = Session.objects.get().get_decoded()[preserved_forms.SESSION_KEY]["fields"]
    assert stored == {"title": ["small"]}


def test_a_kept_path_of_another_site_is_not_believed(hanako):
    phone = phone_with_ended_session(hanako)
    for path in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1"):
        page = phone.post("/note/", {"text": "x", preserved_forms.PATH_FIELD: path})
        assert "evil" not in page.html
        assert "javascript" not in page.html


def test_a_form_whose_secret_is_from_an_older_page_is_given_back(hanako):
    phone = log_in_phone(hanako)
    phone.get("/note/")
    page = phone.post("/note/", {"text": TEXT, "csrfmiddlewaretoken": "x" * 64})
    assert page.status == 403
    assert page.form("Send again", {"text"}).fields["text"] == [TEXT]
    assert "saved" in phone.submit("Send again")
