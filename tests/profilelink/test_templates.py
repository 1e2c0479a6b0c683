"""Templates: written for people, one element a line; loaded without their line breaks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Engine, TemplateSyntaxError
from django.template.loader import get_template, render_to_string
from django.urls import reverse

from accounts.models import Member
from tests.phone import PhoneClient, log_in_phone

FOLDERS = [Path(folder) for folder in settings.TEMPLATES[0]["DIRS"]]
# Not .txt: those are mails, whose lines are what the reader gets.
FILES = sorted(path for f in FOLDERS for path in f.rglob("*") if path.suffix in {".html", ".css"})
PAGES = [path for path in FILES if path.suffix == ".html"]
LONGEST = 120

# Elements that start a line of their own in a browser.
_BLOCK = r"(?:p|li|ul|dl|dt|dd|div|form|nav|h1|h2|hr|header|main|head|body|meta|title)"
_TWO_ON_A_LINE = re.compile(rf"(?:</{_BLOCK}>|<(?:hr|meta)\b[^>]*>).*<{_BLOCK}\b")
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}")
_BRANCH = re.compile(r"\{% (?:else|elif)\b.*?%\}")
_CLASSES = re.compile(r'class="((?:\{%.*?%\}|[^"])*)"')
_MESSAGE = re.compile(r"\{% blocktranslate\b(.*?)%\}(.*?)\{% endblocktranslate %\}", re.DOTALL)


def squeezed(folder: Path, source: str, name: str = "page.html", **context: object) -> str:
    """The source as a page of this project's engine, from a folder of its own."""
    (folder / name).write_text(source, encoding="utf-8")
    options = settings.TEMPLATES[0]["OPTIONS"]
    engine = Engine(
        dirs=[str(folder)], loaders=options["loaders"], builtins=["django.templatetags.i18n"]
    )
    return engine.get_template(name).render(Context(context))


# --- How they are written -------------------------------------------------------------------------


def test_no_line_of_a_template_is_longer_than_120_letters_or_ends_in_a_blank() -> None:
    assert len(FILES) > 130
    for path in FILES:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            assert len(line) <= LONGEST, f"{path}:{number}: {len(line)} letters"
            assert line == line.rstrip(), f"{path}:{number} ends in a blank"


def test_an_element_that_starts_a_line_in_the_browser_starts_one_in_its_template() -> None:
    for path in PAGES:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            assert not _TWO_ON_A_LINE.search(line), f"{path}:{number}: {line.strip()}"


def test_lines_are_indented_by_two_blanks_a_level_and_blocks_stand_at_the_margin() -> None:
    for path in PAGES:
        text = path.read_text()
        assert "\t" not in text, path
        before = 0
        for number, line in enumerate(text.splitlines(), 1):
            indent = len(line) - len(line.lstrip())
            assert indent in range(0, before + 4, 2), f"{path}:{number}"
            before = indent if line else before


def test_a_message_on_several_lines_is_trimmed_so_that_its_translation_is_found() -> None:
    for path in PAGES:
        for options, text in _MESSAGE.findall(path.read_text()):
            assert "\n" not in text or " trimmed" in f" {options}", f"{path}: {text.strip()}"


def test_every_class_of_one_letter_is_explained_where_the_style_stands() -> None:
    used = {
        name
        for path in PAGES
        if "admin" not in path.parts  # whose pages have Django's own style
        for names in _CLASSES.findall(path.read_text())
        for name in _TAGS.sub(" ", names).split()
    }
    explained = re.findall(r"^ +\.(\w)  \w+: ", (FOLDERS[0] / "_style.css").read_text(), re.M)
    assert used == set(explained) == set("bemnpq")


