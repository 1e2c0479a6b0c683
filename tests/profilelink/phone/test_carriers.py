"""Names of phones, as they stood in logs of their time, and what is taken from them."""

from __future__ import annotations

import pytest

from profilelink.phone import carriers
from profilelink.phone.carriers import detect_phone

LANES = [
    ("DoCoMo/1.0/D501i", "mova", 5_000),
    ("DoCoMo/1.0/D503i/c10", "mova", 10_000),
    ("DoCoMo/1.0/F505i/c20/TB/W20H10", "mova", 20_000),
    ("DoCoMo/1.0/P503i/c10/serNMABH200331", "mova", 10_000),
    ("DoCoMo/1.0/eggy/c300/s32/kPHS-K", "mova", 300_000),
    ("DoCoMo/2.0 P903i", "FOMA 1.0", 100_000),
    ("DoCoMo/2.0 N906i(c100;TB;W24H16)", "FOMA 1.0", 100_000),
    ("DoCoMo/2.0 SO905i(c100;XX;W24H18", "FOMA 1.0", 100_000),
    ("DoCoMo/2.0 MST_v_SH2101V(c100;TB;W22H12)", "FOMA 1.0", 100_000),
    ("DoCoMo/2.0 ISIM0505(c100;TB;W24H12)", "FOMA 1.0", 100_000),
    ("DoCoMo/2.0 P07A3(c500;TB;W24H15)", "i-mode 2.0", 500_000),
    ("KDDI-HI31 UP.Browser/6.2.0.5 (GUI) MMP/2.0", "au WAP2", 9_000),
    ("KDDI-SH3F UP.Browser/6.2_7.2.7.1.K.3.330 (GUI) MMP/2.0", "au WAP2", 9_000),
    ("KDDI-CA39 UP.Browser/6.2.0.13.1.5 (GUI) MMP/2.0", "au WAP2", 9_000),
    ("UP.Browser/3.04-TS14 UP.Link/3.4.4", "au HDML", 7_500),
    ("J-PHONE/2.0/J-DN02", "J-PHONE C", 6_000),
    ("J-PHONE/3.0/J-SH06_a", "J-PHONE C", 6_000),
    ("J-PHONE/4.3/V603SH/SNXXXX0000000 SH/0007aa Profile/MIDP-1.0", "J-PHONE P", 12_000),
    ("J-PHONE/5.0/V801SA/SN0000000 SA/0001JP Profile/MIDP-1.0", "J-PHONE W", 200_000),
    ("Vodafone/1.0/V904SH/SHJ001 Browser/VF-NetFront/3.3", "SoftBank 3GC", 300_000),
    ("MOT-V980/80.2F.2E. MIB/2.2.1 Profile/MIDP-2.0", "SoftBank 3GC", 300_000),
    ("SoftBank/1.0/930SH/SHJ001/SN000 Browser/NetFront/3.4", "SoftBank 3GC", 300_000),
    ("SoftBank/2.0/004SH/SHJ001 Browser/NetFront/3.5", "SoftBank 3GC", 300_000),
    ("Mozilla/3.0(WILLCOM;KYOCERA/WX310K/2;1.2.2.16.000000/0.1/C100)", "Willcom", 100_000),
    ("Mozilla/3.0(DDIPOCKET;JRC/AH-J3001V,AH-J3002V/1.0/0100/c50)CNF/2.0", "Willcom", 50_000),
    ("emobile/1.0.0 (H11T; like Gecko; Wireless) NetFront/3.4", "EMOBILE", 300_000),
]

PLAIN = [
    "",
    "Mozilla/5.0 (Linux; Android 5.1; F-01J) AppleWebKit/537.36 Chrome/49 Mobile",
    "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
    "Opera/9.80 (J2ME/MIDP; Opera Mini/4.2.18887/37.9389; U; ja) Presto/2.12.423",
    "Mozilla/4.08 (N905imyu_W;FOMA;c500;TB)",
    "Mozilla/5.0 (F02B;FOMA;like Gecko)",
    "Mozilla/4.0 (compatible; MSIE 6.0; KDDI-SA39) Opera 8.60 [ja]",
    "NOKIA-RM-11/V 4.09 UP.Browser/6.2.3 (GUI) MMP/2.0",
    "MOT-RAZRV3xx/96.64.21P BER2.2 Mozilla/4.0",
    "Nokia6630/1.0 (2.3.129) SymbianOS/8.0 Series60/2.6",
    "Lynx/2.9.0dev.12 libwww-FM/2.14SSL-MM/1.4.1",
    "w3m/0.5.3+git20230121",
    "a page about DoCoMo/2.0 N906i(c100;TB;W24H16)",
]


@pytest.mark.parametrize(("user_agent", "name", "limit"), LANES)
def test_an_old_phone_is_known_by_its_name(user_agent: str, name: str, limit: int) -> None:
    phone = detect_phone({"HTTP_USER_AGENT": user_agent})
    assert phone is not None
    assert (phone.name, phone.page_limit) == (name, limit)


@pytest.mark.parametrize("user_agent", PLAIN)
def test_every_other_browser_gets_the_plain_page(user_agent: str) -> None:
    assert detect_phone({"HTTP_USER_AGENT": user_agent}) is None


def test_the_gateways_own_headers_tell_the_screen_and_the_page() -> None:
    au = {
        "HTTP_USER_AGENT": "KDDI-SH3F UP.Browser/6.2_7.2.7.1.K.3.330 (GUI) MMP/2.0",
        "HTTP_X_UP_DEVCAP_SCREENPIXELS": "468,706",
        "HTTP_X_UP_DEVCAP_MAX_PDU": "131072",
    }
    phone = detect_phone(au)
    assert phone is not None
    assert (phone.width, phone.page_limit) == (468, 131_072)
    j_phone = detect_phone(
        {"HTTP_USER_AGENT": "J-PHONE/4.3/V603SH", "HTTP_X_JPHONE_DISPLAY": "240*320"}
    )
    assert j_phone is not None
    assert j_phone.width == 240


@pytest.mark.parametrize(("pixels", "pdu"), [("9999,1", "999999999"), ("0,0", "0"), ("x", "-5")])
def test_a_header_that_makes_no_sense_changes_little(pixels: str, pdu: str) -> None:
    phone = detect_phone(
        {
            "HTTP_USER_AGENT": "KDDI-HI31 UP.Browser/6.2.0.5 (GUI) MMP/2.0",
            "HTTP_X_UP_DEVCAP_SCREENPIXELS": pixels,
            "HTTP_X_UP_DEVCAP_MAX_PDU": pdu,
        }
    )
    assert phone is not None
    assert 96 <= phone.width <= 480
    assert phone.page_limit == carriers.AU_WAP2.page_limit
