"""Cut a reply to a notice down to the words that its writer typed. Pure; one pass over the lines.

What marks a quote is the notice's frame: its first line, its address and its last line, compared as
fingerprints, since the first line names a person. The words between them are never compared: ten characters
such as おめでとうございます are what people answer. Where a cut could take the writer's own words along,
or leave somebody else's, the result carries a doubt, and the reply becomes a draft.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from syndication.actions.reply_text import compact_line, line_fingerprint

# At the beginning of a line, with or without a name before it (Becky's "name> ").
_MARK = re.compile(r"[ \t\u3000]*([^\s<>＞|｜@]{0,12}[>＞|｜])([ \t\u3000>＞|｜]*)")
_MARKS = ">＞|｜"
_RULE = re.compile(r"\s*([-=_*~+#―—─━═])(?:\s*\1){3,}\s*")
_NAMED_RULE = re.compile(
    r"\s*[-_]{2,}\s*(?:original|forwarded|reply|元の?|返信|転送)[^-_]{0,30}[-_]{2,}\s*", re.I
)
_LABEL = re.compile(
    r"[\s*]*(?:from|to|cc|sent|date|subject|reply-to|差出人|送信者|送信日時|送信日|送信元|日付|日時"
    r"|受信日時|宛先|件名|返信先)[\s*]*:",
    re.I,
)
_SENT_FROM = re.compile(
    r"(?:sent from my [\w .'+-]{1,40}|sent from (?:yahoo|outlook|mail|samsung|proton|aol)[\w .!'+-]{0,40}"
    r"|get outlook for (?:ios|android)|outlook for (?:ios|android)\s*を入手(?:する)?"
    r"|[a-z][a-z0-9 .'+!-]{0,30}(?:から|より)送信(?:されました)?|yahoo!?\s*メール.{0,20}から送信(?:されました)?"
    r"|(?:私の|わたしの)?(?:携帯(?:電話)?|スマートフォン|スマホ)から送信)[.。]?",
    re.I,
)
_IN_ANGLES = re.compile(r"<[^<>]{0,300}>")
_SENDER_IN_ANGLES = re.compile(r"[<(][^<>()\s]{1,200}@[^<>()\s]{1,200}[>)]")
_WROTE = re.compile(r"(?:wrote|writes|のメール|さんは書きました|さんのメッセージ)\s*:", re.I)
_TIME = re.compile(r"\d{1,2}\s*(?::|時)\s*(\d{2})(?!\d)")
_NUMBER = re.compile(r"\d+")
_TIME_TOLERANCE = 3  # minutes from the row to the Date header

SIGNATURE, BARE_SIGNATURE = "-- ", "--"


class CutDoubt(StrEnum):
    """Why the words may not be what their writer meant to say."""

    BELOW_QUOTE = "below_quote"  # own words stand below or between what is quoted
    UNCLEAR_QUOTE = "unclear_quote"  # where the quote begins cannot be told
    SIGNATURE_ABOVE = "signature_above"  # a ruled line, below which an address may stand


@dataclass(frozen=True)
class NoticeFrame:
    """What a notice mail says around the words that it quotes."""

    fingerprints: Sequence[str]  # of its first line, then of its address and its last line
    from_name: str
    sent_at: datetime
    mail_domain: str
    site_host: str  # of PUBLIC_URL


@dataclass(frozen=True)
class ReplyCut:
    """The words above the quote; with a doubt, all words that stand in no quote."""

    text: str
    doubt: CutDoubt | None = None


@dataclass(frozen=True)
class _Line:
    raw: str
    mark: str  # "" for an unmarked line
    depth: int
    words: str  # without marks; full-width characters made narrow
    is_frame: bool
    is_first_of_frame: bool
    names_us: bool

    @property
    def is_blank(self) -> bool:
        return not self.words


def cut_reply(text: str, frame: NoticeFrame) -> ReplyCut:
    lines = [_parsed(line, frame) for line in text.split("\n")]
    start = _quote_start(lines)
    if start is None:
        return _cut_above(lines, frame, has_quote=False)
    cut = _cut_above(lines[:start], frame, has_quote=True)
    if below := _own_words_below(lines[start:]):
        together = "\n\n".join(part for part in (cut.text, _joined(below)) if part)
        return ReplyCut(together, CutDoubt.BELOW_QUOTE)
    if _is_start_unclear(lines, start):
        return replace(cut, doubt=CutDoubt.UNCLEAR_QUOTE)
    return cut


def _parsed(raw: str, frame: NoticeFrame) -> _Line:
    found = _MARK.match(raw)
    words = _narrow(raw[found.end() :] if found else raw)
    compact = compact_line(words)
    fingerprint = line_fingerprint(words) if compact else ""
    return _Line(
        raw=raw,
        mark=_narrow(found[1]) if found else "",
        depth=1 + sum(found[2].count(mark) for mark in _MARKS) if found else 0,
        words=words,
        is_frame=fingerprint in frame.fingerprints,
        is_first_of_frame=fingerprint in frame.fingerprints[:1],
        names_us=frame.mail_domain in compact or frame.site_host in compact,
    )


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


# --- The quote ---


def _quote_start(lines: list[_Line]) -> int | None:
    """Index of the first line of the first quote: a marked block, or an unmarked line of the frame."""
    block = 0
    for index, line in enumerate(lines):
        if index and line.mark != lines[index - 1].mark:
            block = index
        if line.mark and (line.is_frame or line.names_us):
            return block
        if line.is_frame:
            return index
    return None


def _is_start_unclear(lines: list[_Line], start: int) -> bool:
    """Whether the quote may begin with words of the writer, or above its first line.

    ＞ also says whom one answers, and >_< is a face: such a line right above a quote looks like one of it.
    """
    first = lines[start]
    if not first.mark:
        return not first.is_first_of_frame
    follows_words = start > 0 and not lines[start - 1].is_blank
    is_known = first.is_frame or first.names_us or first.is_blank or first.depth > 1
    return follows_words and not is_known


def _own_words_below(lines: list[_Line]) -> list[_Line]:
    """The lines from the first quote on that stand in no quote and are no signature."""
    marks = {line.mark for line in lines if line.is_frame or line.names_us} - {""}
    unmarked = [index for index, line in enumerate(lines) if line.is_frame and not line.mark]
    whole_quote = range(unmarked[0], unmarked[-1] + 1) if unmarked else range(0)
    own: list[_Line] = []
    for index, line in enumerate(lines):
        if line.mark in marks or index in whole_quote or _is_rule(line) or _is_device(line):
            continue
        if line.words == BARE_SIGNATURE and not own:
            break
        if own or not line.is_blank:
            own.append(line)
    return own


# --- Above it ---


def _cut_above(lines: list[_Line], frame: NoticeFrame, *, has_quote: bool) -> ReplyCut:
    signature = next((n for n, line in enumerate(lines) if line.raw == SIGNATURE), len(lines))
    is_quoted = has_quote and signature == len(lines)
    end = signature
    while end and (count := _trailing_lines(lines, end, frame, is_quoted=is_quoted)):
        end -= count
    kept = lines[:end]
    doubt = None
    if any(_is_rule(line) or line.words == BARE_SIGNATURE for line in kept):
        doubt = CutDoubt.SIGNATURE_ABOVE
    elif kept and has_quote and _names_sender(kept[-1], frame):
        doubt = CutDoubt.UNCLEAR_QUOTE
    return ReplyCut(_joined(kept), doubt)


def _trailing_lines(lines: list[_Line], end: int, frame: NoticeFrame, *, is_quoted: bool) -> int:
    """How many lines before `end` a mailer wrote; 0 if the last one is the writer's own."""
    last = lines[end - 1]
    if last.is_blank or _is_rule(last) or _is_device(last):
        return 1
    if _is_attribution(last, frame) or (is_quoted and _is_dated(last, frame)):
        return 1
    return _labels(lines, end, frame)


