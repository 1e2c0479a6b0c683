"""HTTP client for the internet: pinned public addresses, one deadline, a size cap. No Django.

Nothing else imports requests, urllib3 or http.client. allauth gets its session here
(`SafeHttp.session()`), connectors are handed a `SafeHttp`.
"""

from accounts.safe_http.addresses import check_address
from accounts.safe_http.client import SafeHttp, SafeSession
from accounts.safe_http.errors import HttpFailure, MaybeSent, NotSent
from accounts.safe_http.exchange import Response

__all__ = [
    "Response",
    "HttpFailure",
    "MaybeSent",
    "NotSent",
    "SafeHttp",
    "SafeSession",
    "check_address",
]
