"""A browser's label for members who ask which device this is.

For reading only: nothing is ever decided by it.
"""

import re

from django.utils.translation import gettext as _

# Old phones of the three Japanese carriers, and flip phones with Android inside; the model is
# group 1. Facts about the names: https://www.nttdocomo.co.jp/service/developer/ and its like.
_FLIP_PHONES = (
    re.compile(r"DoCoMo/\d\.\d[ /]([A-Za-z0-9]+)"),
    re.compile(r"(?:KDDI-|UP\.Browser/\S*[ -])([A-Z0-9]{4})"),
    re.compile(
        r"(?:SoftBank|Vodafone|J-PHONE)/[^/]+/([A-Za-z0-9]+)|(?:SoftBank|Vodafone)/\d\.\d/(\w+)"
    ),
    re.compile(
        r"Android [^;)]+;(?: [a-z-]+;)? ((?:F-0[1-9][A-Z]|SH-0[1-9][A-Z]|P-01J|[A-Z]{3}3[1-9]|\d{3}SH|KY[FV]\d\d|SHF\d\d|KYF\d\d|\d{3}KC|DIGNO)[A-Za-z0-9]*)"
    ),
)
# First match wins, so the special ones stand before those that they claim to be.
_BROWSERS = (
    ("Opera Mini", r"Opera Mini"),
    ("w3m", r"^w3m/"),
    ("Lynx", r"^Lynx/"),
    ("Links", r"^E?Links"),
    ("Dillo", r"^Dillo/"),
    ("NetSurf", r"NetSurf/"),
    ("NetFront", r"NetFront/"),
    ("UC Browser", r"UCBrowser/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Edge", r"Edg[AWe]?|EdgiOS"),
    ("Opera", r"OPR/|^Opera/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
    ("Internet Explorer", r"MSIE |Trident/"),
)
_SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("Mac", r"Macintosh|Mac OS X"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux|X11"),
)


def device_label(user_agent: str) -> str:
    """Label such as 'a flip phone (F-01J)', 'Opera Mini', 'Chrome on Windows', 'w3m'."""
    if "KAIOS" in user_agent.upper():
        return _("a phone with KaiOS")
    if model := _flip_phone(user_agent):
        return _("a flip phone (%(model)s)") % {"model": model}
    browser = _first_match(_BROWSERS, user_agent)
    system = _first_match(_SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("an unknown browser")


def _flip_phone(user_agent: str) -> str:
    for pattern in _FLIP_PHONES:
        if match := pattern.search(user_agent):
            return next(group for group in match.groups() if group)
    return ""


def _first_match(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, user_agent)), "")
