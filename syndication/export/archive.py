"""Streaming ZIP: written to an unseekable stream, in pieces of one size, in the memory of one piece."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PIECE = 64 * 1024  # bytes


@dataclass(frozen=True)
class ArchiveEntry:
    """One file in the ZIP. `name` is ours, never one that came from outside."""

    name: str
    content: Iterable[bytes]


def stream_zip(entries: Iterable[ArchiveEntry], *, made_at: datetime) -> Iterator[bytes]:
    """The bytes of a ZIP with `entries`, in their order; each is read when its turn comes."""
    waiting = _Waiting()
    with ZipFile(waiting, "w") as archive:
        for entry in entries:
            with archive.open(_header(entry, made_at), "w") as file:
                for content in entry.content:
                    file.write(content)
                    if waiting.size >= PIECE:
                        yield waiting.take()
    yield waiting.take()


def _header(entry: ArchiveEntry, made_at: datetime) -> ZipInfo:
    header = ZipInfo(entry.name, made_at.timetuple()[:6])
    # Photos, too, which get no smaller: a stored file whose size comes after it, as it must in a
    # stream, is one that some programs cannot find the end of.
    header.compress_type = ZIP_DEFLATED
    header.external_attr = 0o644 << 16  # or it opens for nobody on a system with permissions
    return header


class _Waiting:
    """The buffer of unsent bytes. Without tell() zipfile treats it as an unseekable stream."""

    def __init__(self) -> None:
        self._written = bytearray()

    @property
    def size(self) -> int:
        return len(self._written)

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Required by zipfile; does nothing."""

    def close(self) -> None:
        """Required by zipfile; does nothing."""

    def take(self) -> bytes:
        taken, self._written = bytes(self._written), bytearray()
        return taken
