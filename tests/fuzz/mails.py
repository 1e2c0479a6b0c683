"""The harness of mails: whatever comes by the mail server's pipe."""

from __future__ import annotations

from profilelink.mail import envelope, mime, reading
from tests.fuzz.letters import is_clean, is_whole

MAX_TITLE_LENGTH = 8_000


def mail(data: bytes) -> None:
    """Headers, parts and words. Only mime.MessageTooComplex is documented."""
    try:
        message = mime.parse_message(data)
        sender = envelope.envelope_sender(None, {}, message)
        envelope.is_automatic(message, sender)
        for one in envelope.envelope_recipients([], {}, message):
            envelope.local_part(one, "post.example.jp")
        arrived = reading.read_message(message)
    except mime.MessageTooComplex:
        return
    for text in (arrived.title, arrived.text, arrived.sender):
        assert is_clean(text), ascii(text[:200])
        assert is_whole(text), ascii(text[:200])
        assert "\ufffd" not in text, ascii(text[:200])
    assert "\n" not in arrived.title
    assert len(arrived.title) <= MAX_TITLE_LENGTH
    assert len(arrived.key) == 32
    assert arrived == reading.read_message(mime.parse_message(data)), "read twice, and not the same"
