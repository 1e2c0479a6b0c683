"""Session data with tokens removed."""

import re
from typing import Any

from django.contrib.sessions.serializers import JSONSerializer

from accounts.urlsession.context import current_context
from accounts.urlsession.tokens import PATTERN, PLACEHOLDER

_PREFIX = re.compile(rf"((?:/|%2[Ff])s(?:/|%2[Ff])){PATTERN}(?![A-Za-z0-9_-])")


class TokenFreeJSONSerializer(JSONSerializer):
    """Replace tokens by TOKEN_PLACEHOLDER.

    allauth keeps addresses in the session (next, OAuth state, a suspended request's META). The hole
    is filled again when it comes back as a Location, so nothing usable is stored and nothing stale.
    """

    def dumps(self, obj: Any) -> bytes:
        text = _PREFIX.sub(rf"\g<1>{PLACEHOLDER}", super().dumps(obj).decode("latin-1"))
        context = current_context()
        for token in context.raw_tokens() if context else ():
            text = text.replace(token, PLACEHOLDER)
        return text.encode("latin-1")
