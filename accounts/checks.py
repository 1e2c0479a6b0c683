"""System checks of accounts: what an operator should know before phones complain."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from accounts.media import qr

# The length of a code that stands in an address, see accounts.crypto.codes.
_CODE = "x" * 22


@register()
def check_qr_version(**_: Any) -> list[CheckMessage]:
    """Warns when the address of a phone login is too long for a QR code that old phones read."""
    size = qr.version(f"{settings.PUBLIC_URL}/q/{_CODE}")
    if size <= qr.MOST_VERSION:
        return []
    return [
        Warning(
            f"The QR codes for phone login are of version {size}; old phones read up to"
            f" version {qr.MOST_VERSION}.",
            hint="Use a host name of at most 29 characters in PUBLIC_URL.",
            id="accounts.W001",
        )
    ]
