"""A mail server on loopback that keeps what it is sent, and answers otherwise where a test says so."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

DROP = "drop"  # close the connection instead of an answer


@dataclass(frozen=True)
class MailHandedOver:
    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return cast("EmailMessage", message_from_bytes(self.raw, policy=policy.default))


@dataclass
class MailServer:
    """`answers` by command (EHLO, MAIL, RCPT, DATA, and TEXT for the end of the text) or by
    "<command> <address>"; whatever has none is taken. `mails` came whole, whatever was answered."""

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[MailHandedOver] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0
    hold_next: str = ""  # this command is not answered, once
    held: threading.Event = field(default_factory=threading.Event)

    def hold(self, command: str) -> None:
        """Answer the next such command never: whoever sent it waits, or dies."""
        self.held.clear()
        self.hold_next = command

    def is_held(self, command: str) -> bool:
        if self.hold_next != command:
            return False
        self.hold_next = ""
        self.held.set()
        return True

    def answer(self, command: str, recipient: str = "") -> str:
        usual = {"DATA": "354 go on"}.get(command, "250 ok")
        return self.answers.get(f"{command} {recipient}") or self.answers.get(command) or usual


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: MailServer = self.server.mail_server  # type: ignore[attr-defined]
        self._say("220 here")
        sender = recipient = ""
        while line := self.rfile.readline():
            words = line.decode().strip()
            command = words[:4].upper()
            server.commands.append(words)
            if command == "MAIL":
                sender = _address_in(words)
            elif command == "RCPT":
                recipient = _address_in(words)
            elif command == "QUIT":
                self._say("221 bye")
                return
            said = server.answer(command, recipient)
            if said == DROP or self._is_held(command):
                return
            self._say(said)
            if command == "DATA" and said.startswith("354"):
                raw = self._text()
                if raw is None:
                    return
                server.mails.append(MailHandedOver(sender, recipient, raw))
                said = server.answer("TEXT", recipient)
                if said == DROP or self._is_held("TEXT"):
                    return
                self._say(said)

    def _is_held(self, command: str) -> bool:
        """Whether the command was held, until its sender went away."""
        server: MailServer = self.server.mail_server  # type: ignore[attr-defined]
        is_held = server.is_held(command)
        if is_held:
            self.rfile.read()
        return is_held

    def _text(self) -> bytes | None:
        lines: list[bytes] = []
        while line := self.rfile.readline():
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)
        return None

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def _address_in(words: str) -> str:
    return words.partition("<")[2].partition(">")[0]


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    server = MailServer()
    with _Listener(("127.0.0.1", 0), _Session) as listener:
        listener.mail_server = server  # type: ignore[attr-defined]
        server.port = listener.server_address[1]
        threading.Thread(target=listener.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            listener.shutdown()
