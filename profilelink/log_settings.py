"""Where logs go, and that tokens in them are masked."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import ImproperlyConfigured

FORMATTERS = {
    "text": {
        "()": "accounts.urlsession.logmask.MaskFormatter",
        "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
    },
    "json": {"()": "accounts.urlsession.logmask.MaskJsonFormatter"},
}


def log_settings(level: str, form: str) -> dict[str, Any]:
    """Django's LOGGING: all to the console from `level` on, as text or JSON, errors to ADMINS by mail.
    Raises ImproperlyConfigured."""
    if form not in FORMATTERS:
        raise ImproperlyConfigured(f"LOG_FORMAT is {form}; it can be {' or '.join(FORMATTERS)}.")
    logging.captureWarnings(form == "json")  # Python prints them beside the log, as plain text
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"console": FORMATTERS[form], "masked": FORMATTERS["text"]},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "console"},
            "staff": {
                "class": "accounts.urlsession.error_mails.MaskAdminEmailHandler",
                "level": "ERROR",
                "formatter": "masked",
            },
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": {"handlers": ["console", "staff"], "level": "WARNING", "propagate": False},
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "django-q": {"level": "WARNING"},  # it has a line for each hint
        },
    }
