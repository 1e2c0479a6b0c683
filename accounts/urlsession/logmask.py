"""No secret of an address or a handset reaches a log, an error mail or an access log."""

import logging
import re
from typing import Any

from django.utils.log import AdminEmailHandler
from gunicorn.glogging import Logger

from accounts.urlsession.context import get_context

MASK = "***"

# Each pattern keeps its group "keep" and hides the rest.
_PATTERNS = (
    # Session, phone login, PIN, invitation and outbound addresses, also percent-encoded in others.
    # Cut-off ones too (the last letter is soon guessed), and those that a client has encoded.
    re.compile(
        r"(?P<keep>(?:/|%(?:25)*2F)(?:s|q|p|i|out)(?:/|%(?:25)*2F))"
        r"(?:[A-Za-z0-9_-]|%(?!2F|25|3[EF]|2[267])[0-9A-F]{2}){12,}",
        re.I,
    ),
    # What a network gives back (OAuth 2's code and state, OAuth 1's token and verifier) and what
    # opens an account (fields of our forms), in a query, in a report's `name = 'value'` and in a
    # dict's repr.
    re.compile(
        r"(?P<keep>(?:^|[?&;\s\"'(\[]|%3F|%26)"
        r"(?:code|state|oauth_token|oauth_verifier|access_token|refresh_token|session"
        r"|sessionid|(?:old)?password\d?|pin(?:_again)?|secret|nonce|typed|number|key|proof)"
        r"(?:=|%3D|\s=\s|['\"]:\s*\[?))"
        r"(?:'(?:[^'\\\n]|\\.)*'?|\"(?:[^\"\\\n]|\\.)*\"?|[^&\s\"'<>)\]]+)",
        re.I | re.M,
    ),
    # One-time addresses that were mailed: a new password, a mail address to confirm.
    re.compile(r"(?P<keep>/password/reset/[0-9A-Za-z]+-)[^/\s\"'?]+"),
    re.compile(r"(?P<keep>/mail/)[-:\w]{20,}"),
    # A handset's serial number and SIM card in its browser's name.
    re.compile(r"(?P<keep>[;/](?:ser|icc|SN))[0-9A-Za-z]{8,}"),
    # Headers in which gateways name the subscriber.
    re.compile(
        r"(?P<keep>X[-_](?:DCMGUID|UP[-_]SUBNO|JPHONE[-_]UID|EM[-_]UID)['\"]?\s*[:=,>]?\s*['\"]?)"
        r"[^\s'\"<,]+",
        re.I,
    ),
)


def mask(text: str) -> str:
    """The text without secrets, also without the raw tokens of the request that runs.

    Those can stand alone, as a local variable in a traceback does.
    """
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<keep>{MASK}", text)
    context = get_context()
    for token in context.raw_tokens() if context else ():
        text = text.replace(token, MASK)
    return text


class MaskFormatter(logging.Formatter):
    """A formatter and not a filter: a filter does not see the text of a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class MaskAdminEmailHandler(AdminEmailHandler):
    """The report prints the address and META, so masking the record would not be enough."""

    def send_mail(self, subject: Any, message: Any, *args: Any, **kwargs: Any) -> None:
        if html := kwargs.get("html_message"):
            kwargs["html_message"] = mask(html)
        super().send_mail(mask(str(subject)), mask(str(message)), *args, **kwargs)


class GunicornLogger(Logger):
    """`logger_class` of the gunicorn configuration: the access log, masked."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        known = super().atoms(resp, req, environ, request_time)
        return {name: mask(v) if isinstance(v, str) else v for name, v in known.items()}
