"""Session data without tokens."""

import re
from typing import Any

from django.contrib.sessions.serializers import JSONSerializer

from accounts.urlsession.context import get_context
from accounts.urlsession.tokens import HOLE, PATTERN

_PREFIX = re.compile(rf"((?:/|%2[Ff])s(?:/|%2[Ff])){PATTERN}(?![A-Za-z0-9_-])")


class TokenFreeJSONSerializer(JSONSerializer):
    """Puts a hole where a token stood.

    allauth keeps addresses in the session (next, OAuth state, a suspended request's META). The hole
    is filled again when it comes back as a Location, so nothing usable is stored and nothing stale.
    """

    def dumps(self, obj: Any) -> bytes:
        text = _PREFIX.sub(rf"\g<1>{HOLE}", super().dumps(obj).decode("latin-1"))
        context = get_context()
        for token in context.raw_tokens() if context else ():
            text = text.replace(token, HOLE)
        return text.encode("latin-1")
