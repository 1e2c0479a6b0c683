"""Convert HTML to plain text, for mails, friends' posts and page titles.

The layout follows innerText (https://html.spec.whatwg.org/#the-innertext-idl-attribute): block
elements break lines and paragraphs keep an empty line between them. Lists, quotations and rules keep
a mark, because plain text has no indentation or border to show them by.

Only the tokenizer of justhtml is used, never a tree: 150 kB of unclosed <b> in front of many <p> make
a conforming tree of 70 million nodes (measured with selectolax: 6 GB, 18 s), and html5lib takes
minutes for 200 kB of nested <div>. The standard library's HTMLParser reads <!-- in quadratic time in
the Python versions that are still supported. A token stream takes 0.2 s for 200 kB of anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from justhtml.parser.stream import StreamEvent

LONGEST = 200_000  # characters of HTML; i-mode decoration mails hold 10,000 bytes
DEEPEST = 12  # lists and quotations within each other that still get a mark of their own
MAX_ALT_LENGTH = 500  # characters; more describes a picture than a post has room for

_PARAGRAPHS = {"p", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "figure"}
_LISTS = {"ul", "ol", "menu", "dir"}
_BLOCKS = _PARAGRAPHS | _LISTS | {
    *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details"),
    *("dialog", "div", "dt", "fieldset", "figcaption", "footer", "form", "header", "hgroup", "html"),
    *("legend", "li", "main", "nav", "option", "search", "section", "summary", "table", "tbody"),
    *("tfoot", "thead", "tr"),
}  # fmt: skip
_CELLS = {"td", "th"}
# Not shown by a browser, or shown as something else than text.
_SILENT = {
    *("script", "style", "title", "noscript", "template", "textarea", "iframe", "select", "rp"),
    *("noembed", "noframes", "object", "audio", "video", "canvas", "math"),
}
_RULE = "----"
_FILE_NAME = re.compile(r"\S+\.(?:png|jpe?g|gif|webp|bmp|heic)", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SHORTENED = re.compile(r"(?:…|\.\.\.)$")
_SCHEME = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


def text_of_html(html: str) -> str:
    """Return the visible text of `html`, one line for each block. Never raises."""
    page = _Page()
    for event in _events(html[:LONGEST]):
        if event[0] == "text":
            page.text(event[1])
        elif event[0] == "start":
            page.start(*event[1])
        elif event[0] == "end":
            page.end(event[1])
    return page.result()


def title_of_html(html: str) -> str:
    """Return the text of the first <title>, "" without one. Never raises."""
    is_inside = False
    found: list[str] = []
    for event in _events(html):
        if event[0] == "start" and event[1][0] == "title":
            is_inside = True
        elif is_inside and event[0] == "text":
            found.append(event[1])
        elif is_inside:
            break
    return "".join(found)


def _events(html: str) -> Iterator[StreamEvent]:
    from justhtml import stream  # noqa: PLC0415 - 8 MB, which a process of pages does without

    return stream(html.replace("\0", ""))


@dataclass
class _Page:
    """Output state: the finished lines and the current one."""

    lines: list[str] = field(default_factory=list)
    filled: int = 0  # lines up to the last one that is not empty
    line: str = ""
    gap: int = 0  # empty lines that the next text wants before it
    silent: str = ""  # the element whose end is waited for
    pre: int = 0
    is_first_of_pre: bool = False  # a line break right behind <pre> is none
    quotes: int = 0
    lists: list[int | None] = field(default_factory=list)  # next number; None in a list of bullets
    mark: str = ""  # of the list item whose first text is still to come
    link: tuple[str, int] | None = None  # target, and where in the line its text begins

    def text(self, data: str) -> None:
        if self.silent:
            return
        if not self.pre:
            self._write(_SPACES.sub(" ", data).replace("\xa0", " "))
            return
        if self.is_first_of_pre:
            data = data.removeprefix("\n")
        self.is_first_of_pre = False
        first, *others = data.split("\n")
        self._write(first)
        for one in others:
            self._break_line()
            self._write(one)

    def start(self, name: str, attributes: dict[str, str | None]) -> None:
        if self.silent:
            return
        if name in _SILENT:
            self.silent = name
        elif name == "br":
            self._break_line()
        elif name == "hr":
            self._block()
            self._write(_RULE)
            self._block()
        elif name == "img":
            self._write(_alt(attributes))
        elif name == "a":
            self.link = (attributes.get("href") or "", len(self.line))
        elif name == "rt":
            self._write("(")
        elif name in _CELLS:
            self._write(" ")
        elif name in _BLOCKS:
            self._begin_block(name, attributes)

    def end(self, name: str) -> None:
        if self.silent:
            self.silent = "" if name == self.silent else self.silent
        elif name == "a":
            self._end_link()
        elif name == "rt":
            self._write(")")
        elif name == "br":  # </br>, which browsers take for <br>
            self._break_line()
        elif name in _BLOCKS:
            self._end_block(name)

    def result(self) -> str:
        self._block()
        return "\n".join(self.lines[: self.filled])

    def _begin_block(self, name: str, attributes: dict[str, str | None]) -> None:
        self._block(self._margin(name))
        if name == "blockquote":
            self.quotes += 1
        elif name in _LISTS:
            self.lists.append(_number(attributes.get("start"), 1) if name == "ol" else None)
        elif name == "li":
            self.mark = self._next_mark(attributes)
        elif name == "pre":
            self.pre += 1
            self.is_first_of_pre = True

    def _end_block(self, name: str) -> None:
        self._block(self._margin(name))
        if name == "blockquote":
            self.quotes = max(0, self.quotes - 1)
        elif name in _LISTS and self.lists:
            self.lists.pop()
            self._block(self._margin(name))
        elif name == "pre":
            self.pre = max(0, self.pre - 1)
        if name in _LISTS or name == "li":
            self.mark = ""

    def _margin(self, name: str) -> int:
        """Return the empty lines around an element; none within lists."""
        return int((name in _PARAGRAPHS or name in _LISTS) and not self.lists)

    def _next_mark(self, attributes: dict[str, str | None]) -> str:
        if not self.lists or self.lists[-1] is None:
            return "- "
        number = _number(attributes.get("value"), self.lists[-1])
        self.lists[-1] = number + 1
        return f"{number}. "

    def _end_link(self) -> None:
        """Replace an address that the server shortened for display by the full one."""
        if self.link is None:
            return
        (target, at), self.link = self.link, None
        shown = self.line[at:].strip()
        if _SHORTENED.search(shown):
            begin = _SCHEME.sub("", _SHORTENED.sub("", shown))
            if begin and _SCHEME.sub("", target).startswith(begin):
                self.line = self.line[:at] + target

    def _write(self, text: str) -> None:
        if not self.pre:
            if not self.line or self.line.endswith(" "):
                text = text.removeprefix(" ")
            if not text.strip():
                self.line += text if self.line else ""
                return
        if not self.line and text:
            self._open_line()
        self.line += text

    def _open_line(self) -> None:
        """Begin a line: empty lines before it, quotation and list marks."""
        if self.gap:
            self._leave_empty_line()
        indent = "  " * min(max(0, len(self.lists) - 1), DEEPEST)
        self.line = self._quotation() + indent + self.mark
        self.gap, self.mark = 0, ""
        if self.link:
            self.link = (self.link[0], len(self.line))

    def _break_line(self) -> None:
        if self.line:
            self._close_line()
        else:
            self._leave_empty_line()

    def _leave_empty_line(self) -> None:
        """Leave one empty line, never two in a row nor before the first text."""
        if self.filled and len(self.lines) == self.filled:
            self.lines.append(self._quotation().rstrip())

    def _quotation(self) -> str:
        return "> " * min(self.quotes, DEEPEST)

    def _block(self, gap: int = 0) -> None:
        if self.line:
            self._close_line()
        self.gap = max(self.gap, gap)

    def _close_line(self) -> None:
        self.lines.append(self.line.rstrip(" "))
        self.filled = len(self.lines)
        self.line = ""
        if self.link:
            self.link = (self.link[0], 0)


def _alt(attributes: dict[str, str | None]) -> str:
    """Return an image's text: an emoji's character, a description, but no file name."""
    alt = (attributes.get("alt") or "").strip()
    return "" if _FILE_NAME.fullmatch(alt) else alt[:MAX_ALT_LENGTH]


def _number(value: str | None, otherwise: int) -> int:
    return int(value) if value and re.fullmatch(r"[0-9]{1,6}", value) else otherwise
