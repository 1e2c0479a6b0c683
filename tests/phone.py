"""The two browsers of the tests: a phone that keeps no cookies, and a computer that does.

    phone = PhoneClient()                   nobody is logged in; begin at "/m/", "/q/…" or any page
    phone = log_in_phone(member)            a logged-in URL session
    page = phone.get(reverse("home"))       a path; the phone puts its token before it
    page = phone.follow("Write")            a link of the last page, by its text or exact href
    page = phone.submit("Send", text="…")   a form of the last page, by its button and fields
    client = computer(member)               Django's client with a logged-in session cookie

Every answer is checked: no Set-Cookie (the probe excepted, before there is a session), nothing
outside linked but from /out/, inside links carry the token, accesskeys are unique.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.middleware.csrf import CSRF_SESSION_KEY
from django.test import Client, RequestFactory

from accounts.models import Member
from accounts.urlsession.api import start_url_session
from accounts.urlsession.backend import SessionStore
from accounts.urlsession.clients import address_hash, browser_id
from accounts.urlsession.context import (
    SessionContext,
    SessionMode,
    activate_context,
    get_request_context,
)
from accounts.urlsession.tokens import hash_token
from tests.form_client import FormClient, encoded
from tests.page import Form, Page, html_of

FLIP_PHONE = "Mozilla/5.0 (Linux; Android 5.1; F-01J) AppleWebKit/537.36 Chrome/49 Mobile"
COMPUTER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

_PREFIX = re.compile(r"/s/([A-Za-z0-9_-]{22})(/|$)")
_WITHOUT_TOKEN = ("/s/", "/out/", "/q/", "/p/", "/m/", "/static/")
_REDIRECTS = (301, 302, 303, 307, 308)


class PhoneClient:
    """A browser without cookies. `page` is the last page, `hops` the redirects that led to it."""

    def __init__(self, user_agent: str = FLIP_PHONE, **extra: Any) -> None:
        self._client = FormClient(enforce_csrf_checks=True, HTTP_USER_AGENT=user_agent, **extra)
        self.user_agent = user_agent
        self.token = ""
        self.page: Page | None = None
        self.hops: list[str] = []
        self.requests = 0

    @property
    def base(self) -> str:
        """What stands before every path: "/s/<token>" or ""."""
        return f"/s/{self.token}" if self.token else ""

    def get(self, path: str, *, bare: bool = False, **extra: Any) -> Page:
        """Opens a path, under the phone's token unless `bare`; follows redirects."""
        if self.base and not bare and not path.startswith(_WITHOUT_TOKEN):
            path = self.base + path
        return self._go("GET", path, extra=extra)

    def follow(self, link: str) -> Page:
        """Opens a link of the last page, by its text or its exact href."""
        assert self.page is not None, "There is no page yet."
        return self._go("GET", urljoin(self.page.path, self.page.link(link).href))

    def submit(
        self, button: str = "", fields: Mapping[str, Any] | None = None, /, **more: Any
    ) -> Page:
        """Sends a form of the last page: the first with this button and these fields.

        A value may be a list or a file; None unticks a box. A field that the page does not have
        cannot be typed in.
        """
        assert self.page is not None, "There is no page yet."
        typed = {**(fields or {}), **more}
        form = self.page.form(button, set(typed))
        data = filled(form, button, typed)
        action = urljoin(self.page.path, form.action)
        if form.method == "get":
            return self._go("GET", f"{action.partition('?')[0]}?{self._query(data)}")
        return self._go("POST", action, data)

    def post(self, path: str, data: Mapping[str, Any], *, bare: bool = False) -> Page:
        """Sends what no page offered: for attacks and for forms of an earlier page."""
        if self.base and not bare and not path.startswith(_WITHOUT_TOKEN):
            path = self.base + path
        return self._go("POST", path, dict(data))

    def forget(self) -> None:
        """The phone closes its browser: no token, no page."""
        self.token, self.page = "", None

    def _query(self, data: Mapping[str, Any]) -> str:
        return urlencode(data, doseq=True)

    def _go(
        self,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
        *,
        extra: Mapping[str, Any] | None = None,
    ) -> Page:
        self.hops = []
        while True:
            response = self._send(method, path, data, dict(extra or {}))
            if response.status_code not in _REDIRECTS:
                break
            assert len(self.hops) < 8, f"Redirected without end: {self.hops}"
            # Old phones are told absolute addresses; here a page of ours is its path.
            path = urljoin(path, response["Location"].removeprefix("http://testserver"))
            self.hops.append(path)
            method, data = "GET", None
        self.page = self._read(path, response)
        return self.page

    def _send(
        self, method: str, url: str, data: Mapping[str, Any] | None, extra: dict[str, Any]
    ) -> Any:
        parts = urlsplit(url)
        assert parts.netloc in ("", "testserver"), f"The phone was sent outside: {url}"
        self._client.cookies.clear()
        self.requests += 1
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if method == "GET":
            response: Any = self._client.get(path, secure=parts.scheme == "https", **extra)
        else:
            body, content_type = encoded(data or {})
            response = self._client.post(path, body, content_type=content_type, **extra)
        allowed = set() if _PREFIX.match(parts.path) else {"probe"}
        assert set(response.cookies) <= allowed, f"{path} set {set(response.cookies)}"
        return response

    def _read(self, url: str, response: Any) -> Page:
        path = urlsplit(url).path
        if match := _PREFIX.match(path):
            self.token = match[1]
        elif not path.startswith(("/out/", "/static/", "/@")):
            self.token = ""
        page = Page(html_of(response), status=response.status_code, path=url, response=response)
        check_page(page)
        # The page's own address may lack the token, or have an ended one; its links know.
        for address in [*(link.href for link in page.links), *(one.action for one in page.forms)]:
            if match := _PREFIX.match(address):
                self.token = match[1]
        return page


