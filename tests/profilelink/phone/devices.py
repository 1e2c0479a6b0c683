"""Phones and browsers of the tests, each with the habits of its kind, and a client that has them.

The habits are those of the makers' guides and of people who measured them: who keeps cookies, how
many redirects are followed, who sends a Referer, how large a page may be, in which encoding a form
comes back. A GET form drops the query of its action in every browser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlsplit

from django.conf import settings

from accounts.models import Member
from profilelink.phone.carriers import Carrier
from profilelink.phone.pictograms import pictograms
from profilelink.phone.reading import read_cp932
from tests.page import Page
from tests.phone import PhoneClient, check_page, log_in_phone

# SoftBank's gateway keeps these names for itself; docomo wants a letter first.
RESERVED = {
    "pid", "sid", "uid", "lid", "gid", "rpid", "rsid", "nl", "cl", "ol", "pl", "prc", "cnt", "reg",
    "vsekey", "vsernk",
}  # fmt: skip
FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Device:
    """`redirects`: followed in a row; `page_limit`: bytes, 0 for none that matters;
    `says_charset`: forms name their encoding in the Content-Type; `carrier`: of the lane's phones; `display`: which page of mixi's fits."""

    name: str
    user_agent: str
    carrier: Carrier | None = None
    keeps_cookies: bool = False
    redirects: int = 10
    sends_referer: bool = True
    page_limit: int = 0
    says_charset: bool = False
    can_upload: bool = True
    picture: str = "JPEG"
    display: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name

    @property
    def is_flip_phone(self) -> bool:
        """Whether mixi's page for the handsets of its time fits."""
        return self.carrier is not None


DOCOMO, AU, SOFTBANK = Carrier

DEVICES = [
    Device("mova", "DoCoMo/1.0/F505i/c20/TB/W20H10", DOCOMO, redirects=4, sends_referer=False,
           page_limit=20_000, can_upload=False, picture="GIF"),
    Device("mova 503i", "DoCoMo/1.0/D503i/c10", DOCOMO, redirects=4, sends_referer=False,
           page_limit=10_000, can_upload=False, picture="GIF"),
    Device("FOMA 1.0", "DoCoMo/2.0 N906i(c100;TB;W24H16)", DOCOMO, redirects=4,
           sends_referer=False, page_limit=30_000, can_upload=False),
    Device("i-mode 2.0", "DoCoMo/2.0 P07A3(c500;TB;W24H15)", DOCOMO, keeps_cookies=True,
           redirects=4, page_limit=500_000),
    Device("au WAP2", "KDDI-SH3F UP.Browser/6.2_7.2.7.1.K.3.330 (GUI) MMP/2.0", AU,
           keeps_cookies=True, redirects=6, page_limit=9_000,
           headers={"HTTP_X_UP_DEVCAP_SCREENPIXELS": "240,268", "HTTP_X_UP_SUBNO": "05000000000000_xx.ezweb.ne.jp"}),
    Device("J-PHONE C", "J-PHONE/3.0/J-SH06_a", SOFTBANK, redirects=2, page_limit=6_000,
           can_upload=False),
    Device("J-PHONE P", "J-PHONE/4.3/V603SH/SNXXXX0000000", SOFTBANK, redirects=3,
           page_limit=12_000, can_upload=False, headers={"HTTP_X_JPHONE_UID": "1234567890123456"}),
    Device("SoftBank 3GC", "SoftBank/1.0/930SH/SHJ001/SN000 Browser/NetFront/3.4", SOFTBANK,
           keeps_cookies=True, redirects=3, page_limit=300_000, says_charset=True),
    Device("Willcom", "Mozilla/3.0(WILLCOM;KYOCERA/WX310K/2;1.2.2.16.000000/0.1/C100) Opera 7.0",
           DOCOMO, keeps_cookies=True, page_limit=100_000),
    Device("garaho", "Mozilla/5.0 (Linux; Android 5.1; F-01J Build/V10R; wv) Chrome/55.0 Mobile",
           keeps_cookies=True, display="touch"),
    Device("KaiOS", "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
           keeps_cookies=True, display="touch"),
    Device("Opera Mini", "Opera/9.80 (J2ME/MIDP; Opera Mini/4.2.18887/37.9389; U; ja) Presto/2.12",
           keeps_cookies=True, headers={"HTTP_X_OPERAMINI_PHONE_UA": "DoCoMo/2.0 N906i(c100;TB)"}),
    Device("a touch phone without cookies",
           "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile", display="touch"),
    Device("Lynx", "Lynx/2.9.0dev.12 libwww-FM/2.14SSL-MM/1.4.1", display="pc"),
    Device("w3m", "w3m/0.5.3+git20230121", display="pc"),
    Device("Dillo", "Dillo/3.0.5", sends_referer=False, display="pc"),
]  # fmt: skip


class DeviceClient(PhoneClient):
    """A PhoneClient with a device's habits. Every answer must suit the device."""

    def __init__(self, device: Device) -> None:
        super().__init__(device.user_agent, **device.headers)
        self.device = device
        self.largest = 0

    def log_in(self, member: Member) -> None:
        """As log_in_phone(): in, without a page. Only for devices that keep no cookies."""
        self.token = log_in_phone(member, user_agent=self.device.user_agent).token

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
            extra = {"HTTP_REFERER": f"http://testserver{self.page.path}", **extra}
        if method == "GET":
            response: Any = self._client.get(path, **extra)
        else:
            kind = "application/x-www-form-urlencoded"
            if self.device.says_charset:
                kind += "; charset=Shift_JIS"
            response = self._client.post(path, self._form(data or {}), content_type=kind, **extra)
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
        """The page, in the letters of this phone: pictograms are seen, not their codes."""
        page = super()._read(url, response)
        if self.device.carrier is None or not page.html:
            return page
        html = read_cp932(response.getvalue(), self.device.carrier)
        page = Page(html, status=page.status, path=page.path, response=response)
        if not self.device.keeps_cookies:
            check_page(page)
        for form in page.forms:
            assert not form.names & RESERVED, form.names
            assert all(FIELD_NAME.fullmatch(name) for name in form.names), form.names
        return page

    def _form(self, data: Mapping[str, Any]) -> str:
        pairs = [
            (name, value)
            for name, values in data.items()
            for value in (values if isinstance(values, list) else [values])
        ]
        return "&".join(
            f"{quote_plus(self.typed(n))}={quote_plus(self.typed(v))}" for n, v in pairs
        )

    def typed(self, text: str) -> bytes:
        """What the phone sends for letters: its page's encoding, pictograms by their codes."""
        if self.device.carrier is None:
            return text.encode()
        codes = {sign: code for code, sign in pictograms(self.device.carrier).of_code.items()}
        pattern = "|".join(sorted(map(re.escape, codes), key=len, reverse=True))
        parts = re.split(f"({pattern})", text)
        return b"".join(
            codes.get(part) or part.encode("cp932", "xmlcharrefreplace") for part in parts
        )
