"""Envelope of a mail: recipients, sender, the sender's carrier, and whether a program wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from profilelink.mail.mime import MimePart
from profilelink.phone.carriers import Carrier

# Set by the mail server for the command of a pipe: Postfix's local(8), Exim's pipe transport.
_RECIPIENT_VARIABLES = ("ORIGINAL_RECIPIENT", "RECIPIENT")
# Written into the message at delivery: Postfix's flags O and D, Exim's envelope_to_add, qmail.
_RECIPIENT_HEADERS = ("x-original-to", "envelope-to", "delivered-to")

# As it stands anywhere in a header. Phones were given addresses that RFC 5322 forbids (a..b.@docomo).
# Some programs quote these as the standard asks, so both forms are the same address.
_ADDRESS = re.compile(
    r"(?:\"(?P<quoted>[^\s\"\\@]{1,64})\"|(?P<plain>[^\s<>()\[\]\",:;@\\]{1,64}))"
    r"(?P<domain>@[A-Za-z0-9.-]{1,190})"
)
# Neither a database nor a mail takes these: NUL, controls, and lone surrogates, as which arguments of a
# command bring 8-bit names.
_NOT_TEXT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_NOBODY = {"", "<>", "mailer-daemon"}

# By the end of the sender's domain. Willcom and EMOBILE took over docomo's pictograms.
_DOMAINS = {
    "docomo.ne.jp": Carrier.DOCOMO,
    "pdx.ne.jp": Carrier.DOCOMO,
    "willcom.com": Carrier.DOCOMO,
    "wcm.ne.jp": Carrier.DOCOMO,
    "emnet.ne.jp": Carrier.DOCOMO,
    "ezweb.ne.jp": Carrier.AU,
    "au.com": Carrier.AU,
    "ido.ne.jp": Carrier.AU,
    "softbank.ne.jp": Carrier.SOFTBANK,
    "i.softbank.jp": Carrier.SOFTBANK,
    "vodafone.ne.jp": Carrier.SOFTBANK,
    "disney.ne.jp": Carrier.SOFTBANK,
    "disneymobile.ne.jp": Carrier.SOFTBANK,
    "ymobile.ne.jp": Carrier.SOFTBANK,
    **{f"jp-{letter}.ne.jp": Carrier.SOFTBANK for letter in "cdhknqrst"},  # J-PHONE's regions
}

# RFC 3834, section 2, and what programs of before it wrote.
_BULK = {b"bulk", b"list", b"junk", b"auto_reply"}
# X-Auto-Response-Suppress is none: people's mails bear it, too, and ask others not to answer by program.
_MACHINES = ("x-autoreply", "x-autorespond", "x-failed-recipients")
_MACHINE_NAMES = {"mailer-daemon", "postmaster", "no-reply", "noreply", "do-not-reply", "bounce"}


def envelope_recipients(
    given: Iterable[str], environ: Mapping[str, str], message: MimePart | None = None
) -> list[str]:
    """Return the recipients: the arguments, else an environment variable, else a header."""
    named = [one.strip() for one in given if one.strip()]
    if not named:
        named = [environ[name] for name in _RECIPIENT_VARIABLES if environ.get(name)][:1]
    if not named and environ.get("LOCAL_PART") and environ.get("DOMAIN"):
        named = [f"{environ['LOCAL_PART']}@{environ['DOMAIN']}"]
    if not named and message is not None:
        for name in _RECIPIENT_HEADERS:
            named += addresses_in(message.header(name))
    return list(dict.fromkeys(map(_as_text, named)))


def local_part(recipient: str, domain: str) -> str:
    """Return the part before the @; "" for an address of another domain. The domain may be left out."""
    local, at, given = recipient.strip().strip("<>").rpartition("@")
    if not at:
        return given
    return local if given.lower().rstrip(".") == domain.lower() else ""


def envelope_sender(given: str | None, environ: Mapping[str, str], message: MimePart) -> str:
    """Return the envelope's sender; "" for a mail that must not be answered.

    The From line counts only where the mail server says nothing.
    """
    if given is None:
        given = environ.get("SENDER")
    if given is None and message.all_of("return-path"):
        given = message.header("return-path").decode("ascii", "replace")
    if given is None:
        return from_address(message)
    given = _as_text(given)
    found = _ADDRESS.search(given)
    plain = _unquoted_address(found) if found else given.strip()
    return "" if plain.partition("@")[0].lower() in _NOBODY else plain


def from_address(message: MimePart) -> str:
    """Return the address in the From header, or ""."""
    return next(iter(addresses_in(message.header("from"))), "")


def addresses_in(header: bytes) -> list[str]:
    """Return the addresses in a header; only those in angle brackets, if any, since a name may look like one."""
    text = _as_text(header.decode("ascii", "replace")[:2000])
    bracketed = re.findall(r"<([^<>]*)>", text)
    return [
        _unquoted_address(found)
        for one in (bracketed or [text])
        for found in _ADDRESS.finditer(one)
    ]


def _as_text(given: str) -> str:
    """What was given by the mail server or a header, with marks in place of what is no text."""
    return _NOT_TEXT.sub("\ufffd", given)


def _unquoted_address(found: re.Match[str]) -> str:
    """Return the address without the quotes of its local part."""
    return (found["quoted"] or found["plain"]) + found["domain"]


def carrier_of(address: str) -> Carrier | None:
    """Return the carrier of the sender's phone, by the domain. Used only to decode pictograms."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    while domain:
        if domain in _DOMAINS:
            return _DOMAINS[domain]
        domain = domain.partition(".")[2]
    return None


def is_automatic(message: MimePart, envelope_sender: str) -> bool:
    """Whether an answer could reach a program or a list, which might answer in turn."""
    names = [name for name, _value in message.headers]
    return (
        envelope_sender.partition("@")[0].lower() in _MACHINE_NAMES | _NOBODY
        or _auto_submitted(message) not in (b"", b"no")
        or message.header("precedence").strip().lower() in _BULK
        or any(name.startswith("list-") or name in _MACHINES for name in names)
        or is_report(message)
    )


def says_it_is_automatic(message: MimePart, envelope_sender: str) -> bool:
    """Whether the message itself says that no person wrote it. Lists and bulk mail do not say so."""
    return (
        not envelope_sender
        or _auto_submitted(message) not in (b"", b"no")
        or any(name in _MACHINES for name, _value in message.headers)
        or message.content_type == "multipart/report"
    )


def is_report(message: MimePart) -> bool:
    """Whether the message is a bounce, a receipt or an automatic reply."""
    return (
        message.content_type == "multipart/report"
        or _auto_submitted(message) == b"auto-replied"
        or bool(message.header("x-failed-recipients"))
    )


def _auto_submitted(message: MimePart) -> bytes:
    """Return the keyword of Auto-Submitted, without parameters and comments."""
    return re.split(rb"[;(\s]", message.header("auto-submitted").strip().lower())[0]