# --- How they are loaded --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "page"),
    [
        ("<ul>\n  <li>a</li>\n\n  <li>b</li>\n</ul>\n", "<ul><li>a</li><li>b</li></ul>"),
        ("<p>\n  {% if 1 %}\n    one\n  {% endif %}\n</p>", "<p>one</p>"),
        ("<p>\n  one\n  line\n</p>", "<p>one line</p>"),
        ("<p>\n  {{ x }}\n  line\n</p>", "<p>X line</p>"),
        ('one{{ " " }}\n<b>two</b>', "one <b>two</b>"),
        ('<b>one</b>\n  {{ " " }}\n<b>two</b>', "<b>one</b> <b>two</b>"),
        ("one   \n<b>two</b>", "one<b>two</b>"),  # a blank at a line's end counts for nothing
        ("one <b>two</b> three", "one <b>two</b> three"),
        ('<a href="#"\n   accesskey="1">', '<a href="#" accesskey="1">'),
        ("a{# of no weight #}\n{# nor this #}\n<b>", "a<b>"),
        ("{% comment %}\n of no\n weight\n{% endcomment %}\n<b>", "<b>"),
        ("<pre>\n a\n  <b>b</b>\n</pre>", "<pre>\n a\n  <b>b</b>\n</pre>"),
        ("<p>\n<textarea>\n a\n\n b</textarea>\n</p>", "<p><textarea>\n a\n\n b</textarea></p>"),
        ("{% blocktranslate trimmed %}\n one\n two\n{% endblocktranslate %}\n<b>", "one two<b>"),
        ("{% blocktranslate %}one\n two{% endblocktranslate %}", "one\n two"),
    ],
)
def test_a_line_break_next_to_a_tag_is_nothing_and_any_other_is_one_blank(
    tmp_path: Path, source: str, page: str
) -> None:
    assert squeezed(tmp_path, source, x="X") == page


def test_what_is_put_into_a_page_keeps_its_line_breaks(tmp_path: Path) -> None:
    page = squeezed(tmp_path, "<textarea>\n{{ x }}</textarea>\n<p>\n{{ x }}\n</p>", x="a\n  b")
    assert page == "<textarea>\na\n  b</textarea><p>a\n  b</p>"


def test_a_mail_is_loaded_as_it_is_written(tmp_path: Path) -> None:
    mail = "Hello,\n\n  {% if 1 %}\nthere\n{% endif %}\n"
    assert squeezed(tmp_path, mail, "mail.txt") == "Hello,\n\n  \nthere\n\n"


def test_a_style_is_loaded_without_comments_and_blanks_that_it_can_spare(tmp_path: Path) -> None:
    style = "/* why */\na, b { color: #069; margin: 0 auto }\n@media(x:y) {\n  .m a { top: 0 }\n}\n"
    page = squeezed(tmp_path, style, "style.css")
    assert page == "a,b{color:#069;margin:0 auto}@media(x:y){.m a{top:0}}"


@pytest.mark.parametrize("more", ["_style_pages.css", "_style_box.css"])
def test_the_style_of_home_and_of_a_page_without_a_form_is_a_thousand_bytes_at_most(
    more: str,
) -> None:
    assert len(render_to_string("_style.css") + render_to_string(more)) <= 1000


def test_only_a_page_with_fields_has_their_style_and_with_a_form_that_of_buttons(
    hanako: Member,
) -> None:
    phone = log_in_phone(hanako)
    buttons, fields = (render_to_string(f"_style_{name}.css") for name in ("buttons", "forms"))
    assert buttons
    assert fields
    for name, styles in [
        ("home", []),
        ("security", []),
        ("account_logout", [buttons]),
        ("post_new", [buttons, fields]),
        ("language", [buttons, fields]),
        ("mail_settings", [buttons, fields]),
    ]:
        page = phone.get(reverse(name)).html
        assert [style for style in (buttons, fields) if style in page] == styles, name


def test_an_error_in_a_template_names_file_and_tag_though_its_lines_are_joined(
    tmp_path: Path,
) -> None:
    with pytest.raises(TemplateSyntaxError, match="'nonsense'") as caught:
        squeezed(tmp_path, "<p>\n  {% if 1 %}\n    {% nonsense %}\n  {% endif %}\n</p>")
    assert str(caught.value.token) == '<Block token: "nonsense...">'


def test_no_attribute_loses_the_blank_before_it() -> None:
    for path in PAGES:
        name = re.sub(r".*/templates/", "", path.as_posix())
        source = get_template(name).template.source
        assert not re.search(r'="[^"<>]*"[a-z]', _TAGS.sub("", _BRANCH.sub(" ", source))), path


@pytest.mark.parametrize("name", ["account_login", "account_signup", "home", "phone_code"])
def test_a_visitor_s_page_is_one_line(db: None, name: str) -> None:
    page = PhoneClient().get(reverse(name))
    assert not re.search(r"\n|  ", page.html)


@pytest.mark.parametrize("name", ["home", "link_list", "delivery_list", "security", "friend_list"])
def test_a_member_s_page_is_one_line(hanako: Member, name: str) -> None:
    page = log_in_phone(hanako).get(reverse(name))
    assert not re.search(r"\n|  ", page.html)
