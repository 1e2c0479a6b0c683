"""A page as a browser reads it: its links with their keys, its forms with their fields, its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

AS_ITS_WORDS = "\0"  # an option that gives no value of its own


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
class Field:
    """A field as it stands: `chosen` is what it would send, `value` what it is for when ticked."""

    name: str
    kind: str  # of an input its type; "select", "textarea"
    value: str = ""
    chosen: list[str] = field(default_factory=list)
    id: str = ""
    label: str = ""
    options: list[tuple[str, str]] = field(default_factory=list)  # value, words
    file: Path | None = None


@dataclass
class Form:
    """A form as it stands: `fields` is what would be sent without any typing."""

    action: str
    method: str
    enctype: str
    controls: list[Field] = field(default_factory=list)  # those that have a name
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # label, name, value

    @property
    def fields(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for control in self.controls:
            if control.chosen:
                found.setdefault(control.name, []).extend(control.chosen)
        return found

    @property
    def names(self) -> set[str]:
        """Every field, also unticked boxes and files."""
        return {control.name for control in self.controls}

    @property
    def files(self) -> set[str]:
        """The fields of `names` that take a file."""
        return {control.name for control in self.controls if control.kind == "file"}

    def button(self, label: str) -> tuple[str, str, str] | None:
        return next((one for one in self.buttons if label in one[0]), None)


@dataclass
class _Label:
    wanted: str  # the id of its field
    words: list[str] = field(default_factory=list)
    around: Field | None = None  # the field inside it


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
        self._select: Field | None = None
        self._selected: list[int] = []  # places of options
        self._takes_many = False
        self._textarea: Field | None = None
        self._button: tuple[str, str] | None = None
        self._button_words: list[str] = []
        self._label: _Label | None = None
        self._labels: list[_Label] = []
        self._silent = 0
        self.feed(html)
        self.text = " ".join("".join(self._words).split())
        self._name_fields()

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
        if self._textarea is not None:
            self._textarea.value += data
        elif self._select is not None and self._select.options:
            value, words = self._select.options[-1]
            self._select.options[-1] = (value, words + data)
        elif self._label is not None:
            self._label.words.append(data)
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
        method, enctype = given.get("method", "get").lower(), given.get("enctype", "").lower()
        self._form = Form(given.get("action", ""), method, enctype)
        self.forms.append(self._form)

    def _end_form(self) -> None:
        self._form = None

    def _start_input(self, given: dict[str, str]) -> None:
        kind, value = given.get("type", "text").lower(), given.get("value", "")
        if kind in ("submit", "image", "button"):
            if self._form is not None:
                self._form.buttons.append((value, given.get("name", ""), value))
            return
        found = Field(given.get("name", ""), kind, value, [value], given.get("id", ""))
        if kind in ("checkbox", "radio"):
            found.value = given.get("value", "on")
            found.chosen = [found.value] if "checked" in given else []
        elif kind == "file":
            found.chosen = []
        self._add(found)

    def _add(self, found: Field) -> None:
        if self._label is not None:
            self._label.around = found
        if self._form is not None and found.name:
            self._form.controls.append(found)

    def _start_label(self, given: dict[str, str]) -> None:
        self._label = _Label(given.get("for", ""))
        self._labels.append(self._label)

    def _end_label(self) -> None:
        self._label = None

    def _start_button(self, given: dict[str, str]) -> None:
        self._button = (given.get("name", ""), given.get("value", ""))
        self._button_words = []

    def _end_button(self) -> None:
        if self._form is not None and self._button is not None:
            label = "".join(self._button_words).strip()
            self._form.buttons.append((label, *self._button))
        self._button = None

    def _start_select(self, given: dict[str, str]) -> None:
        self._select = Field(given.get("name", ""), "select", id=given.get("id", ""))
        self._selected, self._takes_many = [], "multiple" in given

    def _start_option(self, given: dict[str, str]) -> None:
        if self._select is not None:
            if "selected" in given:
                self._selected.append(len(self._select.options))
            self._select.options.append((given.get("value", AS_ITS_WORDS), ""))

    def _end_select(self) -> None:
        if self._select is None:
            return
        read = [(value, words.strip()) for value, words in self._select.options]
        read = [(words if value == AS_ITS_WORDS else value, words) for value, words in read]
        chosen = [read[place][0] for place in self._selected]
        if not self._takes_many:
            chosen = chosen[-1:] or [value for value, _words in read[:1]]
        self._select.options, self._select.chosen = read, chosen
        self._add(self._select)
        self._select = None

    def _start_textarea(self, given: dict[str, str]) -> None:
        self._textarea = Field(given.get("name", ""), "textarea", id=given.get("id", ""))

    def _end_textarea(self) -> None:
        if self._textarea is not None:
            self._textarea.value = self._textarea.value.removeprefix("\n")
            self._textarea.chosen = [self._textarea.value]
            self._add(self._textarea)
        self._textarea = None

    def _name_fields(self) -> None:
        """A label names the field inside it, or the one whose id it says."""
        controls = [control for form in self.forms for control in form.controls]
        for label in self._labels:
            for control in controls:
                if control is label.around or (label.wanted and control.id == label.wanted):
                    control.label = " ".join("".join(label.words).split())
