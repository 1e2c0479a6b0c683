"""Other sites, with a memory: a server that writes down all that any browser tells it.

Two of them in one: at `/flour` a page that posts lead to, and below `/mixi/` the sandbox's
permission page, fetched from the sandbox and given on, so that what arrives there is written
down too. Any other path (a favicon, a prefetch) is answered 404 and written down as well.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import requests

ARRIVED = "You have arrived at the mill."
PAGE = f"<!DOCTYPE html><title>Mill</title><p>{ARRIVED}</p>".encode()


@dataclass(frozen=True)
class Seen:
    """One request as it came in."""

    line: str
    headers: str
    body: str

    @property
    def all(self) -> str:
        """Everything in it, as sent and with %-escapes taken out."""
        raw = "\n".join((self.line, self.headers, self.body))
        return f"{raw}\n{unquote(raw)}"


class Elsewhere(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[Seen] = []
        self.sandbox = ""  # its address, once there is one

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def other_site(self) -> str:
        """The same by a name that browsers count as another site than the product's."""
        return f"localhost:{self.server_address[1]}"

    @property
    def flour(self) -> str:
        return f"http://{self.host}/flour"

    def since(self, count: int) -> list[Seen]:
        return self.seen[count:]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Elsewhere

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        line = f"{self.command} {self.path}"
        self.server.seen.append(Seen(line, str(self.headers), body.decode("latin-1")))
        if self.path.startswith("/mixi/"):
            self._give_on(body)
        elif self.path == "/flour":
            self._answer(200, {"Content-Type": "text/html; charset=utf-8"}, PAGE)
        else:
            self._answer(404, {"Content-Type": "text/plain"}, b"")

    do_GET = do_POST = do_HEAD = _serve

    def _give_on(self, body: bytes) -> None:
        """With the browser's Host, so that forms lead back here."""
        answer = requests.request(
            self.command,
            self.server.sandbox + self.path,
            headers=dict(self.headers),
            data=body,
            allow_redirects=False,
            timeout=30,
        )
        wanted = ("Content-Type", "Location", "Set-Cookie")
        kept = {n: answer.headers[n] for n in wanted if n in answer.headers}
        self._answer(answer.status_code, kept, answer.content)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: it is all in `seen`."""


@contextmanager
def listening() -> Iterator[Elsewhere]:
    server = Elsewhere()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
