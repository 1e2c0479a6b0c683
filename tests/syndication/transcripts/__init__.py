"""What went over the wire, as data: one file for each transcript of the protocol dossier.

The sandbox replays the requests and must give the answers; the connector is fed the answers and
must send the requests. Neither is written from the other, so these files are where they meet.

The format of `<network>/<name>.http`:

    # a remark
    >>> what this exchange is
    POST /2/token HTTP/1.1
    Content-Type: application/x-www-form-urlencoded

    grant_type=refresh_token&client_id=…
    <<< when it is answered so (empty: always)
    401
    WWW-Authenticate: OAuth error='expired_token',realm='api.mixi-platform.com'

    {"error":"invalid_grant"}

- `>>>` opens a request, `<<<` an answer; one request may have several answers, each for a case.
- A first line without version means HTTP/1.1; without reason phrase, any. `200|201`: either.
- Field names, values, their order and the JSON are the dossier's own bytes. Its line breaks inside
  one JSON document, which only fit the page, are joined.
- `…` is what the dossier leaves out. In a request fill it in (`complete`), in an answer it fits
  anything (`Answer.fits`). Heads that the dossier does not show are left to the replayer.
- An answer without a body says nothing about the body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Request:
    """One request. `body` has the file's line ends; `wire_body()` has those of the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: str

    def wire_body(self) -> bytes:
        """The body's bytes; the lines of a multipart body end in CRLF."""
        if self.headers.get("Content-Type", "").startswith("multipart/"):
            return self.body.replace("\n", "\r\n").encode()
        return self.body.encode()


@dataclass(frozen=True)
class Answer:
    """One answer; `when` names the case, "" where there is only one. `body` None: not shown."""

    when: str
    statuses: tuple[int, ...]
    headers: Mapping[str, str]
    body: str | None

    def fits(self, body: str) -> bool:
        """Whether `body` is the one shown, where `…` fits anything. Key order counts."""
        return self.body is None or _fits(self.body, body)

    def json(self) -> object:
        """The body as JSON. Raises ValueError where it is none."""
        return json.loads(self.body or "")


@dataclass(frozen=True)
class Exchange:
    """A request and what came back, case by case."""

    note: str
    request: Request
    answers: tuple[Answer, ...]

    @property
    def answer(self) -> Answer:
        """The answer, or the first of several."""
        return self.answers[0]


def load(network: str, name: str) -> list[Exchange]:
    """The exchanges of one transcript, in order: `load("mixi", "a7")`."""
    text = (HERE / network / f"{name}.http").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)
    return [_exchange(part) for part in re.split(r"^>>>", text, flags=re.MULTILINE)[1:]]


def complete(text: str, values: Mapping[str, str]) -> str:
    """`text` with each abbreviation (`2199f672…`) replaced by its full value."""
    for short, full in values.items():
        text = text.replace(short, full)
    return text


def _exchange(part: str) -> Exchange:
    request, *answers = re.split(r"^<<<", part, flags=re.MULTILINE)
    note, first, headers, body = _message(request)
    method, target = first.split()[:2]
    return Exchange(
        note, Request(method, target, headers, body or ""), tuple(map(_answer, answers))
    )


def _answer(part: str) -> Answer:
    when, first, headers, body = _message(part)
    statuses = re.sub(r"^HTTP/\S+ ", "", first).split()[0]
    return Answer(when, tuple(int(status) for status in statuses.split("|")), headers, body)


def _message(part: str) -> tuple[str, str, dict[str, str], str | None]:
    """Note, first line, headers and body (None: no blank line follows the head)."""
    note, _, rest = part.partition("\n")
    head, blank, body = rest.partition("\n\n")
    first, *lines = head.strip("\n").split("\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return note.strip(), first, headers, body.rstrip("\n") if blank and body.strip() else None


def _fits(shown: str, body: str) -> bool:
    pattern = ".*".join(re.escape(piece) for piece in shown.split("…"))
    return re.fullmatch(pattern, body, flags=re.DOTALL) is not None
