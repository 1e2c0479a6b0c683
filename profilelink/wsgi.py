"""The production entry point: `gunicorn profilelink.wsgi -c profilelink/deploy/gunicorn.py`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "profilelink.settings")
application = get_wsgi_application()
