"""Email addresses in the form in which they are stored and compared.

docomo and au gave out addresses that RFC 5321 allows in quotes alone: with dots in a row, at the
beginning or before the @ (a..b.@docomo.ne.jp). Their owners type them without quotes, and mail
programs send them in either form. They are stored in quotes, which every validator and mail server
accepts. Quotes that are not needed are dropped.
"""

from __future__ import annotations

import re
from urllib.parse import quote, urlencode

from django.utils.encoding import punycode

_QUOTED = re.compile(r'"([^"\\\s]+)"')
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_WITH_LOOSE_DOTS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_CARRIERS = re.compile(r"(?:[a-z0-9-]+\.)*(?:docomo\.ne\.jp|ezweb\.ne\.jp|au\.com)")


_FILTERED_AS_MISSING = re.compile(
    r"(?:[a-z0-9-]+\.)*(?:docomo\.ne\.jp|ezweb\.ne\.jp|au\.com|softbank\.(?:ne\.)?jp|vodafone\.ne\.jp)"
)


def canonical_email(address: str) -> str:
    """The address as stored: lower case, quoted where needed.

    Only the carriers' own domains get quotes: elsewhere two dots in a row are a slip of the finger,
    which the validator has to find.
    """
    local, at, domain = address.strip().lower().rpartition("@")
    quoted = _QUOTED.fullmatch(local)
    plain = quoted[1] if quoted else local
    if _ATOMS.fullmatch(plain):
        return f"{plain}{at}{domain}"
    if _CARRIERS.fullmatch(domain) and _WITH_LOOSE_DOTS.fullmatch(plain):
        return f'"{plain}"{at}{domain}'
    return f"{local}{at}{domain}"


def email_as_typed(address: str) -> str:
    """The address as its owner writes it, without quotes."""
    local, at, domain = address.rpartition("@")
    quoted = _QUOTED.fullmatch(local)
    return f"{quoted[1]}{at}{domain}" if quoted else address


def is_sendable(address: str) -> bool:
    """Whether a mail can be made for a valid address: EmailValidator takes control characters in quotes,
    and names of domains that are too long once they are encoded."""
    local, _at, domain = address.rpartition("@")
    try:
        punycode(domain)
    except UnicodeError:
        return False
    return local.isprintable()


def is_of_japanese_carrier(address: str) -> bool:
    """Whether it is docomo's, au's or SoftBank's, which answer for a filter as for a missing address."""
    return bool(_FILTERED_AS_MISSING.fullmatch(address.rpartition("@")[2].lower()))


def mail_link(address: str, words: str) -> str:
    """A mailto: address (RFC 6068) that opens a mail about the page `address`.

    Without a recipient: whom it is for, the member's own mail program asks.
    """
    fields = {"subject": words, "body": f"{words}\r\n{address}"}
    return "mailto:?" + urlencode(fields, quote_via=quote)
