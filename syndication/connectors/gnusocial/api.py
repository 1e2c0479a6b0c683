"""Client for the API of 2010: duplicates, refusals, lists by `max_id`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from syndication.connectors import parsing, reasons
from syndication.connectors.base import Response
from syndication.connectors.duplicates import DuplicateRejected
from syndication.connectors.errors import ConnectorError
from syndication.connectors.gnusocial.reading import valid_gnusocial_id
from syndication.connectors.oauth1 import OAuth1Client
from syndication.connectors.paging import halved_counts, with_fewer_entries

PAGE = 100
MIN_PAGE_SIZE = 20  # some servers give no more, whatever they are asked for
MAX_PAGES = 60  # of one reading


class GnusocialApi(OAuth1Client):
    """API client for one account on one server."""

    def request_error(self, response: Response, *, is_write: bool) -> ConnectorError:
        """Recognize a duplicate by the message of a 400 or 403."""
        log = self.log_fields(response)
        if response.status in {400, 403} and "duplicate" in log["message"].lower():
            return DuplicateRejected(reasons.SAID_ALREADY, **log)
        return super().request_error(response, is_write=is_write)

    def access_error(self, response: Response) -> Any:
        """Return None for 403, which refuses this very post: a read-only app gets a 401, too."""
        return super().access_error(response) if response.status == 401 else None

    def lists_below(self, path: str, **params: str) -> Iterator[list[Any]]:
        """Yield the pages of a list of notices, newest first. Raises as `read` does."""
        below: dict[str, str] = {}
        for _ in range(MAX_PAGES):
            ask = partial(self._list_of, path, {**params, **below})
            page, count = with_fewer_entries(halved_counts(PAGE), ask)
            yield page
            ids = [valid_gnusocial_id(parsing.value_at(each, "id")) for each in page]
            lowest = min((int(each) for each in ids if each), default=0)
            if len(page) < min(count, MIN_PAGE_SIZE) or not lowest:
                return
            if below == (below := {"max_id": str(lowest - 1)}):
                return

    def _list_of(self, path: str, params: dict[str, str], count: int) -> tuple[list[Any], int]:
        return self.as_list(self.read(path, {"count": str(count)} | params)), count
