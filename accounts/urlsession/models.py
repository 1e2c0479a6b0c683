"""Tables of sessions and of tickets for outside addresses."""

from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class Session(AbstractBaseSession):
    """A session. Its key is the hash of the token; the token itself is stored nowhere.

    The column for the address exists to count anonymous sessions by one indexed SELECT. A counter
    in the cache would cost a write transaction for each hit (the database cache has no atomic incr)
    and would go on counting sessions that have ended or become a member's.
    """

    address_hash = models.CharField(max_length=40, blank=True, default="")
    # Nothing of the visitor's is in it, so it goes first where an address holds too many.
    is_empty = models.BooleanField(default=False)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        indexes = [models.Index(fields=["address_hash", "expire_date"], name="urlsession_address")]

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


class OutTicket(models.Model):
    """An outside address, reachable at /out/<ticket> until `expires_at`."""

    ticket = models.CharField(max_length=22, primary_key=True)
    url = models.TextField()
    expires_at = models.DateTimeField(db_index=True)
    # A network asks there whether the member agrees. Its address is for machines: nobody need read it.
    is_permission_page = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.host

    @property
    def host(self) -> str:
        """All that staff see of the URL: the rest may come from a private post."""
        return urlsplit(self.url).hostname or ""
