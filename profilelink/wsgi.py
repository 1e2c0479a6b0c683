"""The production entry point: `gunicorn profilelink.wsgi -c profilelink/deploy/gunicorn.py`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils import translation


def load_before_fork() -> None:
    """Load the views and the catalogues of both languages: what is loaded by now, gunicorn's workers share."""
    get_resolver()._populate()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("Home")


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "profilelink.settings")
application = get_wsgi_application()
load_before_fork()
