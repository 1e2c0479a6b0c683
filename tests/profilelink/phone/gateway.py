"""A client with a device's habits, as its network's gateway enforced them: every answer must suit.

Checked on each answer: redirects in a row, cookies, the page with its pictures within the limit,
Content-Length, absolute Location, charset, lengths of our own addresses, names of fields.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urljoin, urlsplit

from django.conf import settings

from accounts.models import Member
from profilelink.phone.carriers import Carrier
from profilelink.phone.decoding import decode_cp932
from profilelink.phone.pictograms import pictograms_of
from tests.page import Form, Page
from tests.phone import PhoneClient, check_page, log_in_phone
from tests.profilelink.phone.devices import Device

# SoftBank's gateway keeps these names for itself; docomo wants a character first.
RESERVED = {
    "pid", "sid", "uid", "lid", "gid", "rpid", "rsid", "nl", "cl", "ol", "pl", "prc", "cnt", "reg",
    "vsekey", "vsernk",
}  # fmt: skip
FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
MAX_ADDRESS_LENGTH = 255  # bytes: RFC 2616, section 3.2.1, warns of more
BOUNDARY = "----9x0gateway"
# What each carrier's phones show; docomo's show no PNG, and J-PHONE's first ones no GIF.
PICTURES = {
    Carrier.DOCOMO: {"image/gif", "image/jpeg"},
    Carrier.AU: {"image/gif", "image/jpeg", "image/png"},
    Carrier.SOFTBANK: {"image/png", "image/jpeg", "image/gif"},
}


class DeviceClient(PhoneClient):
    """A PhoneClient with a device's habits. Every answer must suit the device."""

    def __init__(self, device: Device) -> None:
        # English, so that one story is told on every device: a lane of Shift_JIS would be in Japanese.
        super().__init__(device.user_agent, **{"HTTP_ACCEPT_LANGUAGE": "en", **device.headers})
        self.device = device
        self.largest = 0
        self._sending: Form | None = None

    def log_in(self, member: Member) -> None:
        """As log_in_phone(): in, without a page. Only for devices that keep no cookies."""
        self.token = log_in_phone(member, user_agent=self.device.user_agent).token

    def submit(
        self, button: str = "", fields: Mapping[str, Any] | None = None, /, **more: Any
    ) -> Page:
        assert self.page is not None
        self._sending = self.page.form(button, {*(fields or {}), *more})
        try:
            return super().submit(button, fields, **more)
        finally:
            self._sending = None

    def _send(
        self, method: str, url: str, data: Mapping[str, Any] | None, extra: dict[str, Any]
    ) -> Any:
        if not self.device.keeps_cookies:
            self._client.cookies.clear()
        assert len(self.hops) <= self.device.redirects, f"{self.device}: {self.hops}"
        parts = urlsplit(url)
        assert parts.netloc in ("", "testserver"), f"Sent outside: {url}"
        self.requests += 1
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if self.page is not None and self.device.sends_referer:
            extra = {"HTTP_REFERER": urljoin("http://testserver/", self.page.path), **extra}
        if method == "GET":
            response: Any = self._client.get(path, **extra)
        else:
            body, kind = self._body(data or {})
            response = self._client.post(path, body, content_type=kind, **extra)
        self._check(path, response)
        return response

    def _check(self, path: str, response: Any) -> None:
        device = self.device
        if not device.keeps_cookies:
            is_under_token = path.startswith("/s/")
            assert set(response.cookies) <= (set() if is_under_token else {"probe"}), path
        if device.carrier is not None:
            assert response["Content-Length"] == str(len(response.getvalue()))
            if location := response.get("Location"):
                assert location.startswith(f"{settings.PUBLIC_URL}/"), location
            if response["Content-Type"].startswith("text/html"):
                assert response["Content-Type"] == "text/html; charset=Shift_JIS"
        size = len(response.getvalue())
        assert not device.page_limit or size <= device.page_limit, f"{path}: {size} bytes"
        if response["Content-Type"].startswith("text/html"):
            self.largest = max(self.largest, size)

    def _read(self, url: str, response: Any) -> Page:
        """The page, in the characters of this phone: pictograms are seen, not their codes."""
        page = super()._read(url, response)
        if self.device.carrier is None or not page.html:
            return page
        html = decode_cp932(response.getvalue(), self.device.carrier)
        page = Page(html, status=page.status, path=page.path, response=response)
        if not self.device.keeps_cookies:
            check_page(page)
        self._look_at_forms(page)
        self._look_at_addresses(page)
        return page

    def _look_at_forms(self, page: Page) -> None:
        for form in page.forms:
            assert not form.names & RESERVED, form.names
            assert all(FIELD_NAME.fullmatch(name) for name in form.names), form.names

    def _look_at_addresses(self, page: Page) -> None:
        """Ours are short, and the pictures, which the browser fetches, fit into the page's limit."""
        own = [*(link.href for link in page.links), *(form.action for form in page.forms)]
        for address in own:
            whole = urljoin(f"{settings.PUBLIC_URL}{page.path}", address)
            is_ours = whole.startswith(settings.PUBLIC_URL)
            assert not is_ours or len(whole.encode()) <= MAX_ADDRESS_LENGTH, whole
        size = len(page.response.getvalue())
        for source in page.sources:
            if source.startswith("data:"):
                continue
            picture: Any = self._client.get(urljoin(page.path, source))
            assert picture.status_code == 200, source
            assert picture["Content-Type"] in PICTURES[self.device.carrier], source
            size += len(picture.getvalue())
        assert not self.device.page_limit or size <= self.device.page_limit, (
            f"{page.path} with its pictures: {size} bytes"
        )

    def _query(self, data: Mapping[str, Any]) -> str:
        return "&".join(
            f"{quote_plus(self.typed(name))}={quote_plus(self.typed(value))}"
            for name, value in _pairs(data)
        )

    def _body(self, data: Mapping[str, Any]) -> tuple[bytes, str]:
        """Files go only by a form that asks for them so, and then all of it is in parts."""
        form = self._sending
        if form is None or form.enctype != "multipart/form-data" or not self.device.can_upload:
            is_plain = all(isinstance(value, str) for _, value in _pairs(data))
            assert is_plain, f"{self.device} sends no files by this form."
            kind = "application/x-www-form-urlencoded"
            said = "; charset=Shift_JIS" if self.device.says_charset else ""
            return self._query(data).encode("ascii"), kind + said
        parts = [self._part(name, value) for name, value in _pairs(data)]
        parts += [self._file(name, "", b"") for name in form.files - set(data)]
        line = b"--" + BOUNDARY.encode()
        body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
        return body, f"multipart/form-data; boundary={BOUNDARY}"

    def _part(self, name: str, value: Any) -> bytes:
        if isinstance(value, Path):  # the field's own; without a form in parts no file goes
            file = self.device.folder + value.name
            return self._file(name, file, value.read_bytes())
        head = b'Content-Disposition: form-data; name="' + self.typed(name) + b'"\r\n'
        if self.device.says_charset:
            head += b"Content-Type: text/plain; charset=Shift_JIS\r\n"
        return head + b"\r\n" + self.typed(value)

    def _file(self, name: str, file: str, content: bytes) -> bytes:
        kind = b"image/jpeg" if content else b"application/octet-stream"
        return (
            b'Content-Disposition: form-data; name="%s"; filename="%s"\r\n'
            % (self.typed(name), self.typed(file))
            + b"Content-Type: %s\r\n\r\n" % kind
            + content
        )

    def typed(self, text: str) -> bytes:
        """What the phone sends for characters: its page's encoding, pictograms by their codes."""
        text = re.sub("\r?\n", "\r\n", text)
        if self.device.carrier is None:
            return text.encode()
        codes = {sign: code for code, sign in pictograms_of(self.device.carrier).of_code.items()}
        pattern = "|".join(sorted(map(re.escape, codes), key=len, reverse=True))
        parts = re.split(f"({pattern})", text)
        return b"".join(
            codes.get(part) or part.encode("cp932", "xmlcharrefreplace") for part in parts
        )


def _pairs(data: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [
        (name, value)
        for name, values in data.items()
        for value in (values if isinstance(values, list | tuple) else [values])
    ]
