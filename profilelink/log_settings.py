"""Where logs go, and that tokens in them are masked."""

from __future__ import annotations

from typing import Any


def log_settings(level: str) -> dict[str, Any]:
    """Django's LOGGING: all to the console from `level` on, errors to ADMINS by mail."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "masked": {
                "()": "accounts.urlsession.logmask.MaskFormatter",
                "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
            }
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "masked"},
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