def check_page(page: Page) -> None:
    """What holds for every page that a phone gets."""
    keys = page.accesskeys
    assert len(keys) == len(set(keys)), f"{page.path}: accesskeys twice in {keys}"
    is_under_token = bool(_PREFIX.match(urlsplit(page.path).path))
    tokens = set()
    addresses = [link.href for link in page.links] + [form.action for form in page.forms]
    for address in [*addresses, *page.sources]:
        parts = urlsplit(address)
        is_inside = parts.scheme in ("", "data", "mailto") and not parts.netloc
        is_shared = parts.netloc == "testserver" and not _PREFIX.match(parts.path)
        at_the_door = page.path.startswith("/out/")
        assert is_inside or is_shared or at_the_door, f"{page.path}: outside address {address}"
        if carried := _PREFIX.match(parts.path):
            tokens.add(carried[1])
        elif (
            page.status < 400 and is_under_token and parts.path.startswith("/") and not parts.netloc
        ):
            exempt = parts.path.startswith(("/out/", "/static/"))
            assert exempt, f"{page.path}: {address} lacks the token"
    # One only; not always that of the page's address, which may have ended with this answer.
    assert len(tokens) <= 1, f"{page.path}: more than one token in {addresses}"


def log_in_phone(
    member: Member, *, user_agent: str = FLIP_PHONE, device: str = "", **extra: Any
) -> PhoneClient:
    """A phone on which the member is logged in, without having gone through any page."""
    phone = PhoneClient(user_agent, **extra)
    request = RequestFactory(HTTP_USER_AGENT=user_agent, **extra).get("/")
    with activate_context(_context(request)):
        start_url_session(request, device=device)
        _log_in(request, member)
        phone.token = _raw_token(request)
    return phone


def computer(member: Member | None = None, *, user_agent: str = COMPUTER, **extra: Any) -> Client:
    """A browser that keeps cookies; with a member, one on which that member is logged in."""
    client = FormClient(HTTP_USER_AGENT=user_agent, **extra)
    if member is None:
        return client
    request = RequestFactory(HTTP_USER_AGENT=user_agent, **extra).get("/")
    context = _context(request)
    with activate_context(context):
        context.mode = SessionMode.COOKIE
        request.session = SessionStore()
        _log_in(request, member)
        client.cookies[settings.SESSION_COOKIE_NAME] = _raw_token(request)
    return client


def session_key_of(browser: PhoneClient | Client) -> str:
    """The key (hash) of a browser's session."""
    raw = browser.token if isinstance(browser, PhoneClient) else browser.cookies["sessionid"].value
    return hash_token(raw)


def _log_in(request: HttpRequest, member: Member) -> None:
    """Logs in as a view would, the form secret stored as CSRF's middleware would."""
    login(request, member, backend=BACKEND)
    request.session[CSRF_SESSION_KEY] = request.META["CSRF_COOKIE"]
    request.session.save()


def _context(request: HttpRequest) -> SessionContext:
    context = SessionContext(browser=browser_id(request), address=address_hash(request))
    request.urlsession = context  # type: ignore[attr-defined]
    request.session = SessionStore()
    return context


def _raw_token(request: HttpRequest) -> str:
    return get_request_context(request).minted[str(request.session.session_key)]


def filled(form: Form, button: str, typed: Mapping[str, Any]) -> dict[str, list[Any]]:
    data: dict[str, list[Any]] = {name: list(values) for name, values in form.fields.items()}
    for name, value in typed.items():
        if value is None:
            data.pop(name, None)
        else:
            data[name] = list(value) if isinstance(value, list | tuple) else [value]
    pressed = form.button(button) if button else next(iter(form.buttons), None)
    if pressed and pressed[1]:
        data[pressed[1]] = [pressed[2]]
    return data
