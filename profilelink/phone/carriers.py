"""Old phones by carrier and generation, recognised by the beginning of the User-Agent.

This decides encoding and picture format and nothing else: not who somebody is, not whether a
browser keeps cookies. Foreign phones and full browsers carry the same words further inside, so
every pattern is anchored. Flip phones with Android, KaiOS and Opera Mini get the plain page.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal

PictureFormat = Literal["JPEG", "GIF"]


class Carrier(StrEnum):
    """A carrier, by its set of pictograms. Willcom and EMOBILE adopted docomo's for the web."""

    DOCOMO = "docomo"
    AU = "au"
    SOFTBANK = "softbank"


@dataclass(frozen=True)
class Phone:
    """Capabilities of a generation of phones.

    `width`: pixels of the screen; `page_limit`: bytes of a page with its pictures; `reads_style`:
    whether it leaves a <style> element alone; `photos`: the format all of them show.
    """

    name: str
    carrier: Carrier
    width: int
    page_limit: int
    reads_style: bool = False
    photos: PictureFormat = "JPEG"


# Widths and limits are the least of each generation: what fits there fits everywhere in it.
MOVA = Phone("mova", Carrier.DOCOMO, 120, 10_000, photos="GIF")
FOMA = Phone("FOMA 1.0", Carrier.DOCOMO, 228, 100_000)
IMODE_2 = Phone("i-mode 2.0", Carrier.DOCOMO, 240, 500_000, reads_style=True)
AU_HDML = Phone("au HDML", Carrier.AU, 120, 7_500)
AU_WAP2 = Phone("au WAP2", Carrier.AU, 228, 9_000, reads_style=True)
J_PHONE_C = Phone("J-PHONE C", Carrier.SOFTBANK, 120, 6_000)
J_PHONE_P = Phone("J-PHONE P", Carrier.SOFTBANK, 120, 12_000)
J_PHONE_W = Phone("J-PHONE W", Carrier.SOFTBANK, 228, 200_000, reads_style=True)
SOFTBANK_3GC = Phone("SoftBank 3GC", Carrier.SOFTBANK, 228, 300_000, reads_style=True)
WILLCOM = Phone("Willcom", Carrier.DOCOMO, 228, 50_000, reads_style=True)
EMOBILE = Phone("EMOBILE", Carrier.DOCOMO, 228, 300_000, reads_style=True)

_PATTERNS = [
    (re.compile(r"DoCoMo/1\.0/"), MOVA),
    (re.compile(r"DoCoMo/2\.0[ /]"), FOMA),
    (re.compile(r"DoCoMo/\d\.\d[ /]"), IMODE_2),
    (re.compile(r"(?:J-PHONE|J-EMULATOR)/[23]\.\d", re.I), J_PHONE_C),
    (re.compile(r"(?:J-PHONE|J-EMULATOR)/4\.\d", re.I), J_PHONE_P),
    (re.compile(r"(?:J-PHONE|J-EMULATOR)/5\.\d", re.I), J_PHONE_W),
    (re.compile(r"(?:Vodafone|Vemulator|SoftBank|Semulator)/\d\.\d"), SOFTBANK_3GC),
    (re.compile(r"MOT-[VC]980/"), SOFTBANK_3GC),
    (re.compile(r"KDDI-[A-Z]+\d+[A-Z]* UP\.Browser/"), AU_WAP2),
    (re.compile(r"UP\.Browser/\d"), AU_HDML),
    (re.compile(r"Mozilla/3\.0\((?:WILLCOM|DDIPOCKET);"), WILLCOM),
    (re.compile(r"emobile/\d\.\d"), EMOBILE),
]

# The cache in kilobytes: "/c20" in mova's, "(c100;" in FOMA's, "/C128)" in Willcom's.
_CACHE = re.compile(r"[/(;][cC](\d{1,3})(?=[/;)]|$)")
_IMODE_2_CACHE = 500
_SIZES = (96, 480)
_MIN_LIMIT = 5_000


def detect_phone(environ: Mapping[str, Any]) -> Phone | None:
    """Return the phone that sent the request; None for browsers that read UTF-8.

    au's and J-PHONE's gateways send the size of the screen and of a page in headers of their own.
    """
    phone = _by_name(environ.get("HTTP_USER_AGENT", "")[:300])
    if phone is None:
        return None
    screen = (
        environ.get("HTTP_X_UP_DEVCAP_SCREENPIXELS") or environ.get("HTTP_X_JPHONE_DISPLAY") or ""
    )
    if found := re.match(r"(\d{2,4})[,*]\d{2,4}$", screen):
        phone = replace(phone, width=min(max(int(found[1]), _SIZES[0]), _SIZES[1]))
    if found := re.match(r"(\d{4,6})$", environ.get("HTTP_X_UP_DEVCAP_MAX_PDU", "")):
        phone = replace(phone, page_limit=max(int(found[1]), _MIN_LIMIT))
    return phone


@lru_cache(256)
def _by_name(user_agent: str) -> Phone | None:
    phone = next((phone for start, phone in _PATTERNS if start.match(user_agent)), None)
    found = _CACHE.search(user_agent)
    kilobytes = int(found[1]) if found else 0
    if phone is FOMA and kilobytes >= _IMODE_2_CACHE:
        return replace(IMODE_2, page_limit=kilobytes * 1000)
    if phone is MOVA and not kilobytes:
        return replace(MOVA, page_limit=_MIN_LIMIT)  # before 502i the name tells no cache
    if phone in (MOVA, FOMA, WILLCOM) and kilobytes:
        return replace(phone, page_limit=max(kilobytes * 1000, _MIN_LIMIT))
    return phone
