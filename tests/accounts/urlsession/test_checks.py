"""Settings under which tokens leak or sessions break stop the start."""

import pytest
from django.conf import settings as project

from accounts.urlsession.checks import check_settings


def ids() -> list[str]:
    return [str(message.id).removeprefix("urlsession.") for message in check_settings()]


def test_the_projects_own_settings_are_good():
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("STATIC_URL", "static/", "E001"),
        ("MEDIA_URL", "media/", "E002"),
        ("SESSION_ENGINE", "django.contrib.sessions.backends.db", "E003"),
        (
            "SESSION_SERIALIZER",
            "django.contrib.sessions.serializers.JSONSerializer",
            "E004",
        ),
        ("CSRF_USE_SESSIONS", False, "E005"),
        ("MESSAGE_STORAGE", "django.contrib.messages.storage.cookie.CookieStorage", "E006"),
        ("SECURE_REFERRER_POLICY", "no-referrer", "E007"),
        ("MIDDLEWARE", [], "E008"),
        (
            "MIDDLEWARE",
            [*project.MIDDLEWARE, "django.middleware.csrf.CsrfViewMiddleware"],
            "E009",
        ),
        (
            "CACHES",
            {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
            "W001",
        ),
    ],
)
def test_a_setting_that_leaks_is_named(settings, name, value, number):
    setattr(settings, name, value)
    assert ids() == [number]
