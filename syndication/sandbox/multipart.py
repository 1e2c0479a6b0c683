"""Taking a multipart/form-data body apart (RFC 7578), by the standard library's parser of mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32


@dataclass(frozen=True)
class Part:
    """One part: the field's name, the file's name ("" for none), the media type, the bytes."""

    name: str
    filename: str
    content_type: str
    content: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The bytes as UTF-8. Raises UnicodeDecodeError, a ValueError."""
        return self.content.decode()


def parse(content_type: str, body: bytes) -> dict[str, Part]:
    """The parts by field name; the first of repeated ones counts. Nameless parts are left out."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    whole = BytesParser(policy=compat32).parsebytes(head + body)
    parts: dict[str, Part] = {}
    for each in whole.get_payload() if whole.is_multipart() else ():
        part = _part(each) if isinstance(each, Message) else None
        if part and part.name:
            parts.setdefault(part.name, part)
    return parts


def _part(found: Message) -> Part:
    content = found.get_payload(decode=True)
    return Part(
        name=str(found.get_param("name", "", header="content-disposition")),
        filename=found.get_filename("") or "",
        content_type=found.get_content_type() if "content-type" in found else "",
        content=content if isinstance(content, bytes) else b"",
    )
