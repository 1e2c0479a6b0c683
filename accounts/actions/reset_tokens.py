"""The tokens in links for a new password. allauth takes the class by ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR:
to import it from here, before allauth.account.forms, would be a circle."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator


class ResetTokens(EmailAwarePasswordResetTokenGenerator):
    """allauth's end with the password, the last log-in and the addresses, none of which changes where sessions
    are ended: these end then, too."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        ended_at = user.mailed_links_ended_at
        return f"{super()._make_hash_value(user, timestamp)}{ended_at or ''}"
