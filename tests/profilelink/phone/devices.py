"""Phones and browsers of the tests, each with the habits of its kind; gateway.py has them act.

The habits are those of the makers' guides and of people who measured them: who keeps cookies, how
many redirects are followed, who sends a Referer, how large a page may be, in which encoding a form
comes back. A GET form drops the query of its action in every browser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from profilelink.phone.carriers import Carrier


@dataclass(frozen=True)
class Device:
    """`redirects`: followed in a row; `page_limit`: bytes with pictures, 0 for none that matters;
    `says_charset`: forms name their encoding in the Content-Type; `carrier`: of the lane's phones;
    `scans`: reads QR codes; `folder`: what it sends before the name of a file, as some sent all of
    it; `display`: which page of mixi's fits."""

    name: str
    user_agent: str
    carrier: Carrier | None = None
    keeps_cookies: bool = False
    redirects: int = 10
    sends_referer: bool = True
    page_limit: int = 0
    says_charset: bool = False
    can_upload: bool = True
    scans: bool = False
    folder: str = ""
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
           sends_referer=False, page_limit=30_000, can_upload=False, scans=True),
    Device("i-mode 2.0", "DoCoMo/2.0 P07A3(c500;TB;W24H15)", DOCOMO, keeps_cookies=True,
           redirects=4, page_limit=500_000, scans=True),
    Device("au WAP2", "KDDI-SH3F UP.Browser/6.2_7.2.7.1.K.3.330 (GUI) MMP/2.0", AU,
           keeps_cookies=True, redirects=6, page_limit=9_000,
           headers={"HTTP_X_UP_DEVCAP_SCREENPIXELS": "240,268", "HTTP_X_UP_SUBNO": "05000000000000_xx.ezweb.ne.jp"}, scans=True),
    Device("J-PHONE C", "J-PHONE/3.0/J-SH06_a", SOFTBANK, redirects=2, page_limit=6_000,
           can_upload=False),
    Device("J-PHONE P", "J-PHONE/4.3/V603SH/SNXXXX0000000", SOFTBANK, redirects=3,
           page_limit=12_000, can_upload=False, headers={"HTTP_X_JPHONE_UID": "1234567890123456"}, scans=True),
    Device("SoftBank 3GC", "SoftBank/1.0/930SH/SHJ001/SN000 Browser/NetFront/3.4", SOFTBANK,
           keeps_cookies=True, redirects=3, page_limit=300_000, says_charset=True, scans=True),
    Device("Willcom", "Mozilla/3.0(WILLCOM;KYOCERA/WX310K/2;1.2.2.16.000000/0.1/C100) Opera 7.0",
           DOCOMO, keeps_cookies=True, page_limit=100_000, folder="\\My Documents\\画像\\"),
    Device("garaho", "Mozilla/5.0 (Linux; Android 5.1; F-01J Build/V10R; wv) Chrome/55.0 Mobile",
           keeps_cookies=True, display="touch", scans=True),
    Device("KaiOS", "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
           keeps_cookies=True, display="touch"),
    Device("Opera Mini", "Opera/9.80 (J2ME/MIDP; Opera Mini/4.2.18887/37.9389; U; ja) Presto/2.12",
           keeps_cookies=True, headers={"HTTP_X_OPERAMINI_PHONE_UA": "DoCoMo/2.0 N906i(c100;TB)"}),
    Device("a touch phone without cookies",
           "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile", display="touch", scans=True),
    Device("Lynx", "Lynx/2.9.0dev.12 libwww-FM/2.14SSL-MM/1.4.1", display="pc"),
    Device("w3m", "w3m/0.5.3+git20230121", display="pc"),
    Device("Dillo", "Dillo/3.0.5", sends_referer=False, display="pc"),
]  # fmt: skip