def _labels(lines: list[_Line], end: int, frame: NoticeFrame) -> int:
    """Length of the block of From:, 差出人: and their like before `end`. One names us, or they are words."""
    count = 0
    names_us = False
    while count < end and _LABEL.match((line := lines[end - count - 1]).words):
        count += 1
        names_us = names_us or line.names_us or _names_sender(line, frame)
    return count if names_us else 0


def _is_attribution(line: _Line, frame: NoticeFrame) -> bool:
    """Whether the line says who wrote what is quoted, or is the rest of such a line."""
    words = line.words
    if _WROTE.fullmatch(words):
        return True
    ends_open = words.endswith((":", "<"))
    if frame.mail_domain in compact_line(words):
        return ends_open or bool(_SENDER_IN_ANGLES.search(words))
    return _names_sender(line, frame) and (ends_open or _is_dated(line, frame))


def _names_sender(line: _Line, frame: NoticeFrame) -> bool:
    name = compact_line(frame.from_name)
    return bool(name) and name in compact_line(line.words)


def _is_dated(line: _Line, frame: NoticeFrame) -> bool:
    """Whether the line holds the date and time of the notice, in whatever zone the mailer shows."""
    found = _TIME.search(line.words)
    if not found or (int(found[1]) - frame.sent_at.minute) % 60 >= _TIME_TOLERANCE:
        return False
    numbers = {int(one) for one in _NUMBER.findall(line.words) if len(one) <= 4}
    near = [frame.sent_at + timedelta(days=step) for step in (-1, 0, 1)]
    return any({day.year, day.day} <= numbers for day in near)


def _is_rule(line: _Line) -> bool:
    return bool(_RULE.fullmatch(line.words) or _NAMED_RULE.fullmatch(line.words))


def _is_device(line: _Line) -> bool:
    return bool(_SENT_FROM.fullmatch(_IN_ANGLES.sub("", line.words).strip()))


def _joined(lines: list[_Line]) -> str:
    return "\n".join(line.raw.rstrip() for line in lines).strip()
