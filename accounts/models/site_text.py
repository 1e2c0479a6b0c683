"""Plain text with a little structure, as lists that a template shows: paragraphs, headings, items."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PART = 3_600  # bytes of text of one page


@dataclass(frozen=True)
class TextBlock:
    """A heading, a paragraph, or a list; the lines of it."""

    kind: str  # "heading", "paragraph" or "list"
    lines: tuple[str, ...]

    @property
    def size(self) -> int:
        """In bytes, as a page has them."""
        return sum(len(line.encode()) for line in self.lines)


def text_blocks(text: str) -> list[TextBlock]:
    """Part the text where blank lines, "# " and "- " say so."""
    blocks: list[TextBlock] = []
    for paragraph in re.split(r"\n[ \t\u3000]*\n", text.replace("\r\n", "\n")):
        lines = [line.strip() for line in paragraph.split("\n")]
        blocks += _blocks_of_paragraph([line for line in lines if line])
    return blocks


def _blocks_of_paragraph(lines: list[str]) -> Iterator[TextBlock]:
    kind, held = "", list[str]()
    for line in lines:
        found, words = _kind_of_line(line)
        if held and (found != kind or found == "heading"):
            yield TextBlock(kind, tuple(held))
            held = []
        kind = found
        held.append(words)
    if held:
        yield TextBlock(kind, tuple(held))


def _kind_of_line(line: str) -> tuple[str, str]:
    if line.startswith("#"):
        return "heading", line.lstrip("# ")
    if line.startswith(("- ", "・", "* ")):
        return "list", line.lstrip("-*・ ")
    return "paragraph", line


def text_parts(text: str) -> list[list[TextBlock]]:
    """The blocks in parts for one page each. A part ends before a block or an item, never after a heading."""
    parts: list[list[TextBlock]] = [[]]
    for block in text_blocks(text):
        for piece in _pieces_of_block(block):
            if parts[-1] and sum(one.size for one in parts[-1]) + piece.size > PART:
                is_heading_last = parts[-1][-1].kind == "heading" and len(parts[-1]) > 1
                parts.append([parts[-1].pop()] if is_heading_last else [])
            _append(parts[-1], piece)
    return parts


def _append(part: list[TextBlock], piece: TextBlock) -> None:
    """Add the piece; items of one list stay one list."""
    if part and part[-1].kind == piece.kind == "list":
        piece = TextBlock("list", (*part.pop().lines, *piece.lines))
    part.append(piece)


def _pieces_of_block(block: TextBlock) -> Iterator[TextBlock]:
    """The block whole, or its lines where it is a list or too long for a page."""
    if block.kind != "list" and block.size <= PART:
        yield block
        return
    letters = PART // 4  # of four bytes at the most
    for line in block.lines:
        for start in range(0, len(line), letters):
            yield TextBlock(block.kind, (line[start : start + letters],))
