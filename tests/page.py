"""A page as a browser reads it: its links with their keys, its forms with their fields, its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

TEXT_INPUTS = ("", "text", "password", "email", "url", "tel", "number", "search", "hidden", "date")


def html_of(response: Any) -> str:
    """The page in an answer, "" if there is none. Old phones get theirs in Shift_JIS."""
    kind = response.get("Content-Type", "")
    charset = "cp932" if "shift_jis" in kind.lower() else "utf-8"
    return response.getvalue().decode(charset) if kind.startswith("text/html") else ""


@dataclass
class Link:
    href: str
    text: str = ""
    accesskey: str = ""


@dataclass
class Form:
    """A form as it stands: `fields` is what would be sent without any typing."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # every field, also unticked boxes and files
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # label, name, value
    files: set[str] = field(default_factory=set)  # the fields of `names` that take a file
    enctype: str = ""

    def add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)

    def button(self, label: str) -> tuple[str, str, str] | None:
        return next((one for one in self.buttons if label in one[0]), None)


class Page(HTMLParser):
    """`status`, `html`, `text` (as read), `links`, `forms`, `accesskeys`, `sources` (of pictures)."""

    def __init__(self, html: str, *, status: int, path: str, response: Any = None) -> None:
        super().__init__(convert_charrefs=True)
        self.html, self.status, self.path, self.response = html, status, path, response
        self.links: list[Link] = []
        self.forms: list[Form] = []
        self.accesskeys: list[str] = []
        self.sources: list[str] = []
        self._words: list[str] = []
        self._link: Link | None = None
        self._form: Form | None = None
        self._select: tuple[str, bool, list[tuple[str, bool]]] | None = None
        self._option: list[str] | None = None
        self._textarea: list[str] | None = None
        self._textarea_name = ""
        self._button: tuple[str, str] | None = None
        self._button_words: list[str] = []
        self._silent = 0
        self.feed(html)
        self.text = " ".join("".join(self._words).split())

    def __contains__(self, words: str) -> bool:
        return words in self.text

    def link(self, which: str) -> Link:
        """The link with this text in it, or with exactly this href."""
        for one in self.links:
            if which in one.text or which == one.href:
                return one
        raise AssertionError(f"No link {which!r} on {self.path}: {[x.text for x in self.links]}")

    def form(self, button: str, names: set[str]) -> Form:
        """The form with this button and all of these fields."""
        for one in self.forms:
            if (not button or one.button(button)) and names <= one.names:
                return one
        raise AssertionError(f"No form with {button!r} and {names} on {self.path}: {self.forms}")

    # --- reading -----------------------------------------------------------------------------
    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if key := given.get("accesskey"):
            self.accesskeys.append(key)
        if reader := getattr(self, f"_start_{tag}", None):
            reader(given)

    def handle_endtag(self, tag: str) -> None:
        if reader := getattr(self, f"_end_{tag}", None):
            reader()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self._words.append(data)
        if self._link is not None:
            self._link.text += data
        for words in (self._option, self._textarea):
            if words is not None:
                words.append(data)
        if self._button is not None:
            self._button_words.append(data)

    def _start_style(self, given: dict[str, str]) -> None:
        self._silent += 1

    def _end_style(self) -> None:
        self._silent -= 1

    def _start_br(self, given: dict[str, str]) -> None:
        self._words.append(" ")

    _start_p = _start_div = _start_h1 = _start_h2 = _start_li = _start_hr = _start_br
    _start_dt = _start_dd = _start_br

    def _start_img(self, given: dict[str, str]) -> None:
        self.sources.append(given.get("src", ""))
        self._words.append(given.get("alt", ""))

    def _start_a(self, given: dict[str, str]) -> None:
        if "href" in given:
            self._link = Link(given["href"], accesskey=given.get("accesskey", ""))
            self.links.append(self._link)

    def _end_a(self) -> None:
        self._link = None

    def _start_form(self, given: dict[str, str]) -> None:
        self._form = Form(given.get("action", ""), given.get("method", "get").lower())
        self._form.enctype = given.get("enctype", "").lower()
        self.forms.append(self._form)

    def _end_form(self) -> None:
        self._form = None

    def _start_input(self, given: dict[str, str]) -> None:
        if self._form is None:
            return
        kind, name = given.get("type", "").lower(), given.get("name", "")
        if kind in ("submit", "image", "button"):
            self._form.buttons.append((given.get("value", ""), name, given.get("value", "")))
        elif name:
            self._form.names.add(name)
            if kind == "file":
                self._form.files.add(name)
            if kind in TEXT_INPUTS:
                self._form.add(name, given.get("value", ""))
            elif kind in ("checkbox", "radio") and "checked" in given:
                self._form.add(name, given.get("value", "on"))

    def _start_button(self, given: dict[str, str]) -> None:
        self._button = (given.get("name", ""), given.get("value", ""))
        self._button_words = []

    def _end_button(self) -> None:
        if self._form is not None and self._button is not None:
            label = "".join(self._button_words).strip()
            self._form.buttons.append((label, *self._button))
        self._button = None

    def _start_select(self, given: dict[str, str]) -> None:
        self._select = (given.get("name", ""), "multiple" in given, [])

    def _start_option(self, given: dict[str, str]) -> None:
        self._end_option()
        self._option = []
        if self._select is not None:
            self._select[2].append((given.get("value", "\0"), "selected" in given))

    def _end_option(self) -> None:
        if self._select is not None and self._option is not None:
            value, selected = self._select[2][-1]
            if value == "\0":
                self._select[2][-1] = ("".join(self._option).strip(), selected)
        self._option = None

    def _end_select(self) -> None:
        self._end_option()
        if self._form is None or self._select is None:
            return
        name, multiple, options = self._select
        self._form.names.add(name)
        chosen = [value for value, selected in options if selected]
        if not multiple:
            chosen = chosen[-1:] or [value for value, _ in options[:1]]
        for value in chosen:
            self._form.add(name, value)
        self._select = None

    def _start_textarea(self, given: dict[str, str]) -> None:
        self._textarea, self._textarea_name = [], given.get("name", "")

    def _end_textarea(self) -> None:
        if self._form is not None and self._textarea is not None:
            self._form.names.add(self._textarea_name)
            text = "".join(self._textarea)
            self._form.add(self._textarea_name, text[1:] if text.startswith("\n") else text)
        self._textarea = None
