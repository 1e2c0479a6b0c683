"""Error mails to staff: masked and rate-limited."""

import logging
import traceback
from dataclasses import dataclass
from threading import Lock
from typing import Any

from django.http import HttpRequest
from django.utils.log import AdminEmailHandler
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

from accounts.urlsession.logmask import MASK, is_client_error, mask_secrets

WINDOW = 600  # seconds
MAILS_PER_WINDOW = 10


@dataclass
class _Window:
    """What one process has mailed, and suppressed, since `began`."""

    began: float
    places: set[str]
    kept_back: int = 0


class _NothingPrivate(SafeExceptionReporterFilter):
    """No settings, and of a form the names of its fields.

    Django's own hides a setting by its name: the address of a mail server or a Redis, with the password
    in it, has none that it knows. What members type is for their readers, and staff are none of them.
    """

    def get_safe_settings(self) -> dict[str, Any]:
        return {}

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, str]:
        return dict.fromkeys(request.POST, MASK) if request else {}


class _Reporter(ExceptionReporter):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filter = _NothingPrivate()


class MaskAdminEmailHandler(AdminEmailHandler):
    """One mail for one place in the code in ten minutes, and at most ten in all, by each process.

    Counted in the process and not in the cache: a lost database or Redis is what the mail may be about.
    The log has every error; the next mail says how many were kept back.
    The report prints the address and META, so masking the record would not be enough.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reporter_class = _Reporter
        self._window = _Window(began=0.0, places=set())
        self._counting = Lock()

    def emit(self, record: logging.LogRecord) -> None:
        if not is_client_error(record) and self._may_be_mailed(record):
            super().emit(record)

    def format_subject(self, subject: str) -> str:
        with self._counting:
            kept_back, self._window.kept_back = self._window.kept_back, 0
        also = f" (and {kept_back} errors not mailed, see the log)" if kept_back else ""
        return super().format_subject(subject) + also

    def send_mail(self, subject: Any, message: Any, *args: Any, **kwargs: Any) -> None:
        if html := kwargs.get("html_message"):
            kwargs["html_message"] = mask_secrets(html)
        super().send_mail(mask_secrets(str(subject)), mask_secrets(str(message)), *args, **kwargs)

    def _may_be_mailed(self, record: logging.LogRecord) -> bool:
        """Count the record, by its own time, and tell whether it may be mailed."""
        with self._counting:
            if not 0 <= record.created - self._window.began < WINDOW:
                self._window = _Window(record.created, set(), self._window.kept_back)
            place = _error_location(record)
            window = self._window
            if place in window.places or len(window.places) >= MAILS_PER_WINDOW:
                window.kept_back += 1
                return False
            window.places.add(place)
            return True


def _error_location(record: logging.LogRecord) -> str:
    """Where the error was raised, or logged if none was. Never request data."""
    error = record.exc_info[1] if record.exc_info else None
    frames = traceback.extract_tb(error.__traceback__) if error else []
    if not error or not frames:
        return f"{record.pathname}:{record.lineno}"
    return f"{type(error).__name__} {frames[-1].filename}:{frames[-1].lineno}"
