"""System checks of accounts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register

from accounts.media import qr

# The length of a code that stands in an address, see accounts.crypto.codes.
_CODE = "x" * 22


@register()
def check_qr_version(**_: Any) -> list[CheckMessage]:
    """Warn when a phone login's URL needs a QR code too large for old phones."""
    size = qr.qr_version(f"{settings.PUBLIC_URL}/q/{_CODE}")
    if size <= qr.MAX_QR_VERSION:
        return []
    return [
        Warning(
            f"The QR codes for phone login are of version {size}; old phones read up to"
            f" version {qr.MAX_QR_VERSION}.",
            hint="Use a host name of at most 29 characters in PUBLIC_URL.",
            id="accounts.W001",
        )
    ]
