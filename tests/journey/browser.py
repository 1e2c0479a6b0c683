"""A person at a browser, over real HTTP: follows links and fills in forms that stand on the page.

`Browser(keeps_cookies=False)` is the phone: it sends no cookie, and whatever the site offers is
kept in `cookies_offered`. No address is ever made up: `open` is for what a person types or scans,
all else comes off a page. Fields are named by their labels, as a person reads them. Every page
seen is kept in `pages`, for the checks that come after the story. tests.journey.w3m and
tests.journey.chromium are the same person at other browsers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

VOID = {"br", "hr", "img", "input", "meta", "link"}


@dataclass
class Field:
    name: str
    kind: str
    value: str
    options: list[tuple[str, str]] = field(default_factory=list)
    is_on: bool = False
    id: str = ""
    label: str = ""
    file: Path | None = None


@dataclass
class Form:
    action: str
    method: str
    encoding: str
    fields: list[Field] = field(default_factory=list)
    buttons: list[Field] = field(default_factory=list)

    def values(self) -> list[tuple[str, str]]:
        """What a browser would send if nothing was touched (without a button)."""
        return [
            (f.name, f.value)
            for f in self.fields
            if f.name and f.kind != "file" and (f.kind not in ("checkbox", "radio") or f.is_on)
        ]


@dataclass
class Link:
    text: str
    href: str
    key: str


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self.images: list[str] = []
        self.text: list[str] = []
        self._link: Link | None = None
        self._form: Form | None = None
        self._area: Field | None = None
        self._select: Field | None = None
        self._label: list[str] | None = None
        self._labels: list[list[str]] = []
        self._quiet = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {k: v or "" for k, v in attrs}
        if tag == "a" and "href" in a:
            self._link = Link("", a["href"], a.get("accesskey", ""))
        elif tag == "img":
            self.images.append(a.get("src", ""))
            self._say(f"[{a.get('alt', '')}]")
        elif tag == "form":
            self._form = Form(
                a.get("action", ""), a.get("method", "get").lower(), a.get("enctype", "")
            )
            self.forms.append(self._form)
        elif tag in ("input", "button") and self._form is not None:
            self._input(tag, a)
        elif tag == "textarea":
            self._area = Field(a.get("name", ""), "textarea", "", id=a.get("id", ""))
        elif tag == "select":
            self._select = Field(a.get("name", ""), "select", "", id=a.get("id", ""))
        elif tag == "label":
            self._label = [a.get("for", ""), ""]
            self._labels.append(self._label)
        elif tag == "option" and self._select is not None:
            self._select.options.append((a.get("value", ""), ""))
            if "selected" in a or not self._select.value:
                self._select.value = a.get("value", "")
        elif tag in ("style", "title"):
            self._quiet = True

    def _input(self, tag: str, a: dict[str, str]) -> None:
        assert self._form is not None
        kind = a.get("type", "submit" if tag == "button" else "text").lower()
        f = Field(
            a.get("name", ""), kind, a.get("value", ""), is_on="checked" in a, id=a.get("id", "")
        )
        if self._label is not None and not self._label[0]:
            self._label[0] = f.id = f.id or f"inside-{len(self._labels)}"
        if kind in ("checkbox", "radio") and "value" not in a:
            f.value = "on"
        (self._form.buttons if kind in ("submit", "image") else self._form.fields).append(f)
        self._say(f"<{f.value}>" if kind == "submit" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link is not None:
            self.links.append(self._link)
            self._link = None
        elif tag == "form":
            self._form = None
        elif tag == "label":
            self._label = None
        elif tag == "textarea" and self._area is not None:
            self._area.value = self._area.value.removeprefix("\n")
            if self._form is not None:
                self._form.fields.append(self._area)
            self._area = None
        elif tag == "select" and self._select is not None:
            if self._form is not None:
                self._form.fields.append(self._select)
            self._select = None
        elif tag in ("style", "title"):
            self._quiet = False

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.value += data
        elif self._select is not None and self._select.options:
            value, words = self._select.options[-1]
            self._select.options[-1] = (value, words + data)
        elif not self._quiet:
            self._say(data)

    def _say(self, data: str) -> None:
        self.text.append(data)
        if self._link is not None:
            self._link.text += data
        if self._label is not None:
            self._label[1] += data

    def close(self) -> None:
        super().close()
        words = {for_id: re.sub(r"\s+", " ", text).strip() for for_id, text in self._labels}
        for form in self.forms:
            for f in form.fields:
                f.label = words.get(f.id, "")


@dataclass
class Page:
    url: str
    status: int
    body: bytes
    headers: dict[str, str]
    hops: int
    links: list[Link]
    forms: list[Form]
    images: list[str]
    text: str

    @property
    def html(self) -> str:
        return self.body.decode(self.headers.get("_charset", "utf-8"))

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def shows(self, *words: str) -> bool:
        return all(word in self.text for word in words)


def _read(response: requests.Response, hops: int) -> Page:
    charset = (
        "cp932" if "shift_jis" in response.headers.get("Content-Type", "").lower() else "utf-8"
    )
    reader = _Reader()
    if "html" in response.headers.get("Content-Type", ""):
        reader.feed(response.content.decode(charset))
        reader.close()
    return Page(
        url=response.url,
        status=response.status_code,
        body=response.content,
        headers={**response.headers, "_charset": charset},
        hops=hops,
        links=reader.links,
        forms=reader.forms,
        images=reader.images,
        text=re.sub(r"\s+", " ", "".join(reader.text)).strip(),
    )


class Browser:
    def __init__(self, site: str, *, keeps_cookies: bool, agent: str, language: str = "en") -> None:
        self.site = site.rstrip("/")
        self.keeps_cookies = keeps_cookies
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.headers.update({"User-Agent": agent, "Accept-Language": language})
        self.page: Page = None  # type: ignore[assignment]
        self.pages: list[Page] = []
        self.requests = 0
        self.cookies_offered: list[str] = []

    def close(self) -> None:
        self.http.close()

    # -- going somewhere ---------------------------------------------------------------------------
    def open(self, address: str) -> Page:
        """What a person types, scans or has bookmarked."""
        return self._go("get", urljoin(self.site + "/", address))

    def follow(self, words: str) -> Page:
        """Press the first link whose text holds `words`."""
        for link in self.page.links:
            if words in link.text:
                return self._go("get", urljoin(self.page.url, link.href))
        raise AssertionError(f"no link {words!r} on {self.page.url}:\n{self.page.text}")

    def follow_address(self, href: str) -> Page:
        """Press the link with exactly this address."""
        assert any(link.href == href for link in self.page.links), f"{href} is not on the page"
        return self._go("get", urljoin(self.page.url, href))

    def press_key(self, key: str) -> Page:
        """Press a number key: the link with that accesskey."""
        for link in self.page.links:
            if link.key == key:
                return self._go("get", urljoin(self.page.url, link.href))
        raise AssertionError(f"no key {key!r} on {self.page.url}:\n{self.page.text}")

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
        self._field(label).value = text

    def tick(self, label: str, *, on: bool = True) -> None:
        """Tick (or untick) the checkbox, or choose the radio button, that has this label."""
        f = self._field(label)
        if f.kind == "radio":
            for other in next(form for form in self.page.forms if f in form.fields).fields:
                other.is_on = other.is_on and other.name != f.name
        f.is_on = on

    def choose(self, label: str, words: str) -> None:
        """Choose the option that says `words` from the list that has this label."""
        f = self._field(label)
        f.value = next(value for value, said in f.options if words == said.strip())

    def attach(self, label: str, path: Path) -> None:
        """Choose a file."""
        self._field(label).file = path

    def press(self, words: str) -> Page:
        """Press the button that holds `words`: its form is sent as it now stands."""
        for form in self.page.forms:
            for pressed in form.buttons:
                if words in pressed.value:
                    return self._send(form, pressed)
        raise AssertionError(f"no button {words!r} on {self.page.url}:\n{self.page.text}")

    def _field(self, label: str) -> Field:
        for form in self.page.forms:
            for f in form.fields:
                if label in f.label:
                    return f
        labels = [f.label for form in self.page.forms for f in form.fields]
        raise AssertionError(f"no field {label!r} on {self.page.url}: {labels}\n{self.page.text}")

    def _send(self, form: Form, pressed: Field) -> Page:
        values = form.values()
        if pressed.name:
            values.append((pressed.name, pressed.value))
        address = urljoin(self.page.url, form.action or self.page.url)
        if form.method == "get":
            return self._go("get", address, params=values)
        files = {f.name: (f.file.name, f.file.read_bytes()) for f in form.fields if f.file}
        if not files and form.encoding == "multipart/form-data":
            return self._go("post", address, data=self._encoded(values), files={"": ("", b"")})
        return self._go("post", address, data=self._encoded(values), files=files or None)

    def _encoded(self, values: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
        charset = self.page.headers.get("_charset", "utf-8")
        return [(n.encode(charset), v.encode(charset, "xmlcharrefreplace")) for n, v in values]

    # -- the wire ----------------------------------------------------------------------------------
    def _go(self, method: str, address: str, **more: Any) -> Page:
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
                method, address, allow_redirects=False, timeout=30, headers=headers, **more
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
        self.page = _read(response, hops)
        self.pages.append(self.page)
        return self.page

    def _cookies(self, response: requests.Response) -> None:
        offered = response.headers.get("Set-Cookie", "")
        if offered and response.url.startswith(self.site):
            self.cookies_offered.append(offered)
        if not self.keeps_cookies:
            self.http.cookies.clear()
