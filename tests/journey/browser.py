"""A person at a browser, over real HTTP: follows links and fills in forms that stand on the page.

`Browser(keeps_cookies=False)` is the phone: it sends no cookie, and whatever the site offers is
kept in `cookies_offered`. No address is ever made up: `open` is for what a person types or scans,
all else comes off a page. Fields are named by their labels, as a person reads them. Every page
seen is kept in `pages`, for the checks that come after the story. tests.journey.w3m and
tests.journey.chromium are the same person at other browsers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from tests.page import Field, Form, Page


class Seen(Page):
    """A page, and where it was found."""

    def __init__(self, response: requests.Response) -> None:
        kind = response.headers.get("Content-Type", "").lower()
        self.charset = "cp932" if "shift_jis" in kind else "utf-8"
        self.url = response.url
        self.file = response.content  # as it came, for what is no page
        self.headers = response.headers
        content = response.content.decode(self.charset, "replace")
        super().__init__(
            content if "html" in kind else "",
            status=response.status_code,
            path=urlsplit(self.url).path,
        )
        self.html = content

    def shows(self, *words: str) -> bool:
        """As it reads, or on a button."""
        labels = [label for form in self.forms for label, _name, _value in form.buttons]
        return all(word in self.text or any(word in label for label in labels) for word in words)


class Browser:
    patience = 30  # seconds for a page

    def __init__(self, site: str, *, keeps_cookies: bool, agent: str, language: str = "en") -> None:
        self.site = site.rstrip("/")
        self.keeps_cookies = keeps_cookies
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update({"User-Agent": agent, "Accept-Language": language})
        self.page: Seen = None  # type: ignore[assignment]
        self.pages: list[Seen] = []
        self.requests = 0
        self.cookies_offered: list[str] = []

    def close(self) -> None:
        self.http.close()

    # -- going somewhere ---------------------------------------------------------------------------
    def open(self, address: str) -> Seen:
        """What a person types, scans or has bookmarked."""
        return self._go("get", urljoin(self.site + "/", address))

    def follow(self, words: str) -> Seen:
        """Press the first link whose text holds `words`."""
        for link in self.page.links:
            if words in link.text:
                return self._go("get", urljoin(self.page.url, link.href))
        raise AssertionError(f"no link {words!r} on {self.page.url}:\n{self.page.text}")

    def follow_address(self, href: str) -> Seen:
        """Press the link with exactly this address."""
        assert any(link.href == href for link in self.page.links), f"{href} is not on the page"
        return self._go("get", urljoin(self.page.url, href))

    def shows(self, *words: str) -> bool:
        return self.page.shows(*words)

    @property
    def text(self) -> str:
        return self.page.text

    def address(self) -> str:
        return self.page.url

    # -- filling in a form -------------------------------------------------------------------------
    def fill(self, label: str, text: str) -> None:
        """Type into the field that has this label."""
        self._field(label).chosen = [text]

    def tick(self, label: str, *, on: bool = True) -> None:
        """Tick (or untick) the checkbox, or choose the radio button, that has this label."""
        ticked = self._field(label)
        if ticked.kind == "radio":
            for other in next(one for one in self.page.forms if ticked in one.controls).controls:
                if other.name == ticked.name:
                    other.chosen = []
        ticked.chosen = [ticked.value] if on else []

    def choose(self, label: str, words: str) -> None:
        """Choose the option that says `words` from the list that has this label."""
        found = self._field(label)
        found.chosen = [next(value for value, said in found.options if words == said)]

    def attach(self, label: str, path: Path) -> None:
        """Choose a file."""
        self._field(label).file = path

    def press(self, words: str) -> Seen:
        """Press the button that holds `words`: its form is sent as it now stands."""
        for form in self.page.forms:
            if pressed := form.button(words):
                return self._send(form, pressed[1:])
        raise AssertionError(f"no button {words!r} on {self.page.url}:\n{self.page.text}")

    def _field(self, label: str) -> Field:
        controls = [control for form in self.page.forms for control in form.controls]
        for control in controls:
            if label in control.label:
                return control
        labels = [control.label for control in controls]
        raise AssertionError(f"no field {label!r} on {self.page.url}: {labels}\n{self.page.text}")

    def _send(self, form: Form, pressed: tuple[str, str]) -> Seen:
        values = [(name, value) for name, many in form.fields.items() for value in many]
        values += [pressed] if pressed[0] else []
        address = urljoin(self.page.url, form.action or self.page.url)
        if form.method == "get":
            return self._go("get", address, params=values)
        files = {f.name: (f.file.name, f.file.read_bytes()) for f in form.controls if f.file}
        if not files and form.enctype == "multipart/form-data":
            return self._go("post", address, data=self._encoded(values), files={"": ("", b"")})
        return self._go("post", address, data=self._encoded(values), files=files or None)

    def _encoded(self, values: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
        charset = self.page.charset
        return [(n.encode(charset), v.encode(charset, "xmlcharrefreplace")) for n, v in values]

    # -- the wire ----------------------------------------------------------------------------------
    def _go(self, method: str, address: str, **more: Any) -> Seen:
        hops = 0
        before = self.page.url if self.page else ""
        while True:
            address, _, _ = address.partition("#")
            headers = (
                {"Referer": before}
                if before.startswith(self.site) and address.startswith(self.site)
                else {}
            )
            response = self.http.request(
                method,
                address,
                allow_redirects=False,
                timeout=self.patience,
                headers=headers,
                **more,
            )
            self.requests += 1
            self._cookies(response)
            if response.status_code not in (301, 302, 303, 307, 308):
                break
            address, method, more, hops = (
                urljoin(address, response.headers["Location"]),
                "get",
                {},
                hops + 1,
            )
            assert hops < 6, f"redirected for ever: {address}"
        self.page = Seen(response)
        self.pages.append(self.page)
        return self.page

    def _cookies(self, response: requests.Response) -> None:
        offered = response.headers.get("Set-Cookie", "")
        if offered and response.url.startswith(self.site):
            self.cookies_offered.append(offered)
        if not self.keeps_cookies:
            self.http.cookies.clear()
