"""Outside addresses leave by a page of their own, without token and without redirect."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.urlsession.models import OutTicket
from accounts.urlsession.outbound import outbound_path, safe_outbound_url, store_out_tickets
from tests.phone import PhoneClient, computer, log_in_phone

pytestmark = [pytest.mark.urls("tests.accounts.urlsession.urls")]

URL = "https://example.org/path?a=1&b=2#c"


@pytest.mark.django_db
def test_the_page_names_the_host_alone_and_the_address_to_copy():
    page = PhoneClient().get(outbound_path(URL))
    assert page.status == 200
    assert "<p><b>example.org</b></p>" in page.html
    assert URL in page
    assert page.links[0].href == URL
    assert 'rel="noreferrer"' in page.html
    assert page.response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.response["Cache-Control"]
    assert not page.response.cookies


@pytest.mark.django_db
def test_the_same_address_has_the_same_ticket_and_one_row():
    assert outbound_path(URL) == outbound_path(URL)
    assert OutTicket.objects.count() == 1
    assert len(outbound_path(URL)) == len("/out/") + 22


@pytest.mark.django_db
def test_a_ticket_cannot_be_made_up():
    assert PhoneClient().get(f"/out/{'A' * 22}").status == 404


@pytest.mark.django_db
def test_an_outlived_ticket_says_what_to_do():
    path = outbound_path(URL)
    OutTicket.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = PhoneClient().get(path)
    assert page.status == 404
    assert "Go back" in page


@pytest.mark.django_db
def test_a_page_with_many_links_reads_once_and_writes_once(hanako, django_assert_num_queries):
    phone = log_in_phone(hanako)
    query = "&".join(f"url=https://example.org/{number}" for number in range(10))
    with django_assert_num_queries(4):  # session, member, tickets read, tickets written
        phone.get(f"/outside/?{query}")
    with django_assert_num_queries(3):
        phone.get(f"/outside/?{query}")
    assert OutTicket.objects.count() == 10


@pytest.mark.django_db
def test_a_ticket_in_use_is_renewed_when_half_its_time_is_over(hanako):
    phone = log_in_phone(hanako)
    phone.get(f"/outside/?url={URL}")
    OutTicket.objects.update(expires_at=timezone.now() + timedelta(days=16))
    phone.get(f"/outside/?url={URL}")
    assert OutTicket.objects.get().expires_at < timezone.now() + timedelta(days=17)
    OutTicket.objects.update(expires_at=timezone.now() + timedelta(days=14))
    phone.get(f"/outside/?url={URL}")
    assert OutTicket.objects.get().expires_at > timezone.now() + timedelta(days=29)


@pytest.mark.django_db
def test_two_pages_that_store_the_same_ticket_at_once_do_not_quarrel():
    store_out_tickets({"x" * 22: URL})
    OutTicket.objects.bulk_create(
        [OutTicket(ticket="x" * 22, url=URL, expires_at=timezone.now())], ignore_conflicts=True
    )
    assert OutTicket.objects.count() == 1


@pytest.mark.django_db
def test_links_of_a_computer_leave_by_the_door_too(hanako):
    response = computer(hanako).get("/outside/", {"url": URL})
    assert f"href='{outbound_path(URL)}'" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://example.org/",
        "data:text/html,x",
        "https://trusted.example@evil.example/",
        "https://user:pass@example.org/",
        "https:///nohost",
        "https://",
        "//example.org/",
        "/inside/",
        "https://example.org/\nSet-Cookie: x",
        "https://example.org/ x",
        "https://exam\\ple.org/",
        "https://a.\u2100.example/",  # reads as a/c
        "https://example.org:port/",
        "https://" + "a" * 70 + ".example/",
        "https://example.org/" + "a" * 2000,
        "",
    ],
)
def test_what_is_not_safe_gets_no_way_out(url):
    assert outbound_path(url) == ""
    assert not OutTicket.objects.exists()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/"),
        ("https://日本.example/桜", "https://xn--wgv71a.example/%E6%A1%9C"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),  # IDNA 2003: strasse
        ("http://✪df.example/", "http://xn--df-oiy.example/"),
        ("https://EXAMPLE.org/A", "https://example.org/A"),
        (" https://example.org/ ", "https://example.org/"),
        ("http://127.0.0.1:8001/mixi/", "http://127.0.0.1:8001/mixi/"),
    ],
)
def test_addresses_are_offered_in_ascii(url, expected):
    assert safe_outbound_url(url) == expected


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_offered_is_ascii_http_and_stays_what_it_is(host, rest):
    for url in (host, f"https://{host}/{rest}"):
        offered = safe_outbound_url(url)
        if offered:
            assert offered.isascii()
            assert offered.startswith(("http://", "https://"))
            assert not any(char.isspace() or char in '\\"<>' for char in offered)
            assert safe_outbound_url(offered) == offered


@pytest.mark.django_db
def test_of_a_permission_page_the_host_alone_is_named(hanako):
    """Its address is 300 characters for machines, and on a phone the link stood below all of them."""
    address = "https://network.example/authorize?client_id=a&state=" + "x" * 200
    path = outbound_path(address, is_permission_page=True)
    page = PhoneClient().get(path)
    assert "permission page is at: network.example" in page
    assert "client_id" not in page.text
    assert page.link("1 Go there").href == address
    shown = PhoneClient().get(outbound_path(URL))
    assert URL in shown.text
