"""Which User-Agents count as one browser, and which as two."""

import pytest

from accounts.urlsession.browser_names import browser_names

ANDROID = "Mozilla/5.0 (Linux; Android {}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Mobile"
OPERA = "Opera/9.80 ({}) Presto/2.12.423 Version/12.16"
SAME = [
    ("DoCoMo/2.0 N906i(c100;TB;W24H16)", "DoCoMo/2.0 N906i(c100;TB;W20H13;ser123456789012345)"),
    ("DoCoMo/1.0/F505i/c20/TB/W20H10", "DoCoMo/1.0/F505i/c10/TB/W24H12"),
    ("SoftBank/1.0/930SH/SHJ001/SN1 Browser/NetFront/3.4", "SoftBank/1.0/930SH/SHJ002 Browser/NetFront/3.5"),
    (ANDROID.format("5.1; SH-01J Build/V10", "49.0.1"), ANDROID.format("6.0; SH-01J Build/V20; wv", "140.0.2")),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; rv:140.0) Gecko/20100101 Firefox/140.0", "Mozilla/5.0 (Windows NT 11.0; rv:141.0) Gecko/20100101 Firefox/141.0"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605 Version/18.1 Mobile/15E148 Safari/604", "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/606 Version/19.0 Mobile/16A1 Safari/605"),
    ("Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5", "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:84.0) Gecko/84.0 Firefox/84.0 KAIOS/3.1"),
    (OPERA.format("J2ME/MIDP; Opera Mini/7.1.32052/29.3709; U; ja"), OPERA.format("Linux; Opera Mini/8.0.1/37.9389; U; en")),
    ("ELinks/0.13.2 (textmode; Linux 6.1 x86_64; 80x24-2)", "ELinks/0.13.3 (textmode; Linux 6.6 x86_64; 132x43-2)"),
    ("w3m/0.5.3+git20230121", "w3m/0.5.4"),
]  # fmt: skip
OTHER = [
    (ANDROID.format("5.1; SH-01J Build/V10", "49"), ANDROID.format("5.1; F-02J Build/V10", "49")),
    ("Mozilla/5.0 (Linux; U; Android 4.4.4; ja-jp; SHF31 Build/S) Safari/537", "Mozilla/5.0 (Linux; U; Android 4.4.4; ja-jp; SHF32 Build/S) Safari/537"),
    ("DoCoMo/1.0/F505i/c20/TB/W20H10", "DoCoMo/1.0/D503i/c20/TB/W20H10"),
    ("J-PHONE/3.0/J-SH06_a", "J-PHONE/3.0/J-SH07_a"),
    ("KDDI-SN3P UP.Browser/6.2 (GUI) MMP/2.0", "KDDI-SH3F UP.Browser/6.2 (GUI) MMP/2.0"),
    ("Mozilla/3.0(WILLCOM;KYOCERA/WX310K/2;1.2.2) Opera 7.0", "Mozilla/3.0(WILLCOM;SHARP/WS003SH/2;1.2.2) Opera 7.0"),
    ("Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) KAIOS/2.5", "Mozilla/5.0 (Mobile; ALCATEL; rv:48.0) KAIOS/2.5"),
    ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/537 Chrome/140 Safari/537"),
    ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1)", "Mozilla/4.0 (Windows NT 6.1)"),
    ("w3m/0.5.3", "Lynx/2.9.0 libwww-FM/2.14"),
    ("w3m/0.5.3", ""),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_an_update_or_a_setting_leaves_it_the_same_browser(one, other):
    assert browser_names(one) == browser_names(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_model_or_engine_is_another_browser(one, other):
    assert browser_names(one) != browser_names(other)
