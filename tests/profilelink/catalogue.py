"""Reading a .po file: what the tests of the languages compare. No library: the format is small.

An entry's key is its context and msgid; a plural's forms stand in `said` one after another.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

Key = tuple[str, str]


@dataclass
class Entry:
    context: str = ""
    msgid: str = ""
    plural: str = ""
    said: list[str] = field(default_factory=list)
    is_fuzzy: bool = False

    @property
    def key(self) -> Key:
        return self.context, self.msgid


def read(path: Path) -> dict[Key, Entry]:
    """The entries of a .po or .pot file, the header under ("", "")."""
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    entries = [_entry(block) for block in blocks if "\nmsgid " in f"\n{block}"]
    return {entry.key: entry for entry in entries}


def _entry(block: str) -> Entry:
    entry, texts = Entry(), dict[str, str]()
    word = ""
    for line in block.splitlines():
        if line.startswith("#"):
            entry.is_fuzzy |= line.startswith("#,") and "fuzzy" in line
        elif line.startswith('"'):
            texts[word] += ast.literal_eval(line)
        elif line:
            word, _space, text = line.partition(" ")
            texts[word] = ast.literal_eval(text)
    entry.context = texts.get("msgctxt", "")
    entry.msgid = texts["msgid"]
    entry.plural = texts.get("msgid_plural", "")
    entry.said = [text for name, text in texts.items() if name.startswith("msgstr")]
    return entry
