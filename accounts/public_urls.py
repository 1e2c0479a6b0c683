"""Public URLs: stored, mailed, printed, shared or syndicated.

They are made here and nowhere else. `request.build_absolute_uri()` carries the token of whoever
looks at the page, and the host that the client claims.
"""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.urlsession.context import no_session_prefix, override_script_prefix
from accounts.urlsession.tokens import without_session_prefix

__all__ = ["no_session_prefix", "public_url"]


def public_url(name_or_path: str, *args: Any, **kwargs: Any) -> str:
    """The absolute URL of a page, by URL name or by path; scheme and host are PUBLIC_URL's.

    Never with a token: one that stands in a given path is taken out. Raises NoReverseMatch.
    """
    if name_or_path.startswith("/"):
        path = without_session_prefix(name_or_path)
    else:
        with override_script_prefix("/"):
            path = reverse(name_or_path, args=args, kwargs=kwargs)
    return f"{settings.PUBLIC_URL}{path}"
