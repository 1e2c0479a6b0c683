"""What browsers are told about loading, keeping and finding pages."""

import base64
import hashlib
import re

import pytest

from tests.making import make_member
from tests.phone import PhoneClient, computer, log_in_phone

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urlsession.urls")]


def test_no_page_may_run_scripts_and_its_one_style_is_known_by_hash():
    page = PhoneClient().get("/")
    policy = page.response["Content-Security-Policy"]
    style = re.search(r"<style>(.*?)</style>", page.html, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "img-src 'self' data:" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script" not in policy
    assert "unsafe" not in policy


def test_the_admin_may_use_its_own_files():
    root = make_member("root", is_staff=True, is_superuser=True)
    policy = computer(root).get("/admin/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "'none'" not in policy.split(";")[0]


@pytest.mark.parametrize("path", ["/mine/", "/no-such-page/", "/mine"])
@pytest.mark.parametrize("browser", [log_in_phone, computer])
def test_what_depends_on_a_session_is_kept_by_nobody(path, browser):
    one = browser(make_member())
    response = one.get(path)
    response = getattr(response, "response", response)
    assert "no-store" in response["Cache-Control"]
    assert response["Pragma"] == "no-cache"
    assert response["X-Robots-Tag"].startswith("noindex")


def test_a_public_page_may_be_found_and_kept_by_its_reader(settings):
    response = computer().get("/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, max-age=0, must-revalidate"
    assert "X-Robots-Tag" not in response
    assert "Cookie" in response["Vary"]


def test_the_same_page_for_a_member_may_not():
    response = computer(make_member()).get("/")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/login/", "/m/", f"/s/{'A' * 22}/mine/", "/q/x", "/no-such/"])
def test_refusals_redirects_and_errors_have_the_headers_too(path):
    response = computer().get(path)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert int(response["Content-Length"]) == len(response.content)


def test_a_page_says_how_long_it_is():
    page = log_in_phone(make_member()).get("/mine/")
    assert int(page.response["Content-Length"]) == len(page.html.encode())
